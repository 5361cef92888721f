//! This very machine.

mod exec;
mod faults;
mod fs;
mod identity;
mod job;
mod lines;
mod redact;
mod secrets;

pub use exec::{resume_all, suspend_all};
pub use secrets::Secrets;
