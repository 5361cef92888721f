//! A report that is drawn again and again: in place on a terminal, only when it changed elsewhere.

use super::super::width::cut;

/// What has been drawn so far.
#[derive(Debug, Default)]
pub struct Redraw {
    last: Option<String>,
}

impl Redraw {
    /// What to write so that `text` is what one sees. `terminal` is its rows and columns;
    /// `None` off one. `None` as the answer: nothing to write.
    ///
    /// Each line is written over the old one and only its rest erased, so that nothing flickers.
    pub fn frame(&mut self, text: &str, terminal: Option<(usize, usize)>) -> Option<String> {
        if self.last.as_deref() == Some(text) {
            return None;
        }
        let before = self.last.replace(text.to_owned());
        let Some((rows, columns)) = terminal else {
            // An empty line between two reports.
            return Some(match before {
                Some(_) => format!("\n{text}"),
                None => text.to_owned(),
            });
        };
        let up = before.map_or(0, |before| shown(&before, rows).len());
        let mut out = String::new();
        if up > 0 {
            out.push_str(&format!("\u{1b}[{up}A\r"));
        }
        for line in shown(text, rows) {
            // A line that went on in the next row would move everything below it.
            let line = cut(&line, columns, "…");
            out.push_str(&format!("{line}\u{1b}[K\n"));
        }
        out.push_str("\u{1b}[J");
        Some(out)
    }
}

/// The lines that fit: what scrolled out of the window could not be written over. The verdict, which
/// is last, stays.
fn shown(text: &str, rows: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let room = rows.saturating_sub(1).max(3);
    if lines.len() <= room {
        return lines.into_iter().map(str::to_owned).collect();
    }
    let hidden = lines.len() - (room - 1);
    let mut all: Vec<String> = lines[..room - 2]
        .iter()
        .map(|line| (*line).to_owned())
        .collect();
    all.push(format!("  … {hidden} more lines"));
    all.extend(lines.last().map(|line| (*line).to_owned()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn off_a_terminal_only_what_changed_is_printed() {
        let mut redraw = Redraw::default();
        assert_eq!(redraw.frame("a\n", None).as_deref(), Some("a\n"));
        assert_eq!(redraw.frame("a\n", None), None);
        assert_eq!(redraw.frame("b\n", None).as_deref(), Some("\nb\n"));
    }

    #[test]
    fn on_a_terminal_each_line_is_written_over_and_the_rest_erased() {
        let mut redraw = Redraw::default();
        let first = redraw.frame("one\ntwo\n", Some((24, 80))).unwrap();
        assert_eq!(first, "one\u{1b}[K\ntwo\u{1b}[K\n\u{1b}[J");
        let second = redraw.frame("three\n", Some((24, 80))).unwrap();
        assert_eq!(second, "\u{1b}[2A\rthree\u{1b}[K\n\u{1b}[J");
        assert!(!second.contains("\u{1b}[2J"), "clearing all flickers");
    }

    #[test]
    fn a_report_higher_than_the_window_keeps_its_verdict() {
        let text: String = (0..30).map(|line| format!("line {line}\n")).collect();
        let mut redraw = Redraw::default();
        let first = redraw.frame(&text, Some((10, 80))).unwrap();
        assert_eq!(first.lines().count() - 1, 9, "{first}");
        assert!(first.contains("… 22 more lines") && first.contains("line 29"));
        let changed = text.replace("line 3\n", "line x\n");
        let second = redraw.frame(&changed, Some((10, 80))).unwrap();
        assert!(second.starts_with("\u{1b}[9A"), "{second:?}");
    }
}
