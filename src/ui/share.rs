//! What is shared: one screen, verdict first.

use super::status::{joined, size, volume};
use super::width::{pad, prose};
use super::{Mark, Theme, Tone};
use crate::model::{ExportStatus, ShareStatus};

/// Pods listed without `--output json`.
const PODS_SHOWN: usize = 10;

/// Column of the values.
const LABEL: usize = 9;

/// The screen of `nfs status`.
pub fn report(status: &ShareStatus, theme: &Theme) -> String {
    let mark = if status.healthy {
        Mark::Ok
    } else {
        Mark::Failed
    };
    let title = theme.paint(Tone::Strong, &theme.adapt(&status.verdict));
    let mut out = format!("{} {title}\n", theme.mark(mark, 1));
    if let Some(note) = super::plan::world_note(&status.world) {
        out.push_str(&format!("  {}\n", theme.paint(Tone::Warn, &note)));
    }
    for (label, text) in lines(status, theme) {
        let text = prose(&theme.adapt(&text), theme.width, 2 + LABEL, 2 + LABEL);
        let line = format!("  {}{text}", pad(label, LABEL));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for text in &status.unknown {
        let text = prose(&theme.adapt(text), theme.width, 4, 4);
        out.push_str(&format!(
            "  {} could not read: {text}\n",
            theme.mark(Mark::Unknown, 1)
        ));
    }
    if !status.healthy {
        out.push_str("set it up: gpucluster nfs setup\nsee what is wrong: gpucluster doctor nfs\n");
    }
    out
}

/// Labels and values; a value that goes on has no label.
fn lines(status: &ShareStatus, theme: &Theme) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut list = |label: &'static str, values: Vec<String>| {
        for (index, value) in values.into_iter().enumerate() {
            lines.push((if index == 0 { label } else { "" }, value));
        }
    };
    list("profile", vec![status.profile.clone()]);
    if let Some(server) = &status.server {
        let state = match (&server.address, server.active) {
            (Some(address), _) => format!("{address}, another machine"),
            (None, true) => "this host, active".to_owned(),
            (None, false) => "this host, not running".to_owned(),
        };
        let threads = server.threads.map(|count| format!("{count} threads"));
        list("server", vec![joined(vec![Some(state), threads], theme)]);
    }
    let exports = status.exports.as_deref().unwrap_or_default();
    list("export", exports.iter().map(export).collect());
    if let Some(clients) = status.clients.as_ref().filter(|all| !all.is_empty()) {
        list("clients", vec![clients.join(", ")]);
    }
    if let Some(space) = &status.space {
        let text = format!("{} free of {}", size(space.free), size(space.total));
        list("space", vec![text]);
    }
    if let Some(value) = &status.volume {
        // Its space is the folder's, which has a line of its own.
        let mut value = value.clone();
        value.free = None;
        list("claim", vec![volume(&value, theme)]);
    }
    let pods = status.pods.as_deref().unwrap_or_default();
    let shown = pods.iter().take(PODS_SHOWN);
    list(
        "used by",
        shown
            .map(|pod| joined(vec![Some(pod.name.clone()), Some(pod.phase.clone())], theme))
            .collect(),
    );
    if pods.len() > PODS_SHOWN {
        let more = pods.len() - PODS_SHOWN;
        lines.push(("", format!("and {more} more (--output json has all)")));
    }
    lines
}

/// The client, and the options that decide who may do what; all of them are in the document.
fn export(export: &ExportStatus) -> String {
    const TOLD: [&str; 9] = [
        "rw",
        "ro",
        "sync",
        "async",
        "root_squash",
        "no_root_squash",
        "all_squash",
        "insecure",
        "fsid=0",
    ];
    let told: Vec<&str> = export
        .options
        .iter()
        .map(String::as_str)
        .filter(|option| TOLD.contains(option))
        .collect();
    format!("to {} ({})", export.client, told.join(","))
}
