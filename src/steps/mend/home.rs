//! `minikube.home`: minikube's folder belongs to the person.
//!
//! One `sudo minikube` leaves files of root's in the person's home, over which every later start of
//! the person's own fails (`HOST_HOME_PERMISSION`, exit 37).

use crate::host::ReadHost;
use crate::model::{
    Change, Command, Diff, Effect, Facts, Fault, Observation, Probe, StepId, Touch,
};
use crate::step::Step;
use crate::steps::Wish;
use crate::steps::look::{Todo, failed, todo};
use camino::Utf8PathBuf;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// What minikube makes first in its folder; the empty name is the folder itself.
const PLACES: [&str; 8] = [
    "", "addons", "cache", "certs", "config", "logs", "machines", "profiles",
];

/// See the module.
pub struct MinikubeHome {
    wish: Arc<Wish>,
}

impl MinikubeHome {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    fn folder(&self) -> Utf8PathBuf {
        self.wish.identity.home.join(".minikube")
    }
}

impl Step for MinikubeHome {
    fn id(&self) -> StepId {
        StepId::new("minikube.home")
    }

    fn title(&self) -> &'static str {
        "minikube's folder belongs to this account"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let identity = &self.wish.identity;
            let home = host.stat(&identity.home).await.map_err(failed)?;
            if identity.uid == 0 || home.is_none_or(|home| home.uid != identity.uid) {
                return Ok(Observation::in_place(
                    "not judged: the home is not this account's",
                ));
            }
            let folder = self.folder();
            // A link leads to what may be another's.
            if host.real_path(&folder).await.map_err(failed)? != folder {
                return Ok(Observation::in_place("not judged: it is a link"));
            }
            for place in PLACES {
                let path = if place.is_empty() {
                    folder.clone()
                } else {
                    folder.join(place)
                };
                let meta = host.stat(&path).await.map_err(failed)?;
                if meta.is_some_and(|meta| meta.uid == 0) {
                    let diff = Diff::new(path.as_str(), &identity.user, "root");
                    return Ok(Observation::drifted(
                        format!("{path} belongs to root"),
                        vec![diff],
                    ));
                }
            }
            Ok(Observation::in_place("nothing in it is root's"))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let Todo::Mend(_) = todo(seen)? else {
            return Ok(Vec::new());
        };
        let identity = &self.wish.identity;
        let (owner, folder) = (format!("{}:{}", identity.uid, identity.gid), self.folder());
        // `-P` and `-h`: no link leads out of the folder.
        let command = Command::new(["chown", "-RPh", &owner, "--", folder.as_str()])
            .as_root()
            .timeout(Duration::from_secs(120))
            .touching(Touch::Dir(folder));
        Ok(vec![Change::safe(
            Effect::Run(command),
            "what is in your own home becomes yours again; minikube was run with sudo once",
        )])
    }
}
