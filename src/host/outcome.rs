//! What a command that has ended means: done, or why not. The same judgement for a real machine
//! and a simulated one, so that what is tested on one holds on the other.

use super::outcome_exports::{self, ReadText};
use super::{Answer, Done};
use crate::model::{Advice, Command, Expect, Fault, Notice, ReasonId, Stream};
use crate::parse::minikube_events::{MinikubeError, MinikubeEvent, parse_event};
use crate::reason::{ids, kind, matchers};
use camino::Utf8Path;

/// Judges a command that has ended.
///
/// An exit code of 0 is necessary and not sufficient: what the output must show is looked for, and
/// minikube's events are searched for things that it does not count as failures.
///
/// # Errors
/// The reason that the tool's own words point to; else the one its exit code stands for; else a
/// general one.
pub fn judge(command: &Command, answer: &Answer) -> Result<Done, Fault> {
    judge_reading(command, answer, &|_| None)
}

/// The same where the files that the tool complains about can be read.
///
/// # Errors
/// As [`judge`].
pub fn judge_reading(
    command: &Command,
    answer: &Answer,
    read: &ReadText<'_>,
) -> Result<Done, Fault> {
    if is_minikube(command) {
        let events = Events::read(answer);
        if answer.ok() {
            return Ok(Done {
                notices: events.notices(),
            });
        }
        return Err(events.fault(command, answer));
    }
    if command
        .argv
        .first()
        .is_some_and(|name| base_name(name) == "exportfs")
    {
        let ours: Vec<&Utf8Path> = match &command.expect {
            Some(Expect::Exported { path, file }) => vec![path, file],
            _ => Vec::new(),
        };
        return outcome_exports::judge(answer, &ours, read).map_err(|words| {
            let reason = matchers::diagnose(&words).unwrap_or(ids::NFS_EXPORT_REFUSED);
            failed(command, answer.code, reason).with_evidence(&words)
        });
    }
    if !answer.ok() {
        let text = answer.text();
        let reason = matchers::diagnose(&text).unwrap_or_else(|| usual_reason(command));
        return Err(failed(command, answer.code, reason).with_evidence(&text));
    }
    match &command.expect {
        Some(Expect::Gpus(wanted)) => expect_gpus(command, answer, *wanted),
        Some(Expect::Exported { .. }) | None => Ok(Done::default()),
    }
}

