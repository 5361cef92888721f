//! The one stream of events of a run.

use crate::host::ReadHost;
use crate::model::{Event, EventKind};
use std::sync::Mutex;

/// Receives events.
pub type Sink<'a> = Box<dyn FnMut(&Event) + Send + 'a>;

/// Stamps events with the world's clock and hands them, one at a time, to a sink.
pub struct Bus<'a> {
    host: &'a dyn ReadHost,
    sink: Mutex<Sink<'a>>,
}

impl<'a> Bus<'a> {
    /// A bus into `sink`.
    pub fn new(host: &'a dyn ReadHost, sink: Sink<'a>) -> Self {
        Self {
            host,
            sink: Mutex::new(sink),
        }
    }

    /// Says what happened.
    pub fn say(&self, kind: EventKind) {
        let event = Event {
            ts_ms: self.host.now_ms(),
            kind,
        };
        // A reporter that panicked must not silence the others for good.
        let mut sink = self
            .sink
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        sink(&event);
    }
}
