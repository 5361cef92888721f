//! Progress on a terminal: one live line per running step, a permanent line when it is over.
//!
//! While live lines are there, everything is printed through the same `MultiProgress`; printing
//! around it would leave torn lines.

use super::reporter::{outcome, progress};
use super::width::{clean, columns, cut, pad};
use super::{Mark, Reporter, Theme, Tone, elapsed, plan};
use crate::model::{Event, EventKind, NoticeLevel, Outcome, StepId};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a live line is drawn anew.
const TICK: Duration = Duration::from_millis(120);

/// Columns of a step's name.
const NAMES: usize = 18;

/// The live display.
pub struct Terminal {
    lines: MultiProgress,
    theme: Theme,
    verbosity: u8,
    /// Shown until the plan is known.
    survey: Option<ProgressBar>,
    running: BTreeMap<StepId, ProgressBar>,
}

impl Terminal {
    /// Draws to standard error. Verbosity 0 is steps, 1 adds what was observed and each change.
    pub fn stderr(theme: Theme, verbosity: u8) -> Self {
        Self::on(ProgressDrawTarget::stderr(), theme, verbosity)
    }

    /// Draws to a target.
    pub fn on(target: ProgressDrawTarget, theme: Theme, verbosity: u8) -> Self {
        Self {
            lines: MultiProgress::with_draw_target(target),
            theme,
            verbosity,
            survey: None,
            running: BTreeMap::new(),
        }
    }

    fn say(&self, text: &str) {
        for line in self.theme.adapt(text).lines() {
            let _ = self.lines.println(line);
        }
    }

    fn live(&self, name: &str, text: &str) -> ProgressBar {
        let ticks = if self.theme.unicode {
            "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "
        } else {
            "|/-\\ "
        };
        let style = ProgressStyle::with_template("  {spinner} {prefix} {wide_msg} {elapsed:>8}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner())
            .tick_chars(ticks);
        let bar = self.lines.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(pad(name, NAMES));
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(TICK);
        bar
    }

    fn end_survey(&mut self) {
        if let Some(bar) = self.survey.take() {
            bar.finish_and_clear();
        }
    }

    fn moved(&self, step: StepId, text: &str) {
        if let Some(bar) = self.running.get(&step) {
            bar.set_message(self.theme.adapt(text));
        }
    }

    fn finished(&mut self, step: StepId, how: Outcome, headline: &str, ms: u64) {
        if let Some(bar) = self.running.remove(&step) {
            bar.finish_and_clear();
        }
        let (mark, word) = outcome(how);
        let text = match how {
            Outcome::Changed | Outcome::Unchanged if !headline.is_empty() => headline.to_owned(),
            _ if headline.is_empty() => word.to_owned(),
            _ => format!("{word}: {headline}"),
        };
        let took = if ms > 0 { elapsed(ms) } else { String::new() };
        let name = pad(step.as_str(), NAMES);
        let marks = if self.theme.unicode { 1 } else { 2 };
        let used = 2 + marks + 1 + columns(&name) + 1 + 9;
        let room = self.theme.width.saturating_sub(used);
        let tail = if self.theme.unicode { "…" } else { "..." };
        let text = pad(&cut(&self.theme.adapt(&clean(&text)), room, tail), room);
        let line = format!("  {} {name} {text} {took:>8}", self.theme.mark(mark, marks));
        self.say(line.trim_end());
    }
}

impl Reporter for Terminal {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted {
                version,
                profile,
                host,
                world,
                ..
            } => {
                self.say(&plan::header(version, profile, host, world, &self.theme));
                self.survey = Some(self.live("looking", "at this machine"));
            }
            EventKind::Observed {
                step,
                state,
                headline,
            } => {
                if let Some(bar) = &self.survey {
                    bar.set_message(format!("at {step}"));
                }
                if self.verbosity >= 1 {
                    let text = format!(
                        "    {} {}, {headline}",
                        pad(step.as_str(), NAMES),
                        state.replace('_', " ")
                    );
                    self.say(&text);
                }
            }
            EventKind::Planned { .. } => self.end_survey(),
            EventKind::StepStarted { step } => {
                self.end_survey();
                let bar = self.live(step.as_str(), "");
                self.running.insert(*step, bar);
            }
            EventKind::ChangeStarted { step, text, .. } => {
                if self.verbosity >= 1 {
                    self.say(&format!("    {} {text}", pad(step.as_str(), NAMES)));
                }
                self.moved(*step, text);
            }
            EventKind::Progress { step, text, at } => self.moved(*step, &progress(text, *at)),
            EventKind::ChangeFinished { .. } => {}
            EventKind::StepFinished {
                step,
                outcome,
                headline,
                ms,
            } => {
                self.finished(*step, *outcome, headline, *ms);
            }
            EventKind::Noticed { step, notice } => {
                if notice.level == NoticeLevel::Warning || self.verbosity >= 1 {
                    let of = step.map_or_else(String::new, |step| format!("{step}: "));
                    let mark = self
                        .theme
                        .paint(Tone::Warn, self.theme.glyph(Mark::Warning));
                    self.say(&format!("  {mark} {of}{}", notice.text));
                }
            }
            // Failures are a screen of their own, shown when nothing is live any more.
            EventKind::Failed { .. } => {}
            EventKind::RunFinished { .. } => self.finish(),
        }
    }

    fn finish(&mut self) {
        self.end_survey();
        for (_, bar) in std::mem::take(&mut self.running) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sink};
    use super::*;
    use indicatif::TermLike;
    use std::io::{self, Write};

    /// A terminal that keeps what was written, cursor movements left out.
    #[derive(Debug)]
    struct Recorder(Sink);

    impl TermLike for Recorder {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            writeln!(self.0.clone(), "{text}")
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.clone().write_all(text.as_bytes())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn told(theme: Theme, verbosity: u8) -> String {
        let sink = Sink::default();
        let target = ProgressDrawTarget::term_like(Box::new(Recorder(sink.clone())));
        let mut reporter = Terminal::on(target, theme, verbosity);
        for event in samples::events() {
            reporter.event(&event);
        }
        reporter.finish();
        sink.text()
    }

    #[test]
    fn steps_that_are_over_stay_as_lines_with_their_time() {
        let text = told(Theme::plain(), 0);
        // Lines are drawn as wide as the terminal instead of being ended.
        let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for want in [
            "gpucluster 0.1.0 · profile gpucluster · host alder (Ubuntu 24.04)",
            "✓ nvidia.toolkit configured 6s",
            "! minikube.cluster: the preload was not found; images are pulled one by one",
            "✗ minikube.cluster failed: created without GPUs 1m 12s",
        ] {
            assert!(squeezed.contains(want), "{want:?} is not in\n{text}");
        }
    }

    #[test]
    fn nothing_beyond_ascii_is_drawn_where_the_locale_forbids_it() {
        let text = told(Theme::ascii(), 1);
        let bare = dialoguer::console::strip_ansi_codes(&text).into_owned();
        assert!(bare.is_ascii(), "{bare}");
    }

    #[test]
    fn nothing_live_is_left_when_it_is_over() {
        let mut reporter = Terminal::on(ProgressDrawTarget::hidden(), Theme::plain(), 0);
        for event in samples::events().into_iter().take(9) {
            reporter.event(&event);
        }
        assert_eq!(reporter.running.len(), 1);
        reporter.finish();
        assert!(reporter.running.is_empty() && reporter.survey.is_none());
    }
}
