//! netrc files, as text: where a password is, and how one is put in without touching the others.
//!
//! Words are separated by white space; `machine NAME` or `default` opens an entry of `login`,
//! `account` and `password` pairs; `macdef NAME` runs to the next empty line; `#` at the start of a
//! word opens a comment (as Python's `netrc`, which `wandb` reads with, has it).

use std::ops::Range;

/// Host, with the port where the address has one: the machine that `wandb` looks a key up for.
/// `None` where the address has no host.
pub fn machine_of(base_url: &str) -> Option<&str> {
    let rest = base_url
        .split_once("://")
        .map_or(base_url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    (!host.is_empty()).then_some(host)
}

/// The password of a machine; the last entry wins, as in Python's `netrc`.
pub fn password<'a>(text: &'a str, machine: &str) -> Option<&'a str> {
    entries(text)
        .into_iter()
        .rfind(|entry| entry.machine == Some(machine))
        .and_then(|entry| entry.password)
}

/// The text with `machine`'s entry saying `login` and `password`. Everything that belongs to other
/// machines, comments and macros included, stays byte for byte the same.
pub fn with_password(text: &str, machine: &str, login: &str, password: &str) -> String {
    if self::password(text, machine) == Some(password) {
        return text.to_owned();
    }
    let entry = format!("machine {machine}\n  login {login}\n  password {password}");
    let all = entries(text);
    let mut ours = all.iter().filter(|entry| entry.machine == Some(machine));
    let Some(first) = ours.next() else {
        // At the front no `default` and no half an entry can swallow it.
        return format!("{entry}\n{text}");
    };
    let mut result = format!("{}{entry}", &text[..first.span.start]);
    let mut from = first.span.end;
    for other in ours {
        result.push_str(&text[from..other.span.start]);
        from = other.span.end;
    }
    result.push_str(&text[from..]);
    result
}

struct Entry<'a> {
    /// `None` is `default`.
    machine: Option<&'a str>,
    password: Option<&'a str>,
    /// From its first word to the end of its last.
    span: Range<usize>,
}

fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut at = 0;
    while let Some(word) = next_word(text, at) {
        at = word.end;
        match &text[word.clone()] {
            "machine" => {
                let name = next_word(text, at);
                at = name.as_ref().map_or(at, |name| name.end);
                entries.push(Entry {
                    machine: Some(name.map_or("", |name| &text[name])),
                    password: None,
                    span: word.start..at,
                });
            }
            "default" => entries.push(Entry {
                machine: None,
                password: None,
                span: word,
            }),
            "macdef" => {
                at = text[at..]
                    .find("\n\n")
                    .map_or(text.len(), |end| at + end + 2);
            }
            key @ ("login" | "user" | "account" | "password") => {
                let Some(value) = next_word(text, at) else {
                    break;
                };
                at = value.end;
                if let Some(entry) = entries.last_mut() {
                    // A second password is a stray word of nobody's, such as what we put our entry
                    // in front of.
                    if entry.password.is_some() {
                        continue;
                    }
                    entry.span.end = at;
                    if key == "password" {
                        entry.password = Some(text[value].trim_matches('"'));
                    }
                }
            }
            _ => {}
        }
    }
    entries
}

/// The next word at or behind `at`, comments left out.
fn next_word(text: &str, mut at: usize) -> Option<Range<usize>> {
    loop {
        let start = at + text[at..].find(|c: char| !c.is_ascii_whitespace())?;
        let line = text[start..]
            .find('\n')
            .map_or(text.len(), |end| start + end);
        if text[start..].starts_with('#') {
            at = line;
            continue;
        }
        let end = text[start..line]
            .find(|c: char| c.is_ascii_whitespace())
            .map_or(line, |end| start + end);
        return Some(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "# mine\nmachine github.com login ada password s3cret\n\n\
machine api.wandb.ai\n  login user\n  password old\n# tail\nmachine b login x password y\n";

    #[test]
    fn the_machine_of_an_address_keeps_its_port() {
        for (url, machine) in [
            ("https://api.wandb.ai", Some("api.wandb.ai")),
            ("http://127.0.0.1:8765/", Some("127.0.0.1:8765")),
            (
                "https://u:p@wandb.example.org/x?y",
                Some("wandb.example.org"),
            ),
            ("https://", None),
        ] {
            assert_eq!(machine_of(url), machine, "{url}");
        }
    }

    #[test]
    fn a_password_is_found_and_the_last_one_wins() {
        assert_eq!(password(FILE, "api.wandb.ai"), Some("old"));
        assert_eq!(password(FILE, "github.com"), Some("s3cret"));
        assert_eq!(password(FILE, "wandb.ai"), None);
        let twice = format!("{FILE}machine api.wandb.ai login user password \"new\"\n");
        assert_eq!(password(&twice, "api.wandb.ai"), Some("new"));
        assert_eq!(password("# machine a login b password c", "a"), None);
        assert_eq!(password("machine", "a"), None);
    }

    #[test]
    fn putting_a_password_in_leaves_the_others_byte_for_byte() {
        let changed = with_password(FILE, "api.wandb.ai", "user", "new");
        assert_eq!(changed, FILE.replace("password old", "password new"));
        let foreign = "machine a login b password c\ndefault login x password y";
        let added = with_password(foreign, "m", "user", "k");
        assert_eq!(
            added,
            format!("machine m\n  login user\n  password k\n{foreign}")
        );
    }

    proptest! {
        #[test]
        fn what_was_put_in_is_found_again_and_putting_it_in_again_changes_nothing(
            text in "((machine|login|password|default|account|#|[a-z]{1,4})[ \n]{1,2}){0,12}",
        ) {
            let once = with_password(&text, "h.example:8", "user", "key-1");
            prop_assert_eq!(password(&once, "h.example:8"), Some("key-1"));
            prop_assert_eq!(&with_password(&once, "h.example:8", "user", "key-1"), &once);
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,80}") {
            let _ = (password(&text, "a"), with_password(&text, "a", "b", "c"), machine_of(&text));
        }
    }
}
