//! The systemd user unit of the agent.

use super::templates::{RenderError, render};
use camino::Utf8Path;
use serde_json::{Map, json};

/// The unit of a profile: it runs `program agent supervise --dir dir`.
///
/// # Errors
/// When a value does not fit into the template.
pub fn agent_unit(
    profile: &str,
    program: &Utf8Path,
    dir: &Utf8Path,
) -> Result<String, RenderError> {
    let mut values = Map::new();
    values.insert("profile".to_owned(), json!(profile));
    // Variables are put in for the arguments, not for the program's path (systemd.service(5)).
    values.insert("program".to_owned(), json!(quoted(program.as_str())));
    let dir = quoted(dir.as_str()).replace('$', "$$");
    values.insert("dir".to_owned(), json!(dir));
    render(
        "agent.service",
        include_str!("../../templates/agent.service"),
        &values,
    )
}

/// A word of `ExecStart=`: `%` begins a specifier, and white space, quotes and backslashes need
/// quotes with C's escapes (systemd.unit(5), systemd.syntax(7)).
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.,:=@+~%$".contains(c);
    let text = word.replace('%', "%%");
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of a command line as systemd reads them, for the escapes used here: quotes and
    /// backslashes go, then specifiers, then variables in all words but the first.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let (mut letters, mut inside) = (line.chars(), false);
        while let Some(c) = letters.next() {
            let word = words.last_mut().unwrap();
            match c {
                '"' => inside = !inside,
                ' ' if !inside => words.push(String::new()),
                '\\' => match letters.next().unwrap() {
                    'n' => word.push('\n'),
                    'x' => {
                        let code: String = letters.by_ref().take(2).collect();
                        word.push(char::from(u8::from_str_radix(&code, 16).unwrap()));
                    }
                    other => word.push(other),
                },
                other => word.push(other),
            }
        }
        let plain = |(nth, word): (usize, &String)| {
            let word = word.replace("%%", "%");
            if nth == 0 {
                word
            } else {
                word.replace("$$", "$")
            }
        };
        words.iter().enumerate().map(plain).collect()
    }

    fn command(unit: &str) -> Vec<String> {
        let line = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        words(line.unwrap())
    }

    #[test]
    fn the_unit_is_marked_as_ours_and_starts_the_supervisor() {
        let unit = agent_unit(
            "gpucluster",
            "/usr/local/bin/gpucluster".into(),
            "/home/ann/.local/share/gpucluster/profiles/gpucluster/agent/run".into(),
        )
        .unwrap();
        assert!(unit.starts_with(super::super::MANAGED_BY));
        assert!(
            unit.ends_with("\n[Install]\nWantedBy=default.target\n"),
            "{unit}"
        );
        assert!(
            unit.contains(
                "\nExecStart=/usr/local/bin/gpucluster agent supervise --dir \
                 /home/ann/.local/share/gpucluster/profiles/gpucluster/agent/run\n"
            ),
            "{unit}"
        );
    }

    #[test]
    fn blanks_percent_signs_quotes_and_dollars_are_written_by_systemds_rules() {
        let program = "/home/a n/100%/gpucluster";
        let unit = agent_unit("p1", program.into(), "/home/a n/$x/\"q\"\\".into()).unwrap();
        assert!(
            unit.contains(
                "ExecStart=\"/home/a n/100%%/gpucluster\" agent supervise --dir \
                 \"/home/a n/$$x/\\\"q\\\"\\\\\"\n"
            ),
            "{unit}"
        );
    }

    proptest! {
        #[test]
        fn whatever_the_paths_are_systemd_reads_them_back(
            program in "/[^$\\x00]{1,20}", dir in "/[^\\x00]{0,20}"
        ) {
            // Control characters beyond ASCII are in no path of ours and are refused.
            let odd = |text: &str| text.chars().any(|c| c.is_control() && !c.is_ascii());
            prop_assume!(!odd(&program) && !odd(&dir));
            let unit = agent_unit("p1", Utf8Path::new(&program), Utf8Path::new(&dir)).unwrap();
            prop_assert_eq!(
                command(&unit),
                [program.as_str(), "agent", "supervise", "--dir", dir.as_str()]
            );
        }
    }
}
