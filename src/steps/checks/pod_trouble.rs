//! Why a pod does not get on, told from its status and its events.

use crate::model::ReasonId;
use crate::reason::ids;
use crate::reason::matchers::diagnose;
use serde_json::Value;

/// What keeps a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It will not get on by itself.
    Stuck {
        /// Why.
        reason: ReasonId,
        /// In the cluster's own words.
        words: String,
    },
    /// It waits for something that comes by itself.
    Waiting(String),
}

/// The longest words that are passed on, in characters.
const LONGEST: usize = 300;

fn text<'a>(value: &'a Value, at: &str) -> &'a str {
    value
        .pointer(at)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The first line that says something, shortened: events hold whole terminals.
fn brief(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let mut short: String = line.chars().take(LONGEST).collect();
    short.push('…');
    short
}

/// What keeps a pod; `events` are the messages of its warnings, oldest first. `None`: it runs, or ended.
pub fn trouble(pod: &Value, events: &[&str]) -> Option<Trouble> {
    let statuses = |key: &str| {
        let list = pod.pointer(&format!("/status/{key}"));
        list.and_then(Value::as_array).into_iter().flatten()
    };
    let containers = statuses("initContainerStatuses").chain(statuses("containerStatuses"));
    for container in containers {
        let waiting = text(container, "/state/waiting/reason");
        let words = text(container, "/state/waiting/message");
        let ended = text(container, "/lastState/terminated/reason");
        let said = [waiting, words, ended].join(" ");
        match waiting {
            "" | "PodInitializing" => {}
            "ContainerCreating" => return Some(creating(events)),
            "CrashLoopBackOff" if ended == "OOMKilled" => {
                return Some(stuck(ids::CONTAINER_OUT_OF_MEMORY, &said));
            }
            "CrashLoopBackOff" => {
                // What its program said at its end is seldom here; where it is, it names the cause.
                let last = text(container, "/lastState/terminated/message");
                return Some(stuck(diagnose(last).unwrap_or(ids::POD_CRASHED), &said));
            }
            "ErrImagePull" | "ImagePullBackOff" => {
                // The back-off says only that it waits; why is in an event before it.
                let all = [&[said.as_str()], events].concat().join("\n");
                let reason = diagnose(&all).unwrap_or(ids::IMAGE_PULL_FAILED);
                let names = |event: &&&str| diagnose(event) == Some(reason);
                let why = events.iter().rev().find(names);
                return Some(stuck(reason, why.unwrap_or(&said.as_str())));
            }
            "InvalidImageName" => return Some(stuck(ids::IMAGE_NAME_INVALID, &said)),
            "ErrImageNeverPull" => return Some(stuck(ids::IMAGE_NOT_IN_NODE, &said)),
            _ => return Some(stuck(diagnose(&said).unwrap_or(ids::POD_STUCK), &said)),
        }
    }
    match text(pod, "/status/phase") {
        "Pending" => Some(pending(pod, events)),
        "Failed" => failed(pod),
        _ => None,
    }
}

fn stuck(reason: ReasonId, words: &str) -> Trouble {
    Trouble::Stuck {
        reason,
        words: brief(words),
    }
}

/// A container is being made: normal for as long as no event complains.
fn creating(events: &[&str]) -> Trouble {
    match events.last() {
        None => Trouble::Waiting("its container is being made".to_owned()),
        Some(last) => {
            let why = events.iter().rev().find(|event| diagnose(event).is_some());
            let words = why.unwrap_or(last);
            stuck(diagnose(words).unwrap_or(ids::POD_STUCK), words)
        }
    }
}

fn pending(pod: &Value, events: &[&str]) -> Trouble {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let refused = conditions.into_iter().flatten().find(|condition| {
        text(condition, "/type") == "PodScheduled" && text(condition, "/status") == "False"
    });
    let Some(refused) = refused else {
        return creating(events);
    };
    let words = text(refused, "/message");
    if words.contains("Insufficient nvidia.com/gpu") {
        // Whether one comes free by itself is for the caller to say, who knows how many there are.
        return Trouble::Waiting(brief(words));
    }
    let reason = diagnose(words).unwrap_or(ids::POD_STUCK);
    stuck(reason, words)
}

