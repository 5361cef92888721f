//! A child's stream: cut into lines, cleaned of secrets, and only its end is kept.

use super::redact::Redactor;

/// How much of a stream is kept, in bytes. The longest answers that are read (`minikube profile list`
/// with a dozen profiles) are a third of it; many tools are listened to at once.
pub(super) const KEPT: usize = 256 << 10;

/// How much is kept of a stream that is only for people: nobody reads more of it.
pub(super) const KEPT_OF_WORDS: usize = 64 << 10;

/// A line longer than this is cut, so that a stream without line ends needs no more memory.
const LONGEST_LINE: usize = 64 << 10;

/// What stays behind of a line that is cut, so that a secret across the cut is still seen whole.
const OVERLAP: usize = 512;

/// One stream of a child.
pub(super) struct Lines<'a> {
    redactor: &'a Redactor,
    partial: Vec<u8>,
    kept: String,
    keep: usize,
}

impl<'a> Lines<'a> {
    /// An empty stream.
    pub fn new(redactor: &'a Redactor) -> Self {
        Self {
            redactor,
            partial: Vec::new(),
            kept: String::new(),
            keep: KEPT,
        }
    }

    /// The same, of which only the last `bytes` are kept.
    pub fn keeping(mut self, bytes: usize) -> Self {
        self.keep = bytes;
        self
    }

    /// Takes bytes as they come and hands on every line that is complete.
    pub fn feed(&mut self, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            self.line(self.partial.len(), true, on_line);
        }
        self.partial.extend_from_slice(rest);
        while self.partial.len() > LONGEST_LINE {
            self.line(self.partial.len() - OVERLAP, false, on_line);
        }
    }

    /// Hands on what is left without a line end, and gives what was kept.
    pub fn finish(mut self, on_line: &mut dyn FnMut(&str)) -> String {
        if !self.partial.is_empty() {
            self.line(self.partial.len(), false, on_line);
        }
        self.kept.shrink_to_fit();
        self.kept
    }

    fn line(&mut self, length: usize, ended: bool, on_line: &mut dyn FnMut(&str)) {
        let bytes: Vec<u8> = self.partial.drain(..length).collect();
        let text = self
            .redactor
            .clean(String::from_utf8_lossy(&bytes).into_owned());
        on_line(text.trim_end_matches('\r'));
        self.kept.push_str(&text);
        if ended {
            self.kept.push('\n');
        }
        // A quarter more is let come before the rest goes: this keeps the work linear.
        if self.kept.len() > self.keep + self.keep / 4 {
            let from = self.kept.len() - self.keep;
            let from = (from..self.kept.len())
                .find(|at| self.kept.is_char_boundary(*at))
                .unwrap_or(self.kept.len());
            let from = self.kept[from..]
                .find('\n')
                .map_or(from, |line| from + line + 1);
            self.kept.drain(..from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn run(chunks: &[&[u8]], redactor: &Redactor) -> (Vec<String>, String) {
        let (mut seen, mut lines) = (Vec::new(), Lines::new(redactor));
        for chunk in chunks {
            lines.feed(chunk, &mut |line| seen.push(line.to_owned()));
        }
        let kept = lines.finish(&mut |line| seen.push(line.to_owned()));
        (seen, kept)
    }

    #[test]
    fn lines_are_put_together_from_chunks() {
        let (seen, kept) = run(&[b"on", b"e\r\ntw", b"o\n\nend"], &Redactor::default());
        assert_eq!(seen, ["one", "two", "", "end"]);
        assert_eq!(kept, "one\r\ntwo\n\nend");
    }

    #[test]
    fn only_the_end_is_kept_and_it_begins_with_a_whole_line() {
        let line = format!("{}\n", "x".repeat(99));
        let chunk = line.repeat(1000);
        let chunks: Vec<&[u8]> = (0..50).map(|_| chunk.as_bytes()).collect();
        let (seen, kept) = run(&chunks, &Redactor::default());
        assert_eq!(seen.len(), 50_000);
        assert!(kept.len() <= 2 * KEPT && kept.len() >= KEPT - 100);
        assert!(kept.starts_with(&line));
    }

    #[test]
    fn a_secret_across_the_cut_of_an_endless_line_is_blackened() {
        let key = "k".repeat(3) + &"0123456789".repeat(4);
        let redactor = Redactor::new([SecretString::from(key.clone())]);
        let head = "x".repeat(LONGEST_LINE - 20);
        let (seen, kept) = run(
            &[
                head.as_bytes(),
                &key.as_bytes()[..21],
                &key.as_bytes()[21..],
                b" tail",
            ],
            &redactor,
        );
        assert!(!kept.contains(&key) && !seen.concat().contains(&key));
        assert!(kept.ends_with("[secret] tail"));
    }
}
