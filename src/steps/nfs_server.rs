//! `nfs.server`: the kernel's NFS server is installed, starts at boot and runs now.

use super::look::{Todo, differs, failed, forecast, todo, tools};
use super::{Wish, id, nfs_kernel, packages};
use crate::host::{HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Facts, Fault, Forecast, Observation, Prior,
    Privilege, Probe, Receipt, Risk, StepId, Touch, UnitWant,
};
use crate::parse::exports;
use crate::reason::ids;
use crate::step::{Resource, Step};
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// Name of the unit everywhere (Debian's nfs-kernel-server is an alias of it).
const UNIT: &str = "nfs-server";

/// See the module.
pub struct NfsServer {
    wish: Arc<Wish>,
}

impl NfsServer {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    /// Asked for by its Debian name where the distribution is unknown: the answer is then no.
    fn package(&self) -> &'static str {
        packages::nfs_server(self.wish.os.family).unwrap_or("nfs-kernel-server")
    }

    fn install_line(&self) -> String {
        let lines: Vec<String> = packages::install(self.wish.os.family, self.package())
            .iter()
            .map(|command| format!("sudo {}", command.argv.join(" ")))
            .collect();
        lines.join(" && ")
    }

    fn kernel_missing(&self) -> Observation {
        Observation::needs_human(
            Fault::new(
                ids::NFS_KERNEL_MISSING,
                "this kernel cannot serve NFS: it has no `nfsd` module",
            )
            .advise(Advice::say(
                "install the distribution's full kernel (on cloud images: the package with extra modules), or set `nfs.server` to another machine",
            )),
        )
    }
}

impl Step for NfsServer {
    fn id(&self) -> StepId {
        id::NFS_SERVER
    }

    fn title(&self) -> &'static str {
        "NFS server runs"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn resources(&self) -> &[Resource] {
        &[Resource::PackageManager]
    }

    fn prefetch(&self) -> Vec<Question> {
        let mut questions = tools([Query::Package {
            name: self.package().to_owned(),
        }]);
        questions.push(Question::Unit(UNIT.to_owned()));
        questions
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let query = Query::Package {
                name: self.package().to_owned(),
            };
            let (package, unit, can_serve, threads, ostree) = tokio::join!(
                host.query(&query),
                host.unit(UNIT),
                nfs_kernel::can_serve(host),
                nfs_kernel::threads(host),
                host.stat(Utf8Path::new("/run/ostree-booted")),
            );
            let unit = unit.map_err(failed)?;
            if can_serve == Some(false) {
                return Ok(self.kernel_missing());
            }
            let packaged = match package {
                // Removed packages whose configuration stayed end with 0 too.
                Ok(answer) => answer.ok() && !answer.stdout.contains("deinstall"),
                Err(HostError::NoProgram(_)) => false,
                Err(error) if !unit.loaded => return Err(failed(error)),
                Err(_) => false,
            };
            if !packaged && !unit.loaded {
                let immutable = matches!(ostree, Ok(Some(_)));
                if immutable || packages::nfs_server(self.wish.os.family).is_none() {
                    return Ok(Observation::needs_human(
                        Fault::new(
                            ids::NFS_PACKAGE_UNKNOWN,
                            format!(
                                "no NFS server is installed, and how to install one on {} is not known",
                                self.wish.os.name
                            ),
                        )
                        .advise(Advice::say(
                            "install the kernel's NFS server so that a systemd unit `nfs-server` exists",
                        )),
                    ));
                }
                return Ok(Observation::absent(format!(
                    "package {} is not installed",
                    self.package()
                )));
            }
            let mut diffs = Vec::new();
            if !unit.enabled {
                diffs.push(Diff::new("enabled at boot", "yes", "no"));
            }
            if !unit.active {
                diffs.push(Diff::new("active", "yes", "no"));
            }
            // `active (exited)` says that it was started once, not that it serves.
            if unit.active && threads == Some(0) {
                diffs.push(Diff::new("server threads", "at least 1", "0"));
            }
            if diffs.is_empty() {
                return Ok(Observation::in_place(match threads {
                    Some(count) => format!("active, {count} threads"),
                    None => "active".to_owned(),
                }));
            }
            Ok(Observation::drifted("installed, and not running", diffs))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let (install, restart) = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => (true, false),
            Todo::Mend(diffs) => (false, differs(diffs, "server threads")),
        };
        let mut changes = Vec::new();
        if install {
            if !self.wish.flags.install {
                return Err(Fault::new(
                    ids::TOOL_MISSING,
                    format!(
                        "package {} is not installed, and installing was not allowed",
                        self.package()
                    ),
                )
                .advise(Advice::run("install it", self.install_line())));
            }
            let why = "the cache is shared by the kernel's NFS server";
            changes.extend(
                packages::install(self.wish.os.family, self.package())
                    .into_iter()
                    .map(|command| Change::safe(Effect::Run(command), why)),
            );
        }
        changes.push(Change::safe(
            Effect::Unit {
                name: UNIT.to_owned(),
                want: UnitWant::EnabledAndStarted,
            },
            "so that the cache is there after a reboot too",
        ));
        if restart {
            changes.push(Change::disruptive(
                Effect::Unit {
                    name: UNIT.to_owned(),
                    want: UnitWant::Restarted,
                },
                "the unit counts as started and serves nothing",
                "clients of this server wait while it restarts",
            ));
        }
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        let root = |kind, text: String| forecast(kind, Privilege::Root, Risk::Safe, text);
        let mut forecasts: Vec<Forecast> = packages::install(self.wish.os.family, self.package())
            .iter()
            .map(|command: &Command| root(EffectKind::Run, command.argv.join(" ")))
            .collect();
        forecasts.push(root(
            EffectKind::Unit,
            format!("systemctl enable --now {UNIT}"),
        ));
        forecasts
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            // Somebody else's export keeps the server: it is no longer ours alone.
            let table = host.query(&Query::Exports).await;
            let ours = self.wish.settings.nfs.path.as_str();
            if let Ok(answer) = &table
                && exports::table(&answer.stdout)
                    .iter()
                    .any(|export| export.path != ours)
            {
                return Ok(Vec::new());
            }
            let mut changes = Vec::new();
            let was_off = match receipt.prior(&Touch::Unit(UNIT.to_owned())) {
                Some(Prior::Absent) => true,
                Some(Prior::Unit { enabled, active }) => !enabled && !active,
                _ => false,
            };
            if was_off {
                changes.push(Change::disruptive(
                    Effect::Unit {
                        name: UNIT.to_owned(),
                        want: UnitWant::DisabledAndStopped,
                    },
                    "it was neither enabled nor running before",
                    "nothing is exported from this host any more",
                ));
            }
            let package = self.package();
            if receipt.is_ours(&Touch::Package(package.to_owned()))
                && let Some(command) = packages::remove(self.wish.os.family, package)
            {
                changes.push(Change::safe(
                    Effect::Run(command),
                    "it was installed by gpucluster",
                ));
            }
            Ok(changes)
        })
    }
}
