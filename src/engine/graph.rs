//! The graph of steps: order, closure, selection.

use crate::model::StepId;
use crate::step::Step;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a set of steps is not a graph that can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two steps of one name.
    #[error("step {0} is listed twice")]
    Duplicate(StepId),
    /// A need that no step provides.
    #[error("step {step} needs {need}, which is not in the graph")]
    Missing {
        /// Which step.
        step: StepId,
        /// What it needs.
        need: StepId,
    },
    /// Steps that need each other.
    #[error("steps need each other: {}", .0.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" -> "))]
    Cycle(Vec<StepId>),
}

/// Steps in an order in which each comes after what it needs.
#[derive(Clone)]
pub struct Graph {
    steps: Vec<Arc<dyn Step>>,
    needs: BTreeMap<StepId, Vec<StepId>>,
}

impl Graph {
    /// Orders steps (Kahn's algorithm; ties keep the order given, so that screens are stable).
    ///
    /// # Errors
    /// When names repeat, a need is missing, or steps need each other.
    pub fn new(steps: Vec<Arc<dyn Step>>) -> Result<Self, GraphError> {
        let mut names = BTreeSet::new();
        for step in &steps {
            if !names.insert(step.id()) {
                return Err(GraphError::Duplicate(step.id()));
            }
        }
        for step in &steps {
            if let Some(need) = step.needs().iter().find(|need| !names.contains(need)) {
                return Err(GraphError::Missing {
                    step: step.id(),
                    need: *need,
                });
            }
        }
        let mut ordered: Vec<Arc<dyn Step>> = Vec::with_capacity(steps.len());
        let mut placed = BTreeSet::new();
        let mut waiting = steps;
        while !waiting.is_empty() {
            let ready = waiting
                .iter()
                .position(|step| step.needs().iter().all(|need| placed.contains(need)));
            let Some(at) = ready else {
                return Err(GraphError::Cycle(
                    waiting.iter().map(|step| step.id()).collect(),
                ));
            };
            let step = waiting.remove(at);
            placed.insert(step.id());
            ordered.push(step);
        }
        let needs = ordered
            .iter()
            .map(|step| (step.id(), step.needs().to_vec()))
            .collect();
        Ok(Self {
            steps: ordered,
            needs,
        })
    }

    /// The steps, each after what it needs.
    pub fn steps(&self) -> &[Arc<dyn Step>] {
        &self.steps
    }

    /// A step by name.
    pub fn get(&self, id: StepId) -> Option<&Arc<dyn Step>> {
        self.steps.iter().find(|step| step.id() == id)
    }

    /// What a step needs in this graph.
    pub fn needs(&self, id: StepId) -> &[StepId] {
        self.needs.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The same steps, where whatever needs a skipped step needs what that one needs instead: to
    /// take the export on trust does not make its volume ready before there is a cluster.
    #[must_use]
    pub fn bridging(&self, skip: &BTreeSet<StepId>) -> Self {
        let mut needs: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
        // In order, so that the needs of a skipped step are bridged before its dependents'.
        for step in &self.steps {
            let mut own: Vec<StepId> = Vec::new();
            for need in self.needs(step.id()) {
                let instead = match needs.get(need) {
                    Some(bridged) if skip.contains(need) => bridged.clone(),
                    _ => vec![*need],
                };
                for need in instead {
                    if !own.contains(&need) {
                        own.push(need);
                    }
                }
            }
            needs.insert(step.id(), own);
        }
        Self {
            steps: self.steps.clone(),
            needs,
        }
    }

    /// Every step's name, in order.
    pub fn ids(&self) -> Vec<StepId> {
        self.steps.iter().map(|step| step.id()).collect()
    }

    /// The steps that a selector names: an id, or a topic such as `nfs`.
    pub fn select(&self, selector: &str) -> Vec<StepId> {
        self.ids()
            .into_iter()
            .filter(|id| id.matches(selector))
            .collect()
    }

    /// The part of the graph that ends in `goals`: they and all they need, transitively.
    #[must_use]
    pub fn closure(&self, goals: &[StepId]) -> Self {
        let mut wanted: BTreeSet<StepId> = BTreeSet::new();
        let mut open: Vec<StepId> = goals.to_vec();
        while let Some(id) = open.pop() {
            if wanted.insert(id) {
                open.extend(self.needs(id));
            }
        }
        Self {
            steps: self
                .steps
                .iter()
                .filter(|step| wanted.contains(&step.id()))
                .cloned()
                .collect(),
            needs: self.needs.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::toy::toy;

    #[test]
    fn a_step_comes_after_what_it_needs() {
        let graph = Graph::new(vec![
            toy("c", &["b"]),
            toy("b", &["a"]),
            toy("a", &[]),
            toy("z", &[]),
        ])
        .unwrap();
        let ids: Vec<_> = graph.ids().iter().map(|id| id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c", "z"]);
    }

    #[test]
    fn a_closure_is_the_goal_and_all_it_needs() {
        let graph = Graph::new(vec![
            toy("a", &[]),
            toy("b", &["a"]),
            toy("c", &["b"]),
            toy("d", &["a"]),
        ])
        .unwrap();
        let ids: Vec<_> = graph
            .closure(&[StepId::new("b")])
            .ids()
            .iter()
            .map(|id| id.as_str())
            .collect();
        assert_eq!(ids, ["a", "b"]);
    }

    #[test]
    fn who_needs_a_skipped_step_needs_what_that_one_needs() {
        let steps = vec![
            toy("a", &[]),
            toy("b", &["a"]),
            toy("c", &["b"]),
            toy("d", &["c", "a"]),
        ];
        let skip = BTreeSet::from([StepId::new("b"), StepId::new("c")]);
        let graph = Graph::new(steps).unwrap().bridging(&skip);
        assert_eq!(graph.needs(StepId::new("d")), [StepId::new("a")]);
        assert_eq!(graph.needs(StepId::new("c")), [StepId::new("a")]);
    }

    #[test]
    fn impossible_graphs_are_named() {
        let cycle = Graph::new(vec![toy("a", &["b"]), toy("b", &["a"])])
            .err()
            .unwrap();
        assert_eq!(cycle.to_string(), "steps need each other: a -> b");
        let missing = Graph::new(vec![toy("a", &["x"])]).err().unwrap();
        assert_eq!(
            missing.to_string(),
            "step a needs x, which is not in the graph"
        );
        let twice = Graph::new(vec![toy("a", &[]), toy("a", &[])])
            .err()
            .unwrap();
        assert_eq!(twice, GraphError::Duplicate(StepId::new("a")));
    }
}
