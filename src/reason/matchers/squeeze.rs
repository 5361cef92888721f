//! A text in the form in which known words are looked for: what may differ between two copies of
//! one message is left out, and every remaining byte knows where it came from.
//!
//! White space, quotation marks, backslashes and drawn boxes are dropped: then it does not matter
//! where a terminal wrapped a line, whether a log quoted it, or how a word processor changed the
//! quotes. Rows are squeezed in the same way.

use super::line::{self, Manner};
use super::plain::plain;

/// A squeezed text.
pub(super) struct Squeezed {
    /// The words.
    pub hay: Vec<u8>,
    /// For each byte of `hay`: its place in `flat`.
    at: Vec<u32>,
    /// The plain text: lower case, lines parted by line feeds.
    pub flat: String,
    /// Where the lines of `flat` begin.
    starts: Vec<u32>,
    /// What each line of `flat` is: its manner, and the pasted line it comes from.
    lines: Vec<(Manner, usize)>,
    /// The lines as they were pasted, with their numbers from 1.
    pub shown: Vec<(usize, String)>,
}

/// Squeezes a text.
pub(super) fn squeeze(text: &str) -> Squeezed {
    let mut out = Squeezed {
        hay: Vec::with_capacity(text.len()),
        at: Vec::with_capacity(text.len()),
        flat: String::with_capacity(text.len()),
        starts: Vec::new(),
        lines: Vec::new(),
        shown: Vec::new(),
    };
    // A lone carriage return redraws a line (progress bars): what stood there was said as well.
    let redrawn = text.split('\n').enumerate().flat_map(|(number, line)| {
        let line = line.trim_end_matches('\r');
        line.split('\r').map(move |shown| (number + 1, shown))
    });
    for (number, shown) in redrawn {
        let index = out.shown.len();
        for piece in plain(shown).split('\n') {
            out.starts.push(position(out.flat.len()));
            out.lines.push((line::manner(piece), index));
            let quoted = piece.trim_start_matches(['>', '|', ' ']);
            out.flat.push_str(&piece[..piece.len() - quoted.len()]);
            for c in quoted.chars() {
                let place = position(out.flat.len());
                out.flat.push(c);
                if let Some(kept) = kept(c) {
                    let before = out.hay.len();
                    let mut bytes = [0; 4];
                    for part in kept.chars() {
                        out.hay
                            .extend_from_slice(part.encode_utf8(&mut bytes).as_bytes());
                    }
                    out.at.resize(out.at.len() + out.hay.len() - before, place);
                }
            }
            out.flat.push('\n');
        }
        out.shown.push((number, shown.to_owned()));
    }
    out
}

/// Places are kept as `u32`: the window is far below 4 GiB.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What is left of a character.
fn kept(c: char) -> Option<Kept> {
    match c {
        '"' | '\'' | '`' | '´' | '\\' | '|' | '¦' | '*' => None,
        // Typographic quotes of all languages, and French ones.
        '\u{2018}'..='\u{201f}' | '«' | '»' | '‹' | '›' => None,
        // Box drawing, blocks; zero-width characters, soft hyphens, byte order marks.
        '\u{2500}'..='\u{259f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' | '\u{feff}' => {
            None
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(Kept::Text("-")),
        'ﬁ' => Some(Kept::Text("fi")),
        'ﬂ' => Some(Kept::Text("fl")),
        '…' => Some(Kept::Text("...")),
        c if c.is_whitespace() || c.is_control() => None,
        c => Some(Kept::Same(c)),
    }
}

/// A character as it is kept.
enum Kept {
    Same(char),
    Text(&'static str),
}

impl Kept {
    fn chars(&self) -> impl Iterator<Item = char> {
        let (one, text) = match self {
            Self::Same(c) => (Some(*c), ""),
            Self::Text(text) => (None, *text),
        };
        one.into_iter().chain(text.chars())
    }
}

/// A row's words, squeezed in the same way.
pub(super) fn squeezed_words(words: &str) -> String {
    words
        .chars()
        .filter_map(kept)
        .flat_map(|kept| kept.chars().collect::<Vec<_>>())
        .collect()
}

impl Squeezed {
    /// The place in `flat` of a byte of `hay`; its end for the place behind the last.
    pub fn flat_at(&self, hay: usize) -> usize {
        self.at
            .get(hay)
            .map_or(self.flat.len(), |place| *place as usize)
    }

    /// The line of `flat` that a place of `flat` is in.
    pub fn line_at(&self, flat: usize) -> usize {
        self.starts
            .partition_point(|start| *start as usize <= flat)
            .saturating_sub(1)
    }

    /// The words of a line of `flat`.
    pub fn line(&self, line: usize) -> &str {
        let begin = self.starts.get(line).map_or(0, |start| *start as usize);
        let end = self
            .starts
            .get(line + 1)
            .map_or(self.flat.len(), |start| *start as usize);
        self.flat.get(begin..end).unwrap_or_default()
    }

    /// Where a line of `flat` begins.
    pub fn start_of(&self, line: usize) -> usize {
        self.starts.get(line).map_or(0, |start| *start as usize)
    }

    /// What a line of `flat` is.
    pub fn manner(&self, line: usize) -> Manner {
        self.lines.get(line).map_or(Manner::Said, |line| line.0)
    }

    /// The index in `shown` of the pasted line that a line of `flat` comes from.
    pub fn pasted(&self, line: usize) -> usize {
        self.lines.get(line).map_or(0, |line| line.1)
    }

    /// Whether a word can begin at this byte of `hay`: at the beginning, after white space or
    /// anything else that is no letter or digit, or at either side of a line's end.
    pub fn begins_word(&self, hay: usize) -> bool {
        let place = self.flat_at(hay);
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = self.flat.get(..place).and_then(|text| text.chars().last());
        !word(before) || !word(self.flat.get(place..).and_then(|text| text.chars().next()))
    }

    /// Whether a number that ends before this byte of `hay` goes on.
    pub fn number_goes_on(&self, hay: usize) -> bool {
        let last = hay.saturating_sub(1);
        let place = self.flat_at(last) + 1;
        self.flat
            .as_bytes()
            .get(place)
            .is_some_and(u8::is_ascii_digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        String::from_utf8(squeeze(text).hay).unwrap()
    }

    #[test]
    fn dress_does_not_matter() {
        let bare = words("could not select device driver \"\" with capabilities");
        for dressed in [
            "COULD NOT SELECT device driver “” with capabilities",
            "could not sel\nect device driver \"\" wi\nth capabilities",
            r#"could not\nselect device driver \"\" with capabilities"#,
            "> could not select device\n> driver '' with capabilities",
            "│ could not select device driver \"\"  │\n│ with capabilities │",
            "\u{1b}[31mcould not\u{1b}[0m select\u{a0}device driver \"\" with capa\u{ad}bilities",
        ] {
            assert_eq!(words(dressed), bare, "{dressed}");
        }
        assert_eq!(
            squeezed_words("Could not “select” device driver \"\" with capabilities")
                .to_lowercase(),
            bare
        );
    }

    #[test]
    fn every_byte_knows_its_line() {
        let text = squeeze("one\r\ntwo\\nthree\nfour");
        let at = |word: &str| {
            let hay = String::from_utf8(text.hay.clone()).unwrap();
            text.pasted(text.line_at(text.flat_at(hay.find(word).unwrap())))
        };
        assert_eq!(at("one"), 0);
        assert_eq!(at("two"), 1);
        assert_eq!(at("three"), 1);
        assert_eq!(at("four"), 2);
    }
}
