//! The report on a terminal: what holds is folded, what does not is shown whole.

use super::super::width::{columns, pad, prose, widest};
use super::super::{Mark, Theme, Tone};
use super::{advice, advice_of_warning, detail, mark, mark_columns, safe, verdict};
use crate::model::{CheckState, Checkup, Finding, Notice, StepId};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What holds, and what is blocked by the same cause, in one line an area.
    Folded,
    /// One line a check.
    EachCheck,
    /// One line a check, with what it checks, and all that tools said.
    Everything,
}

/// Stands for the command while a line is wrapped.
const WHOLE: &str = "gpucluster\u{1}up";

/// Lines of a tool's own words that are shown, unless everything is.
const EVIDENCE: usize = 3;

/// Names of checks longer than this do not widen the column.
const NAME_LIMIT: usize = 24;

/// The report. Checks go by the ids that `doctor CHECK` and `--ignore` know, areas by theirs.
pub fn report(checkup: &Checkup, theme: &Theme, shown: Detail) -> String {
    let names = widest(checkup.findings.iter().map(|f| f.id.as_str()), NAME_LIMIT);
    let screen = Screen {
        checkup,
        theme,
        shown,
        names,
    };
    let mut out = String::new();
    for area in checkup.findings.chunk_by(|a, b| a.area == b.area) {
        screen.area(&mut out, area);
    }
    let tone = if checkup.healthy() {
        Tone::Good
    } else {
        Tone::Strong
    };
    for line in verdict::lines(checkup) {
        // A command broken in two could not be found again to name the world in it.
        let line = theme.adapt(&line).replace("gpucluster up", WHOLE);
        let line = prose(&line, theme.width, 0, 2).replace(WHOLE, "gpucluster up");
        out.push_str(&format!("{}\n", theme.paint(tone, &line)));
    }
    out
}

/// The checks in the order of the stack, with what each needs.
pub fn list(checks: &[(&str, StepId, &str, Vec<StepId>)], theme: &Theme) -> String {
    let names = widest(checks.iter().map(|check| check.1.as_str()), NAME_LIMIT);
    let mut out = String::new();
    let mut area = "";
    for (of, id, title, needs) in checks {
        if *of != area {
            area = of;
            out.push_str(&format!("{}\n", theme.paint(Tone::Strong, area)));
        }
        let mut text = (*title).to_owned();
        if !needs.is_empty() {
            let needs: Vec<&str> = needs.iter().map(|need| need.as_str()).collect();
            text.push_str(&format!(" (needs {})", needs.join(", ")));
        }
        let begin = 2 + names.max(columns(id.as_str())) + 2;
        let text = prose(&theme.adapt(&text), theme.width, begin, 2 + names + 2);
        out.push_str(&format!("  {}  {text}\n", pad(id.as_str(), names)));
    }
    out
}

struct Screen<'a> {
    checkup: &'a Checkup,
    theme: &'a Theme,
    shown: Detail,
    names: usize,
}

fn is_quiet(finding: &Finding) -> bool {
    finding.state == CheckState::Ok && finding.warnings.is_empty() && !finding.tried
}