/// A pod that was refused or thrown out and left lying. One whose program merely ended badly is its
/// owner's matter.
fn failed(pod: &Value) -> Option<Trouble> {
    let (reason, words) = (text(pod, "/status/reason"), text(pod, "/status/message"));
    match reason {
        "Evicted" if words.contains("memory") => Some(stuck(ids::NODE_MEMORY_SHORT, words)),
        "Evicted" => Some(stuck(ids::DISK_FULL, words)),
        "UnexpectedAdmissionError" => Some(stuck(
            diagnose(words).unwrap_or(ids::GPU_NOT_ALLOCATABLE),
            words,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn waiting(reason: &str, message: &str) -> Value {
        json!({"status": {"phase": "Pending", "containerStatuses": [
            {"state": {"waiting": {"reason": reason, "message": message}}}
        ]}})
    }

    fn reason(pod: &Value, events: &[&str]) -> Option<ReasonId> {
        match trouble(pod, events) {
            Some(Trouble::Stuck { reason, .. }) => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn why_an_image_is_not_pulled_is_in_an_event_before() {
        let pod = waiting("ImagePullBackOff", "Back-off pulling image \"x:1\"");
        assert_eq!(reason(&pod, &[]), Some(ids::IMAGE_PULL_FAILED));
        let limit =
            "Failed to pull image \"x:1\": toomanyrequests: You have reached your pull rate limit";
        assert_eq!(
            reason(&pod, &[limit, "Error: ImagePullBackOff"]),
            Some(ids::IMAGE_RATE_LIMIT)
        );
    }

    #[test]
    fn a_mount_that_fails_is_named_by_its_event() {
        let pod = waiting("ContainerCreating", "");
        assert_eq!(
            trouble(&pod, &[]),
            Some(Trouble::Waiting("its container is being made".to_owned()))
        );
        let event = "MountVolume.SetUp failed for volume \"nfs-pv\" : mount failed: exit status 32\nMounting command: mount\nOutput: mount.nfs: access denied by server while mounting 192.168.49.1:/srv/gpucluster";
        assert_eq!(reason(&pod, &[event]), diagnose(event));
        assert!(reason(&pod, &[event]).is_some());
    }

    #[test]
    fn a_program_that_was_killed_for_memory_is_told_from_one_that_crashes() {
        let mut pod = waiting(
            "CrashLoopBackOff",
            "back-off 5m0s restarting failed container",
        );
        assert_eq!(reason(&pod, &[]), Some(ids::POD_CRASHED));
        pod["status"]["containerStatuses"][0]["lastState"] =
            json!({"terminated": {"reason": "OOMKilled", "exitCode": 137}});
        assert_eq!(reason(&pod, &[]), Some(ids::CONTAINER_OUT_OF_MEMORY));
    }

    #[test]
    fn what_the_scheduler_says_is_told_apart() {
        let pod = |message: &str| {
            json!({"status": {"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "message": message}
            ]}})
        };
        let gpu = pod("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.");
        assert!(matches!(trouble(&gpu, &[]), Some(Trouble::Waiting(_))));
        let memory = pod("0/1 nodes are available: 1 Insufficient memory.");
        assert_eq!(reason(&memory, &[]), Some(ids::POD_TOO_LARGE));
        let taint = pod("0/1 nodes are available: 1 node(s) had untolerated taint {team: a}.");
        assert_eq!(reason(&taint, &[]), Some(ids::POD_FITS_NO_NODE));
        assert_eq!(reason(&pod("something new"), &[]), Some(ids::POD_STUCK));
    }

    #[test]
    fn pods_that_run_or_ended_are_left_alone() {
        for phase in ["Running", "Succeeded", "Failed"] {
            assert_eq!(trouble(&json!({"status": {"phase": phase}}), &[]), None);
        }
        let words = "é".repeat(1000);
        assert!(
            matches!(trouble(&waiting("X", &words), &[]), Some(Trouble::Stuck { words, .. }) if words.chars().count() == 301)
        );
    }
}
