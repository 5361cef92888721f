//! What is done about Docker where that was asked for, and how it is taken back.

use super::apt::TakenBack;
use super::docker::Docker;
use super::docker_trouble::{GROUP, MEMBERS, SERVICE, SOCKET};
use super::look::differs;
use super::{id, packages};
use crate::host::groups::is_member;
use crate::host::{Query, ReadHost};
use crate::model::{Change, Command, Diff, Effect, Prior, Receipt, Touch, UnitWant};
use crate::parse::apt::simulation;
use crate::parse::os_release::Family;
use std::time::Duration;

/// The field in which Docker's packages differ.
const PACKAGES: &str = "packages of Docker";

/// The daemon's unit as changes name it.
const UNIT: &str = "docker";

impl Docker {
    /// Installs Docker, starts the daemon and lets the account in, as far as these differ.
    pub(super) fn mend(&self, diffs: &[Diff]) -> Vec<Change> {
        let mut changes = Vec::new();
        if differs(diffs, packages::DPKG) {
            changes.push(packages::finish());
        }
        if let Some(packages) = diffs.iter().find(|diff| diff.field == PACKAGES) {
            changes.extend(self.install(&packages.want));
        }
        if differs(diffs, SOCKET) {
            // The daemon's unit would start it as well, and nobody would know that it was off before.
            changes.push(start(SOCKET));
        }
        if differs(diffs, SERVICE) {
            changes.push(start(UNIT));
        }
        if differs(diffs, MEMBERS) {
            changes.push(self.join());
        }
        changes
    }

    /// What there is to install; `None` where the distribution has no Docker of its own, or where
    /// nothing may be installed.
    pub(super) async fn installable(&self, host: &dyn ReadHost) -> Option<Vec<Diff>> {
        let package = packages::docker(&self.wish.os).filter(|_| self.wish.flags.tools)?;
        let mut names = vec![package.to_owned()];
        if self.wish.os.family == Family::Debian {
            // From Debian 13 on the command is a package of its own, which is only recommended.
            let cli = "docker-cli".to_owned();
            let query = Query::AptInstall {
                package: cli.clone(),
            };
            if host.query(&query).await.is_ok_and(|answer| answer.ok()) {
                names.insert(0, cli);
            }
        }
        let mut diffs = vec![Diff::new(PACKAGES, names.join(" "), "missing")];
        // Without systemd (in a container) whoever made the machine decides what starts the daemon.
        if matches!(host.which("systemctl").await, Ok(Some(_))) {
            diffs.push(Diff::new(SERVICE, "active", "missing"));
        }
        diffs.extend(packages::cut_short(host, self.wish.os.family).await);
        let user = &self.wish.identity.user;
        let is_member = is_member(host, GROUP).await.unwrap_or(false);
        if self.wish.identity.uid != 0 && !is_member {
            diffs.push(Diff::new(MEMBERS, user, format!("without {user}")));
        }
        Some(diffs)
    }

    /// Installs these packages.
    fn install(&self, names: &str) -> Vec<Change> {
        let names: Vec<&str> = names.split(' ').collect();
        let Some((asked, others)) = names.split_last() else {
            return Vec::new();
        };
        let commands = packages::install(self.wish.os.family, asked).into_iter();
        commands
            .map(|mut command| {
                if !command.touches.is_empty() {
                    for name in others {
                        let last = command.argv.len() - 1;
                        command.argv.insert(last, (*name).to_owned());
                        command = command.touching(Touch::Package((*name).to_owned()));
                    }
                }
                Change::safe(
                    Effect::Run(command),
                    "the distribution's own Docker; nothing is removed for it",
                )
            })
            .collect()
    }

    /// The account becomes a member.
    fn join(&self) -> Change {
        let user = &self.wish.identity.user;
        let join = Command::new(["usermod", "-aG", GROUP, user])
            .as_root()
            .timeout(Duration::from_secs(60))
            .touching(Touch::Member(GROUP.to_owned()));
        let mut change = Change::safe(
            Effect::Run(join),
            "only members of the group may use the daemon without sudo; it is as good as root's rights",
        );
        change.caution = Some("takes effect at the next login".to_owned());
        change
    }

    /// What goes now of what was changed here, and why the rest stays.
    pub(super) async fn take_back(&self, host: &dyn ReadHost, receipt: &Receipt) -> TakenBack {
        let mut back = TakenBack::default();
        if receipt.of(id::DOCKER).next().is_none() {
            return back;
        }
        if receipt.packages(id::DOCKER).next().is_some() {
            self.uninstall(host, receipt, &mut back).await;
        } else {
            self.stop_again(host, receipt, &mut back).await;
        }
        let group = Touch::Member(GROUP.to_owned());
        if receipt.is_ours(&group) && is_member(host, GROUP).await.unwrap_or(false) {
            let leave = Command::new(["gpasswd", "-d", &self.wish.identity.user, GROUP])
                .as_root()
                .timeout(Duration::from_secs(60))
                .touching(group);
            back.changes.push(Change::safe(
                Effect::Run(leave),
                "your account was put into the group by gpucluster",
            ));
        }
        back
    }

