//! This very machine.

mod exec;
mod job;
mod lines;
mod redact;

pub use exec::{resume_all, suspend_all};
