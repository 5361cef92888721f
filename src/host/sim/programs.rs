//! Which programs a simulated machine has, and where.

use super::world::{Driver, World};
use camino::{Utf8Path, Utf8PathBuf};

/// Where a program is, through symbolic links. A path is looked up as it is.
pub fn path_of(world: &World, program: &str) -> Option<Utf8PathBuf> {
    if program.contains('/') {
        let path = Utf8Path::new(program);
        return world.files.contains_key(path).then(|| path.to_owned());
    }
    let found = match program {
        "docker" => world.docker.version.as_ref().map(|_| {
            if world.docker.root_dir.starts_with("/var/snap/") {
                "/snap/bin/docker".to_owned()
            } else {
                "/usr/bin/docker".to_owned()
            }
        }),
        "nvidia-smi" | "nvidia-modprobe" => {
            (world.gpus.driver != Driver::NotInstalled).then(|| format!("/usr/bin/{program}"))
        }
        "nvidia-ctk"
        | "nvidia-container-runtime"
        | "nvidia-container-runtime-hook"
        | "nvidia-cdi-hook"
        | "nvidia-container-cli" => world
            .toolkit
            .as_ref()
            .map(|_| format!("/usr/bin/{program}")),
        "minikube" => world
            .minikube
            .version
            .as_ref()
            .map(|_| "/usr/local/bin/minikube".to_owned()),
        "exportfs" | "rpc.nfsd" => world
            .packages
            .contains("nfs-kernel-server")
            .then(|| format!("/usr/sbin/{program}")),
        "ufw" => world
            .files
            .contains_key(Utf8Path::new("/etc/ufw/ufw.conf"))
            .then(|| "/usr/sbin/ufw".to_owned()),
        "python3" => world.python.version.as_ref().map(|version| {
            let minor = version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
            format!("/usr/bin/python{minor}")
        }),
        versioned if versioned.starts_with("python3.") => world
            .python
            .version
            .as_ref()
            .filter(|version| version.starts_with(&versioned["python".len()..]))
            .map(|_| format!("/usr/bin/{versioned}")),
        "uv" => world
            .python
            .uv
            .then(|| format!("{}/.local/bin/uv", world.identity.home)),
        "systemctl" | "loginctl" | "sudo" | "apt-get" | "apt-cache" | "dpkg" | "dpkg-query"
        | "sh" | "sync" | "modprobe" | "modinfo" | "dmesg" | "journalctl" | "timedatectl"
        | "getent" | "usermod" | "gpasswd" | "chown" | "cp" | "mv" => {
            Some(format!("/usr/bin/{program}"))
        }
        _ => None,
    };
    found.map(Utf8PathBuf::from)
}

/// What a shell says of a program that is not there.
pub fn not_found(program: &str) -> crate::host::Answer {
    crate::host::Answer {
        code: 127,
        stdout: String::new(),
        stderr: if program.contains('/') {
            format!("{program}: No such file or directory\n")
        } else {
            format!("{program}: command not found\n")
        },
    }
}
