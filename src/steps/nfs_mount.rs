//! `nfs.mount`: the node can mount the cache, write and read, shown by experiment. Part of `doctor --deep`,
//! and what `nfs setup` ends with.
//!
//! What jobs do first is tried as they do it: from the node, by the address that their volume names.
//! All of it is one command that the node carries to its end, so that nothing stays mounted when we
//! are stopped in between.

use super::look::{known, nothing_to_plan};
use super::{Wish, id, nfs_firewall};
use crate::host::ReadHost;
use crate::model::{
    Advice, Change, Command, Effect, Facts, Fault, Observation, Probe, State, StepId,
};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Name of the check.
pub const MOUNT: StepId = StepId::new("nfs.mount");

/// Runs in the node; `$1` is `SERVER:PATH`, `$2` the version with what it needs. What is read comes from
/// the server and not from memory, as it is mounted a second time for that. Options as in mount.nfs(8):
/// `soft` with one retry of five seconds gives up where a job's `hard` mount would wait for ever, and
/// `retry=0` tries only once.
const SCRIPT: &str = "s=$1 v=$2; d=$(mktemp -d) || exit; \
trap \"umount -l $d 2>/dev/null; rmdir $d\" EXIT; \
m() { mount -t nfs -o vers=$v,soft,timeo=50,retrans=1,retry=0 \"$s\" $d; }; m || exit; \
f=$d/.gpucluster-$$; echo written >$f || { rm -f $f; exit 1; }; \
umount $d && m && read -r w <$f && rm $f && [ \"$w\" = written ]";

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

    /// A failed trial, told as what it means here. The tool's words and what they speak of stay.
    pub async fn told(&self, host: &dyn ReadHost, facts: &Facts, mut fault: Fault) -> Fault {
        let Ok(source) = self.source(facts) else {
            return fault;
        };
        if matches!(fault.reason, ids::INTERRUPTED | ids::NOT_CONSENTED) {
            return fault;
        }
        fault.summary = format!("the node cannot mount {source}, write and read");
        // The shell's words for the trial's own file: by then it is mounted.
        let unwritable = fault
            .evidence
            .iter()
            .any(|line| line.contains("/.gpucluster-"));
        if unwritable {
            fault.summary = format!("the node mounts {source} and cannot write there");
            fault.reason = ids::VOLUME_NOT_WRITABLE;
            fault.causes.clear();
            let folder = Command::new(["ls", "-ldn", self.wish.settings.nfs.path.as_str()]);
            fault.advice = vec![
                Advice::run("see whose the folder is", folder.line()),
                Advice::run("and how it is exported", "sudo exportfs -s"),
            ];
        }
        if let Some(server) = &self.wish.settings.nfs.server {
            fault.reason = ids::NFS_ELSEWHERE_REFUSED;
            fault.causes.clear();
            fault.advice = vec![
                Advice::run(
                    "see what that server offers, and to whom",
                    Command::new(["showmount", "-e", server]).line(),
                ),
                Advice::say(
                    "its export has to admit this machine's address, with `rw` and `insecure`: Docker's network translates the node's address and port",
                ),
            ];
        } else if fault.reason == ids::NFS_PORT_BLOCKED
            && let Some(subnet) = facts.cluster_subnet()
        {
            let firewall = nfs_firewall::find(host).await;
            fault.advice = firewall.admit(subnet, self.wish.profile());
        }
        fault
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
                    Observation::in_place(format!("{source} mounted in the node, written and read"))
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
