//! Finished text to the two streams: what is meant for people to standard error, what was asked
//! for to standard output.

use super::{Plain, Reporter, Terminal, Theme};
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Writes to standard output. A reader that went away (`| head`) is no failure.
///
/// # Errors
/// Any other failure to write, such as a full disk behind a redirection.
fn stdout(text: &str) -> io::Result<()> {
    quietly(&mut io::stdout().lock(), text)
}

/// Exactly this text to standard error.
pub fn stderr(text: &str) {
    let _ = quietly(&mut io::stderr().lock(), text);
}

/// Exactly this text to standard output.
pub fn stdout_as_is(text: &str) {
    if let Err(error) = stdout(text) {
        say(&format!("error: cannot write to standard output: {error}"));
    }
}

/// Rows and columns of the terminal that standard output is, where it is one that can be drawn on.
pub fn terminal_size() -> Option<(usize, usize)> {
    let env = |name: &str| std::env::var(name).ok();
    if !is_live(io::stdout().is_terminal(), env) {
        return None;
    }
    let size = dialoguer::console::Term::stdout().size_checked();
    size.map(|(rows, columns)| (rows.into(), columns.into()))
}

/// A screen to standard error, ended by one newline. If that fails there is nobody left to tell.
pub fn say(text: &str) {
    let _ = quietly(&mut io::stderr().lock(), &ended(text));
}

/// A report to standard output, ended by one newline.
pub fn print(text: &str) {
    if let Err(error) = stdout(&ended(text)) {
        say(&format!("error: cannot write to standard output: {error}"));
    }
}

/// A value as an indented JSON document.
pub fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn ended(text: &str) -> String {
    match text.trim_end_matches('\n') {
        "" => String::new(),
        text => format!("{text}\n"),
    }
}

fn quietly(out: &mut dyn Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The reporter for people on standard error: live lines on a terminal, plain ones elsewhere.
pub fn human(theme: Theme, verbosity: u8) -> Box<dyn Reporter> {
    let env = |name: &str| std::env::var(name).ok();
    if is_live(io::stderr().is_terminal(), env) {
        Box::new(Terminal::stderr(theme, verbosity))
    } else {
        Box::new(Plain::stderr(theme, verbosity))
    }
}

/// Whether live lines can be drawn: a terminal that can move its cursor, and neither a CI job nor
/// a wish against it (`NO_PROGRESS`).
fn is_live(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).is_some_and(|value| !value.is_empty() && value != "false");
    is_terminal
        && !set("CI")
        && !set("NO_PROGRESS")
        && env("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_lines_need_a_terminal_that_can_draw_them() {
        let live = |terminal, name: &'static str, value: &'static str| {
            is_live(terminal, |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(live(true, "TERM", "xterm-256color"));
        assert!(!live(false, "TERM", "xterm-256color"));
        assert!(!live(true, "TERM", "dumb"));
        assert!(!live(true, "CI", "true"));
        assert!(live(true, "CI", "false"));
        assert!(!live(true, "NO_PROGRESS", "1"));
    }

    #[test]
    fn only_a_reader_that_went_away_is_passed_over() {
        struct Failing(ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(quietly(&mut Failing(ErrorKind::BrokenPipe), "x").is_ok());
        assert!(quietly(&mut Failing(ErrorKind::StorageFull), "x").is_err());
    }
}
