//! What is done about Docker where that was asked for, and how it is taken back.

use super::apt::TakenBack;
use super::docker::Docker;
use super::docker_trouble::{GROUP, MEMBERS, SERVICE};
use super::id;
use super::look::differs;
use crate::host::groups::is_member;
use crate::host::{Query, ReadHost};
use crate::model::{Change, Command, Diff, Effect, Prior, Receipt, Touch, UnitWant};
use std::time::Duration;

/// The daemon's unit as changes name it.
const UNIT: &str = "docker";

impl Docker {
    /// Starts the daemon and lets the account in, as far as these differ.
    pub(super) fn mend(&self, diffs: &[Diff]) -> Vec<Change> {
        let mut changes = Vec::new();
        if differs(diffs, SERVICE) {
            changes.push(start());
        }
        if differs(diffs, MEMBERS) {
            changes.push(self.join());
        }
        changes
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
        self.stop_again(host, receipt, &mut back).await;
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

    /// A daemon that was off before us is switched off again, unless somebody uses it by now.
    async fn stop_again(&self, host: &dyn ReadHost, receipt: &Receipt, back: &mut TakenBack) {
        let ours = receipt
            .of(id::DOCKER)
            .any(|made| made.touch == Touch::Unit(UNIT.to_owned()));
        let Some(Prior::Unit { enabled, active }) = receipt.prior(&Touch::Unit(UNIT.to_owned()))
        else {
            return;
        };
        let now = host.unit(UNIT).await.unwrap_or_default();
        let want = match (now.enabled && !enabled, now.active && !active) {
            _ if !ours => return,
            (true, true) => UnitWant::DisabledAndStopped,
            (true, false) => UnitWant::Disabled,
            (false, true) => UnitWant::Stopped,
            (false, false) => return,
        };
        if now.active
            && !active
            && let Some(why) = self.used(host, receipt).await
        {
            back.stays.push(format!(
                "the Docker daemon, which was off before, runs on: {why}"
            ));
            return;
        }
        let effect = Effect::Unit {
            name: UNIT.to_owned(),
            want,
        };
        back.changes.push(Change::safe(
            effect,
            "it was so before gpucluster started it; no container runs",
        ));
    }
}

/// The daemon runs, now and after a boot.
fn start() -> Change {
    let effect = Effect::Unit {
        name: UNIT.to_owned(),
        want: UnitWant::EnabledAndStarted,
    };
    Change::safe(
        effect,
        "containers need the daemon; nothing else is started",
    )
}
