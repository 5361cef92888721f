//! The cluster before the agent: it is started only when the cluster can take its jobs, and stopped
//! when the cluster has been gone for long. An agent without a cluster takes items from the queue
//! and fails every one of them (wandb 0.31).

use super::kube_client::Clients;
use crate::host::{KubeQuery, kube};
use camino::Utf8PathBuf;
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long one look may take.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

/// So many looks in a row must have failed before the cluster counts as gone.
const MISSES: u32 = 4;

/// How often is looked, and when patience ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Between two looks while the program waits for the cluster.
    pub waiting: Duration,
    /// Between two looks while the program runs.
    pub running: Duration,
    /// How long the cluster may be silent before the program is stopped.
    pub absent: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            waiting: Duration::from_secs(3),
            running: Duration::from_secs(10),
            absent: Duration::from_secs(60),
        }
    }
}

/// Why the program must not run, in a few words, with what was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// In the words of the state.
    pub why: &'static str,
    /// The client's own words.
    pub detail: String,
}

/// Watches the cluster behind a kubeconfig.
pub(super) struct Gate {
    clients: Clients,
    /// How often.
    pub pace: Pace,
}

impl Gate {
    /// Of a kubeconfig, which need not be there yet and may change at any time.
    pub fn new(kubeconfig: Utf8PathBuf, pace: Pace) -> Self {
        Self {
            clients: Clients::new(kubeconfig, 1),
            pace,
        }
    }

    /// Whether the program may start: the API is ready and has a node that takes pods.
    pub async fn look(&self) -> Result<(), Closed> {
        self.answers().await?;
        let nodes = KubeQuery::List {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            namespace: None,
            selector: String::new(),
        };
        let list = self.ask(&nodes).await?;
        if list.is_some_and(|list| has_node(&list)) {
            return Ok(());
        }
        Err(Closed {
            why: "no node of the cluster is ready",
            detail: "no node is both Ready and schedulable".to_owned(),
        })
    }

    /// Comes to an end when the cluster has been silent for long.
    pub async fn lost(&self) -> Closed {
        let mut absence = Absence::default();
        loop {
            tokio::time::sleep(self.pace.running).await;
            let answer = self.answers().await;
            if absence.lasts(answer.is_ok(), Instant::now(), self.pace.absent)
                && let Err(closed) = answer
            {
                return closed;
            }
        }
    }

    async fn answers(&self) -> Result<(), Closed> {
        self.ask(&KubeQuery::Ready).await.map(|_| ())
    }

    async fn ask(&self, query: &KubeQuery) -> Result<Option<Value>, Closed> {
        let silent = |detail: String| Closed {
            why: "the cluster does not answer",
            detail,
        };
        let asked = async {
            let client = self.clients.get().await?;
            kube::query(&client, query, LOOK_LIMIT).await
        };
        match tokio::time::timeout(LOOK_LIMIT, asked).await {
            Ok(answer) => answer.map_err(|error| silent(error.to_string())),
            Err(_) => Err(silent(format!(
                "no answer within {} s",
                LOOK_LIMIT.as_secs()
            ))),
        }
    }
}

/// Whether a list of nodes has one that is ready and takes new pods.
fn has_node(list: &Value) -> bool {
    let ready = |node: &Value| {
        let conditions = node.pointer("/status/conditions").and_then(Value::as_array);
        conditions.is_some_and(|all| {
            all.iter()
                .any(|one| one["type"] == "Ready" && one["status"] == "True")
        })
    };
    let nodes = list.get("items").and_then(Value::as_array);
    nodes.is_some_and(|nodes| {
        nodes.iter().any(|node| {
            ready(node) && node.pointer("/spec/unschedulable") != Some(&Value::Bool(true))
        })
    })
}

/// How long the cluster has been silent. One answer ends it.
#[derive(Debug, Default)]
struct Absence {
    since: Option<Instant>,
    misses: u32,
}

impl Absence {
    /// Notes a look; whether the silence has lasted `long`, over several looks.
    fn lasts(&mut self, answered: bool, now: Instant, long: Duration) -> bool {
        if answered {
            *self = Self::default();
            return false;
        }
        self.misses += 1;
        let since = *self.since.get_or_insert(now);
        self.misses >= MISSES && now.duration_since(since) >= long
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_cluster_is_gone_after_a_minute_of_silence_and_not_before() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let long = Duration::from_secs(60);
        let mut absence = Absence::default();
        for seconds in [0, 15, 30, 45] {
            assert!(!absence.lasts(false, at(seconds), long), "{seconds}");
        }
        assert!(absence.lasts(false, at(60), long));
        // One answer in between and the minute begins anew.
        assert!(!absence.lasts(true, at(61), long));
        assert!(!absence.lasts(false, at(70), long));
        assert!(!absence.lasts(false, at(125), long));
    }

    #[test]
    fn a_machine_that_slept_is_given_several_looks() {
        let begun = Instant::now();
        let long = Duration::from_secs(60);
        let mut absence = Absence::default();
        let hour = |nth: u64| begun + Duration::from_secs(3600 * nth);
        let said: Vec<bool> = (0..4)
            .map(|nth| absence.lasts(false, hour(nth), long))
            .collect();
        assert_eq!(said, [false, false, false, true]);
    }

    #[test]
    fn a_node_must_be_ready_and_take_pods() {
        let node = |status: &str, closed: bool| {
            json!({
                "spec": {"unschedulable": closed},
                "status": {"conditions": [
                    {"type": "MemoryPressure", "status": "True"},
                    {"type": "Ready", "status": status},
                ]},
            })
        };
        let list = |nodes: Value| json!({"items": nodes});
        assert!(has_node(&list(json!([
            node("Unknown", false),
            node("True", false)
        ]))));
        for none in [
            json!([]),
            json!([{}]),
            json!([node("False", false), node("True", true)]),
        ] {
            assert!(!has_node(&list(none.clone())), "{none}");
        }
        assert!(!has_node(&json!({})));
    }
}