impl Screen<'_> {
    fn area(&self, out: &mut String, area: &[Finding]) {
        let quiet: Vec<&Finding> = area.iter().filter(|found| is_quiet(found)).collect();
        let folds = self.shown == Detail::Folded;
        if folds && quiet.len() > 1 {
            self.fold_quiet(out, &quiet, area.len());
        }
        let mut folded: Vec<StepId> = Vec::new();
        for found in area {
            match found.blocked_by {
                _ if folds && is_quiet(found) && quiet.len() > 1 => {}
                Some(root) if folds && found.warnings.is_empty() => {
                    if folded.contains(&root) {
                        continue;
                    }
                    let same: Vec<&Finding> = area
                        .iter()
                        .filter(|f| f.blocked_by == Some(root) && f.warnings.is_empty())
                        .collect();
                    if same.len() > 1 {
                        folded.push(root);
                        self.fold_blocked(out, root, &same);
                    } else {
                        self.finding(out, found);
                    }
                }
                _ => self.finding(out, found),
            }
        }
    }

    /// `✓ gpu  8 checks: 525.105.17, 4 × Tesla T4 · …`: as many facts as fit on the line. What `up`
    /// stands on names the versions, so it comes first.
    fn fold_quiet(&self, out: &mut String, quiet: &[&Finding], whole: usize) {
        let area = quiet.first().map_or("", |found| found.area);
        let mut text = if quiet.len() == whole {
            format!("{whole} checks")
        } else {
            format!("{} of {whole} checks hold", quiet.len())
        };
        let room = self.theme.width.saturating_sub(self.indent());
        let (steps, checks): (Vec<&Finding>, Vec<&Finding>) =
            quiet.iter().copied().partition(|found| found.is_step);
        let mut between = ": ";
        for found in steps.into_iter().chain(checks) {
            let fact = self.theme.adapt(&safe(&found.headline));
            let idle = fact.is_empty() || fact.starts_with("not used here");
            if idle || columns(&text) + columns(between) + columns(&fact) > room {
                continue;
            }
            text.push_str(between);
            text.push_str(&fact);
            between = self.theme.separator();
        }
        self.line(out, Mark::Ok, area, &text);
    }

    fn fold_blocked(&self, out: &mut String, root: StepId, blocked: &[&Finding]) {
        let area = blocked.first().map_or("", |found| found.area);
        let names: Vec<&str> = blocked.iter().map(|found| found.id.as_str()).collect();
        let text = format!("blocked by {root}: {}", names.join(", "));
        self.line(out, Mark::Wait, area, &text);
    }

    fn finding(&self, out: &mut String, found: &Finding) {
        let everything = self.shown == Detail::Everything;
        let mut text = detail(found, everything);
        if everything {
            text = format!("{text} (check: {})", found.title);
        }
        self.line(out, mark(found.state), found.id.as_str(), &text);
        if let (Some(fault), None) = (&found.fault, found.blocked_by) {
            for cause in &fault.causes {
                let text = prose(&self.theme.adapt(&safe(cause)), self.theme.width, 17, 17);
                out.push_str(&format!("      caused by: {text}\n"));
            }
            let bar = if self.theme.unicode { "│" } else { "|" };
            let bar = self.theme.paint(Tone::Quiet, bar);
            let skip = match self.shown {
                Detail::Everything => 0,
                Detail::Folded | Detail::EachCheck => fault.evidence.len().saturating_sub(EVIDENCE),
            };
            for line in &fault.evidence[skip..] {
                // The tool's own words are neither wrapped nor adapted.
                out.push_str(&format!("      {bar} {}\n", safe(line).trim_end()));
            }
            self.hints(out, &advice(self.checkup, found));
            self.see(out, fault.reason);
        }
        for warning in &found.warnings {
            self.warning(out, warning);
        }
    }

    fn warning(&self, out: &mut String, warning: &Notice) {
        let text = self.theme.adapt(&safe(&warning.text));
        let text = prose(&text, self.theme.width, 8, 8);
        let mark = self.theme.mark(Mark::Warning, 1);
        out.push_str(&format!("      {mark} {text}\n"));
        self.hints(out, &advice_of_warning(warning));
        if let Some(reason) = warning.reason {
            self.see(out, reason);
        }
    }

    fn hints(&self, out: &mut String, hints: &[(String, Option<String>)]) {
        for (text, command) in hints {
            let text = prose(&self.theme.adapt(&safe(text)), self.theme.width, 12, 12);
            let hint = self.theme.paint(Tone::Note, "hint:");
            out.push_str(&format!("      {hint} {text}\n"));
            if let Some(command) = command {
                let command = self.theme.paint(Tone::Note, &super::clean(command));
                out.push_str(&format!("              {command}\n"));
            }
        }
    }

    fn see(&self, out: &mut String, reason: crate::model::ReasonId) {
        out.push_str(&format!("      see:  gpucluster explain {reason}\n"));
    }

    fn indent(&self) -> usize {
        2 + mark_columns(self.theme) + 1 + self.names + 2
    }

    fn line(&self, out: &mut String, mark: Mark, name: &str, text: &str) {
        let begin = self.indent() + columns(name).saturating_sub(self.names);
        let text = prose(
            &self.theme.adapt(text),
            self.theme.width,
            begin,
            self.indent(),
        );
        let line = format!(
            "  {} {}  {text}",
            self.theme.mark(mark, mark_columns(self.theme)),
            pad(name, self.names)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