    /// Packages of ours go, unless somebody uses Docker by now. They are removed and never purged:
    /// Debian's script deletes `/var/lib/docker` then, with volumes of whoever.
    async fn uninstall(&self, host: &dyn ReadHost, receipt: &Receipt, back: &mut TakenBack) {
        let mut names = Vec::new();
        for (name, _) in receipt.packages(id::DOCKER) {
            let query = Query::Package {
                name: name.to_owned(),
            };
            if host.query(&query).await.is_ok_and(|answer| answer.ok()) {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() {
            return;
        }
        if host.unit(UNIT).await.is_ok_and(|unit| unit.active)
            && let Some(why) = self.used(host, receipt).await
        {
            back.stays.push(format!("Docker stays: {why}"));
            return;
        }
        let removes = match self.wish.os.family {
            Family::Debian => {
                let query = Query::AptPurge {
                    packages: names.clone(),
                };
                let removed = match host.query(&query).await {
                    Ok(answer) if answer.ok() => simulation(&answer.stdout).removed,
                    _ => {
                        back.stays
                            .push("Docker stays: apt cannot say what would go with it".to_owned());
                        return;
                    }
                };
                if let Some(more) = removed.iter().find(|name| !names.contains(name)) {
                    back.stays.push(format!("Docker stays: {more} needs it"));
                    return;
                }
                let words = ["apt-get", "remove", "-y"].into_iter();
                let words: Vec<&str> = words.chain(names.iter().map(String::as_str)).collect();
                let mut command = packages::run(&words);
                for name in &names {
                    command = command.touching(Touch::Package(name.clone()));
                }
                vec![command]
            }
            family => names
                .iter()
                .filter_map(|name| packages::remove(family, name))
                .collect(),
        };
        let last = removes.len().saturating_sub(1);
        for (at, mut command) in removes.into_iter().enumerate() {
            if at == last {
                command = command.touching(Touch::Unit(UNIT.to_owned()));
            }
            back.changes.push(Change::safe(
                Effect::Run(command),
                "they were installed by gpucluster, and no container runs",
            ));
        }
        back.stays
            .push("/var/lib/docker and Docker's configuration stay as they are".to_owned());
    }

    /// What would be lost with the daemon. Our own cluster is gone by then.
    async fn used(&self, host: &dyn ReadHost, receipt: &Receipt) -> Option<String> {
        let answer = match host.query(&Query::DockerRunning).await {
            Ok(answer) if answer.ok() => answer,
            _ => return Some("whether containers run cannot be told".to_owned()),
        };
        let profile = self.wish.profile();
        let cluster_goes = receipt.is_ours(&Touch::Cluster(profile.to_owned()));
        let names = answer.stdout.lines().map(str::trim);
        let goes = |name: &str| name.is_empty() || (cluster_goes && name == profile);
        match names.filter(|name| !goes(name)).count() {
            0 => None,
            1 => Some("a container runs".to_owned()),
            n => Some(format!("{n} containers run")),
        }
    }

    /// What was off before us is switched off again, unless somebody uses the daemon by now. The daemon
    /// goes before the socket that would start it again.
    async fn stop_again(&self, host: &dyn ReadHost, receipt: &Receipt, back: &mut TakenBack) {
        let mut wants = Vec::new();
        for unit in [UNIT, SOCKET] {
            wants.extend(
                off_again(host, receipt, unit)
                    .await
                    .map(|want| (unit, want)),
            );
        }
        let stops =
            |want: &UnitWant| matches!(want, UnitWant::DisabledAndStopped | UnitWant::Stopped);
        if wants.iter().any(|(_, want)| stops(want))
            && host.unit(UNIT).await.unwrap_or_default().active
            && let Some(why) = self.used(host, receipt).await
        {
            back.stays.push(format!(
                "the Docker daemon, which was off before, runs on: {why}"
            ));
            return;
        }
        for (unit, want) in wants {
            let effect = Effect::Unit {
                name: unit.to_owned(),
                want,
            };
            back.changes.push(Change::safe(
                effect,
                "it was so before gpucluster started it; no container runs",
            ));
        }
    }
}

/// What makes a unit of ours as it was before; `None` where it is so, or never was ours.
async fn off_again(host: &dyn ReadHost, receipt: &Receipt, unit: &str) -> Option<UnitWant> {
    let touch = Touch::Unit(unit.to_owned());
    if !receipt.of(id::DOCKER).any(|made| made.touch == touch) {
        return None;
    }
    let Some(Prior::Unit { enabled, active }) = receipt.prior(&touch) else {
        return None;
    };
    let now = host.unit(unit).await.unwrap_or_default();
    match (now.enabled && !enabled, now.active && !active) {
        (true, true) => Some(UnitWant::DisabledAndStopped),
        (true, false) => Some(UnitWant::Disabled),
        (false, true) => Some(UnitWant::Stopped),
        (false, false) => None,
    }
}

/// The unit is up, now and after a boot.
fn start(unit: &str) -> Change {
    let effect = Effect::Unit {
        name: unit.to_owned(),
        want: UnitWant::EnabledAndStarted,
    };
    Change::safe(
        effect,
        "containers need the daemon; nothing else is started",
    )
}
