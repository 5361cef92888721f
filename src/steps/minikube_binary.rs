//! `minikube.binary`: the tool is installed and new enough.

use super::look::{Todo, failed, todo, tools, unreadable};
use super::{Wish, advice, id};
use crate::config::{Install, MINIKUBE_VERSION};
use crate::host::{HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, Fact, Facts, Fault, Fetch, Notice, Observation, Prior,
    Privilege, Probe, Proof, ReasonId, Receipt, Removal, StepId, Touch, requirement_met,
};
use crate::parse::minikube;
use crate::reason::ids;
use crate::step::Step;
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::BoxFuture;
use semver::Version;
use std::sync::Arc;
use std::time::Duration;

/// `--gpus` came with 1.32.0; the betas before it broke at a restart (kubernetes/minikube#17405).
const LEAST: Version = Version::new(1, 32, 0);

/// `minikube.binary`.
pub struct Binary {
    wish: Arc<Wish>,
}

impl Binary {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    /// Not there, or not new enough: for a person to mend, or for us where that was asked for.
    async fn lacking(
        &self,
        host: &dyn ReadHost,
        summary: String,
        reason: ReasonId,
        have: Option<&Version>,
    ) -> Observation {
        let install = &self.wish.settings.install;
        if !self.wish.flags.tools {
            return not_usable(summary, reason);
        }
        if let Err(fault) = source(install) {
            return Observation::needs_human(fault);
        }
        let Some(have) = have else {
            return Observation::absent(summary);
        };
        let path = match host.which("minikube").await {
            Ok(Some(path)) => path,
            _ => return not_usable(summary, reason),
        };
        match place_beside(&path, &install.bin_dir) {
            Some(place) => {
                let want = &install.minikube_version;
                let mut diffs = vec![Diff::new(place.as_str(), want, have.to_string())];
                if place == path {
                    diffs.push(Diff::new(kept(&path), "the older program", "nothing"));
                }
                Observation::drifted(summary, diffs)
            }
            None => not_usable(summary, reason),
        }
    }

    /// With whose rights something is put there.
    fn rights(&self, path: &Utf8Path) -> Privilege {
        if path.starts_with(&self.wish.identity.home) {
            Privilege::User
        } else {
            Privilege::Root
        }
    }

    fn fetch(&self, path: Utf8PathBuf) -> Result<Change, Fault> {
        let (from, sum) = source(&self.wish.settings.install)?;
        let privilege = self.rights(&path);
        Ok(Change::safe(
            Effect::Fetch(Fetch {
                from,
                proof: Proof::Sha256(sum),
                path,
                mode: 0o755,
                privilege,
            }),
            "the release that gpucluster was made for, put in place only if its SHA-256 is the published one",
        ))
    }

    /// `mv` or `cp -a` with the rights that the place takes.
    fn file_command(&self, argv: &[&str], touched: &[&Utf8Path]) -> Effect {
        let mut command = Command::new(argv.iter().copied()).timeout(Duration::from_secs(60));
        if touched
            .iter()
            .any(|path| self.rights(path) == Privilege::Root)
        {
            command = command.as_root();
        }
        for path in touched {
            command = command.touching(Touch::File((*path).to_owned()));
        }
        Effect::Run(command)
    }

    /// A cluster that stays when ours goes.
    async fn needed_by_others(&self, host: &dyn ReadHost, receipt: &Receipt) -> Option<String> {
        let answer = host.query(&Query::MinikubeProfiles).await.ok()?;
        let profiles = minikube::profiles(&answer.stdout).ok()?;
        let goes = |name: &str| {
            name == self.wish.profile() && receipt.is_ours(&Touch::Cluster(name.to_owned()))
        };
        let mut names = profiles.into_iter().map(|profile| profile.name);
        names.find(|name| !goes(name))
    }
}

/// Added to the name of the older program, which is kept.
const KEPT: &str = ".before-gpucluster";

/// Where the older program is kept.
fn kept(path: &Utf8Path) -> Utf8PathBuf {
    format!("{path}{KEPT}").into()
}

/// Where the release goes if an older program is at `old`: in its place, or, where a package manager
/// keeps that one, into a folder that comes earlier on `PATH`.
fn place_beside(old: &Utf8Path, bin_dir: &Utf8Path) -> Option<Utf8PathBuf> {
    if old.file_name() != Some("minikube") {
        return None;
    }
    let folder = old.parent()?;
    let packaged = ["/usr/bin", "/bin", "/snap", "/var/lib/snapd"];
    if packaged.iter().any(|place| folder.starts_with(place)) {
        return Some(bin_dir.join("minikube"));
    }
    let managed = ["/nix", "/opt/homebrew", "/home/linuxbrew", "/gnu"];
    let managed = managed.iter().any(|place| folder.starts_with(place));
    (!managed).then(|| old.to_owned())
}

