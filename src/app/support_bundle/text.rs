//! From what a source gave to a text that can be handed on: readable, short enough, without secrets.

use crate::host::Ends;
use crate::model::{Member, Missing, Redacted};
use crate::parse::redact::{Clean, Redactor, floor};

/// Bytes kept of the beginning of a long source: what it was started with.
pub const HEAD: usize = 96 << 10;
/// Bytes kept of its end: what went wrong.
pub const TAIL: usize = 416 << 10;
/// Bytes read beyond a cut, so that a secret across it is seen whole.
pub const MARGIN: usize = 16 << 10;
/// How far from a cut an end of line is looked for.
const LINE: usize = 4 << 10;

/// What a source gave.
pub enum Raw {
    /// A text that is at hand.
    Text(String),
    /// Both ends of something long, each with [`MARGIN`] beyond what is kept.
    Ends(Ends),
}

/// The member that becomes of it; or, should a secret have survived, that there is none.
pub fn member(name: &str, raw: Raw, redactor: &Redactor) -> Result<Member, Missing> {
    let ends = match raw {
        Raw::Text(text) => Ends::of(&text, HEAD + MARGIN, TAIL + MARGIN),
        Raw::Ends(ends) => ends,
    };
    let (mut text, mut redacted, mut left_out) = (String::new(), Vec::new(), 0);
    let (head, odd_head) = readable(&ends.head);
    let (tail, odd_tail) = readable(&ends.tail);
    let mut take = |part: Clean| {
        text.push_str(&part.text);
        add(&mut redacted, part.redacted);
    };
    if ends.tail.is_empty() {
        take(redactor.clean(&head));
    } else {
        let to = end_of_head(&head);
        let from = begin_of_tail(&tail);
        left_out = ends.total.saturating_sub((to + tail.len() - from) as u64);
        take(redactor.clean_part(&head, 0..to));
        let note = format!("\n--- gpucluster: {left_out} bytes are left out here ---\n");
        take(Clean {
            text: note,
            redacted: Vec::new(),
        });
        take(redactor.clean_part(&tail, from..tail.len()));
    }
    if redactor.betrays(&text) {
        return Err(Missing {
            name: name.to_owned(),
            why: "withheld: a known secret would have been left in it".to_owned(),
        });
    }
    Ok(Member {
        name: name.to_owned(),
        bytes: text.len() as u64,
        text,
        left_out,
        binary: odd_head || odd_tail,
        redacted,
    })
}

fn add(to: &mut Vec<Redacted>, more: Vec<Redacted>) {
    for one in more {
        match to.iter_mut().find(|have| have.kind == one.kind) {
            Some(have) => have.times += one.times,
            None => to.push(one),
        }
    }
}

/// Where the kept part of the first bytes ends: at a line's end, if one is near.
fn end_of_head(head: &str) -> usize {
    let to = floor(head, head.len().saturating_sub(MARGIN));
    let near = floor(head, to.saturating_sub(LINE));
    head[near..to].rfind('\n').map_or(to, |at| near + at)
}

/// Where the kept part of the last bytes begins.
fn begin_of_tail(tail: &str) -> usize {
    let from = floor(tail, MARGIN);
    let near = floor(tail, from + LINE);
    tail[from..near].find('\n').map_or(from, |at| from + at + 1)
}

