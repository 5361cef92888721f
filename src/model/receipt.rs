//! What we made, read back from the journals: the ground on which `down` stands.

use super::{StepId, Touch};
use serde::{Deserialize, Serialize};

/// What was at a place before our first change to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "was")]
pub enum Prior {
    /// Nothing.
    Absent,
    /// It was there already, so it is not ours to remove.
    Present,
    /// A package that had been removed, with its configuration still there.
    Remains,
    /// A file with this content (text) and these permission bits.
    File {
        /// Its bytes as text.
        content: String,
        /// Permission bits.
        mode: u32,
    },
    /// A systemd unit in this state.
    Unit {
        /// Started at boot.
        enabled: bool,
        /// Running.
        active: bool,
    },
    /// It could not be told; treated as not ours.
    Unknown,
}

/// One place we touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Name of the step that did it, as the journal has it.
    pub step: String,
    /// The place.
    pub touch: Touch,
    /// What was there before the first time.
    pub prior: Prior,
}

/// Everything we touched and have not undone, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// One entry a place.
    pub made: Vec<Made>,
}

impl Receipt {
    /// Notes a change; only the first one to a place counts, as its prior is the user's own.
    pub fn note(&mut self, step: &str, touch: Touch, prior: Prior) {
        if !self.made.iter().any(|made| made.touch == touch) {
            self.made.push(Made {
                step: step.to_owned(),
                touch,
                prior,
            });
        }
    }

    /// Forgets a place that has been put back, and everything that was inside it: the objects of a
    /// cluster, the files below a folder.
    pub fn forget(&mut self, touch: &Touch) {
        self.made
            .retain(|made| made.touch != *touch && !is_inside(&made.touch, touch));
    }

    /// What was at `touch` before us; `None` if we never touched it.
    pub fn prior(&self, touch: &Touch) -> Option<&Prior> {
        self.made
            .iter()
            .find(|made| made.touch == *touch)
            .map(|made| &made.prior)
    }

    /// Whether we brought `touch` into being: we touched it and nothing was there before.
    pub fn is_ours(&self, touch: &Touch) -> bool {
        matches!(self.prior(touch), Some(Prior::Absent))
    }

    /// The packages that a step brought: name, and whether configuration of it was there already.
    pub fn packages(&self, step: StepId) -> impl Iterator<Item = (&str, bool)> {
        self.of(step)
            .filter_map(|made| match (&made.touch, &made.prior) {
                (Touch::Package(name), Prior::Absent) => Some((name.as_str(), false)),
                (Touch::Package(name), Prior::Remains) => Some((name.as_str(), true)),
                _ => None,
            })
    }

    /// What a step touched.
    pub fn of(&self, step: StepId) -> impl Iterator<Item = &Made> {
        self.made
            .iter()
            .filter(move |made| made.step == step.as_str())
    }
}

/// Whether one place is gone when another is.
fn is_inside(place: &Touch, outer: &Touch) -> bool {
    match (place, outer) {
        (Touch::Object(_), Touch::Cluster(_)) => true,
        (Touch::File(path) | Touch::Dir(path), Touch::Dir(dir)) => {
            path != dir && path.starts_with(dir)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ObjectRef;

    #[test]
    fn what_was_inside_goes_with_the_outside() {
        let mut receipt = Receipt::default();
        let object = Touch::Object(ObjectRef::new("v1", "PersistentVolume", None, "nfs-pv"));
        for touch in [
            object,
            Touch::Cluster("gpucluster".into()),
            Touch::Dir("/data/agent".into()),
            Touch::File("/data/agent/home/.netrc".into()),
            Touch::File("/data/agents".into()),
        ] {
            receipt.note("step", touch, Prior::Absent);
        }
        receipt.forget(&Touch::Cluster("gpucluster".into()));
        receipt.forget(&Touch::Dir("/data/agent".into()));
        let left: Vec<&Touch> = receipt.made.iter().map(|made| &made.touch).collect();
        assert_eq!(left, [&Touch::File("/data/agents".into())]);
    }
}
