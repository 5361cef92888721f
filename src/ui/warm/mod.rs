//! What goes into the shared cache: the list beforehand, the progress, and one line at the end.

mod progress;

pub use progress::Progress;

use super::plan::counted;
use super::width::{clean, columns, pad, prose, widest};
use super::{Mark, Theme, Tone};
use crate::model::{WarmFile, WarmReport};
use camino::Utf8Path;

/// Columns of a file's name at most.
const NAMES: usize = 60;

/// Bytes in the unit that fits, with one digit behind the point from KiB on.
pub fn amount(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    // Tenths of a unit, in whole numbers: no rounding up to 1024.0 KiB.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    while tenths >= 10_240 && unit + 1 < units.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
}

fn size_of(file: &WarmFile) -> String {
    file.size.map_or_else(|| "unknown".to_owned(), amount)
}

/// `hf:org/model at 0123456789ab into PLACE`.
fn header(report: &WarmReport, theme: &Theme) -> String {
    let source = theme.paint(Tone::Strong, &theme.adapt(&clean(&report.source)));
    let commit = report.commit.as_deref().and_then(|commit| commit.get(..12));
    let commit = commit.map_or_else(String::new, |commit| format!(" at {commit}"));
    format!("{source}{commit}\n  into {}\n", clean(&report.place))
}

/// The screen of `nfs warm --plan`.
pub fn plan(report: &WarmReport, free: Option<u64>, theme: &Theme) -> String {
    let mut out = header(report, theme);
    let names: Vec<String> = report.files.iter().map(|file| clean(&file.name)).collect();
    let width = widest(names.iter().map(String::as_str), NAMES);
    for (file, name) in report.files.iter().zip(&names) {
        let pending = file.state == "pending";
        let mark = if pending { Mark::Add } else { Mark::Ok };
        let state = if pending { "" } else { file.state };
        let size = size_of(file);
        let gap = " ".repeat(10_usize.saturating_sub(columns(&size)));
        let line = format!(
            "  {} {} {gap}{size}  {state}",
            theme.mark(mark, 2),
            pad(&theme.adapt(name), width)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let free = free.map_or_else(String::new, |free| format!("; {} free", amount(free)));
    out.push_str(&format!(
        "{}: {} to fetch, {} already there{free}\n",
        counted(report.files.len(), "file"),
        amount(report.bytes_to_fetch),
        amount(report.bytes_there),
    ));
    out
}

/// The last line: what is there now, and where a job finds it.
pub fn done(report: &WarmReport, root: &Utf8Path, theme: &Theme) -> String {
    let fetched = report
        .files
        .iter()
        .filter(|file| file.state == "fetched")
        .count();
    let source = theme.adapt(&clean(&report.source));
    let title = if fetched == 0 {
        format!("{source} is already there")
    } else {
        format!("{source} is in the cache")
    };
    let title = theme.paint(Tone::Strong, &title);
    let mut out = format!("{} {title}\n", theme.mark(Mark::Ok, 1));
    let mut say = |text: String| {
        let text = prose(&theme.adapt(&text), theme.width, 2, 2);
        out.push_str(&format!("  {text}\n"));
    };
    let total = report.files.iter().filter_map(|file| file.size).sum();
    say(format!(
        "{}, {}; {} fetched, {} there before",
        counted(report.files.len(), "file"),
        amount(total),
        if fetched == 0 {
            amount(0)
        } else {
            amount(report.bytes_to_fetch)
        },
        amount(report.bytes_there),
    ));
    say(clean(&report.place));
    let inside = Utf8Path::new(&report.place).strip_prefix(root);
    let inside = inside.map_or_else(|_| report.place.clone(), ToString::to_string);
    say(format!(
        "in a job with the claim at $HOME/.cache: $HOME/.cache/{}",
        clean(&inside)
    ));
    let unproven = report
        .files
        .iter()
        .filter(|file| file.verified_by == "length")
        .count();
    if unproven > 0 {
        let mark = theme.mark(Mark::Warning, 1);
        let text = format!(
            "{} compared by length only: no checksum is known",
            counted(unproven, "file")
        );
        out.push_str(&format!("  {mark} {text}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn report() -> WarmReport {
        let file = |name: &str, size, state, verified_by| WarmFile {
            name: name.to_owned(),
            path: format!("/srv/gpucluster/{name}"),
            size,
            state,
            verified_by,
        };
        WarmReport {
            version: 1,
            source: "hf:org/model".to_owned(),
            place: "/srv/gpucluster/huggingface/hub/models--org--model".to_owned(),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            files: vec![
                file("config.json", Some(665), "already there", "git-sha1"),
                file("unet/model.safetensors", Some(5 << 30), "pending", "sha256"),
                file("ü\u{1b}[2J.bin", None, "pending", "length"),
            ],
            bytes_to_fetch: 5 << 30,
            bytes_there: 665,
        }
    }

    #[test]
    fn sizes_keep_one_digit_and_never_reach_the_next_unit() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023.9 KiB"),
            (1 << 20, "1.0 MiB"),
            (7_000_000_000, "6.5 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(amount(bytes), words);
        }
    }

    #[test]
    fn a_plan_and_an_end() {
        let mut report = report();
        insta::assert_snapshot!("plan", plan(&report, Some(200 << 30), &Theme::plain()));
        for file in &mut report.files[1..] {
            file.state = "fetched";
        }
        let root = Utf8Path::new("/srv/gpucluster");
        insta::assert_snapshot!("done", done(&report, root, &Theme::plain()));
        for file in &mut report.files {
            file.state = "already there";
        }
        let again = done(&report, root, &Theme::ascii());
        assert!(
            again.is_ascii() && again.contains("hf:org/model is already there"),
            "{again}"
        );
    }
}
