//! Plain data shared by every room of the crate: no I/O, no clock, no host.
//!
//! Nothing in here may import another module of the crate (`tests/architecture.rs` keeps that).

mod bundle;
mod calendar;
mod change;
mod checkup;
mod command;
mod event;
mod fact;
mod fault;
mod fetch;
mod ids;
mod object_ref;
mod observation;
mod plan;
mod receipt;
mod service;
mod share;
mod status;
mod touch;
mod version;
mod warm;

pub use bundle::{Bundle, Member, Missing, Redacted};
pub use calendar::civil;
pub use change::{Change, Effect, EffectKind, Owner, Privilege, Removal, Risk, UnitWant};
pub use checkup::{CheckState, Checkup, Finding};
pub use command::{Command, Expect, Stream};
pub use event::{Asked, Event, EventKind, Notice, NoticeLevel, Outcome, SCHEMA};
pub use fact::{Fact, Facts, Gpu, Keeper, Learned};
pub use fault::{Advice, Fault};
pub use fetch::{Fetch, Proof};
pub use ids::{ReasonId, RunId, StepId};
pub use object_ref::ObjectRef;
pub use observation::{Diff, Observation, Probe, State};
pub use plan::{Forecast, Plan, StepPlan, Verdict};
pub use receipt::{Made, Prior, Receipt};
pub use service::{SecretFile, SecretName, ServiceSpec, ServiceWant};
pub use share::{ExportStatus, PodStatus, ServerStatus, ShareStatus, SpaceStatus};
pub use status::{AgentStatus, ClusterStatus, GpuUse, JobStatus, StatusReport, VolumeStatus};
pub use touch::Touch;
pub use version::{parse_tool_version, requirement_met};
pub use warm::{Cargo, Digest, Found, Haul, Link, Load, Origin, WarmFile, WarmReport};

/// First words of every file of ours in a shared place: how it is known to be ours.
pub const MANAGED_BY: &str = "# Managed by gpucluster";
