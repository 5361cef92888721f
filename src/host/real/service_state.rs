//! What a supervisor and whoever asks about it tell each other, in files of the service's folder:
//! `service.json` (what to run), `state.json` (what runs), `log`, `lock`.

use super::fs;
use crate::host::HostError;
use crate::model::{Fault, ServiceSpec};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;

/// How much of the log is handed on.
const TAIL: u64 = 64 << 10;

/// The first words of the line that a supervisor writes into the log at each start.
pub(super) const HEADER: &str = "--- gpucluster: started ";

/// What a supervisor says of itself and its program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// The supervisor.
    pub supervisor: Option<Process>,
    /// The program, while it runs.
    pub program: Option<Process>,
    /// Milliseconds since the epoch of its last start.
    pub started_ms: Option<u64>,
    /// How often it was started again.
    pub restarts: u32,
    /// Of what it runs with.
    pub fingerprint: Option<String>,
    /// How it ended last, in words.
    pub last_exit: Option<String>,
    /// What the program's start waits for, in words.
    pub waiting: Option<String>,
}

/// A process that cannot be confused with a later one of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// Process id.
    pub pid: i32,
    /// Clock ticks after boot at which it was started (`/proc/PID/stat`, field 22).
    pub started: u64,
}

impl Process {
    /// The process that has this id now.
    pub fn of(pid: i32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let started = started(&stat)?;
        Some(Self { pid, started })
    }

    /// Whether it still runs. One that waits to be reaped does not.
    pub fn runs(self) -> bool {
        Self::of(self.pid) == Some(self)
    }
}

/// The systemd unit to which a process belongs, from its control group (cgroups(7)): under a user
/// unit `0::/user.slice/user-1000.slice/user@1000.service/app.slice/NAME.service`.
pub(super) fn unit_of(process: Process) -> Option<String> {
    let groups = std::fs::read_to_string(format!("/proc/{}/cgroup", process.pid)).ok()?;
    unit_in(&groups)
}

fn unit_in(groups: &str) -> Option<String> {
    // Where both hierarchies are mounted, systemd's own is the one that counts.
    let path = groups
        .lines()
        .find_map(|line| Some(line.split_once(":name=systemd:")?.1))
        .or_else(|| groups.lines().find_map(|line| line.strip_prefix("0::")))?;
    let last = path.rsplit('/').next()?;
    (last.ends_with(".service") || last.ends_with(".scope")).then(|| last.to_owned())
}

/// Start time from a line of `/proc/PID/stat`; `None` for a process that has ended. The program's
/// name comes second, in parentheses, and may hold anything.
fn started(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    match fields.next()? {
        "Z" | "X" | "x" => None,
        _ => fields.nth(18)?.parse().ok(),
    }
}

/// The files of one service.
#[derive(Clone, Debug)]
pub(super) struct Folder(pub Utf8PathBuf);

impl Folder {
    /// Of the log.
    pub fn log(&self) -> Utf8PathBuf {
        self.0.join("log")
    }

    /// Of the supervisor's own words, which should be none.
    pub fn supervisor_log(&self) -> Utf8PathBuf {
        self.0.join("supervisor.log")
    }

    fn state_file(&self) -> Utf8PathBuf {
        self.0.join("state.json")
    }

    fn spec_file(&self) -> Utf8PathBuf {
        self.0.join("service.json")
    }

    /// The last state written; none if there is no file, or none that can be read.
    pub fn state(&self) -> Result<State, HostError> {
        let text = fs::read(&self.state_file())?.unwrap_or_default();
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Writes the state whole.
    pub fn put_state(&self, state: &State) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(state).unwrap_or_default() + "\n";
        fs::write(&self.state_file(), text.as_bytes(), 0o600)
    }

