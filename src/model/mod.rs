//! Plain data shared by every room of the crate: no I/O, no clock, no host.
//!
//! Nothing in here may import another module of the crate (`tests/architecture.rs` keeps that).

mod change;
mod event;
mod fact;
mod fault;
mod ids;
mod observation;
mod plan;
mod receipt;
mod status;
mod version;

pub use change::{
    Change, Command, Effect, EffectKind, Expect, ObjectRef, Owner, Privilege, Removal, Risk,
    SecretFile, SecretName, ServiceSpec, ServiceWant, Stream, Touch, UnitWant,
};
pub use event::{Asked, Event, EventKind, Notice, NoticeLevel, Outcome, SCHEMA};
pub use fact::{Fact, Facts, Gpu, Learned};
pub use fault::{Advice, Fault};
pub use ids::{ReasonId, RunId, StepId};
pub use observation::{Diff, Observation, Probe, State};
pub use plan::{Forecast, Plan, StepPlan, Verdict};
pub use receipt::{Made, Prior, Receipt};
pub use status::{AgentStatus, ClusterStatus, GpuUse, JobStatus, StatusReport, VolumeStatus};
pub use version::{parse_tool_version, requirement_met};