/// Where the release comes from, and its SHA-256.
fn source(install: &Install) -> Result<(String, String), Fault> {
    let version = &install.minikube_version;
    // `deploy/minikube/releases-v2.json` of kubernetes/minikube.
    let (arch, known) = match std::env::consts::ARCH {
        "x86_64" => (
            "amd64",
            "099477eaf248bcb5bcea8ce78a2898e93ac01461c35189da1848c3de82ecd22e",
        ),
        "aarch64" => (
            "arm64",
            "a0b8a1ebfc8c07a247271d8df98ac0ddd7c8c855b601d402463e2e50c08c6bab",
        ),
        other => {
            return Err(Fault::new(
                ids::MINIKUBE_NOT_INSTALLED,
                format!("minikube's GPU support knows amd64 and arm64; this machine is {other}"),
            ));
        }
    };
    let from = install.minikube_source.clone().unwrap_or_else(|| {
        format!("https://github.com/kubernetes/minikube/releases/download/v{version}/minikube-linux-{arch}")
    });
    match &install.minikube_sha256 {
        Some(sum) => Ok((from, sum.to_lowercase())),
        None if version == MINIKUBE_VERSION => Ok((from, known.to_owned())),
        None => Err(Fault::new(
            ids::MINIKUBE_NOT_INSTALLED,
            format!("the SHA-256 of minikube {version} is not known"),
        )
        .advise(Advice::run(
            "set `install.minikube_sha256` to what minikube publishes",
            format!("curl -fsSL {from}.sha256"),
        ))),
    }
}

fn not_usable(summary: String, reason: ReasonId) -> Observation {
    let mut fault = Fault::new(reason, summary);
    fault.advice = advice::install_minikube();
    Observation::needs_human(fault)
}

impl Step for Binary {
    fn id(&self) -> StepId {
        id::MINIKUBE
    }

    fn title(&self) -> &'static str {
        "minikube is installed and new enough"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn prefetch(&self) -> Vec<Question> {
        tools([Query::MinikubeVersion])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let answer = match host.query(&Query::MinikubeVersion).await {
                Err(HostError::NoProgram(_)) => {
                    let summary =
                        format!("minikube is not installed, and at least {LEAST} is needed");
                    let reason = ids::MINIKUBE_NOT_INSTALLED;
                    return Ok(self.lacking(host, summary, reason, None).await);
                }
                other => other.map_err(failed)?,
            };
            let version = minikube::version(&answer.stdout).map_err(unreadable)?;
            // A build from source has no version; whoever made it knows what it is.
            let unset = version.to_string() == "0.0.0-unset";
            if !unset && !requirement_met(&version, &LEAST) {
                let summary =
                    format!("minikube is {version}, and at least {LEAST} is needed for GPUs");
                let reason = ids::MINIKUBE_TOO_OLD;
                return Ok(self.lacking(host, summary, reason, Some(&version)).await);
            }
            let seen = Observation::in_place(version.to_string());
            let seen = seen.learned(Fact::MinikubeVersion(version));
            Ok(if unset {
                seen.warn("minikube is a build from source and tells no version")
            } else {
                seen
            })
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        match todo(seen)? {
            Todo::Nothing => Ok(Vec::new()),
            Todo::Make | Todo::Mend(_) if !self.wish.flags.tools => Ok(Vec::new()),
            Todo::Make => {
                let folder = &self.wish.settings.install.bin_dir;
                Ok(vec![self.fetch(folder.join("minikube"))?])
            }
            Todo::Mend(diffs) => {
                let mut changes = Vec::new();
                let Some((place, keeping)) = diffs.split_first() else {
                    return Ok(changes);
                };
                let path = Utf8PathBuf::from(&place.field);
                if let Some(kept) = keeping.first() {
                    let kept = Utf8Path::new(&kept.field);
                    let keep = ["cp", "-a", path.as_str(), kept.as_str()];
                    changes.push(Change::safe(
                        self.file_command(&keep, &[kept]),
                        "`gpucluster down` puts the older one back",
                    ));
                }
                changes.push(self.fetch(path)?);
                Ok(changes)
            }
        }
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let mut changes = Vec::new();
            if receipt.of(id::MINIKUBE).next().is_none()
                || self.needed_by_others(host, receipt).await.is_some()
            {
                return Ok(changes);
            }
            for made in receipt.of(id::MINIKUBE) {
                let Touch::File(path) = &made.touch else {
                    continue;
                };
                let is_there = host.stat(path).await.map_err(failed)?.is_some();
                if made.prior != Prior::Absent || !is_there {
                    continue;
                }
                changes.push(match path.as_str().strip_suffix(KEPT) {
                    Some(place) => {
                        let back = ["mv", "-fT", path.as_str(), place];
                        Change::safe(
                            self.file_command(&back, &[path, Utf8Path::new(place)]),
                            "the older one, as it was before gpucluster",
                        )
                    }
                    None => Change::safe(
                        Effect::RemoveOwned {
                            path: path.clone(),
                            removal: Removal::File,
                            privilege: self.rights(path),
                        },
                        "it was installed by gpucluster",
                    ),
                });
            }
            Ok(changes)
        })
    }

    fn stays<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async move {
            if receipt.of(id::MINIKUBE).next().is_none() {
                return Vec::new();
            }
            let needed = self.needed_by_others(host, receipt).await;
            let notice = needed
                .map(|name| Notice::info(format!("minikube stays: the cluster `{name}` needs it")));
            notice.into_iter().collect()
        })
    }
}
