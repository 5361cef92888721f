//! Every known text in other clothes: what happens to a message between the machine that said it
//! and the person who pastes it. At least 95 in 100 have to be right, and none may be wrong.

use super::{Known, corpus};
use crate::model::ReasonId;
use crate::reason::ids::{CLUSTER_START_FAILED, GPU_CONTAINER_FAILED, IMAGE_PULL_FAILED};
use crate::reason::matchers::read;

/// A way to change a text; `None` where it does not apply.
type Mutation = (&'static str, fn(&str) -> Option<String>);

const MUTATIONS: &[Mutation] = &[
    ("journald", |text| {
        Some(each_line(text, "Nov 23 15:15:14 alder dockerd[812]: "))
    }),
    ("compose", |text| Some(each_line(text, "trainer-1  | "))),
    ("ISO time", |text| {
        Some(each_line(text, "2026-11-23T15:15:14.123456789Z stderr F "))
    }),
    ("CI", |text| {
        Some(each_line(text, "2026-11-23T15:15:14.1234567Z ##[error]"))
    }),
    ("quoted", |text| Some(each_line(text, "> "))),
    ("diff", |text| Some(each_line(text, "    "))),
    ("klog", |text| {
        Some(format!(
            "E1123 15:15:14.123456    4242 start.go:159] {text}"
        ))
    }),
    ("upper case", |text| Some(text.to_uppercase())),
    ("CRLF", |text| Some(text.replace('\n', "\r\n"))),
    ("80 columns", |text| Some(hard_wrapped(text, 80))),
    ("60 columns", |text| Some(hard_wrapped(text, 60))),
    ("word wrapped", |text| Some(word_wrapped(text, 72))),
    ("boxed", |text| Some(boxed(text))),
    ("JSON", |text| {
        Some(serde_json::json!({"level": "error", "msg": text}).to_string())
    }),
    ("JSON in JSON", |text| {
        let inner = serde_json::json!({"data": {"message": text}}).to_string();
        Some(serde_json::json!({"log": inner, "stream": "stderr"}).to_string())
    }),
    ("logfmt", |text| {
        Some(format!(
            "time=\"2026-11-23T15:15:14Z\" level=error msg={:?} module=x",
            text
        ))
    }),
    ("HTML", |text| {
        Some(
            text.replace('&', "&amp;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        )
    }),
    ("typographic", |text| Some(typographic(text))),
    ("colours", |text| {
        Some(format!(
            "\u{1b}[1;31m{}\u{1b}[0m",
            text.replace(' ', "\u{1b}[31m \u{1b}[31m")
        ))
    }),
    ("written-out colours", |text| {
        Some(format!("^[[31m{text}^[[0m"))
    }),
    ("progress before", |text| {
        Some(format!(
            "Downloading 10%\rDownloading 50%\rDownloading 100%\r{text}"
        ))
    }),
    ("other versions", |text| {
        let other = text
            .replace("570.124", "580.65.06")
            .replace("24.04", "22.04")
            .replace("6.8.0-60-generic", "6.14.0-1007-aws")
            .replace("x86_64", "aarch64");
        (other != text).then_some(other)
    }),
    ("other places", |text| {
        let other = text
            .replace("/home/u/", "/mnt/users/zoë/")
            .replace("192.168.49", "10.11.12")
            .replace("0000:01:00", "0000:c4:00")
            .replace("/var/lib/docker", "/data/docker-root");
        (other != text).then_some(other)
    }),
    ("noise around", |text| {
        Some(format!("{NOISE}{text}\n{NOISE}"))
    }),
    ("a shell around", |text| {
        Some(format!(
            "alice@alder:~/work$ make up\n{text}\nmake: *** [Makefile:12: up] Error 1\nalice@alder:~/work$ echo $?\n2\n"
        ))
    }),
    ("a ticket", |text| {
        Some(format!(
            "Hi team, since this morning nothing starts on alder any more. Output:\n\n```\n{text}\n```\n\nAny ideas? Thanks, Zoë"
        ))
    }),
    ("truncated behind", |text| truncated(text, 85)),
    ("two spaces", |text| Some(text.replace(' ', "  "))),
    ("no-break spaces", |text| Some(text.replace(' ', "\u{a0}"))),
    ("byte order mark", |text| Some(format!("\u{feff}{text}"))),
];

const NOISE: &str = "Reading package lists... Done\nBuilding dependency tree... Done\n0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.\n[info] 2026-11-23 10:00:00 listening on :8080\n";

fn each_line(text: &str, prefix: &str) -> String {
    text.lines()
        .map(|line| format!("{prefix}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn hard_wrapped(text: &str, width: usize) -> String {
    text.lines()
        .map(|line| {
            line.chars()
                .collect::<Vec<_>>()
                .chunks(width)
                .map(|chunk| chunk.iter().collect::<String>())
                .collect::<Vec<_>>()
                .join("\n")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn word_wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut at = 0;
        for word in line.split(' ') {
            let size = word.chars().count();
            if at > 0 && at + 1 + size > width {
                out.push('\n');
                at = 0;
            } else if at > 0 {
                out.push(' ');
                at += 1;
            }
            out.push_str(word);
            at += size;
        }
        out.push('\n');
    }
    out
}

fn boxed(text: &str) -> String {
    let lines: String = word_wrapped(text, 66)
        .lines()
        .map(|line| format!("│    {line:<66}    │\n"))
        .collect();
    format!(
        "╭──────────────────────────────────────────╮\n{lines}╰──────────────────────────────────────────╯"
    )
}

fn typographic(text: &str) -> String {
    let mut open = false;
    text.chars()
        .map(|c| match c {
            '"' => {
                open = !open;
                if open { '“' } else { '”' }
            }
            '\'' => '’',
            '-' => '-',
            c => c,
        })
        .collect()
}

/// The first so many of a hundred characters. Where the words that decide are cut off, unknown is
/// the right answer, so short texts are left whole.
fn truncated(text: &str, percent: usize) -> Option<String> {
    let all = text.chars().count();
    (all > 120).then(|| text.chars().take(all * percent / 100).collect())
}

/// Reasons that say what failed and not why.
fn is_general(reason: ReasonId) -> bool {
    [
        GPU_CONTAINER_FAILED,
        IMAGE_PULL_FAILED,
        CLUSTER_START_FAILED,
    ]
    .contains(&reason)
}

#[test]
fn other_clothes_do_not_change_the_reason() {
    let (mut right, mut unknown, mut wrong) = (0, Vec::new(), Vec::new());
    for (source, reason, text) in corpus() {
        for (how, mutate) in MUTATIONS {
            let Some(mutated) = mutate(text) else {
                continue;
            };
            match read(&mutated).map(|diagnosis| diagnosis.reason) {
                Some(got) if got == *reason => right += 1,
                None => unknown.push(format!("{how}: {source}: {reason}")),
                // Where the deciding words are cut off, what is left names no cause.
                Some(got) if *how == "truncated behind" && is_general(got) => {
                    unknown.push(format!("{how}: {source}: {reason}"));
                }
                Some(got) => {
                    wrong.push(format!("{how}: {source}: {reason}, got {got}:\n{mutated}"))
                }
            }
        }
    }
    let all = right + unknown.len() + wrong.len();
    assert!(
        wrong.is_empty(),
        "{} of {all} wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(
        right * 100 >= all * 95,
        "{right} of {all} right; unknown:\n{}",
        unknown.join("\n")
    );
}

#[test]
fn of_two_unrelated_failures_one_is_the_root_and_the_other_is_named() {
    let known: Vec<&Known> = corpus().collect();
    let mut missing = Vec::new();
    for (index, (_, first, a)) in known.iter().enumerate() {
        let (_, second, b) = known[(index * 7 + 31) % known.len()];
        let pasted = format!("{a}\n\n{NOISE}\n\n{b}\n");
        let Some(diagnosis) = read(&pasted) else {
            missing.push(format!("unknown: {a}\n{b}"));
            continue;
        };
        if diagnosis.reason != *first && diagnosis.reason != *second {
            missing.push(format!(
                "{}: neither {first} nor {second}\n{a}\n{b}",
                diagnosis.reason
            ));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
}