/// Bytes as a text that a terminal can show: no colours, no control characters, line ends as here.
/// And whether they were no text.
pub fn readable(bytes: &[u8]) -> (String, bool) {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let (mut odd, mut all) = (0_usize, 0_usize);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        all += 1;
        match c {
            '\u{1b}' => skip_sequence(&mut chars),
            '\n' | '\t' => out.push(c),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            // As between the variables of an environment.
            '\0' => {
                odd += 1;
                out.push('\n');
            }
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => {
                odd += 1;
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    (out, odd * 32 > all)
}

/// Passes over what follows an escape character (ECMA-48): a control sequence, an operating system
/// command, or one character.
fn skip_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            while let Some(c) = chars.peek().copied() {
                if !(' '..='~').contains(&c) {
                    return;
                }
                chars.next();
                if ('@'..='~').contains(&c) {
                    return;
                }
            }
        }
        Some(']') => {
            // One that is never ended must not swallow the rest.
            let mut ahead = chars.clone();
            for _ in 0..256 {
                match ahead.next() {
                    Some('\u{7}') => break,
                    Some('\u{1b}') => {
                        if ahead.peek() == Some(&'\\') {
                            ahead.next();
                        }
                        break;
                    }
                    Some('\n') | None => return,
                    Some(_) => {}
                }
            }
            *chars = ahead;
        }
        Some(c) if (' '..='~').contains(c) => {
            chars.next();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::redact::Kind;

    const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

    fn made(raw: Raw) -> Member {
        member("log", raw, &Redactor::default()).unwrap()
    }

    #[test]
    fn a_short_text_stays_whole() {
        let member = made(Raw::Text(
            "one\r\ntwo \u{1b}[31mred\u{1b}[0m\rthree\n".to_owned(),
        ));
        assert_eq!(member.text, "one\ntwo red\nthree\n");
        assert_eq!((member.left_out, member.binary), (0, false));
    }

    #[test]
    fn of_megabytes_both_ends_are_kept_at_whole_lines_and_it_is_said() {
        let text: String = (0..400_000).map(|n| format!("line {n}\n")).collect();
        let member = made(Raw::Text(text.clone()));
        assert!(member.text.len() < HEAD + TAIL + 100);
        assert!(member.text.starts_with("line 0\n") && member.text.ends_with("line 399999\n"));
        let note = format!(
            "\n--- gpucluster: {} bytes are left out here ---\nline ",
            member.left_out
        );
        assert!(member.text.contains(&note));
        let kept = member.text.len() - note.len() + "line ".len();
        assert_eq!(kept as u64 + member.left_out, text.len() as u64);
    }

    #[test]
    fn a_secret_at_a_cut_is_taken_out_wherever_the_cut_falls() {
        for at in (0..80).step_by(9) {
            for place in [HEAD, 700_000 - TAIL] {
                let mut text = "-".repeat(700_000);
                let from = place - at;
                text.replace_range(from..from + KEY.len() + 2, &format!("={KEY}="));
                let member = made(Raw::Text(text));
                for part in 0..KEY.len() - 7 {
                    assert!(!member.text.contains(&KEY[part..part + 8]), "{at} {place}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_text_is_said_and_shown_safely() {
        let bytes: Vec<u8> = (0..4096_u32).map(|n| (n * 7 % 256) as u8).collect();
        let ends = Ends {
            total: 4096,
            head: bytes,
            tail: Vec::new(),
        };
        let member = made(Raw::Ends(ends));
        assert!(member.binary);
        assert!(
            member
                .text
                .chars()
                .all(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        );
    }

    #[test]
    fn an_unended_sequence_swallows_little() {
        assert_eq!(readable(b"a\x1b]0;title\x07b").0, "ab");
        assert_eq!(readable(b"a\x1b]0;title\nb").0, "a]0;title\nb");
        assert_eq!(readable(b"a\x1b[").0, "a");
        assert_eq!(
            readable(b"A_TOKEN=x\0PATH=/bin\0").0,
            "A_TOKEN=x\nPATH=/bin\n"
        );
    }

    #[test]
    fn a_colour_within_a_name_does_not_hide_its_secret() {
        let member = made(Raw::Text("A_TO\u{1b}[1mKEN\u{1b}[0m=hunter22".to_owned()));
        assert_eq!(member.text, "A_TOKEN=[redacted: secret by its name]");
    }

    #[test]
    fn known_values_are_gone() {
        let redactor = Redactor::new([(Kind::Known, "correct horse".to_owned())]);
        let member = member("x", Raw::Text("a correct horse b".to_owned()), &redactor).unwrap();
        assert_eq!(member.text, "a [redacted: known secret] b");
    }
}
