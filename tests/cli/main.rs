//! The built binary on simulated machines: every screen as a person sees it, off a terminal.
//!
//! One snapshot holds exit code, standard output and standard error. What differs from run to run
//! (paths of the state folder, the three letters of a run's name) is replaced.

#![expect(
    clippy::disallowed_methods,
    reason = "tests write their own temporary folders"
)]

mod bad_input;
mod crash;
mod doctor;
mod explain;
mod fix;
mod foreign;
mod life;
mod looking;
mod machines;
mod purity;
mod screens;
mod share;
mod signals;
mod stack;
mod support_bundle;
mod terminal;
mod warm;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A person's own corner: state, home and settings of one test.
pub struct Person {
    home: tempfile::TempDir,
}

/// What a command left behind.
pub struct Ran {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Default for Person {
    fn default() -> Self {
        Self::new()
    }
}

impl Person {
    /// A person without settings or state.
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// The folder of all state.
    pub fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// The folder that commands are typed in.
    pub fn cwd(&self) -> &Path {
        self.home.path()
    }

    /// A command line, split at white space, with more environment.
    pub fn command(&self, line: &str, env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gpucluster"));
        command
            .args(line.split_whitespace())
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("GPUCLUSTER_STATE_DIR", self.state())
            .envs(env.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// Types a command.
    pub fn types(&self, line: &str) -> Ran {
        self.types_with(line, &[])
    }

    /// Types a command with more environment.
    pub fn types_with(&self, line: &str, env: &[(&str, &str)]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(line, env).output().unwrap();
        Ran {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The stored simulated machine, without what may differ between two equal worlds: the clock,
    /// the history of commands, process ids and the API server's bookkeeping.
    pub fn world(&self, machine: &str) -> serde_json::Value {
        let text = std::fs::read_to_string(self.world_file(machine)).unwrap();
        let mut world: serde_json::Value = serde_json::from_str(&text).unwrap();
        normalise(&mut world);
        world
    }

    /// Alters the stored machine behind everybody's back.
    #[expect(
        clippy::disallowed_methods,
        reason = "a state folder of the test's own"
    )]
    pub fn alter(&self, machine: &str, how: impl FnOnce(&mut serde_json::Value)) {
        let path = self.world_file(machine);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut world = serde_json::from_str(&text).unwrap();
        how(&mut world);
        std::fs::write(path, world.to_string()).unwrap();
    }

    fn world_file(&self, machine: &str) -> std::path::PathBuf {
        let simulated = self.state().join("simulated");
        simulated.join(machine).join("world.json")
    }

    /// The screen with everything that differs from run to run replaced.
    pub fn screen(&self, ran: &Ran) -> String {
        let text = format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            ran.code
                .map_or("by signal".to_owned(), |code| code.to_string()),
            ran.out,
            ran.err
        );
        let state = self.state().display().to_string();
        let home = self.home.path().display().to_string();
        redact_runs(&text.replace(&state, "[STATE]").replace(&home, "[HOME]"))
    }
}

/// Replaces names of runs (`20261123-1503-u57`).
fn redact_runs(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = |from: usize, n: usize| {
            bytes
                .get(from..from + n)
                .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let is_run = digits(at, 8)
            && bytes.get(at + 8) == Some(&b'-')
            && digits(at + 9, 4)
            && bytes.get(at + 13) == Some(&b'-')
            && bytes.len() >= at + 17;
        if is_run {
            out.push_str("[RUN]");
            at += 17;
        } else {
            let next = text[at..].chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

/// Where two worlds differ; empty when they do not.
pub fn differences(one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    fn walk(at: &str, one: &serde_json::Value, other: &serde_json::Value, out: &mut Vec<String>) {
        match (one, other) {
            (serde_json::Value::Object(a), serde_json::Value::Object(b)) => {
                let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                for key in keys {
                    let missing = serde_json::Value::Null;
                    let (a, b) = (
                        a.get(key).unwrap_or(&missing),
                        b.get(key).unwrap_or(&missing),
                    );
                    walk(&format!("{at}/{key}"), a, b, out);
                }
            }
            (one, other) if one == other => {}
            (one, other) => out.push(format!("{at}: {one} / {other}")),
        }
    }
    let mut out = Vec::new();
    walk("", one, other, &mut out);
    out
}

/// Keys whose values are bookkeeping of time, order or identity.
const BOOKKEEPING: &[&str] = &[
    "epoch_ms",
    "log",
    "pid",
    "started_ms",
    "at_ms",
    "uid_counter",
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "managedFields",
    "time",
    "restarts",
    "ready_at_ms",
    "since_ms",
    "next_pid",
    "next_uid",
    "revision",
    "last_step",
    "service_restarts",
    "plugin_ready_ms",
];

fn normalise(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|key, value| {
                !(BOOKKEEPING.contains(&key.as_str()) && !value.is_object() || key == "log")
            });
            map.values_mut().for_each(normalise);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(normalise),
        _ => {}
    }
}
