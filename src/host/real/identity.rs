//! Who and where we are, read once.

use crate::host::{HostError, Identity};
use camino::Utf8PathBuf;
use nix::unistd::{User, getegid, geteuid, gethostname};

/// Reads it.
pub(super) fn read() -> Result<Identity, HostError> {
    read_or(None)
}

/// Reads it; `home` is the home of somebody who has none.
pub(super) fn read_or(home: Option<Utf8PathBuf>) -> Result<Identity, HostError> {
    let nobodys = home;
    let uid = geteuid();
    let account = User::from_uid(uid).ok().flatten();
    let home = std::env::var("HOME")
        .ok()
        .filter(|home| home.starts_with('/'))
        .map(Utf8PathBuf::from)
        .or_else(|| {
            let dir = account.as_ref()?.dir.clone();
            Utf8PathBuf::try_from(dir).ok()
        })
        .or(nobodys)
        .ok_or_else(|| {
            HostError::Io("neither HOME nor the account's entry names a home directory".to_owned())
        })?;
    let data_dir = std::env::var("XDG_DATA_HOME")
        .ok()
        .filter(|dir| dir.starts_with('/'))
        .map_or_else(|| home.join(".local/share"), Utf8PathBuf::from)
        .join("gpucluster");
    let executable = std::env::current_exe()
        .map_err(|error| HostError::Io(format!("our own program cannot be found: {error}")))?;
    let executable = Utf8PathBuf::try_from(executable)
        .map_err(|error| HostError::Io(format!("our own program's path: {error}")))?;
    let cpus = std::thread::available_parallelism().map_or(1, |cpus| cpus.get());
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    Ok(Identity {
        hostname: gethostname()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        os_release: std::fs::read_to_string("/etc/os-release")
            .or_else(|_| std::fs::read_to_string("/usr/lib/os-release"))
            .unwrap_or_default(),
        user: account.map_or_else(|| uid.to_string(), |account| account.name),
        uid: uid.as_raw(),
        gid: getegid().as_raw(),
        home,
        data_dir,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        memory_mib: memory_mib(&meminfo),
        executable,
        config_home: std::env::var("XDG_CONFIG_HOME")
            .ok()
            .filter(|dir| dir.starts_with('/'))
            .map(Utf8PathBuf::from),
    })
}

/// `MemTotal` of `/proc/meminfo`, which counts in KiB.
fn memory_mib(meminfo: &str) -> u64 {
    meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_mebibytes() {
        let text = "MemTotal:       65536000 kB\nMemFree:  1 kB\n";
        assert_eq!(memory_mib(text), 64000);
        assert_eq!(memory_mib(""), 0);
    }

    #[test]
    fn this_machine_has_an_identity() {
        let identity = read().unwrap();
        assert!(identity.cpus > 0 && identity.memory_mib > 0);
        assert!(identity.data_dir.is_absolute());
        assert!(!identity.user.is_empty());
    }
}
