//! gpucluster turns a Linux machine with NVIDIA GPUs into a single-node GPU Kubernetes cluster fed
//! by a Weights & Biases Launch queue.
//!
//! # Five minutes
//! Every verb is a slice of one graph of [`steps`]. A step *observes* (read-only) and *plans*
//! (pure); the [`engine`] shows the plan, asks for consent, carries the changes out through a
//! [`host`] and observes again. Three hosts exist: the real machine, an overlay of it
//! (`--rehearse`) and a simulated one (`--simulate`). The machine is the only truth: nothing is
//! skipped because a file says so, and a run that was killed anywhere is resumed by typing the
//! command again.
//!
//! Rooms and who may import whom: `docs/architecture.md`, kept by `tests/architecture.rs`.

pub mod app;
pub mod cli;
pub mod config;
pub mod engine;
pub mod host;
pub mod model;
pub mod parse;
pub mod reason;
pub mod render;
pub mod step;
pub mod steps;
pub mod ui;
