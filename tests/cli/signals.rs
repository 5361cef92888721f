//! Signals to the real binary while the simulated machine runs in real time.
//!
//! Nothing here waits on time: a line that the program writes says when the signal is due.

use super::{Person, differences};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};

/// One stated second takes 20 ms: a cluster starts in two and a half seconds.
const PACE: (&str, &str) = ("GPUCLUSTER_SIM_PACE", "0.02");

/// So slow that what has begun does not end by itself while a test looks.
const SLOW: (&str, &str) = ("GPUCLUSTER_SIM_PACE", "100");

/// A command under way, and what it has written to standard error so far.
struct Underway {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
    seen: String,
}

impl Underway {
    fn begin(person: &Person, line: &str, pace: (&str, &str)) -> Self {
        let mut command = person.command(line, &[pace]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            lines,
            seen: String::new(),
        }
    }

    /// Reads on until a line holds `text`.
    fn until(&mut self, text: &str) {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            self.seen.push_str(&line);
            assert!(read > 0, "it ended before {text:?}:\n{}", self.seen);
            if line.contains(text) {
                return;
            }
        }
    }

    fn send(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(pid, signal).unwrap();
    }

    /// Waits for the end: the exit code, or the signal that killed it, and everything it wrote.
    fn end(mut self) -> (Option<i32>, Option<i32>, String) {
        self.lines.read_to_string(&mut self.seen).unwrap();
        let status = self.child.wait().unwrap();
        (status.code(), status.signal(), self.seen)
    }
}

/// Stopped while minikube starts by `signal`, which `code` stands for; then typed again.
fn stopped_and_resumed(signal: Signal, code: i32) {
    let undisturbed = Person::new();
    assert_eq!(undisturbed.types("up --simulate").code, Some(0));
    let person = Person::new();
    let mut run = Underway::begin(&person, "up --simulate", PACE);
    run.until("start minikube.cluster");
    run.send(signal);
    let (ended, _, said) = run.end();
    assert_eq!(ended, Some(code), "{signal}: {said}");
    assert!(said.contains("minikube.cluster: "), "{signal}: {said}");
    assert!(
        said.contains("resume: gpucluster up --simulate"),
        "{signal} says how to go on: {said}"
    );
    assert!(
        !said.contains("start agent\n"),
        "{signal}: nothing new begins: {said}"
    );
    let again = person.types("up --simulate");
    assert_eq!(again.code, Some(0), "{signal}: {}", again.err);
    assert_eq!(
        differences(&person.world("4xt4"), &undisturbed.world("4xt4")),
        [""; 0],
        "{signal}"
    );
}

#[test]
fn ctrl_c_while_minikube_starts_drains_and_up_again_converges() {
    stopped_and_resumed(Signal::SIGINT, 130);
}

#[test]
fn a_request_to_terminate_is_a_ctrl_c_with_its_own_code() {
    stopped_and_resumed(Signal::SIGTERM, 143);
}

#[test]
fn a_closed_terminal_is_a_ctrl_c_with_its_own_code() {
    stopped_and_resumed(Signal::SIGHUP, 129);
}

#[test]
fn ctrl_c_while_looking_changes_nothing() {
    let person = Person::new();
    person.types("doctor --simulate");
    let before = person.world("4xt4");
    let mut run = Underway::begin(&person, "up --simulate -v", SLOW);
    run.until("saw   host.user");
    run.send(Signal::SIGINT);
    let (ended, _, said) = run.end();
    assert_eq!(ended, Some(130), "{said}");
    assert!(!said.contains("start nvidia.toolkit"), "{said}");
    assert_eq!(differences(&person.world("4xt4"), &before), [""; 0]);
}
