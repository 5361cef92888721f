//! Colour and glyphs. A glyph or a word always says what the colour says.

use anstyle::{AnsiColor, Style};
use std::io::IsTerminal;

/// What `--color` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of text means; decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be: green.
    Good,
    /// Wants attention: yellow.
    Warn,
    /// Wrong: red.
    Bad,
    /// A hint, a path, a command: cyan.
    Note,
    /// Of little weight: dim.
    Quiet,
    /// Of much weight: bold.
    Strong,
}

/// The mark at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It holds.
    Ok,
    /// It differs and will be changed.
    Change,
    /// It is not there and will be made.
    Add,
    /// It will be deleted and made anew.
    Replace,
    /// It will be taken away.
    Remove,
    /// It waits for something else.
    Wait,
    /// It could not be looked at.
    Unknown,
    /// It failed, or a person must act.
    Failed,
    /// It was left out.
    Skipped,
    /// Something worth saying.
    Warning,
}

impl Mark {
    /// The tone of the mark.
    pub fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Change | Self::Add | Self::Unknown | Self::Warning => Tone::Warn,
            Self::Replace | Self::Remove | Self::Failed => Tone::Bad,
            Self::Wait | Self::Skipped => Tone::Quiet,
        }
    }
}

/// How text is shown on one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are used.
    pub color: bool,
    /// Whether characters beyond ASCII are used.
    pub unicode: bool,
    /// Columns that lines are wrapped at.
    pub width: usize,
}

impl Theme {
    /// Widest line, however wide the terminal is: longer ones are hard to read.
    pub const MAX_WIDTH: usize = 100;

    /// No colours, UTF-8, the widest lines.
    pub const fn plain() -> Self {
        Self {
            color: false,
            unicode: true,
            width: Self::MAX_WIDTH,
        }
    }

    /// No colours, ASCII only.
    pub const fn ascii() -> Self {
        Self {
            color: false,
            unicode: false,
            width: Self::MAX_WIDTH,
        }
    }

    /// For standard output.
    pub fn stdout(choice: ColorChoice) -> Self {
        let width = dialoguer::console::Term::stdout().size_checked();
        let terminal = std::io::stdout().is_terminal();
        Self::of(
            choice,
            terminal,
            width.map(|(_, columns)| columns.into()),
            variable,
        )
    }

    /// For standard error.
    pub fn stderr(choice: ColorChoice) -> Self {
        let width = dialoguer::console::Term::stderr().size_checked();
        let terminal = std::io::stderr().is_terminal();
        Self::of(
            choice,
            terminal,
            width.map(|(_, columns)| columns.into()),
            variable,
        )
    }

    /// For a stream: whether it is a terminal, how wide it is, and the environment to ask.
    ///
    /// `--color` wins over `NO_COLOR` (any value but an empty one, no-color.org), that over
    /// `CLICOLOR_FORCE` (any value but `0`), that over whether it is a terminal.
    pub fn of(
        choice: ColorChoice,
        is_terminal: bool,
        width: Option<usize>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR").is_some() => false,
            ColorChoice::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => is_terminal && set("TERM").is_none_or(|term| term != "dumb"),
        };
        // The first of these that is set decides the character set (locale(7)).
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let unicode = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self {
            color,
            unicode,
            width: width.unwrap_or(Self::MAX_WIDTH).clamp(40, Self::MAX_WIDTH),
        }
    }

    /// Text in the colour of a tone.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warn => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Note => AnsiColor::Cyan.on_default(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        };
        format!("{style}{text}{style:#}")
    }

    /// The characters of a mark, without colour.
    pub fn glyph(&self, mark: Mark) -> &'static str {
        match (mark, self.unicode) {
            (Mark::Ok, true) => "✓",
            (Mark::Ok, false) => "ok",
            (Mark::Change, _) => "~",
            (Mark::Add, _) => "+",
            (Mark::Replace, _) => "-/+",
            (Mark::Remove, _) => "-",
            (Mark::Wait, true) => "⧗",
            (Mark::Wait, false) => "..",
            (Mark::Unknown, _) => "?",
            (Mark::Failed, true) => "✗",
            (Mark::Failed, false) => "XX",
            (Mark::Skipped, true) => "·",
            (Mark::Skipped, false) => "--",
            (Mark::Warning, _) => "!",
        }
    }

    /// A mark in its colour, padded to `width` columns.
    pub fn mark(&self, mark: Mark, width: usize) -> String {
        let glyph = self.glyph(mark);
        let padding = " ".repeat(width.saturating_sub(glyph.chars().count()));
        format!("{}{padding}", self.paint(mark.tone(), glyph))
    }

    /// What stands between the parts of a line: ` · ` or ` | `.
    pub fn separator(&self) -> &'static str {
        if self.unicode { " · " } else { " | " }
    }

    /// Replaces the few characters beyond ASCII that our own texts use.
    pub fn adapt(&self, text: &str) -> String {
        if self.unicode {
            return text.to_owned();
        }
        text.replace('…', "...")
            .replace('→', "->")
            .replace('×', "x")
            .replace('·', "|")
            .replace(['—', '–'], "-")
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(choice: ColorChoice, terminal: bool, env: &[(&str, &str)]) -> Theme {
        Theme::of(choice, terminal, Some(80), |name| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colour_follows_flag_then_environment_then_terminal() {
        let color = |choice, terminal, env: &[(&str, &str)]| theme(choice, terminal, env).color;
        assert!(color(ColorChoice::Auto, true, &[]));
        assert!(!color(ColorChoice::Auto, false, &[]));
        assert!(!color(ColorChoice::Auto, true, &[("NO_COLOR", "1")]));
        assert!(color(ColorChoice::Auto, true, &[("NO_COLOR", "")]));
        assert!(color(ColorChoice::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!color(ColorChoice::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!color(ColorChoice::Auto, true, &[("TERM", "dumb")]));
        assert!(color(ColorChoice::Always, false, &[("NO_COLOR", "1")]));
        assert!(!color(ColorChoice::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }

    #[test]
    fn glyphs_follow_the_first_locale_variable_that_is_set() {
        let unicode = |env: &[(&str, &str)]| theme(ColorChoice::Auto, true, env).unicode;
        assert!(unicode(&[("LANG", "de_DE.UTF-8")]));
        assert!(unicode(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
        assert!(!unicode(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!unicode(&[]));
    }

    #[test]
    fn every_ascii_glyph_is_ascii_and_tells_marks_apart() {
        let marks = [
            Mark::Ok,
            Mark::Change,
            Mark::Add,
            Mark::Replace,
            Mark::Remove,
            Mark::Wait,
            Mark::Unknown,
            Mark::Failed,
            Mark::Skipped,
            Mark::Warning,
        ];
        for theme in [Theme::ascii(), Theme::plain()] {
            let mut glyphs: Vec<&str> = marks.iter().map(|mark| theme.glyph(*mark)).collect();
            assert!(theme.unicode || glyphs.iter().all(|glyph| glyph.is_ascii()));
            glyphs.sort_unstable();
            glyphs.dedup();
            assert_eq!(glyphs.len(), marks.len());
        }
    }

    #[test]
    fn a_narrow_or_huge_terminal_is_kept_readable() {
        let width = |columns| Theme::of(ColorChoice::Auto, true, columns, |_| None).width;
        assert_eq!(
            (
                width(Some(10)),
                width(Some(72)),
                width(Some(400)),
                width(None)
            ),
            (40, 72, 100, 100)
        );
    }
}
