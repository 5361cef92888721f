//! A bounded part of an input of any size: its beginning and its end, where causes and last words
//! stand. What lies between is counted and dropped.

use std::collections::VecDeque;

/// Bytes kept of the beginning.
const HEAD: usize = 384 * 1024;
/// Bytes kept of the end.
const TAIL: usize = 640 * 1024;

/// Collects an input piece by piece, in bounded memory.
#[derive(Clone, Debug, Default)]
pub struct Window {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: usize,
}

impl Window {
    /// The window on a text that is there already.
    pub fn of(text: &str) -> Self {
        let mut window = Self::default();
        window.push(text.as_bytes());
        window
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len()).min(piece.len());
        let (first, rest) = piece.split_at(room);
        self.head.extend_from_slice(first);
        let (skipped, kept) = rest.split_at(rest.len().saturating_sub(TAIL));
        self.dropped += skipped.len();
        let excess = (self.tail.len() + kept.len()).saturating_sub(TAIL);
        self.tail.drain(..excess.min(self.tail.len()));
        self.dropped += excess;
        self.tail.extend(kept);
    }

    /// Bytes of the middle that are not kept.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// What is kept. Bytes that are no UTF-8 are replaced; UTF-16 with a byte order mark is read.
    pub fn text(&self) -> String {
        let mut bytes = self.head.clone();
        if self.dropped > 0 {
            bytes.extend_from_slice(b"\n\n");
        }
        bytes.extend(self.tail.iter());
        let units = |of: fn([u8; 2]) -> u16| -> Vec<u16> {
            let (pairs, _) = bytes[2..].as_chunks::<2>();
            pairs.iter().map(|pair| of(*pair)).collect()
        };
        match bytes.get(..2) {
            Some([0xff, 0xfe]) => String::from_utf16_lossy(&units(u16::from_le_bytes)),
            Some([0xfe, 0xff]) => String::from_utf16_lossy(&units(u16::from_be_bytes)),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut window = Window::default();
        window.push(b"begin ");
        for _ in 0..64 {
            window.push(&[b'x'; 64 * 1024]);
        }
        window.push(b" end");
        assert_eq!(window.dropped(), 10 + 64 * 64 * 1024 - HEAD - TAIL);
        let text = window.text();
        assert!(text.starts_with("begin x") && text.ends_with("x end"));
        assert!(text.len() <= HEAD + TAIL + 2);
    }

    #[test]
    fn a_piece_larger_than_both_ends() {
        let mut window = Window::default();
        window.push(&vec![b'y'; 3 * (HEAD + TAIL)]);
        assert_eq!(window.dropped(), 2 * (HEAD + TAIL));
    }

    #[test]
    fn utf_16_of_a_windows_clipboard() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("No Gerät".encode_utf16().flat_map(u16::to_le_bytes));
        let mut window = Window::default();
        window.push(&bytes);
        assert_eq!(window.text(), "No Gerät");
    }
}
