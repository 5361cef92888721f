//! Runs slices of the graph of steps: look, plan, consent, change, look again.
//!
//! The engine knows what a step is ([`crate::step`]) and what a host is ([`crate::host`]), and
//! neither any particular step nor how anything is shown.

pub mod bus;
pub mod cancel;
pub mod consent;
pub mod diagnosis;
pub mod executor;
pub mod experiment;
pub mod graph;
mod guard;
pub mod journal;
pub mod lock;
mod memo;
pub mod planner;
mod prior;
pub mod receipts;
pub mod run_id;
pub mod survey;
pub mod undo;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod toy;

pub use bus::Bus;
pub use consent::Consent;
pub use executor::{Applied, Options};
pub use graph::{Graph, GraphError};
pub use journal::Journal;
pub use planner::Scope;
pub use survey::{Look, Survey};
