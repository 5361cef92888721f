//! Every way to fail that a person can meet, registered once: id, exit code, cause and advice.
//!
//! The table is the source of `gpucluster explain`, of the exit codes and of the hints. What a
//! child process printed is turned into a reason by [`matchers`].

mod exit;
pub mod ids;
pub mod matchers;
mod registry;

pub use exit::Exit;
pub use registry::{Kind, Severity, all, kind, named};
