//! The real binary in a pseudo-terminal: the question, its answers, and what stays on the screen.

use super::{Person, differences};
use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{LocalFlags, tcgetattr};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command};

/// Ask on the simulated machine as on a real one.
const ASK: (&str, &str) = ("GPUCLUSTER_SIM_ASK", "1");

/// What the question ends with.
const QUESTION: &str = "[y/N/e(xplain)]";

/// A command in a terminal of its own.
struct Screen {
    child: Child,
    /// The person's side of the terminal.
    person: File,
    seen: Vec<u8>,
}

impl Screen {
    fn open(person: &Person, line: &str, columns: u16, env: &[(&str, &str)]) -> Self {
        // Not openpty: its descriptors would be inherited by what other tests start meanwhile, and
        // the end of this terminal would never be seen.
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let master = posix_openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlag::O_NOCTTY.bits())
            .open(ptsname_r(&master).unwrap())
            .unwrap();
        let sized = Command::new("stty")
            .args(["cols", &columns.to_string(), "rows", "50"])
            .stdin(slave.try_clone().unwrap())
            .status()
            .unwrap();
        assert!(sized.success());
        let mut command = person.command(line, &[("TERM", "xterm-256color")]);
        command.envs(env.iter().copied());
        command.stdin(slave.try_clone().unwrap());
        command.stdout(slave.try_clone().unwrap());
        command.stderr(slave);
        // The command holds our copies of the other side: it goes, so that reading can end.
        let child = command.spawn().unwrap();
        drop(command);
        Self {
            child,
            person: File::from(OwnedFd::from(master)),
            seen: Vec::new(),
        }
    }

    /// Reads on; `false` at the end, which on Linux is an error of the master's side.
    fn more(&mut self) -> bool {
        let mut some = [0; 4096];
        match self.person.read(&mut some) {
            Ok(0) | Err(_) => false,
            Ok(read) => {
                self.seen.extend(&some[..read]);
                true
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Types `keys` when the question has been asked `times` times.
    fn answer(&mut self, times: usize, keys: &str) {
        self.answer_to(QUESTION, times, keys);
    }

    fn answer_to(&mut self, question: &str, times: usize, keys: &str) {
        while self.text().matches(question).count() < times {
            assert!(self.more(), "it ended unasked:\n{}", self.text());
        }
        self.person.write_all(keys.as_bytes()).unwrap();
    }

    /// Ctrl-C once the question is being read: key by key, no longer line by line. Before that
    /// the terminal itself would turn it into a signal, which goes to nobody here.
    fn ctrl_c(&mut self) {
        self.answer(1, "");
        while tcgetattr(&self.person)
            .unwrap()
            .local_flags
            .contains(LocalFlags::ICANON)
        {
            std::thread::yield_now();
        }
        self.person.write_all(b"\x03").unwrap();
    }

    /// The exit code and everything that was drawn.
    fn end(mut self) -> (Option<i32>, String) {
        while self.more() {}
        let code = self.child.wait().unwrap().code();
        (code, self.text())
    }
}

/// Every cursor that was hidden was shown again.
fn cursor_is_back(text: &str) -> bool {
    match (text.rfind("\x1b[?25l"), text.rfind("\x1b[?25h")) {
        (Some(hidden), Some(shown)) => shown > hidden,
        (Some(_), None) => false,
        (None, _) => true,
    }
}

#[test]
fn no_or_enter_changes_nothing() {
    for keys in ["n\r", "\r", "no\r"] {
        let person = Person::new();
        person.types("doctor --simulate");
        let before = person.world("4xt4");
        let mut screen = Screen::open(&person, "up --simulate", 100, &[ASK]);
        screen.answer(1, keys);
        let (code, text) = screen.end();
        assert_eq!(code, Some(6), "{keys:?}: {text}");
        assert!(text.contains("nothing was changed"), "{text}");
        assert!(cursor_is_back(&text), "{text:?}");
        assert_eq!(differences(&person.world("4xt4"), &before), [""; 0]);
    }
}

#[test]
fn yes_converges_and_the_plan_is_shown_once() {
    let person = Person::new();
    let mut screen = Screen::open(&person, "up --simulate", 100, &[ASK]);
    screen.answer(1, "y\r");
    let (code, text) = screen.end();
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text.matches("steps to change").count(), 1, "{text}");
    assert!(text.contains("9 steps changed"), "{text}");
    assert!(cursor_is_back(&text), "{text:?}");
    let again = person.types("up --simulate");
    assert!(again.err.contains("nothing to change"), "{}", again.err);
}

#[test]
fn asked_why_it_says_why_and_asks_again() {
    let person = Person::new();
    let mut screen = Screen::open(&person, "up --simulate", 100, &[ASK]);
    screen.answer(1, "e\r");
    screen.answer(2, "n\r");
    let (code, text) = screen.end();
    assert_eq!(code, Some(6), "{text}");
    assert!(text.contains("why: "), "{text}");
}

#[test]
fn an_answer_that_means_nothing_is_asked_for_again() {
    let person = Person::new();
    let mut screen = Screen::open(&person, "up --simulate", 100, &[ASK]);
    screen.answer(1, "perhaps\r");
    screen.answer(2, "n\r");
    assert_eq!(screen.end().0, Some(6));
}

#[test]
fn ctrl_c_at_the_question_ends_on_a_line_of_its_own_and_changes_nothing() {
    let person = Person::new();
    person.types("doctor --simulate");
    let before = person.world("4xt4");
    let mut screen = Screen::open(&person, "up --simulate", 100, &[ASK]);
    screen.ctrl_c();
    let (code, text) = screen.end();
    assert_eq!(code, Some(130), "{text}");
    let last = text
        .lines()
        .find(|line| line.contains("stopped after"))
        .unwrap();
    assert!(!last.contains(QUESTION), "{last:?}");
    assert!(last.contains("nothing was changed"), "{last:?}");
    assert!(cursor_is_back(&text), "{text:?}");
    assert_eq!(differences(&person.world("4xt4"), &before), [""; 0]);
}

#[test]
fn nothing_is_wider_than_a_narrow_terminal_but_words_that_cannot_be_broken() {
    let person = Person::new();
    let screen = Screen::open(&person, "up --simulate --plan", 60, &[]);
    let (code, text) = screen.end();
    assert_eq!(code, Some(0), "{text}");
    let bare = strip(&text);
    for line in bare.lines() {
        let words = line.split_whitespace().filter(|word| *word != "\\").count();
        assert!(line.chars().count() <= 60 || words == 1, "{line:?}");
        assert!(!line.contains("..."), "cut: {line:?}");
    }
}

#[test]
fn colour_and_beyond_ascii_only_where_they_are_wanted() {
    let person = Person::new();
    let plain = [("NO_COLOR", "1"), ("LANG", "C"), ("LC_ALL", "C")];
    let (code, text) = Screen::open(&person, "up --simulate", 80, &plain).end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.is_ascii(), "{text}");
    for code in 30..=37 {
        assert!(!text.contains(&format!("\x1b[{code}m")), "{text:?}");
    }
    let (_, text) = Screen::open(&person, "doctor --simulate", 80, &[]).end();
    assert!(text.contains("\x1b[32m"), "{text:?}");
}

