//! A shell script under the real supervisor, which is this test program started once more.

use super::*;
use crate::host::real::supervisor::{Patience, supervise_with};
use crate::host::real::{RealOptions, Secrets};
use camino::Utf8PathBuf;
use std::io::{BufRead, BufReader};

/// Not a test of its own: what the others start as the supervisor, with the folder last.
#[test]
#[ignore = "entry point of the supervisor that the other tests start"]
#[expect(
    clippy::disallowed_methods,
    reason = "the exit code of the supervisor is what is looked at"
)]
fn supervisor_entry() {
    let dir = std::env::args().next_back().map(Utf8PathBuf::from);
    if let Some(dir) = dir.filter(|dir| dir.join("service.json").exists()) {
        // Filters that match no test are how a patience of milliseconds gets here.
        let given = |name: &str| {
            std::env::args()
                .find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
                .map(Duration::from_millis)
        };
        let mut patience = Patience::default();
        for (name, time) in [
            ("patience", &mut patience.after_fatal),
            ("waiting", &mut patience.cluster.waiting),
            ("running", &mut patience.cluster.running),
            ("absent", &mut patience.cluster.absent),
        ] {
            *time = given(name).unwrap_or(*time);
        }
        let exit = supervise_with(&dir, patience);
        std::process::exit(i32::from(exit.code()));
    }
}

fn supervisor_argv() -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    let mut argv = vec![program.to_str().unwrap().to_owned()];
    argv.extend(
        [
            "--ignored",
            "--exact",
            "host::real::service::tests::supervisor_entry",
        ]
        .map(str::to_owned),
    );
    argv
}

pub(in crate::host::real) struct Place {
    _dir: tempfile::TempDir,
    pub spec: ServiceSpec,
    pub host: RealHost,
    /// Where the program says a line at each start.
    said: BufReader<std::fs::File>,
}

impl Place {
    /// A program that says its process id, then does what `script` says.
    pub fn new(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::try_from(dir.path().to_path_buf()).unwrap();
        let fifo = root.join("fifo");
        nix::unistd::mkfifo(fifo.as_std_path(), nix::sys::stat::Mode::S_IRWXU).unwrap();
        // Open for both, so that neither side waits for the other.
        let said = std::fs::File::options()
            .read(true)
            .write(true)
            .open(&fifo)
            .unwrap();
        let host = RealHost::new(RealOptions {
            kubeconfig: root.join("config"),
            secrets: Secrets::none(),
            interactive: false,
            supervisor_argv: Some(supervisor_argv()),
            patience: 1,
        });
        let script = format!("echo $$ $WORD > {fifo}; {script}");
        Self {
            _dir: dir,
            spec: ServiceSpec {
                name: "agent-test".to_owned(),
                argv: ["/bin/sh", "-c", &script].map(str::to_owned).to_vec(),
                env: vec![
                    ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
                    ("WORD".to_owned(), "first".to_owned()),
                ],
                dir: root.join("run"),
                ready: None,
                unit: None,
            },
            host: host.unwrap(),
            said: BufReader::new(said),
        }
    }

    /// What the program said at its next start.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    pub fn hear_pid(&mut self) -> i32 {
        let line = self.hear();
        line.split(' ').next().unwrap().parse().unwrap()
    }

    pub async fn start(&self) -> Result<(), Fault> {
        self.host.start_service(&self.spec, &Stop::default()).await
    }

    pub async fn stop(&self) {
        let stopped = self
            .host
            .stop_service(&self.spec.name, &self.spec.dir, None);
        stopped.await.unwrap();
    }

    pub fn supervisor(&self) -> Process {
        let state = Folder(self.spec.dir.clone()).state().unwrap();
        state.supervisor.unwrap()
    }
}

