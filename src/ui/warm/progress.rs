//! Progress of files on their way: live bars on a terminal, a line a file elsewhere.

use super::{amount, clean, size_of};
use crate::model::{Found, Haul, WarmReport};
use crate::ui::{Mark, Theme, output};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;

/// Off a terminal the whole is told at every tenth of it, if it is larger than this.
const WORTH_TELLING: u64 = 256 << 20;

/// Columns of a file's name beside its bar.
const NAMES: usize = 40;

/// Tells a person how it goes, on standard error.
pub struct Progress {
    theme: Theme,
    names: Vec<String>,
    sizes: Vec<String>,
    lengths: Vec<Option<u64>>,
    /// Bytes of each file that are there.
    at: Vec<u64>,
    total: u64,
    tenths: u64,
    live: Option<Live>,
}

struct Live {
    lines: MultiProgress,
    whole: ProgressBar,
    files: BTreeMap<usize, ProgressBar>,
}

impl Progress {
    /// Begins: what is there counts from the beginning.
    pub fn new(report: &WarmReport, there: &[Found], theme: Theme) -> Self {
        let target = output::stderr_columns().map(|_| ProgressDrawTarget::stderr());
        Self::on(target, report, there, theme)
    }

    fn on(
        target: Option<ProgressDrawTarget>,
        report: &WarmReport,
        there: &[Found],
        theme: Theme,
    ) -> Self {
        let at: Vec<u64> = report
            .files
            .iter()
            .zip(there)
            .map(|(file, found)| match found {
                Found::There => file.size.unwrap_or_default(),
                Found::Part(bytes) => *bytes,
                Found::Missing | Found::Other => 0,
            })
            .collect();
        let total = report.files.iter().filter_map(|file| file.size).sum();
        let live = target
            .filter(|_| report.files.iter().any(|file| file.state == "pending"))
            .map(|target| Live::new(target, total, at.iter().sum()));
        Self {
            theme,
            names: report.files.iter().map(|file| clean(&file.name)).collect(),
            sizes: report.files.iter().map(size_of).collect(),
            lengths: report.files.iter().map(|file| file.size).collect(),
            tenths: tenths(at.iter().sum(), total),
            at,
            total,
            live,
        }
    }

    /// Something moved.
    pub fn told(&mut self, haul: &Haul) {
        match haul {
            Haul::At(index, bytes) => self.moved(*index, *bytes),
            Haul::Again(index, why) => {
                let mark = self.theme.mark(Mark::Warning, 1);
                let text = format!("{}: {}; trying again", self.names[*index], clean(why));
                self.line(&format!("  {mark} {}", self.theme.adapt(&text)));
            }
            Haul::Done(index) => {
                if let Some(bar) = self.live.as_mut().and_then(|live| live.files.remove(index)) {
                    bar.finish_and_clear();
                }
                let mark = self.theme.mark(Mark::Ok, 1);
                let name = self.theme.adapt(&self.names[*index]);
                // Where the length was not known beforehand, it is now.
                let size = match self.lengths[*index] {
                    Some(_) => self.sizes[*index].clone(),
                    None => amount(self.at[*index]),
                };
                self.line(&format!("  {mark} {name}  {size}"));
            }
        }
    }

    fn moved(&mut self, index: usize, bytes: u64) {
        self.at[index] = bytes;
        let sum: u64 = self.at.iter().sum();
        if let Some(live) = &mut self.live {
            live.whole.set_position(sum);
            let name = crate::ui::width::cut(&self.names[index], NAMES, "...");
            live.file(index, &self.theme.adapt(&name), self.lengths[index])
                .set_position(bytes);
            return;
        }
        let tenths = tenths(sum, self.total);
        if self.total >= WORTH_TELLING && tenths > self.tenths && tenths < 10 {
            self.tenths = tenths;
            self.line(&format!(
                "    {tenths}0% {} of {}",
                amount(sum),
                amount(self.total)
            ));
        }
    }

    fn line(&self, text: &str) {
        match &self.live {
            Some(live) => {
                let _ = live.lines.println(text);
            }
            None => output::say(text),
        }
    }

    /// It is over, however it ended: nothing live stays on the screen.
    pub fn finish(self) {
        if let Some(live) = self.live {
            for bar in live.files.values() {
                bar.finish_and_clear();
            }
            live.whole.finish_and_clear();
        }
    }
}

impl Live {
    fn new(target: ProgressDrawTarget, total: u64, at: u64) -> Self {
        let lines = MultiProgress::with_draw_target(target);
        let style =
            "  {bar:30} {binary_bytes} of {binary_total_bytes}  {binary_bytes_per_sec}  {eta} left";
        let whole = lines.add(ProgressBar::new(total).with_style(style_of(style)));
        whole.set_position(at);
        // What was there before is no speed.
        whole.reset_eta();
        Self {
            lines,
            whole,
            files: BTreeMap::new(),
        }
    }

    fn file(&mut self, index: usize, name: &str, length: Option<u64>) -> &ProgressBar {
        let (lines, whole) = (&self.lines, &self.whole);
        self.files.entry(index).or_insert_with(|| {
            let bar = match length {
                Some(length) => ProgressBar::new(length).with_style(style_of(
                    "  {prefix} {percent:>3}%  {binary_bytes} of {binary_total_bytes}",
                )),
                None => ProgressBar::no_length().with_style(style_of("  {prefix} {binary_bytes}")),
            };
            let bar = lines.insert_before(whole, bar);
            bar.set_prefix(name.to_owned());
            bar
        })
    }
}

fn style_of(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

fn tenths(at: u64, total: u64) -> u64 {
    (u128::from(at) * 10)
        .checked_div(u128::from(total))
        .and_then(|tenths| u64::try_from(tenths).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    #[test]
    fn nothing_live_is_left_and_what_moves_is_counted() {
        let report = report();
        let there = [Found::There, Found::Part(1 << 30), Found::Missing];
        let target = Some(ProgressDrawTarget::hidden());
        let mut progress = Progress::on(target, &report, &there, Theme::plain());
        progress.told(&Haul::At(1, 2 << 30));
        progress.told(&Haul::At(2, 7));
        let live = progress.live.as_ref().unwrap();
        assert_eq!(live.whole.position(), (2 << 30) + 665 + 7);
        assert_eq!(live.files.len(), 2);
        progress.told(&Haul::Again(1, "cut".to_owned()));
        progress.told(&Haul::Done(1));
        assert_eq!(progress.live.as_ref().unwrap().files.len(), 1);
        progress.finish();
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert_eq!(tenths(0, 0), 0);
        assert_eq!(tenths(5, 10), 5);
        assert_eq!(tenths(u64::MAX, 1), 0);
    }
}
