//! `nfs.mount`: the node can mount the cache, shown by experiment. Part of `doctor --deep` alone.
//!
//! What jobs do first is tried as they do it: from the node, by the address that their volume names.
//! All of it is one command that the node carries to its end, so that nothing stays mounted when we
//! are stopped in between.

use super::look::{known, nothing_to_plan};
use super::{Wish, id};
use crate::host::ReadHost;
use crate::model::{Change, Command, Effect, Facts, Fault, Observation, Probe, State, StepId};
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Name of the check.
pub const MOUNT: StepId = StepId::new("nfs.mount");

/// Runs in the node; `$1` is `SERVER:PATH`, `$2` the version with what it needs. Options as in
/// mount.nfs(8): `soft` with one retry of five seconds gives up where a job's `hard` mount would wait
/// for ever, and `retry=0` tries only once.
const SCRIPT: &str = "d=$(mktemp -d) && trap \"umount -l $d 2>/dev/null; rmdir $d\" EXIT && \
mount -t nfs -o \"vers=$2,soft,timeo=50,retrans=1,retry=0\" \"$1\" $d && ls $d >/dev/null";

/// See the module.
pub struct Mount {
    wish: Arc<Wish>,
    needs: Vec<StepId>,
    /// What the trial showed.
    shown: OnceLock<Result<(), Fault>>,
}

impl Mount {
    /// Makes the check, not tried yet.
    pub fn new(wish: Arc<Wish>) -> Self {
        let mut needs = vec![id::CLUSTER];
        if wish.serves_nfs() {
            needs.push(id::NFS_EXPORT);
        }
        Self {
            wish,
            needs,
            shown: OnceLock::new(),
        }
    }

    /// Whether these settings have a cache to mount.
    pub fn is_wanted(wish: &Wish) -> bool {
        wish.settings.nfs.enabled
    }

    /// Keeps what the trial showed.
    pub fn learn(&self, result: Result<(), Fault>) {
        let _ = self.shown.set(result);
    }

    fn source(&self, facts: &Facts) -> Result<String, Fault> {
        let nfs = &self.wish.settings.nfs;
        let here = match &nfs.server {
            Some(_) => "",
            None => known(
                facts.cluster_gateway(),
                "this host's address on the cluster's network",
            )?,
        };
        Ok(nfs.source(here))
    }
}

impl Step for Mount {
    fn id(&self) -> StepId {
        MOUNT
    }

    fn title(&self) -> &'static str {
        "The node can mount the cache"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn observe<'a>(&'a self, _host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let source = self.source(facts)?;
            Ok(match self.shown.get() {
                None => Observation::absent("not tried yet"),
                Some(Ok(())) => {
                    Observation::in_place(format!("{source} mounted in the node and let go again"))
                }
                Some(Err(fault)) => Observation::needs_human(fault.clone()),
            })
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        if seen.state != State::Absent {
            return nothing_to_plan(seen);
        }
        let source = self.source(facts)?;
        let version = match &*self.wish.settings.nfs.version {
            "3" => "3,nolock",
            version => version,
        };
        let run = Command::new([
            "docker",
            "exec",
            // A profile's node is a container of its name.
            &self.wish.settings.profile,
            "sh",
            "-c",
            SCRIPT,
            "sh",
            &source,
            version,
        ])
        .timeout(Duration::from_secs(60));
        Ok(vec![Change::safe(
            Effect::Run(run),
            "a volume is bound without being mounted: only a mount shows that jobs can",
        )])
    }
}
