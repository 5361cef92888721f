//! Columns: measuring, padding and wrapping text for a terminal.

use dialoguer::console;

/// Columns that `text` takes; colour codes take none.
pub(super) fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

/// `text` and spaces up to `width` columns; longer text stays whole.
pub(super) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The widest of `texts`, but at most `limit` so that one long name does not push all others away.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, limit: usize) -> usize {
    texts.into_iter().map(columns).max().unwrap_or(0).min(limit)
}

/// Cuts to `width` columns, with `…` (or `...`) at the end where something is lost.
pub(super) fn cut(text: &str, width: usize, tail: &str) -> String {
    console::truncate_str(text, width, tail).into_owned()
}

/// Wraps at spaces. The first line begins at column `begin` (something stands before it), the
/// others are indented by `indent`. Words longer than a line stay whole: a path or a command cut
/// in two could not be pasted.
pub(super) fn wrap(text: &str, width: usize, begin: usize, indent: usize, tail: &str) -> String {
    let mut out = String::new();
    let mut at = begin;
    let limit = width.saturating_sub(columns(tail));
    let mut fresh = true;
    for word in text.split_whitespace() {
        let size = columns(word);
        if !fresh && at + 1 + size > limit {
            out.push_str(tail);
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            at = indent;
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += size;
        fresh = false;
    }
    out
}

/// A tool's words without colour codes and control characters, which could move the cursor or
/// rewrite what stands above.
pub(super) fn clean(text: &str) -> String {
    console::strip_ansi_codes(text)
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// Wraps prose.
pub(super) fn prose(text: &str, width: usize, begin: usize, indent: usize) -> String {
    wrap(text, width, begin, indent, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_and_lines_below_the_width() {
        let text = "one two three four five six seven";
        let wrapped = prose(text, 16, 4, 4);
        assert_eq!(wrapped, "one two\n    three four\n    five six\n    seven");
        assert!(wrapped.lines().all(|line| columns(line) <= 16));
        assert_eq!(
            prose("a-word-longer-than-the-line b", 10, 0, 2),
            "a-word-longer-than-the-line\n  b"
        );
    }

    #[test]
    fn a_wrapped_command_can_still_be_pasted() {
        let wrapped = wrap("minikube start -p gpu --driver=docker", 24, 0, 2, " \\");
        assert_eq!(wrapped, "minikube start -p gpu \\\n  --driver=docker");
    }

    #[test]
    fn what_a_tool_printed_cannot_move_the_cursor() {
        let hostile = "\u{1b}[31mred\u{1b}[0m\ta\rb\u{7}\u{1b}[2J\u{1b}]0;title\u{7}!";
        assert_eq!(clean(hostile), "red ab!");
    }

    #[test]
    fn padding_counts_columns_and_not_bytes() {
        assert_eq!(pad("ü×", 4), "ü×  ");
        assert_eq!(pad("\u{1b}[31mab\u{1b}[0m", 3), "\u{1b}[31mab\u{1b}[0m ");
        assert_eq!(widest(["a", "abc", "abcdef"], 4), 4);
        assert_eq!(cut("abcdef", 4, "…"), "abc…");
    }
}
