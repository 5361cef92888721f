//! `--output jsonl`: one JSON object per event. Described in `docs/events.md`.

use super::{Reporter, rfc3339};
use crate::model::{Event, SCHEMA};
use serde_json::{Map, Value, json};
use std::io::Write;

/// Writes events as JSON lines, flushed one by one so that a reader sees each at once.
pub struct JsonLines {
    out: Option<Box<dyn Write + Send>>,
    next: u64,
}

impl JsonLines {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out: Some(out),
            next: 1,
        }
    }

    /// To standard output.
    pub fn stdout() -> Self {
        Self::new(Box::new(std::io::stdout()))
    }
}

/// An event as the line that is written, without the line's end.
pub fn line(event: &Event, id: u64) -> String {
    let mut object = Map::new();
    object.insert("schema".to_owned(), json!(SCHEMA));
    object.insert("id".to_owned(), json!(id));
    object.insert("ts".to_owned(), json!(rfc3339(event.ts_ms)));
    if let Ok(Value::Object(fields)) = serde_json::to_value(&event.kind) {
        object.extend(fields);
    }
    Value::Object(object).to_string()
}

impl Reporter for JsonLines {
    fn event(&mut self, event: &Event) {
        let Some(out) = &mut self.out else { return };
        let line = line(event, self.next);
        self.next += 1;
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            // The reader went away (`| head`). The run goes on: what is begun is finished.
            self.out = None;
        }
    }

    fn finish(&mut self) {
        if let Some(out) = &mut self.out {
            let _ = out.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Sink};
    use super::*;
    use std::collections::BTreeSet;
    use std::io;

    #[test]
    fn every_event_is_one_line_with_schema_counter_and_time() {
        let sink = Sink::default();
        let mut reporter = JsonLines::new(Box::new(sink.clone()));
        for event in samples::events() {
            reporter.event(&event);
        }
        reporter.finish();
        let text = sink.text();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), samples::events().len());
        for (index, line) in lines.iter().enumerate() {
            assert_eq!(line["schema"], SCHEMA);
            assert_eq!(line["id"], index as u64 + 1);
            assert!(line["ts"].as_str().unwrap().ends_with('Z'));
            assert!(line["event"].is_string());
            assert!(line.get("ts_ms").is_none());
        }
        let kinds: BTreeSet<&str> = lines
            .iter()
            .map(|line| line["event"].as_str().unwrap())
            .collect();
        assert_eq!(kinds.len(), 11, "a sample of every kind: {kinds:?}");
    }

    #[test]
    fn the_documented_lines_are_the_ones_written() {
        let document = include_str!("../../docs/events.md");
        for (index, event) in samples::events().iter().enumerate() {
            let line = line(event, index as u64 + 1);
            assert!(document.contains(&line), "docs/events.md lacks:\n{line}");
        }
    }

    #[test]
    fn a_reader_that_went_away_ends_the_stream_quietly() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut reporter = JsonLines::new(Box::new(Closed));
        for event in samples::events() {
            reporter.event(&event);
        }
        reporter.finish();
        assert!(reporter.out.is_none());
        assert_eq!(reporter.next, 2);
    }
}