impl Drop for Place {
    /// A test that failed leaves nothing running.
    fn drop(&mut self) {
        if let Ok(state) = Folder(self.spec.dir.clone()).state() {
            for process in [state.supervisor, state.program].into_iter().flatten() {
                if process.runs() {
                    signal_one(process, Signal::SIGKILL);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_service_runs_with_its_own_environment_and_stops_without_a_trace() {
    let mut place = Place::new("echo ready; env; sleep 600 & wait");
    assert_eq!(look(&place.spec.dir), Ok(ServiceState::default()));
    place.start().await.unwrap();
    let pid = place.hear_pid();
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(state.pid, Some(pid));
    assert_eq!(state.fingerprint, Some(spec_fingerprint(&place.spec)));
    assert_eq!((state.restarts, state.last_exit), (0, None));
    let (supervisor, program) = (place.supervisor(), Process::of(pid).unwrap());
    // Once more with the same specification changes nothing.
    place.start().await.unwrap();
    assert_eq!(place.supervisor(), supervisor);
    place.stop().await;
    assert!(!supervisor.runs() && !program.runs());
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(state.pid, None);
    assert_eq!(state.last_exit.as_deref(), Some("stopped as asked"));
    assert!(state.log.contains("ready\n"), "{}", state.log);
    assert!(!state.log.contains("HOME="), "{}", state.log);
    place.stop().await;
}

#[tokio::test]
async fn a_program_that_was_killed_is_started_again() {
    let mut place = Place::new("exec sleep 600");
    place.start().await.unwrap();
    let first = place.hear_pid();
    signal_one(Process::of(first).unwrap(), Signal::SIGKILL);
    let second = place.hear_pid();
    assert_ne!(first, second);
    // It speaks a moment before its supervisor has written it down.
    let written = async {
        while look(&place.spec.dir).unwrap().pid != Some(second) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(START_LIMIT, written).await.unwrap();
    assert_eq!(look(&place.spec.dir).unwrap().restarts, 1);
    place.stop().await;
}

#[tokio::test]
async fn another_specification_replaces_the_program() {
    let mut place = Place::new("exec sleep 600");
    place.start().await.unwrap();
    assert!(place.hear().ends_with(" first"));
    let old = place.supervisor();
    place.spec.env[1].1 = "second".to_owned();
    place.start().await.unwrap();
    assert!(place.hear().ends_with(" second"));
    assert!(!old.runs());
    place.stop().await;
}

#[tokio::test]
async fn a_program_that_ends_well_stays_down_and_that_is_said() {
    let mut place = Place::new("echo bye");
    place.start().await.unwrap();
    place.hear();
    let supervisor = Folder(place.spec.dir.clone()).state().unwrap().supervisor;
    if let Some(supervisor) = supervisor {
        assert!(gone(supervisor, STOP_LIMIT).await);
    }
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(state.pid, None);
    assert!(state.last_exit.unwrap().contains("exit code 0"));
    assert!(state.log.contains("bye"));
}

#[tokio::test]
async fn a_second_supervisor_is_refused() {
    let mut place = Place::new("exec sleep 600");
    place.start().await.unwrap();
    place.hear();
    let mut argv = supervisor_argv();
    argv.push(place.spec.dir.to_string());
    let answer = place.host.command(&argv, &[], STOP_LIMIT).await.unwrap();
    assert_eq!(answer.code, i32::from(crate::reason::Exit::Busy.code()));
    assert!(look(&place.spec.dir).unwrap().pid.is_some());
    place.stop().await;
}

#[tokio::test]
async fn what_a_killed_supervisor_left_behind_is_seen_and_replaced() {
    let mut place = Place::new("exec sleep 600");
    place.start().await.unwrap();
    let orphan = Process::of(place.hear_pid()).unwrap();
    let supervisor = place.supervisor();
    signal_one(supervisor, Signal::SIGKILL);
    assert!(gone(supervisor, STOP_LIMIT).await);
    assert!(orphan.runs());
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(state.pid, None);
    assert_eq!(state.last_exit.as_deref(), Some("its supervisor is gone"));
    place.start().await.unwrap();
    assert!(!orphan.runs());
    assert_ne!(place.hear_pid(), orphan.pid);
    place.stop().await;
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_failure_to_start() {
    let mut place = Place::new("true");
    place.spec.argv = vec!["/nonexistent/wandb".to_owned()];
    let fault = place.start().await.unwrap_err();
    assert_eq!(fault.reason, ids::AGENT_START_FAILED);
    assert!(
        fault.causes[0].starts_with("cannot be started"),
        "{fault:?}"
    );
    assert_eq!(look(&place.spec.dir).unwrap().pid, None);
}

#[tokio::test]
async fn a_program_that_hangs_after_its_last_error_is_ended_and_started_again() {
    let mut place = Place::new("echo 'Error: it is over' >&2; exec sleep 600");
    place.host.supervisor_argv.push("patience=50".to_owned());
    place.start().await.unwrap();
    let first = place.hear_pid();
    assert_ne!(place.hear_pid(), first);
    assert!(Process::of(first).is_none());
    let log = fs::read(&place.spec.dir.join("log")).unwrap().unwrap();
    assert!(log.contains("Error: it is over\n"), "{log}");
    assert!(log.contains("hangs after its last error"), "{log}");
    place.stop().await;
}
