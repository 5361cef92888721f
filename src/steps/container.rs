//! `gpu.container`: a container sees every GPU, shown by experiment.
//!
//! The experiment does something (it pulls an image and runs it), so it is a change and not a look.
//! Its result is kept with the versions it was shown with, and holds as long as they do.

use super::look::{Todo, failed, forecast_safe, known, todo};
use super::{Wish, id};
use crate::host::ReadHost;
use crate::model::{
    Change, Command, Diff, Effect, EffectKind, Expect, Facts, Fault, Forecast, Observation,
    Privilege, Probe, Receipt, Removal, StepId, Stream, Touch,
};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// What was shown, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    docker: String,
    toolkit: String,
    driver: String,
    gpus: usize,
    image: String,
}

impl Proof {
    fn text(&self) -> Result<String, Fault> {
        serde_json::to_string_pretty(self)
            .map(|text| text + "\n")
            .map_err(|error| Fault::new(ids::UNEXPECTED, error.to_string()))
    }

    fn diffs(&self, have: &Self) -> Vec<Diff> {
        let gpus = (self.gpus.to_string(), have.gpus.to_string());
        [
            ("docker", &self.docker, &have.docker),
            ("toolkit", &self.toolkit, &have.toolkit),
            ("driver", &self.driver, &have.driver),
            ("gpus", &gpus.0, &gpus.1),
            ("image", &self.image, &have.image),
        ]
        .into_iter()
        .filter(|(_, want, have)| want != have)
        .map(|(field, want, have)| Diff::new(field, want, have))
        .collect()
    }
}

/// See the module.
pub struct Container {
    wish: Arc<Wish>,
    needs: [StepId; 1],
}

impl Container {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self {
            wish,
            needs: [id::TOOLKIT],
        }
    }

    fn wanted(&self, facts: &Facts) -> Result<Proof, Fault> {
        Ok(Proof {
            docker: known(facts.docker_version(), "the version of Docker")?.clone(),
            toolkit: known(facts.toolkit_version(), "the version of the toolkit")?.clone(),
            driver: known(facts.driver_version(), "the version of the driver")?.clone(),
            gpus: known(facts.gpus(), "the number of GPUs")?.len(),
            image: self.wish.settings.gpu.image.clone(),
        })
    }
}

impl Container {
    /// The folders above ours that hold nothing else: they came with it.
    async fn empty_parents(&self, host: &dyn ReadHost) -> Result<Vec<Change>, Fault> {
        let mut changes = Vec::new();
        let mut inner = self.wish.layout.root.as_path();
        let data = self.wish.identity.data_dir.as_path();
        while let Some(parent) = inner.parent().filter(|parent| parent.starts_with(data)) {
            let names = host
                .list_dir(parent)
                .await
                .map_err(failed)?
                .unwrap_or_default();
            if names
                .iter()
                .any(|name| Some(name.as_str()) != inner.file_name())
            {
                break;
            }
            changes.push(Change::safe(
                Effect::RemoveOwned {
                    path: parent.to_owned(),
                    removal: Removal::EmptyDir,
                    privilege: Privilege::User,
                },
                "it holds nothing else",
            ));
            inner = parent;
        }
        Ok(changes)
    }
}

impl Step for Container {
    fn id(&self) -> StepId {
        id::CONTAINER
    }

    fn title(&self) -> &'static str {
        "A container sees every GPU"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let want = self.wanted(facts)?;
            let text = host.read_file(&self.wish.layout.proof).await;
            let Some(text) = text.map_err(failed)? else {
                return Ok(Observation::absent("not shown yet on this machine"));
            };
            let Ok(have) = serde_json::from_str::<Proof>(&text) else {
                return Ok(Observation::absent(
                    "the note of the last proof is unreadable",
                ));
            };
            let diffs = want.diffs(&have);
            if diffs.is_empty() {
                return Ok(Observation::in_place(format!(
                    "{} of {} GPUs seen from {}",
                    have.gpus, want.gpus, want.image
                )));
            }
            let fields: Vec<&str> = diffs.iter().map(|diff| diff.field.as_str()).collect();
            let headline = format!("shown before, and changed since: {}", fields.join(", "));
            Ok(Observation::drifted(headline, diffs))
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        if matches!(todo(seen)?, Todo::Nothing) {
            return Ok(Vec::new());
        }
        let proof = self.wanted(facts)?;
        // `-e` as minikube 1.34 and later asks for it: without, a host that lacks
        // /dev/nvidia-modeset passes here and fails there (kubernetes/minikube#20934).
        let run = Command::new([
            "docker",
            "run",
            "--rm",
            "--gpus",
            "all",
            "-e",
            "NVIDIA_DRIVER_CAPABILITIES=all",
            &proof.image,
            "nvidia-smi",
            "-L",
        ])
        .stream(Stream::Lines)
        .timeout(Duration::from_secs(600))
        .expecting(Expect::Gpus(u32::try_from(proof.gpus).unwrap_or(u32::MAX)));
        Ok(vec![
            Change::safe(
                Effect::Run(run),
                "minikube checks nothing about GPUs; what fails here would fail there, less clearly",
            ),
            Change::safe(
                Effect::MakeDir {
                    path: self.wish.layout.root.clone(),
                    mode: 0o700,
                    owner: None,
                    privilege: Privilege::User,
                },
                "our own folder",
            ),
            Change::safe(
                Effect::WriteFile {
                    path: self.wish.layout.proof.clone(),
                    content: proof.text()?,
                    mode: 0o600,
                    privilege: Privilege::User,
                },
                "so that it need not be shown again until a version changes",
            ),
        ])
    }

    fn forecast(&self) -> Vec<Forecast> {
        vec![
            forecast_safe(
                EffectKind::Run,
                format!(
                    "docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all {} nvidia-smi -L",
                    self.wish.settings.gpu.image
                ),
            ),
            forecast_safe(
                EffectKind::MakeDir,
                format!("make directory {}", self.wish.layout.root),
            ),
            forecast_safe(
                EffectKind::WriteFile,
                format!("write {}", self.wish.layout.proof),
            ),
        ]
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let layout = &self.wish.layout;
            let mut changes = Vec::new();
            if receipt.is_ours(&Touch::File(layout.proof.clone())) {
                changes.push(Change::safe(
                    Effect::RemoveOwned {
                        path: layout.proof.clone(),
                        removal: Removal::File,
                        privilege: Privilege::User,
                    },
                    "the note of the proof is ours",
                ));
            }
            // The folder goes once everything in it is on its way out: the environment and the
            // agent's files are removed by their own steps, which are undone before this one.
            let names = host.list_dir(&layout.root).await.map_err(failed)?;
            let going = |name: &String| {
                let path = layout.root.join(name);
                path == layout.proof
                    || receipt.made.iter().any(|made| match &made.touch {
                        Touch::Dir(dir) | Touch::File(dir) => dir.starts_with(&path),
                        _ => false,
                    })
            };
            if receipt.is_ours(&Touch::Dir(layout.root.clone()))
                && names.is_some_and(|names| names.iter().all(going))
            {
                changes.push(Change::safe(
                    Effect::RemoveOwned {
                        path: layout.root.clone(),
                        removal: Removal::EmptyDir,
                        privilege: Privilege::User,
                    },
                    "our own folder is empty by then",
                ));
                changes.extend(self.empty_parents(host).await?);
            }
            Ok(changes)
        })
    }
}
