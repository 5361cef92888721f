//! minikube's `-o json` output: one CloudEvent a line (`pkg/minikube/out/register` of minikube).
//!
//! Every value in `data` is a string there, numbers included; a reason's id is `data.name` of an
//! error. Lines of other shapes (klog's errors, a proxy's banner) are no events. Steps may repeat,
//! go backwards, or have an empty number.

use serde_json::Value;

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub enum MinikubeEvent {
    /// A registered step begins.
    Step {
        /// Number and the highest number; `None` in detours, which have none.
        at: Option<(u32, u32)>,
        /// Name of the step, such as `Pulling Base Image`.
        name: String,
        /// What is going on.
        message: String,
    },
    /// Worth knowing.
    Info(String),
    /// Worth acting on; minikube gives no id with it.
    Warning(String),
    /// An error. Only one with an exit code ends the command; the others are hints and retries.
    Error(MinikubeError),
    /// A download, or how far it is.
    Download {
        /// Number and highest number of the step it belongs to.
        at: Option<(u32, u32)>,
        /// What is downloaded.
        artifact: String,
        /// Between 0 and 1.
        fraction: Option<f64>,
    },
}

/// An error event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinikubeError {
    /// The text.
    pub message: String,
    /// With which code minikube says it ends. Only the process' own code is proof of that.
    pub exit_code: Option<i32>,
    /// Reason id, such as `GUEST_PROVISION`.
    pub id: Option<String>,
    /// minikube's own advice.
    pub advice: Option<String>,
    /// Its documentation.
    pub url: Option<String>,
}

/// Reads one line; `None` where it is no event of minikube.
pub fn parse_event(line: &str) -> Option<MinikubeEvent> {
    let event: Value = serde_json::from_str(line.trim()).ok()?;
    let kind = event.get("type")?.as_str()?;
    let kind = kind.strip_prefix("io.k8s.sigs.minikube.")?;
    let data = event.get("data").unwrap_or(&Value::Null);
    let message = text(data, "message").unwrap_or_default();
    Some(match kind {
        "step" => MinikubeEvent::Step {
            at: position(data),
            name: text(data, "name").unwrap_or_default(),
            message,
        },
        "info" => MinikubeEvent::Info(message),
        "warning" => MinikubeEvent::Warning(message),
        "error" => MinikubeEvent::Error(MinikubeError {
            message,
            exit_code: text(data, "exitcode").and_then(|code| code.trim().parse().ok()),
            id: text(data, "name"),
            advice: text(data, "advice"),
            url: text(data, "url"),
        }),
        "download" | "download.progress" => MinikubeEvent::Download {
            at: position(data),
            artifact: text(data, "artifact").unwrap_or_default(),
            fraction: text(data, "progress")
                .and_then(|part| part.trim().parse::<f64>().ok())
                .filter(|part| part.is_finite())
                .map(|part| part.clamp(0.0, 1.0)),
        },
        _ => return None,
    })
}

impl MinikubeEvent {
    /// Its text, for people; downloads have theirs made from the artifact.
    pub fn message(&self) -> String {
        match self {
            Self::Step { message, .. } | Self::Info(message) | Self::Warning(message) => {
                message.clone()
            }
            Self::Error(error) => error.message.clone(),
            Self::Download {
                artifact, fraction, ..
            } => {
                // Digests help nobody who waits.
                let artifact = artifact.split('@').next().unwrap_or_default();
                match fraction {
                    Some(part) => format!("downloading {artifact} ({:.0} %)", part * 100.0),
                    None => format!("downloading {artifact}"),
                }
            }
        }
    }

    /// Number and highest number of the step, where there is one.
    pub fn at(&self) -> Option<(u32, u32)> {
        match self {
            Self::Step { at, .. } | Self::Download { at, .. } => *at,
            _ => None,
        }
    }
}

