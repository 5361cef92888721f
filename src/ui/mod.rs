//! Screens, reporters and questions: how gpucluster speaks.
//!
//! Screens are functions from data to text; they take a [`Theme`] and touch nothing. Reporters
//! turn the one stream of events into a live terminal, plain lines or JSON lines. Only reporters
//! and [`prompt`] write, and only to the sinks they were given.

pub mod diagnosis;
pub mod doctor;
pub mod explain;
pub mod fault;
pub mod help;
mod jsonl;
pub mod output;
mod plain;
pub mod plan;
pub mod prompt;
mod reporter;
mod secret;
pub mod share;
pub mod status;
pub mod summary;
pub mod support_bundle;
mod terminal;
mod theme;
mod time;
pub mod undo;
pub mod warm;
mod width;
pub mod world;

#[cfg(test)]
mod samples;

pub use jsonl::JsonLines;
pub use output::{json, print, say};
pub use plain::Plain;
pub use reporter::{Fanout, Reporter};
pub use terminal::Terminal;
pub use theme::{ColorChoice, Mark, Theme, Tone};
pub use time::{elapsed, rfc3339};