#[test]
fn a_dumb_terminal_gets_lines_without_any_control_sequence() {
    let person = Person::new();
    let (code, text) = Screen::open(&person, "up --simulate", 80, &[("TERM", "dumb")]).end();
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains('\x1b'), "{text:?}");
    assert!(text.contains("done  minikube.cluster"), "{text}");
}

/// Without colours and cursor movements.
fn strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        out.push_str(&rest[..at]);
        rest = rest[at + 2..]
            .split_once(|c: char| c.is_ascii_alphabetic())
            .map_or("", |(_, after)| after);
    }
    out + rest
}

#[test]
fn a_bundle_is_written_by_enter_and_yes_and_not_by_no() {
    for (keys, code, written) in [("\r", 0, true), ("y\r", 0, true), ("n\r", 6, false)] {
        let person = Person::new();
        let line = "support-bundle --simulate --file a.tar.gz";
        let mut screen = Screen::open(&person, line, 100, &[]);
        screen.answer_to("Write a.tar.gz? [Y/n]", 1, keys);
        let (ended, text) = screen.end();
        assert_eq!(ended, Some(code), "{text}");
        assert!(text.contains("doctor.json"), "{text}");
        assert_eq!(person.cwd().join("a.tar.gz").exists(), written);
        assert_eq!(text.contains("nothing was written"), !written, "{text}");
        assert!(cursor_is_back(&text), "{text}");
    }
}
