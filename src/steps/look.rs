//! From answers to verdicts: what a failed look means, and what an observation asks for.

use crate::host::{HostError, KubeQuery, Query, Question};
use crate::model::{
    Change, Diff, EffectKind, Fault, Forecast, Observation, Privilege, Risk, State,
};
use crate::parse::Unreadable;
use crate::reason::ids;
use crate::render::RenderError;

/// The look itself failed: the state is unknown.
pub fn failed(error: HostError) -> Fault {
    let reason = match &error {
        HostError::NoProgram(_) => ids::TOOL_MISSING,
        HostError::Hung { .. } => ids::TOOL_HUNG,
        HostError::Refused { .. } => ids::KUBE_API_REFUSED,
        HostError::Denied(_) | HostError::Unreachable(_) | HostError::Io(_) => ids::TOOL_FAILED,
    };
    Fault::new(reason, error.to_string())
}

/// The cluster's API could not be asked.
pub fn api_failed(error: HostError) -> Fault {
    match error {
        HostError::Refused { .. } => failed(error),
        other => Fault::new(
            ids::CLUSTER_UNREACHABLE,
            "the cluster's API does not answer",
        )
        .caused_by(other.to_string()),
    }
}

/// A tool answered something unknown.
pub fn unreadable(error: Unreadable) -> Fault {
    Fault::new(ids::TOOL_OUTPUT_UNREADABLE, error.to_string())
}

/// A template of ours is wrong: a bug, or a setting that no text can carry.
pub fn unrendered(error: RenderError) -> Fault {
    Fault::new(ids::UNEXPECTED, error.to_string())
}

/// Something an earlier step should have learned.
///
/// # Errors
/// When it did not, because that step was left out.
pub fn known<'a, T: ?Sized>(fact: Option<&'a T>, what: &str) -> Result<&'a T, Fault> {
    fact.ok_or_else(|| {
        Fault::new(
            ids::DEPENDENCY_NOT_READY,
            format!("{what} is not known yet"),
        )
    })
}

/// What an observation asks of a plan.
pub enum Todo<'a> {
    /// Nothing: it holds, or something else is bringing it about.
    Nothing,
    /// Everything.
    Make,
    /// These differences.
    Mend(&'a [Diff]),
}

/// What there is to do.
///
/// # Errors
/// What only a person can mend.
pub fn todo(seen: &Observation) -> Result<Todo<'_>, Fault> {
    match &seen.state {
        State::InPlace | State::Underway(_) => Ok(Todo::Nothing),
        State::Absent => Ok(Todo::Make),
        State::Drifted(diffs) => Ok(Todo::Mend(diffs)),
        State::NeedsHuman(fault) => Err((**fault).clone()),
    }
}

/// The plan of a step that changes nothing itself.
///
/// # Errors
/// What only a person can mend.
pub fn nothing_to_plan(seen: &Observation) -> Result<Vec<Change>, Fault> {
    todo(seen).map(|_| Vec::new())
}

/// Whether a field is among the differences.
pub fn differs(diffs: &[Diff], field: &str) -> bool {
    diffs.iter().any(|diff| diff.field == field)
}

/// A forecast.
pub fn forecast(
    kind: EffectKind,
    privilege: Privilege,
    risk: Risk,
    text: impl Into<String>,
) -> Forecast {
    Forecast {
        kind,
        privilege,
        risk,
        text: text.into(),
    }
}

/// A safe forecast of the user's own rights.
pub fn forecast_safe(kind: EffectKind, text: impl Into<String>) -> Forecast {
    forecast(kind, Privilege::User, Risk::Safe, text)
}

/// Questions to tools.
pub fn tools<const N: usize>(queries: [Query; N]) -> Vec<Question> {
    queries.into_iter().map(Question::Tool).collect()
}

/// Questions to the cluster.
pub fn kubes<const N: usize>(queries: [KubeQuery; N]) -> Vec<Question> {
    queries.into_iter().map(Question::Kube).collect()
}
