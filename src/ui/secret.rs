//! A line typed without echo, that Ctrl-C breaks off.
//!
//! dialoguer's password prompt reads a whole line with echo off and goes on reading when a signal
//! has a handler, as SIGINT has here: Ctrl-C would do nothing, and a process ended meanwhile would
//! leave the terminal without echo. So the bytes are read one by one, with the terminal's own
//! signals off, and its settings are put back however the reading ends.

use nix::sys::signal::{Signal, raise};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Read};

/// Longest line that is taken, in bytes; the longest keys are JSON web tokens.
const LIMIT: usize = 16 * 1024;

/// What the bytes so far amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    More,
    Done,
    BrokenOff,
}

/// Puts the terminal's settings back.
struct Restore<'a> {
    terminal: &'a File,
    before: Termios,
}

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, SetArg::TCSADRAIN, &self.before);
    }
}

/// Reads a line from the controlling terminal. `None` where it was broken off, by Ctrl-C (SIGINT is
/// raised then, as the terminal would have done) or by its end.
pub(super) fn line() -> io::Result<Option<String>> {
    let terminal = File::open("/dev/tty")?;
    let typed = {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_flags -= LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
        let _restore = Restore {
            terminal: &terminal,
            before,
        };
        tcsetattr(&terminal, SetArg::TCSADRAIN, &silent)?;
        read(&terminal)?
    };
    if typed.is_none() {
        raise(Signal::SIGINT)?;
    }
    Ok(typed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn read(mut from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match from.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        match take(&mut line, byte[0]) {
            Typed::More => {}
            Typed::Done => return Ok(Some(line)),
            Typed::BrokenOff => return Ok(None),
        }
    }
}

/// One byte of a line: the keys that a terminal itself knows, or a part of the text.
fn take(line: &mut Vec<u8>, byte: u8) -> Typed {
    match byte {
        b'\r' | b'\n' => return Typed::Done,
        // Ctrl-C, Ctrl-\ and Ctrl-D.
        0x03 | 0x1c | 0x04 => return Typed::BrokenOff,
        // Backspace and delete take a whole character.
        0x08 | 0x7f => while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
        // Ctrl-U.
        0x15 => line.clear(),
        0x00..0x20 => {}
        _ if line.len() < LIMIT => line.push(byte),
        _ => {}
    }
    Typed::More
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> Option<String> {
        let line = read(bytes).unwrap();
        line.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_line_ends_with_enter_and_can_be_mended() {
        assert_eq!(typed(b"secret\rrest").as_deref(), Some("secret"));
        assert_eq!(typed("aü\x7fb\n".as_bytes()).as_deref(), Some("ab"));
        assert_eq!(typed(b"wrong\x15right\n").as_deref(), Some("right"));
        assert_eq!(typed(b"\x7f\x7fx\t\x1b\n").as_deref(), Some("x"));
    }

    #[test]
    fn ctrl_c_and_the_end_of_the_terminal_break_it_off() {
        assert_eq!(typed(b"sec\x03ret\n"), None);
        assert_eq!(typed(b"sec"), None);
    }

    #[test]
    fn a_line_without_end_is_not_kept_without_end() {
        let mut bytes = vec![b'x'; LIMIT * 2];
        bytes.push(b'\n');
        assert_eq!(typed(&bytes).unwrap().len(), LIMIT);
    }
}
