//! A person's wish to stop, and which signal said it.

use crate::host::Stop;
use crate::reason::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Stop tokens with the exit code of the first signal.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    stop: Stop,
    exit: Arc<AtomicU8>,
}

impl Cancel {
    /// The tokens that hosts listen to.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Whether a person asked to stop.
    pub fn asked(&self) -> bool {
        self.stop.drain.is_cancelled()
    }

    /// The exit code for the signal that came first, if one came.
    pub fn exit(&self) -> Option<Exit> {
        match self.exit.load(Ordering::SeqCst) {
            0 => None,
            code if code == Exit::Hangup.code() => Some(Exit::Hangup),
            code if code == Exit::Terminated.code() => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }

    /// Notes a signal: the first drains, the second kills. Returns `false` for a third, on which
    /// the caller aborts the process.
    pub fn signalled(&self, exit: Exit) -> bool {
        let _ = self
            .exit
            .compare_exchange(0, exit.code(), Ordering::SeqCst, Ordering::SeqCst);
        if !self.stop.drain.is_cancelled() {
            self.stop.drain.cancel();
        } else if !self.stop.kill.is_cancelled() {
            self.stop.kill.cancel();
        } else {
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_escalate_and_the_first_names_the_exit_code() {
        let cancel = Cancel::default();
        assert!(!cancel.asked());
        assert!(cancel.signalled(Exit::Terminated));
        assert!(cancel.asked() && !cancel.stop().kill.is_cancelled());
        assert!(cancel.signalled(Exit::Interrupted));
        assert!(cancel.stop().kill.is_cancelled());
        assert!(!cancel.signalled(Exit::Interrupted));
        assert_eq!(cancel.exit(), Some(Exit::Terminated));
    }
}