    /// What to run.
    pub fn spec(&self) -> Result<ServiceSpec, String> {
        let path = self.spec_file();
        let text = fs::read(&path).map_err(|error| error.to_string())?;
        let text = text.ok_or_else(|| format!("{path} is not there"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }

    /// Writes down what to run.
    pub fn put_spec(&self, spec: &ServiceSpec) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(spec)
            .map_err(|error| Fault::new(ids::UNEXPECTED, error.to_string()))?
            + "\n";
        fs::write(&self.spec_file(), text.as_bytes(), 0o600)
    }

    /// The lock that a supervisor holds while it lives; `None` if one does. The kernel frees it on
    /// any death, and a child does not inherit it.
    pub fn try_lock(&self) -> io::Result<Option<File>> {
        let file = append_to(&self.0.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The log since the last start, at most its last 64 KiB.
    pub fn log_since_start(&self) -> Result<String, HostError> {
        let path = self.log();
        let tail = || -> io::Result<Vec<u8>> {
            let mut file = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                other => other?,
            };
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
            let mut bytes = Vec::new();
            file.take(TAIL).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = tail().map_err(|error| fs::look_error(&path, &error))?;
        let text = String::from_utf8_lossy(&bytes);
        let start = text.rmatch_indices(HEADER).map(|(at, _)| at);
        let header = start
            .into_iter()
            .find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
        // Cut inside a line only where the log is longer than what is handed on.
        let from = match header {
            Some(at) => text[at..].find('\n').map_or(text.len(), |end| at + end + 1),
            None if bytes.len() as u64 == TAIL => text.find('\n').map_or(0, |end| end + 1),
            None => 0,
        };
        Ok(text[from..].to_owned())
    }
}

/// A private file, opened to be added to.
pub(super) fn append_to(path: &Utf8Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().to_path_buf()).unwrap();
        (dir, Folder(path))
    }

    #[test]
    fn a_process_is_known_by_its_start_whatever_its_name() {
        let stat = "7 (a ) Z b) S 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1";
        assert_eq!(started(stat), Some(4242));
        assert_eq!(started(&stat.replace(") S", ") Z")), None);
        assert_eq!(started("nonsense"), None);
        let us = Process::of(i32::try_from(std::process::id()).unwrap()).unwrap();
        assert!(us.runs());
        let later = Process {
            started: us.started + 1,
            ..us
        };
        assert!(!later.runs());
    }

    #[test]
    fn only_the_log_since_the_last_start_is_handed_on() {
        let (_dir, folder) = folder();
        assert_eq!(folder.log_since_start(), Ok(String::new()));
        let text = format!("{HEADER}1 ---\nold\n{HEADER}2 ---\nnew: {HEADER}x\nlast\n");
        fs::write(&folder.log(), text.as_bytes(), 0o600).unwrap();
        let seen = folder.log_since_start().unwrap();
        assert_eq!(seen, format!("new: {HEADER}x\nlast\n"));
        let long = format!("{HEADER}1 ---\n{}", "0123456789\n".repeat(10_000));
        fs::write(&folder.log(), long.as_bytes(), 0o600).unwrap();
        let seen = folder.log_since_start().unwrap();
        assert!(seen.starts_with("0123456789\n") && seen.len() <= 64 << 10);
    }

    #[test]
    fn a_spec_and_a_state_are_read_back_as_written() {
        let (_dir, folder) = folder();
        assert_eq!(folder.state(), Ok(State::default()));
        let spec = ServiceSpec {
            name: "agent-x".to_owned(),
            argv: vec!["/bin/true".to_owned()],
            env: vec![("A".to_owned(), "b c".to_owned())],
            dir: folder.0.clone(),
            ready: Some("/home/a/.kube/config".into()),
            unit: Some("gpucluster-agent-x.service".to_owned()),
        };
        folder.put_spec(&spec).unwrap();
        assert_eq!(folder.spec(), Ok(spec));
        let state = State {
            program: Process::of(1),
            restarts: 3,
            ..State::default()
        };
        folder.put_state(&state).unwrap();
        assert_eq!(folder.state(), Ok(state));
    }

    #[test]
    fn a_spec_of_an_earlier_release_is_read_and_has_no_gate() {
        let (_dir, folder) = folder();
        let text =
            r#"{"name": "agent-x", "argv": ["/bin/true"], "env": [["A", "b"]], "dir": "/d"}"#;
        fs::write(&folder.spec_file(), text.as_bytes(), 0o600).unwrap();
        let spec = folder.spec().unwrap();
        assert_eq!((spec.ready, spec.unit), (None, None));
        let text = r#"{"restarts": 3, "fingerprint": "f"}"#;
        fs::write(&folder.state_file(), text.as_bytes(), 0o600).unwrap();
        let state = folder.state().unwrap();
        assert_eq!((state.restarts, state.waiting), (3, None));
    }

    #[test]
    fn a_supervisors_unit_is_told_by_its_control_group() {
        let user = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/gpucluster-agent-x.service\n";
        assert_eq!(unit_in(user).as_deref(), Some("gpucluster-agent-x.service"));
        let session = "0::/user.slice/user-1000.slice/session-3.scope\n";
        assert_eq!(unit_in(session).as_deref(), Some("session-3.scope"));
        let hybrid = "12:pids:/\n1:name=systemd:/user.slice/a.service\n0::/\n";
        assert_eq!(unit_in(hybrid).as_deref(), Some("a.service"));
        for none in ["", "0::/\n", "0::/docker/abc\n"] {
            assert_eq!(unit_in(none), None, "{none}");
        }
    }

    #[test]
    fn the_lock_is_held_once() {
        let (_dir, folder) = folder();
        let held = folder.try_lock().unwrap();
        assert!(held.is_some());
        assert!(folder.try_lock().unwrap().is_none());
        drop(held);
        assert!(folder.try_lock().unwrap().is_some());
    }
}