/// The command in few words, for sentences: whole where short, else its leading plain words.
pub fn short_name(command: &Command) -> String {
    let whole = Command {
        env: Vec::new(),
        ..command.clone()
    }
    .line();
    if whole.chars().count() <= 48 {
        return format!("`{whole}`");
    }
    let words: Vec<&str> = command
        .argv
        .iter()
        .map(String::as_str)
        .enumerate()
        .take_while(|(index, word)| *index < 3 && !word.starts_with('-'))
        .map(|(index, word)| if index == 0 { base_name(word) } else { word })
        .collect();
    format!("`{} …`", words.join(" "))
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_minikube(command: &Command) -> bool {
    command.stream == Stream::MinikubeEvents
        || command
            .argv
            .first()
            .is_some_and(|program| base_name(program) == "minikube")
}

fn failed(command: &Command, code: i32, reason: ReasonId) -> Fault {
    let fault = Fault::new(reason, format!("{} {}", short_name(command), ended(code)));
    match kind(reason) {
        Some(kind) => fault.caused_by(kind.summary),
        None => fault,
    }
}

/// How it ended, in words. Codes above 128 are signals, by the shells' convention.
fn ended(code: i32) -> String {
    match code {
        130 => "was ended by SIGINT".to_owned(),
        137 => "was ended by SIGKILL".to_owned(),
        143 => "was ended by SIGTERM".to_owned(),
        139 => "crashed (SIGSEGV)".to_owned(),
        code => format!("ended with exit code {code}"),
    }
}

/// The reason of a failure whose text nobody knows, by what the command was to do.
fn usual_reason(command: &Command) -> ReasonId {
    let program = command
        .argv
        .first()
        .map_or("", |program| base_name(program));
    let has = |word: &str| command.argv.iter().any(|argument| argument == word);
    match program {
        "apt-get" | "dnf" | "yum" | "zypper" | "pacman" => ids::PACKAGE_INSTALL_FAILED,
        "docker" if has("--gpus") => ids::GPU_CONTAINER_FAILED,
        "docker" if is_mount(command) => ids::NFS_MOUNT_FAILED,
        "modprobe" => ids::GPU_DRIVER_NOT_LOADED,
        "uv" => ids::AGENT_INSTALL_FAILED,
        _ if has("pip") || has("venv") => ids::AGENT_INSTALL_FAILED,
        _ => ids::CHANGE_FAILED,
    }
}

/// Whether a command mounts something in a node.
fn is_mount(command: &Command) -> bool {
    let has = |text: &str| command.argv.iter().any(|argument| argument.contains(text));
    has("exec") && has("mount -t nfs")
}

/// Counts the GPUs that `nvidia-smi -L` lists: lines `GPU 0: Tesla T4 (UUID: GPU-…)`. MIG devices
/// are indented below their GPU and do not count.
fn expect_gpus(command: &Command, answer: &Answer, wanted: u32) -> Result<Done, Fault> {
    let listed = answer
        .stdout
        .lines()
        .filter(|line| {
            line.strip_prefix("GPU ")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
        .count();
    if listed >= usize::try_from(wanted).unwrap_or(usize::MAX) {
        return Ok(Done::default());
    }
    let text = answer.text();
    let reason = matchers::diagnose(&text).unwrap_or(ids::GPU_CONTAINER_SEES_FEWER);
    Err(Fault::new(
        reason,
        format!(
            "{} saw {listed} of the host's {wanted} GPUs",
            short_name(command)
        ),
    )
    .with_evidence(&text))
}

/// minikube's output, read once.
struct Events {
    events: Vec<MinikubeEvent>,
    /// Lines that are no events: klog's errors, output of commands without `-o json`.
    plain: String,
}

impl Events {
    fn read(answer: &Answer) -> Self {
        let (mut events, mut plain) = (Vec::new(), String::new());
        for line in answer.stdout.lines().chain(answer.stderr.lines()) {
            match parse_event(line) {
                Some(event) => events.push(event),
                None => {
                    plain.push_str(line);
                    plain.push('\n');
                }
            }
        }
        Self { events, plain }
    }

    /// What minikube says in passing although it matters, with the text it says it in.
    fn notices(&self) -> Vec<Notice> {
        const WORTH_SAYING: [(&str, &str); 4] = [
            (
                "will reset cluster",
                "minikube could not restart the control plane and reset the cluster: every \
                 Kubernetes object in it is lost",
            ),
            ("returned an error", "minikube could not enable an addon"),
            (
                "Unable to create dedicated network",
                "minikube made no network of its own: the node's address may change",
            ),
            (
                "fallback image",
                "minikube took another base image than the one it was asked for",
            ),
        ];
        let mut notices = Vec::new();
        let plain = self.plain.lines().map(str::to_owned);
        for message in self.events.iter().map(MinikubeEvent::message).chain(plain) {
            for (needle, meaning) in WORTH_SAYING {
                let addon = needle != "returned an error" || message.contains("Enabling '");
                if message.contains(needle) && addon {
                    let notice = Notice::warning(format!("{meaning} ({})", message.trim()));
                    if !notices.contains(&notice) {
                        notices.push(notice);
                    }
                }
            }
        }
        notices
    }

    fn fault(&self, command: &Command, answer: &Answer) -> Fault {
        let errors: Vec<&MinikubeError> = self
            .events
            .iter()
            .filter_map(|event| match event {
                MinikubeEvent::Error(error) => Some(error),
                _ => None,
            })
            .collect();
        let last = errors.iter().rev().find(|error| error.exit_code.is_some());
        let words = self.words();
        let id = last.and_then(|error| error.id.as_deref()).unwrap_or("");
        let starting = command.argv.iter().any(|word| word == "start");
        let reason = certain_reason(answer.code, id)
            .or_else(|| matchers::diagnose(&words))
            .or_else(|| likely_reason(answer.code, id))
            .unwrap_or(if starting {
                ids::CLUSTER_START_FAILED
            } else {
                ids::CHANGE_FAILED
            });
        let mut fault = failed(command, answer.code, reason).with_evidence(&words);
        if let Some(error) = last {
            let named = match &error.id {
                Some(id) => format!("{id}: {}", first_line(&error.message)),
                None => first_line(&error.message).to_owned(),
            };
            fault = fault.caused_by(named);
            if let Some(advice) = &error.advice
                && kind(reason).is_none_or(|kind| kind.advice.is_empty())
            {
                fault = fault.advise(Advice::say(format!("minikube says: {advice}")));
            }
        }
        fault
    }

    /// Warnings, errors and plain lines as text: what is matched, and kept as evidence.
    fn words(&self) -> String {
        let mut words = String::new();
        for event in &self.events {
            if matches!(event, MinikubeEvent::Warning(_) | MinikubeEvent::Error(_)) {
                words.push_str(event.message().trim());
                words.push('\n');
            }
        }
        format!("{}{words}", self.plain)
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Reasons that minikube's exit code names beyond doubt (`pkg/minikube/reason` of minikube).
fn certain_reason(code: i32, id: &str) -> Option<ReasonId> {
    match code {
        57 => Some(ids::RUNNING_AS_ROOT),
        26 => Some(ids::DISK_FULL),
        37 => Some(ids::MINIKUBE_HOME_PERMISSION),
        23 | 29 => Some(ids::MINIKUBE_RESOURCES),
        10 if id == "RSRC_OVER_ALLOC_MEM" => Some(ids::MINIKUBE_RESOURCES),
        65 => Some(ids::DOCKER_NOT_INSTALLED),
        63 => Some(ids::DOCKER_NOT_RUNNING),
        69 if id == "PROVIDER_DOCKER_NEWGRP" => Some(ids::DOCKER_PERMISSION),
        81 if id == "GUEST_DRIVER_MISMATCH" => Some(ids::CLUSTER_OPTIONS_DIFFER),
        _ => None,
    }
}

/// Reasons that it makes likely where no text is known. Note 69 (`PROVIDER_DOCKER_VERSION_EXIT_1`):
/// newer Docker clients word a stopped daemon so that minikube does not recognise it.
fn likely_reason(code: i32, id: &str) -> Option<ReasonId> {
    match code {
        14 => Some(ids::MINIKUBE_USAGE),
        40..=49 => Some(ids::MINIKUBE_NETWORK),
        55 | 69 => Some(ids::DOCKER_NOT_RUNNING),
        56 => Some(ids::MINIKUBE_USAGE),
        106 => Some(ids::CLUSTER_OPTIONS_DIFFER),
        _ if id.starts_with("INET_") => Some(ids::MINIKUBE_NETWORK),
        _ => None,
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
