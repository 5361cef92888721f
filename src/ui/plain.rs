//! Progress as plain lines: no terminal, a CI job, `TERM=dumb`.

use super::reporter::{outcome, progress};
use super::width::pad;
use super::{Mark, Reporter, Theme, elapsed, plan};
use crate::model::{Event, EventKind, NoticeLevel, Outcome, StepId};
use std::collections::BTreeMap;
use std::io::Write;

/// The least time between two lines that only say that a step still goes on, in milliseconds.
const HEARTBEAT_MS: u64 = 30_000;

/// Writes a line when a step starts, when it is done, and at most every 30 seconds between.
/// Heartbeats follow the events: they need progress to be reported, not a clock of their own.
pub struct Plain {
    out: Option<Box<dyn Write + Send>>,
    theme: Theme,
    verbosity: u8,
    began: Option<u64>,
    /// When each running step started, and when it was last heard of.
    running: BTreeMap<StepId, (u64, u64)>,
}

impl Plain {
    /// Writes to `out`. Verbosity 0 is steps, 1 adds what was observed and each change, 2 every
    /// progress.
    pub fn new(out: Box<dyn Write + Send>, theme: Theme, verbosity: u8) -> Self {
        Self {
            out: Some(out),
            theme,
            verbosity,
            began: None,
            running: BTreeMap::new(),
        }
    }

    /// To standard error.
    pub fn stderr(theme: Theme, verbosity: u8) -> Self {
        Self::new(Box::new(std::io::stderr()), theme, verbosity)
    }

    /// One line: when, a mark as wide as every other one of the theme, and the words.
    fn say(&mut self, ts_ms: u64, mark: Option<Mark>, text: &str) {
        let glyph = mark.map_or("", |mark| self.theme.glyph(mark));
        let glyph = pad(glyph, if self.theme.unicode { 1 } else { 2 });
        let since = elapsed(ts_ms.saturating_sub(self.began.unwrap_or(ts_ms)));
        self.raw(&format!(
            "[{since:>7}] {glyph} {}\n",
            self.theme.adapt(text)
        ));
    }

    fn raw(&mut self, text: &str) {
        let Some(out) = &mut self.out else { return };
        if out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            self.out = None;
        }
    }

    fn finished(&mut self, ts_ms: u64, step: StepId, how: Outcome, headline: &str, ms: u64) {
        self.running.remove(&step);
        let (mark, word) = outcome(how);
        let took = if ms > 0 {
            format!(" ({})", elapsed(ms))
        } else {
            String::new()
        };
        let tail = if headline.is_empty() {
            String::new()
        } else {
            format!(": {headline}")
        };
        self.say(ts_ms, Some(mark), &format!("{word:<5} {step}{tail}{took}"));
    }

    fn heartbeat(&mut self, ts_ms: u64, step: StepId, text: &str) {
        let Some((start, heard)) = self.running.get(&step).copied() else {
            return;
        };
        if self.verbosity >= 2 || ts_ms.saturating_sub(heard) >= HEARTBEAT_MS {
            self.running.insert(step, (start, ts_ms));
            let since = elapsed(ts_ms.saturating_sub(start));
            self.say(ts_ms, None, &format!("still {step}: {text}, since {since}"));
        }
    }
}

impl Reporter for Plain {
    fn event(&mut self, event: &Event) {
        let ts = event.ts_ms;
        match &event.kind {
            EventKind::RunStarted {
                version,
                profile,
                host,
                world,
                ..
            } => {
                self.began = Some(ts);
                self.raw(&plan::header(version, profile, host, world, &self.theme));
            }
            EventKind::Observed {
                step,
                state,
                headline,
            } if self.verbosity >= 1 => {
                self.say(
                    ts,
                    None,
                    &format!("saw   {step}: {}, {headline}", state.replace('_', " ")),
                );
            }
            EventKind::StepStarted { step } => {
                self.running.insert(*step, (ts, ts));
                self.say(ts, None, &format!("start {step}"));
            }
            EventKind::ChangeStarted { step, text, .. } if self.verbosity >= 1 => {
                self.say(ts, None, &format!("run   {step}: {text}"));
            }
            EventKind::Progress { step, text, at } => {
                self.heartbeat(ts, *step, &progress(text, *at));
            }
            EventKind::StepFinished {
                step,
                outcome,
                headline,
                ms,
            } => {
                self.finished(ts, *step, *outcome, headline, *ms);
            }
            EventKind::Noticed { step, notice } => {
                if notice.level == NoticeLevel::Warning || self.verbosity >= 1 {
                    let of = step.map_or_else(String::new, |step| format!("{step}: "));
                    self.say(
                        ts,
                        Some(Mark::Warning),
                        &format!("note  {of}{}", notice.text),
                    );
                }
            }
            // The plan and the failures are screens of their own; the app shows them.
            EventKind::Planned { .. }
            | EventKind::Failed { .. }
            | EventKind::RunFinished { .. }
            | EventKind::Observed { .. }
            | EventKind::ChangeStarted { .. }
            | EventKind::ChangeFinished { .. } => {}
        }
    }

    fn finish(&mut self) {
        if let Some(out) = &mut self.out {
            let _ = out.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sink};
    use super::*;

    fn told(theme: Theme, verbosity: u8) -> String {
        let sink = Sink::default();
        let mut reporter = Plain::new(Box::new(sink.clone()), theme, verbosity);
        for event in samples::events() {
            reporter.event(&event);
        }
        reporter.finish();
        sink.text()
    }

    #[test]
    fn a_run_in_plain_lines() {
        insta::assert_snapshot!(told(Theme::plain(), 0));
    }

    #[test]
    fn a_run_in_plain_lines_verbose_and_ascii() {
        let text = told(Theme::ascii(), 2);
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_step_that_goes_on_is_heard_of_at_most_every_thirty_seconds() {
        let sink = Sink::default();
        let mut reporter = Plain::new(Box::new(sink.clone()), Theme::plain(), 0);
        let step = samples::CLUSTER;
        let mut at = |ts_ms, kind| reporter.event(&Event { ts_ms, kind });
        at(0, EventKind::StepStarted { step });
        for second in 1..=100 {
            let text = format!("line {second}");
            at(
                second * 1_000,
                EventKind::Progress {
                    step,
                    text,
                    at: None,
                },
            );
        }
        let text = sink.text();
        assert_eq!(text.matches("still").count(), 3, "{text}");
        assert!(text.contains("line 30, since 30s"), "{text}");
    }
}
