//! `nfs.server`: the kernel's NFS server is installed, starts at boot and runs now.

use super::look::{Todo, differs, failed, forecast, todo, tools};
use super::{Wish, apt, conffiles, id, nfs_foreign, nfs_kernel, packages};
use crate::host::{Answer, HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Fact, Facts, Fault, Forecast, Notice,
    Observation, Privilege, Probe, Receipt, Risk, StepId, Touch, UnitWant,
};
use crate::parse::apt::{Simulation, is_cut_short, is_half_done, simulation};
use crate::parse::os_release::Family;
use crate::reason::ids;
use crate::step::{Resource, Step};
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// Name of the unit everywhere (Debian's nfs-kernel-server is an alias of it).
pub const UNIT: &str = "nfs-server";

/// Where dpkg notes what it has begun; readable for everybody.
const UPDATES: &str = "/var/lib/dpkg/updates";

/// See the module.
pub struct NfsServer {
    pub(super) wish: Arc<Wish>,
}

impl NfsServer {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    /// Asked for by its Debian name where the distribution is unknown: the answer is then no.
    pub(super) fn package(&self) -> &'static str {
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

impl NfsServer {
    /// What is known of the installation before it is made.
    fn ahead(&self, simulated: Result<Answer, HostError>) -> Ahead {
        match simulated {
            Ok(answer) if answer.ok() => Ahead::Known(simulation(&answer.stdout)),
            _ if self.wish.os.family == Family::Debian => Ahead::AfterUpdate,
            _ => Ahead::Unsaid,
        }
    }

    fn missing(&self, ahead: &Ahead) -> Observation {
        let package = self.package();
        let headline = format!("package {package} is not installed");
        let Ahead::Known(found) = ahead else {
            return Observation::absent(match ahead {
                Ahead::AfterUpdate => {
                    format!("{headline}; what comes with it is known after apt-get update")
                }
                _ => headline,
            });
        };
        if !found.removed.is_empty() {
            let fault = Fault::new(
                ids::PACKAGE_INSTALL_FAILED,
                format!(
                    "installing {package} would remove {}",
                    found.removed.join(", ")
                ),
            );
            return Observation::needs_human(fault.advise(Advice::run(
                "see what apt would do, and decide",
                format!("apt-get install --simulate {package}"),
            )));
        }
        // The nearest first: apt lists what is needed before what needs it.
        let others: Vec<&str> = found
            .new
            .iter()
            .rev()
            .map(String::as_str)
            .filter(|name| *name != package)
            .collect();
        let mut seen = Observation::absent(if others.is_empty() {
            headline
        } else {
            format!("{headline}; {} come with it", apt::listed(&others))
        });
        if !found.upgraded.is_empty() {
            let names: Vec<&str> = found.upgraded.iter().map(String::as_str).collect();
            seen = seen.warn(format!(
                "apt would upgrade {} for it, which `down` does not take back",
                apt::listed(&names)
            ));
        }
        seen.learned(Fact::NewPackages(found.new.clone()))
    }

    /// The commands that install the package, and all that they touch.
    fn install(&self, seen: &Observation) -> Vec<Command> {
        let mut commands = packages::install(self.wish.os.family, self.package());
        if seen.facts.contains(&Fact::DpkgCutShort) {
            commands.insert(0, packages::run(&["dpkg", "--configure", "-a"]));
        }
        let Some(last) = commands.last_mut() else {
            return commands;
        };
        for fact in &seen.facts {
            if let Fact::NewPackages(names) = fact {
                let others = names.iter().filter(|name| *name != self.package());
                last.touches.extend(others.cloned().map(Touch::Package));
            }
        }
        if self.wish.os.family == Family::Debian {
            let files = conffiles::all_scripted().map(|path| Touch::File(path.into()));
            last.touches.extend(files);
        }
        commands
    }
}

/// What apt tells of an installation beforehand.
enum Ahead {
    /// Everything.
    Known(Simulation),
    /// Nothing, as its lists are empty or do not know the package yet.
    AfterUpdate,
    /// Nothing: it is not apt that installs here.
    Unsaid,
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
            let (package, unit, can_serve, threads, ostree, updates) = tokio::join!(
                host.query(&query),
                host.unit(UNIT),
                nfs_kernel::can_serve(host),
                nfs_kernel::threads(host),
                host.stat(Utf8Path::new("/run/ostree-booted")),
                host.list_dir(Utf8Path::new(UPDATES)),
            );
            let unit = unit.map_err(failed)?;
            if can_serve == Some(false) {
                return Ok(self.kernel_missing());
            }
            if !unit.active
                && matches!(threads, None | Some(0))
                && let Some(fault) = nfs_foreign::found(host).await
            {
                return Ok(Observation::needs_human(fault));
            }
            let half_done = matches!(&package, Ok(answer) if is_half_done(&answer.stdout));
            let packaged = match package {
                // Removed packages whose configuration stayed end with 0 too.
                Ok(answer) => answer.ok() && !half_done && !answer.stdout.contains("deinstall"),
                Err(HostError::NoProgram(_)) => false,
                Err(error) if !unit.loaded => return Err(failed(error)),
                Err(_) => false,
            };
            if !packaged && (half_done || !unit.loaded) {
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
                // Only now: it takes most of a second, and a second `up` has no use for it.
                let package = self.package().to_owned();
                let query = Query::AptInstall { package };
                let simulated = match self.wish.os.family {
                    Family::Debian => host.query(&query).await,
                    _ => Err(HostError::NoProgram("apt-get".to_owned())),
                };
                let missing = self.missing(&self.ahead(simulated));
                let cut_short = matches!(updates, Ok(Some(names)) if is_cut_short(&names));
                return Ok(if half_done || cut_short {
                    missing
                        .warn("an installation was cut short, which dpkg has to finish first")
                        .learned(Fact::DpkgCutShort)
                } else {
                    missing
                });
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
            let commands = self.install(seen).into_iter();
            changes.extend(commands.map(|command| Change::safe(Effect::Run(command), why)));
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
        Box::pin(async move { Ok(self.take_back(host, receipt).await.changes) })
    }

    fn stays<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async move {
            let back = self.take_back(host, receipt).await;
            back.stays.into_iter().map(Notice::info).collect()
        })
    }
}
