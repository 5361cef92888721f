//! What a line is: something a tool said, or a command, a comment, a passed test, chatter.

/// The manner of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Said by somebody: the rest.
    Said,
    /// Typed into a shell: what it holds is looked for or run, and has not happened.
    Typed,
    /// A comment or a heading.
    Comment,
    /// A result that went well, a line of help, or what a log says for its makers only.
    Aside,
    /// The beginning of a log entry: it does not continue the line before.
    Entry,
}

/// Sorts a line (lower case, without terminal codes).
pub(super) fn manner(line: &str) -> Manner {
    let bare = line.trim_start_matches(['>', '|', '│', ' ']);
    let bare = bare.trim_start();
    if is_typed(bare) {
        return Manner::Typed;
    }
    if [
        "//", "/*", "# ", "## ", "### ", "#### ", "<!--", ";; ", "rem ",
    ]
    .iter()
    .any(|mark| bare.starts_with(mark))
    {
        return Manner::Comment;
    }
    if is_aside(bare) {
        return Manner::Aside;
    }
    if begins_entry(bare) {
        return Manner::Entry;
    }
    Manner::Said
}

/// Programs whose arguments are words to look for or to print.
const SPEAKERS: &[&str] = &[
    "grep",
    "egrep",
    "fgrep",
    "zgrep",
    "rg",
    "ag",
    "ack",
    "sed",
    "awk",
    "echo",
    "printf",
    "journalctl",
    "dmesg",
    "tail",
    "head",
    "watch",
    "alias",
    "export",
    "sudo",
    "git",
    "curl",
    "kubectl",
    "minikube",
    "docker",
    "vim",
    "vi",
    "nano",
    "less",
    "cat",
    "test",
    "man",
];

fn is_typed(line: &str) -> bool {
    if [
        "$ ", "% ", "❯", "➜ ", "λ ", "ps>", "❱", "# grep", "# docker", "# sudo",
    ]
    .iter()
    .any(|prompt| line.starts_with(prompt))
    {
        return true;
    }
    if prompt_end(line).is_some() {
        return true;
    }
    // `set -x` repeats what it runs behind plus signs.
    let command = line.trim_start_matches('+').trim_start();
    let mut words = command.split_whitespace();
    let first = words.next().unwrap_or_default();
    // `sudo: …` and `cat: …` are messages of these programs.
    if !SPEAKERS.contains(&first) {
        return false;
    }
    let second = words.next().unwrap_or_default();
    match first {
        // Half of these also begin sentences: they need the look of a command.
        "docker" | "kubectl" | "minikube" | "test" | "head" | "watch" | "man" | "git" | "tail"
        | "less" => {
            second.starts_with('-')
                || SUBCOMMANDS.contains(&second)
                || command.contains(" | ")
                || line.starts_with('+')
        }
        _ => true,
    }
}

const SUBCOMMANDS: &[&str] = &[
    "run", "ps", "pull", "start", "stop", "logs", "exec", "get", "describe", "apply", "delete",
    "info", "version", "compose", "build", "inspect", "context", "commit", "log", "diff", "status",
];

/// The end of a shell's prompt (`user@host:~$ `, `[root@host ~]# `, `(base) u@h:/x% `).
fn prompt_end(line: &str) -> Option<usize> {
    let end = ["$ ", "# ", "% "]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min()?;
    let prompt = &line[..end];
    let short = prompt.chars().count() <= 80;
    let name = prompt
        .trim_start_matches(|c: char| c != ')')
        .trim_start_matches([')', ' ']);
    let name = if name.is_empty() { prompt } else { name };
    let name = name.trim().trim_start_matches('[').trim_end_matches(']');
    (short && name.contains('@') && name.split_whitespace().count() <= 2 && !name.contains("error"))
        .then_some(end)
}

/// What NVIDIA's device plugin logs with level I although it is the very trouble.
const GRAVE: &[&str] = &[
    "xidcriticalerror",
    "device marked unhealthy",
    "no devices found. waiting",
];

