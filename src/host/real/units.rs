//! systemd's system units.

use crate::host::UnitState;
use crate::model::{Advice, Fault, ReasonId, UnitWant};
use crate::reason::ids;

/// Whether systemd runs this machine (sd_booted(3)).
pub(super) fn has_systemd() -> bool {
    std::fs::symlink_metadata("/run/systemd/system").is_ok_and(|meta| meta.is_dir())
}

/// What shows a unit's state.
pub(super) fn show(name: &str) -> Vec<String> {
    [
        "systemctl",
        "show",
        "--property=LoadState,UnitFileState,ActiveState",
        "--",
        name,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Reads it.
pub(super) fn parse(text: &str) -> UnitState {
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .unwrap_or_default()
    };
    UnitState {
        loaded: value("LoadState") == "loaded",
        // A static or generated unit is started by others; there is nothing to enable.
        enabled: matches!(
            value("UnitFileState"),
            "enabled" | "enabled-runtime" | "alias" | "static" | "generated"
        ),
        active: matches!(value("ActiveState"), "active" | "reloading"),
    }
}

/// What brings it into a state.
pub(super) fn bring(name: &str, want: UnitWant) -> Vec<String> {
    let words: &[&str] = match want {
        UnitWant::EnabledAndStarted => &["systemctl", "enable", "--now"],
        UnitWant::Restarted => &["systemctl", "restart"],
        UnitWant::DisabledAndStopped => &["systemctl", "disable", "--now"],
        UnitWant::Disabled => &["systemctl", "disable"],
        UnitWant::Stopped => &["systemctl", "stop"],
    };
    words
        .iter()
        .copied()
        .chain([name])
        .map(str::to_owned)
        .collect()
}

/// No systemd here.
pub(super) fn absent(name: &str) -> Fault {
    Fault::new(
        ids::TOOL_MISSING,
        format!("systemd does not run this machine, so `{name}` cannot be started with it"),
    )
    .advise(Advice::say(format!(
        "start `{name}` as this machine's own service manager does it, then type the command again"
    )))
}

/// Why a unit that did not come up matters.
pub(super) fn reason(name: &str) -> ReasonId {
    if name.starts_with("docker") {
        ids::DOCKER_NOT_RUNNING
    } else if name.starts_with("nfs") {
        ids::NFS_SERVER_FAILED
    } else {
        ids::CHANGE_FAILED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_units_state_is_read_from_its_properties() {
        let text = "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\n";
        let state = parse(text);
        assert!(state.loaded && state.enabled && state.active);
        let text = "LoadState=not-found\nUnitFileState=\nActiveState=inactive\n";
        assert_eq!(parse(text), UnitState::default());
        let text = "LoadState=loaded\nUnitFileState=disabled\nActiveState=failed\n";
        let state = parse(text);
        assert!(state.loaded && !state.enabled && !state.active);
    }

    #[test]
    fn what_is_run_is_what_was_shown() {
        for want in [
            UnitWant::EnabledAndStarted,
            UnitWant::Restarted,
            UnitWant::DisabledAndStopped,
            UnitWant::Disabled,
            UnitWant::Stopped,
        ] {
            let shown = crate::model::Effect::Unit {
                name: "docker".to_owned(),
                want,
            };
            let shown = crate::model::Change::safe(shown, "").describe();
            assert_eq!(bring("docker", want).join(" "), shown);
        }
    }
}
