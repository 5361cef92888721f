//! What a support bundle holds: the list that is shown before it is written and lies in it.

use super::plan::counted;
use super::status::size;
use super::time::rfc3339;
use super::width::{clean, pad, prose, widest};
use super::{Mark, Theme, Tone};
use crate::model::{Bundle, Member, Redacted};
use camino::Utf8Path;

/// The widest column of names.
const NAMES: usize = 40;

/// The list.
pub fn list(bundle: &Bundle, theme: &Theme) -> String {
    let mut out = format!(
        "{}\nprofile {}, {}, collected {} by gpucluster {}\n\n",
        theme.paint(Tone::Strong, &bundle.folder),
        bundle.profile,
        bundle.world,
        rfc3339(bundle.made_ms),
        bundle.version,
    );
    let names = bundle.members.iter().map(|member| member.name.as_str());
    let missing = bundle.missing.iter().map(|missing| missing.name.as_str());
    let width = widest(names.chain(missing), NAMES);
    for member in &bundle.members {
        let line = format!(
            "  {}  {:>9}{}",
            pad(&member.name, width),
            size(member.bytes),
            remarks(member)
        );
        out.push_str(&theme.adapt(line.trim_end()));
        out.push('\n');
    }
    if !bundle.missing.is_empty() {
        out.push_str("\nnot collected\n");
    }
    for missing in &bundle.missing {
        let begin = 2 + width + 2;
        let why = prose(
            &theme.adapt(&clean(&missing.why)),
            theme.width,
            begin,
            begin,
        );
        out.push_str(&format!("  {}  {why}\n", pad(&missing.name, width)));
    }
    let whole = format!(
        "\n{}, {}; {}\n",
        counted(bundle.members.len(), "file"),
        size(bundle.bytes()),
        taken_out(&bundle.redacted())
    );
    out.push_str(&theme.adapt(&whole));
    let stays = format!(
        "What stays: the host's name ({}), account names ({}), paths, addresses, and names of queues, \
         images and pods. Read it before you hand it on.",
        bundle.host, bundle.user
    );
    let mark = theme.mark(Mark::Warning, 1);
    out.push_str(&format!(
        "{mark} {}\n",
        prose(&theme.adapt(&stays), theme.width, 2, 2)
    ));
    out
}

/// What is said when it is there.
pub fn written(path: &Utf8Path, bytes: u64, theme: &Theme) -> String {
    let mark = theme.mark(Mark::Ok, 1);
    format!("{mark} {path} ({}), readable by you alone\n", size(bytes))
}

fn remarks(member: &Member) -> String {
    let mut remarks = Vec::new();
    if member.left_out > 0 {
        remarks.push(format!("cut: {} left out", size(member.left_out)));
    }
    if member.binary {
        remarks.push("not all of it is text".to_owned());
    }
    if !member.redacted.is_empty() {
        remarks.push(taken_out(&member.redacted));
    }
    if remarks.is_empty() {
        return String::new();
    }
    format!("  {}", remarks.join("; "))
}

fn taken_out(redacted: &[Redacted]) -> String {
    if redacted.is_empty() {
        return "no secret was found in it".to_owned();
    }
    let kinds: Vec<String> = redacted
        .iter()
        .map(|one| format!("{} × {}", one.times, one.kind))
        .collect();
    format!("taken out: {}", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Missing;

    fn bundle() -> Bundle {
        let member = |name: &str, bytes, left_out, redacted: &[(&str, usize)]| Member {
            name: name.to_owned(),
            text: String::new(),
            bytes,
            left_out,
            binary: name.ends_with(".bin"),
            redacted: redacted
                .iter()
                .map(|(kind, times)| Redacted {
                    kind: (*kind).to_owned(),
                    times: *times,
                })
                .collect(),
        };
        Bundle {
            schema: Bundle::SCHEMA,
            folder: "gpucluster-support-gpucluster-20261123-1500".to_owned(),
            made_ms: 1_795_446_000_000,
            version: "0.1.0 (release, x86_64-linux)".to_owned(),
            world: "real".to_owned(),
            profile: "gpucluster".to_owned(),
            host: "alder".to_owned(),
            user: "ubuntu".to_owned(),
            members: vec![
                member(
                    "agent/log.txt",
                    524_300,
                    9_900_000,
                    &[("W&B key", 2), ("token", 1)],
                ),
                member("facts.txt", 812, 0, &[]),
                member("odd.bin", 4096, 0, &[("W&B key", 1)]),
            ],
            missing: vec![Missing {
                name: "cluster/".to_owned(),
                why: "the Kubernetes API cannot be reached: \u{1b}[2Jno\nroute".to_owned(),
            }],
        }
    }

    #[test]
    fn what_is_in_it_what_was_taken_out_and_what_is_not() {
        insta::assert_snapshot!(list(&bundle(), &Theme::plain()));
    }

    #[test]
    fn without_unicode_it_is_plain() {
        let text = list(&bundle(), &Theme::ascii());
        assert!(text.is_ascii(), "{text}");
    }
}