fn is_aside(line: &str) -> bool {
    // Passed: a test, a check.
    let passed = [
        "✓", "✔", "√", "✅", "[✓]", "[ok]", "[pass]", "ok ", "pass ", "pass:", "--- pass",
    ]
    .iter()
    .any(|mark| line.starts_with(mark))
        || line.ends_with("... ok")
        || line.ends_with("... passed")
        || line.trim_end().ends_with(" passed");
    // A line of `--help`.
    let option = line.starts_with("--") && line[2..].starts_with(|c: char| c.is_ascii_lowercase())
        || (line.starts_with('-')
            && line[1..].starts_with(|c: char| c.is_ascii_lowercase())
            && line[1..]
                .chars()
                .nth(1)
                .is_some_and(|c| c == ',' || c == ' ')
            && line.contains("--"));
    // klog's levels I and D, logrus' and Python's debug.
    let klog = {
        let bytes = line.as_bytes();
        bytes.len() > 14
            && matches!(bytes[0], b'i' | b'd')
            && bytes[1..5].iter().all(u8::is_ascii_digit)
            && bytes[5] == b' '
            && !GRAVE.iter().any(|words| line.contains(words))
    };
    let debug = [
        "level=debug",
        "level=trace",
        "\"level\":\"debug\"",
        "[debug]",
        "debu[",
        " - debug - ",
    ]
    .iter()
    .any(|mark| line.contains(mark));
    passed || option || klog || debug
}

fn begins_entry(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digits = |from: usize, to: usize| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let months = [
        "jan ", "feb ", "mar ", "apr ", "may ", "jun ", "jul ", "aug ", "sep ", "oct ", "nov ",
        "dec ",
    ];
    // A time, a level, a day of the week; not a list or a value that was wrapped.
    line.strip_prefix('[').is_some_and(|rest| {
        rest.starts_with(' ')
            || rest.starts_with(|c: char| c.is_ascii_digit())
                && rest
                    .chars()
                    .take(8)
                    .any(|c| matches!(c, '.' | '-' | ':' | '/'))
            || [
                "info", "warn", "err", "debug", "fatal", "mon ", "tue ", "wed ", "thu ", "fri ",
            ]
            .iter()
            .chain(&["sat ", "sun "])
            .any(|word| rest.starts_with(word))
    }) || line.starts_with("{\"")
        || line.starts_with("time=")
        || (digits(0, 4) && bytes.get(4).is_some_and(|b| matches!(b, b'-' | b'/')))
        || (digits(1, 5) && bytes.get(5) == Some(&b' '))
        || months.iter().any(|month| line.starts_with(month)) && digits(4, 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_messages() {
        for line in [
            "$ grep 'no space left on device' /var/log/syslog",
            "user@host:~$ docker run --gpus all x",
            "(base) user@host:~/x$ dmesg | grep -i xid",
            "[root@localhost ~]# cat /etc/docker/daemon.json",
            "+ docker run x",
            "grep -i 'out of memory' x",
            "sudo docker run x",
            "kubectl get pods",
        ] {
            assert_eq!(manner(line), Manner::Typed, "{line}");
        }
        for line in [
            "docker: error response from daemon: x",
            "sudo: a password is required",
            "cat: write error: no space left on device",
            "docker desktop has only 1987mb memory but you specified 64000mb",
            "kubectl: command not found",
            "error mounting x@y: 5% of z",
        ] {
            assert_eq!(manner(line), Manner::Said, "{line}");
        }
    }

    #[test]
    fn asides_are_no_failures() {
        for line in [
            "✓ docker 28.3.1, reachable without sudo",
            "test tests::no_space_left_on_device ... ok",
            "  --gpus string   could not select device driver",
            "i1123 15:15:14.123456  123 cli_runner.go:164] run: docker network inspect",
            "time=\"2026\" level=debug msg=x",
        ] {
            assert_eq!(manner(line), Manner::Aside, "{line}");
        }
        assert_eq!(
            manner("e1123 15:15:14.123456  123 x.go:1] boom"),
            Manner::Entry
        );
        assert_eq!(manner("nov 23 15:15:14 host dockerd[1]: x"), Manner::Entry);
    }
}