/// A value that may be a string or, should minikube ever change that, a number. Empty is none.
fn text(data: &Value, key: &str) -> Option<String> {
    let value = match data.get(key)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!value.is_empty()).then_some(value)
}

fn position(data: &Value) -> Option<(u32, u32)> {
    let number = |key| text(data, key)?.trim().parse::<u32>().ok();
    let (current, total) = (number("currentstep")?, number("totalsteps")?);
    (current <= total).then_some((current, total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Kinds and keys as recorded from minikube v1.38.1.
    const STEP: &str = r#"{"specversion":"1.0","id":"a0a5","source":"https://minikube.sigs.k8s.io/","type":"io.k8s.sigs.minikube.step","datacontenttype":"application/json","data":{"currentstep":"8","message":"Creating docker container (CPUs=2, Memory=64000MB) ...","name":"Creating Container","totalsteps":"19"}}"#;

    #[test]
    fn a_step_has_its_position_though_numbers_are_strings() {
        let event = parse_event(STEP).unwrap();
        assert_eq!(event.at(), Some((8, 19)));
        assert!(event.message().starts_with("Creating docker container"));
    }

    #[test]
    fn an_error_has_code_and_id_and_a_soft_one_has_neither() {
        let hard = r#"{"type":"io.k8s.sigs.minikube.error","data":{"advice":"","exitcode":"80","issues":"","message":"error provisioning guest","name":"GUEST_PROVISION","url":""}}"#;
        let Some(MinikubeEvent::Error(error)) = parse_event(hard) else {
            panic!("an error event")
        };
        assert_eq!(error.exit_code, Some(80));
        assert_eq!(error.id.as_deref(), Some("GUEST_PROVISION"));
        assert_eq!(error.advice, None);
        let soft = r#"{"type":"io.k8s.sigs.minikube.error","data":{"message":"StartHost failed, but will try again"}}"#;
        let Some(MinikubeEvent::Error(error)) = parse_event(soft) else {
            panic!("an error event")
        };
        assert_eq!((error.exit_code, error.id), (None, None));
    }

    #[test]
    fn a_download_says_how_far_it_is_without_its_digest() {
        let line = r#"{"type":"io.k8s.sigs.minikube.download.progress","data":{"artifact":"kicbase:v0.0.50@sha256:eb4f","currentstep":"5","progress":"0.412345","totalsteps":"19"}}"#;
        let event = parse_event(line).unwrap();
        assert_eq!(event.message(), "downloading kicbase:v0.0.50 (41 %)");
        assert_eq!(event.at(), Some((5, 19)));
    }

    #[test]
    fn what_is_no_event_is_none_and_missing_keys_are_tolerated() {
        for line in [
            "",
            "E0823 12:00:00.000000   123 file.go:1] oops",
            "null",
            r#"{"Name":"gpu"}"#,
            r#"{"type":"io.k8s.sigs.minikube.unheard","data":{}}"#,
        ] {
            assert_eq!(parse_event(line), None, "{line}");
        }
        let bare =
            r#"{"type":"io.k8s.sigs.minikube.step","data":{"currentstep":"","totalsteps":19}}"#;
        assert_eq!(parse_event(bare).unwrap().at(), None);
        let none = r#"{"type":"io.k8s.sigs.minikube.info"}"#;
        assert_eq!(parse_event(none), Some(MinikubeEvent::Info(String::new())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_event(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn any_values_are_survived(kind in "(step|info|warning|error|download|download[.]progress)",
                                   key in "(currentstep|progress|message|exitcode)",
                                   value in "(\"[a-z0-9.-]{0,12}\"|-?[1-9][0-9]{0,18}|null|\\[\\]|\\{\\})") {
            let line = format!(r#"{{"type":"io.k8s.sigs.minikube.{kind}","data":{{"{key}":{value}}}}}"#);
            let event = parse_event(&line).expect("an event of a known kind");
            let _ = (event.message(), event.at());
        }
    }
}
