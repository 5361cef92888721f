//! `host.firewall`: which firewall there is, and whether packets of containers are forwarded.

use super::files::{text, word};
use crate::host::{Question, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::reason::ids;
use crate::steps::Wish;
use crate::steps::checks::check::Check;
use crate::steps::nfs_firewall::{Firewall, find};
use std::sync::Arc;

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.firewall"),
        "Packets of containers are forwarded",
        |seeing| Box::pin(look(seeing.host)),
    )
    .asks(
        ["docker", "firewalld", "nftables"]
            .map(|unit| Question::Unit(unit.to_owned()))
            .into(),
    )
}

async fn look(host: &dyn ReadHost) -> Probe {
    let (firewall, forward, docker, ufw) = tokio::join!(
        find(host),
        word(host, "/proc/sys/net/ipv4/ip_forward"),
        host.unit("docker"),
        text(host, "/etc/default/ufw"),
    );
    let mut parts = vec![match &firewall {
        Firewall::Ufw => "ufw is on".to_owned(),
        Firewall::Firewalld => "firewalld runs".to_owned(),
        Firewall::Nftables(_) => "nftables has rules of its own".to_owned(),
        Firewall::Rules { kept: true } => "rules of iptables are kept".to_owned(),
        Firewall::Rules { kept: false } => "no firewall that is known".to_owned(),
    }];
    if firewall == Firewall::Ufw && drops_forwarded(&ufw.unwrap_or_default()) {
        // Docker's own rules come before ufw's, so that containers are not meant.
        parts.push("it forwards nothing but what Docker's rules let through".to_owned());
    }
    let forwards = forward.as_deref() == Some("1");
    if forwards {
        parts.push("the kernel forwards".to_owned());
    }
    let seen = Observation::in_place(parts.join(", "));
    // Docker switches it on when it starts: before that, or without Docker, 0 is as it should be.
    let docker = docker.map(|unit| unit.active).unwrap_or(false);
    Ok(if forward.is_some() && !forwards && docker {
        seen.warn_of(
            Fault::new(
                ids::HOST_FORWARDING_OFF,
                "net.ipv4.ip_forward is 0, so containers reach nothing beyond this machine",
            )
            .advise(Advice::run(
                "switch it on now",
                "sudo sysctl net.ipv4.ip_forward=1",
            ))
            .advise(Advice::run(
                "find the file that switches it off",
                "grep -rs ip_forward /etc/sysctl.conf /etc/sysctl.d",
            )),
        )
    } else {
        seen
    })
}

fn drops_forwarded(defaults: &str) -> bool {
    defaults.lines().any(|line| {
        let line = line.trim();
        line.strip_prefix("DEFAULT_FORWARD_POLICY=")
            .is_some_and(|value| value.trim_matches('"') == "DROP")
    })
}
