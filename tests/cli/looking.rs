//! What only looks changes nothing: every system call of it, by strace where there is one.
//!
//! The programs of the stack are replaced by ones that do nothing, so that it is our own calls that
//! are judged and the verdict does not depend on the machine.

use super::Person;
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// Calls that can change something that outlives the process.
const CHANGING: &str = "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,\
    link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,\
    utimensat,mknod,mknodat,setxattr,lsetxattr,mount,umount2,kill,setpriority,sethostname,setdomainname,\
    settimeofday,clock_settime,reboot,init_module,finit_module,delete_module,swapon,swapoff";

/// Programs that steps and checks ask.
const TOOLS: &[&str] = &[
    "docker",
    "minikube",
    "nvidia-smi",
    "nvidia-ctk",
    "systemctl",
    "journalctl",
    "exportfs",
    "apt-get",
    "dpkg-query",
    "python3",
];

/// A person whose programs say nothing; `false` where there is no strace, or it may not trace.
fn prepared() -> (Person, bool) {
    let person = Person::new();
    let bin = person.cwd().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for tool in TOOLS {
        let path = bin.join(tool);
        std::fs::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let tried = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status();
    let traces = tried.is_ok_and(|status| status.success());
    if !traces {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no strace here, or it may not trace; the calls of what only looks go unseen"
        );
    }
    (person, traces)
}

/// Every call of a command and its children that succeeded in changing something.
fn changes(person: &Person, line: &str) -> Vec<String> {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let plain = person.command(line, &[]);
    let path = person.cwd().join("bin").display().to_string();
    let mut traced = Command::new("strace");
    traced
        .args([
            "-f",
            "-y",
            "-qq",
            "-s",
            "256",
            "-e",
            &format!("trace={}", CHANGING.replace(' ', "")),
        ])
        .args(["-e", "signal=none"])
        .arg("-E")
        .arg(format!("PATH={path}"))
        .arg("-o")
        .arg(trace.path())
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear()
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(person.cwd())
        .stdin(std::process::Stdio::null());
    let ran = traced.output().unwrap();
    assert!(
        ran.status.code().is_some_and(|code| code != 1),
        "{line}: {ran:?}"
    );
    let trace = std::fs::read_to_string(trace.path()).unwrap();
    assert!(trace.contains("open"), "nothing was traced of `{line}`");
    let children: BTreeSet<&str> = trace
        .lines()
        .filter_map(|call| call.split_whitespace().next())
        .collect();
    // Whatever a tool leaves in its group when it has answered is ended, and it is a child of ours.
    let ends_a_child = |call: &str| {
        let target = call.split_once(" kill(-").map(|(_, rest)| rest);
        target
            .and_then(|rest| rest.split(',').next())
            .is_some_and(|group| children.contains(group))
    };
    trace
        .lines()
        .filter(|call| !ends_a_child(call))
        .filter(|call| {
            !call.contains(" = -1 ") && !call.contains("resumed>") && !call.contains("???(")
        })
        .filter(|call| {
            let opens = call.contains(" open(") || call.contains(" openat(");
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];
            !opens || writes.iter().any(|flag| call.contains(flag))
        })
        // Terminals and the void keep nothing; signal 0 asks whether somebody is there.
        .filter(|call| !call.contains("\"/dev/null\"") && !call.contains("\"/dev/tty\""))
        .filter(|call| !(call.contains(" kill(") && call.contains(", 0)")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn looking_makes_no_call_that_changes_anything() {
    let (person, traces) = prepared();
    if !traces {
        return;
    }
    for line in [
        "status",
        "status --output json",
        "doctor",
        "agent status",
        "agent logs",
        "support-bundle --list",
        "support-bundle",
        "explain DOCKER_NOT_RUNNING",
    ] {
        assert_eq!(changes(&person, line), [""; 0], "{line}");
    }
    assert!(!person.state().exists());
    // What does write is seen: a simulated machine is kept in the state folder.
    assert!(!changes(&person, "doctor --simulate").is_empty());
}

#[test]
fn a_bundle_is_the_only_thing_that_writing_one_leaves() {
    let (person, traces) = prepared();
    if !traces {
        return;
    }
    for call in changes(&person, "support-bundle --yes --file a.tar.gz") {
        let ours = call.contains(".gpucluster-") || call.contains("a.tar.gz");
        assert!(ours, "{call}");
    }
    let mut left: Vec<String> = std::fs::read_dir(person.cwd())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["a.tar.gz", "bin"]);
}

#[test]
fn a_rehearsal_writes_its_own_record_and_nothing_else() {
    let (person, traces) = prepared();
    if !traces {
        return;
    }
    let state = person.state().display().to_string();
    for call in changes(&person, "up --rehearse --yes") {
        assert!(call.contains(&state), "{call}");
    }
}
