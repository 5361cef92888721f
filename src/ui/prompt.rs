//! Questions to the person at the terminal. Without a terminal there is nobody to ask.

use super::{Theme, Tone};
use dialoguer::Input;
use dialoguer::console::Term;
use secrecy::SecretString;
use std::io::IsTerminal;

/// What a person said to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Carry it out.
    Yes,
    /// Leave everything as it is.
    No,
    /// Say why, then ask again.
    Explain,
}

/// Asks at the terminal that standard error and standard input are connected to.
#[derive(Clone, Copy, Debug)]
pub struct Prompt {
    theme: Theme,
    there: bool,
}

impl Prompt {
    /// Asks where both standard input and standard error are a terminal.
    pub fn new(theme: Theme) -> Self {
        let there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { theme, there }
    }

    /// Never asks: every question is answered with `None`.
    pub const fn nobody(theme: Theme) -> Self {
        Self {
            theme,
            there: false,
        }
    }

    /// Whether somebody can be asked.
    pub const fn can_ask(&self) -> bool {
        self.there
    }

    /// `Proceed?`. Enter means yes where nothing is disturbed, no otherwise. `None` where nobody
    /// can be asked or the question was broken off.
    pub fn proceed(&self, disruptive: bool) -> Option<Answer> {
        let choices = if disruptive {
            "[y/N/e(xplain)]"
        } else {
            "[Y/n/e(xplain)]"
        };
        loop {
            let text = self.line(&format!("Proceed? {choices}"))?;
            if let Some(answer) = parse(&text, !disruptive) {
                return Some(answer);
            }
        }
    }

    /// Whether the person agrees to something that disturbs nothing; Enter means yes. `None` as
    /// above.
    pub fn agree(&self, question: &str) -> Option<bool> {
        loop {
            match parse(&self.line(&format!("{question} [Y/n]"))?, true) {
                Some(Answer::Yes) => return Some(true),
                Some(Answer::No) => return Some(false),
                _ => {}
            }
        }
    }

    /// Whether the person typed `word`, before something is lost for good. `None` as above.
    pub fn typed(&self, what: &str, word: &str) -> Option<bool> {
        let warning = self.theme.paint(Tone::Bad, what);
        let text = self.line(&format!("{warning}\nType `{word}` to go on"))?;
        Some(text.trim() == word)
    }

    /// A text with a default, for `init`. `None` as above.
    pub fn text(&self, question: &str, default: &str) -> Option<String> {
        let text = self.line(&format!("{question} [{default}]"))?;
        let text = text.trim();
        Some(if text.is_empty() { default } else { text }.to_owned())
    }

    /// Something secret, typed without echo. `None` as above, or when nothing was typed.
    pub fn secret(&self, question: &str) -> Option<SecretString> {
        if !self.there {
            return None;
        }
        super::output::stderr(&format!("{question}: "));
        let typed = super::secret::line();
        super::output::stderr("\n");
        let typed = typed.ok().flatten()?;
        (!typed.trim().is_empty()).then(|| SecretString::from(typed.trim().to_owned()))
    }

    fn line(&self, question: &str) -> Option<String> {
        if !self.there {
            return None;
        }
        let typed = Input::<String>::new()
            .with_prompt(question)
            .allow_empty(true)
            .interact_text_on(&Term::stderr());
        self.whole(typed)
    }

    /// A question broken off by Ctrl-C leaves the cursor hidden (console-rs/dialoguer#188).
    fn whole(&self, typed: dialoguer::Result<String>) -> Option<String> {
        if typed.is_err() {
            let _ = Term::stderr().show_cursor();
            // What is said next is not said behind the question.
            super::output::stderr("\n");
        }
        typed.ok()
    }
}

/// What an answer means; `None` where it means nothing.
fn parse(text: &str, enter_is_yes: bool) -> Option<Answer> {
    match text.trim().to_lowercase().as_str() {
        "" if enter_is_yes => Some(Answer::Yes),
        "" | "n" | "no" => Some(Answer::No),
        "y" | "yes" => Some(Answer::Yes),
        "e" | "explain" | "?" => Some(Answer::Explain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_means_yes_only_where_nothing_is_disturbed() {
        assert_eq!(parse("", true), Some(Answer::Yes));
        assert_eq!(parse("", false), Some(Answer::No));
        assert_eq!(parse(" Y\n", false), Some(Answer::Yes));
        assert_eq!(parse("no", true), Some(Answer::No));
        assert_eq!(parse("e", true), Some(Answer::Explain));
        assert_eq!(parse("perhaps", true), None);
    }

    #[test]
    fn nobody_is_asked_without_a_terminal() {
        let prompt = Prompt::nobody(Theme::plain());
        assert!(!prompt.can_ask());
        assert_eq!(prompt.proceed(false), None);
        assert_eq!(prompt.typed("deletes the data", "delete"), None);
        assert_eq!(prompt.text("profile", "gpucluster"), None);
        assert!(prompt.secret("key").is_none());
    }
}
