//! A root change as shell commands that a person can type.

use crate::model::{Effect, Fetch, Proof, Removal, UnitWant};

/// The commands, each starting with `sudo`.
pub fn commands(effect: &Effect) -> Vec<String> {
    match effect {
        Effect::MakeDir {
            path, mode, owner, ..
        } => {
            let owner = owner.map_or_else(String::new, |owner| {
                format!(" -o {} -g {}", owner.uid, owner.gid)
            });
            vec![format!("sudo install -d -m {mode:04o}{owner} {path}")]
        }
        Effect::WriteFile {
            path,
            content,
            mode,
            ..
        } => vec![
            format!(
                "sudo tee {path} >/dev/null <<'EOF'\n{}\nEOF",
                content.trim_end_matches('\n')
            ),
            format!("sudo chmod {mode:04o} {path}"),
        ],
        Effect::Fetch(fetch) => by_hand(fetch),
        Effect::RemoveOwned { path, removal, .. } => vec![match removal {
            Removal::File => format!("sudo rm -f {path}"),
            Removal::EmptyDir => format!("sudo rmdir {path}"),
            Removal::Tree => format!("sudo rm -r {path}"),
        }],
        Effect::Unit { name, want } => vec![match want {
            UnitWant::EnabledAndStarted => format!("sudo systemctl enable --now {name}"),
            UnitWant::Restarted => format!("sudo systemctl restart {name}"),
            UnitWant::DisabledAndStopped => format!("sudo systemctl disable --now {name}"),
            UnitWant::Disabled => format!("sudo systemctl disable {name}"),
            UnitWant::Stopped => format!("sudo systemctl stop {name}"),
        }],
        Effect::Run(command) => vec![format!("sudo {}", command.line())],
        // None of these ever needs root.
        Effect::ApplyObject { .. }
        | Effect::DeleteObject { .. }
        | Effect::PutSecret { .. }
        | Effect::Service { .. } => Vec::new(),
    }
}

/// Fetched beside, proven, and only then put in place.
fn by_hand(fetch: &Fetch) -> Vec<String> {
    let Fetch { from, path, .. } = fetch;
    let mut lines = vec!["fetched=$(mktemp)".to_owned()];
    lines.push(if fetch.is_download() {
        format!("curl -fL -o \"$fetched\" {from}")
    } else {
        format!("cp {from} \"$fetched\"")
    });
    lines.push(match &fetch.proof {
        Proof::Sha256(sum) => format!("echo \"{sum}  $fetched\" | sha256sum -c &&"),
        Proof::Key(fingerprint) => {
            format!(
                "gpg --show-keys --with-colons \"$fetched\" | grep -q '^fpr:.*:{fingerprint}:' &&"
            )
        }
    });
    lines.push(format!(
        "sudo install -D -m {:04o} \"$fetched\" {path}",
        fetch.mode
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Command, Owner, Privilege};

    #[test]
    fn each_root_change_can_be_typed() {
        let folder = Effect::MakeDir {
            path: "/srv/gpucluster".into(),
            mode: 0o1777,
            owner: Some(Owner {
                uid: 65534,
                gid: 65534,
            }),
            privilege: Privilege::Root,
        };
        assert_eq!(
            commands(&folder),
            ["sudo install -d -m 1777 -o 65534 -g 65534 /srv/gpucluster"]
        );
        let run = Effect::Run(Command::new(["exportfs", "-ra"]).as_root());
        assert_eq!(commands(&run), ["sudo exportfs -ra"]);
        let file = Effect::WriteFile {
            path: "/etc/exports.d/gpucluster.exports".into(),
            content: "# ours\n/srv 10.0.0.0/8(rw)\n".into(),
            mode: 0o644,
            privilege: Privilege::Root,
        };
        assert_eq!(
            commands(&file)[0],
            "sudo tee /etc/exports.d/gpucluster.exports >/dev/null <<'EOF'\n# ours\n/srv 10.0.0.0/8(rw)\nEOF"
        );
    }
}
