//! Why Docker cannot be used here although it is installed, and what mends that on this machine:
//! a daemon that does not run, an account that may not open its socket, or both.

use super::{Wish, advice};
use crate::host::{Query, ReadHost};
use crate::model::{Advice, Diff, Fault};
use crate::parse::group;
use crate::parse::unit::{self, Unit};
use crate::reason::ids;
use camino::Utf8Path;

/// Whoever is in it may use the daemon.
pub const GROUP: &str = "docker";
/// The daemon's unit; also the field in which it differs from running.
pub const SERVICE: &str = "docker.service";
/// The field in which the group differs.
pub const MEMBERS: &str = "members of group docker";
/// systemd listens for the daemon and starts it at the first use.
pub const SOCKET: &str = "docker.socket";
/// Where the socket of the system's daemon is; `/var/run` is a link to `/run`.
const SOCKETS: [&str; 2] = ["unix:///var/run/docker.sock", "unix:///run/docker.sock"];

/// How the account stands to the group `docker`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Membership {
    /// There is no such group.
    NoGroup,
    /// It is not a member.
    Outside,
    /// It is one, and this session is not: it began before.
    NextLogin,
    /// It is one, as far as can be told.
    Inside,
}

/// What this machine knows of its daemon.
struct Daemon {
    systemd: bool,
    init_script: bool,
    /// `None`: systemd did not answer.
    service: Option<Unit>,
    socket: Unit,
    /// `None`: it cannot be told, or it does not matter (root).
    membership: Option<Membership>,
}

impl Daemon {
    async fn look(host: &dyn ReadHost, wish: &Wish) -> Self {
        let (systemd, init_script, membership) = tokio::join!(
            host.stat(Utf8Path::new("/run/systemd/system")),
            host.stat(Utf8Path::new("/etc/init.d/docker")),
            membership(host, wish),
        );
        let systemd = matches!(systemd, Ok(Some(_)));
        let (mut service, mut socket) = (None, None);
        if systemd {
            (service, socket) = tokio::join!(detail(host, SERVICE), detail(host, SOCKET));
        }
        Self {
            systemd,
            init_script: matches!(init_script, Ok(Some(_))),
            service,
            socket: socket.unwrap_or_default(),
            membership,
        }
    }

    /// Those of the two units that are in a state.
    fn units(&self, is: impl Fn(&Unit) -> bool) -> Vec<&'static str> {
        let service = self.service.as_ref().is_some_and(&is).then_some(SERVICE);
        let socket = is(&self.socket).then_some(SOCKET);
        service.into_iter().chain(socket).collect()
    }

    /// Whether it is certain that nothing runs and nothing would start at the first use.
    fn is_off(&self) -> bool {
        let off = |unit: &Unit| !matches!(&*unit.active, "active" | "activating" | "reloading");
        self.service.as_ref().is_some_and(off) && (off(&self.socket) || self.has_failed())
    }

    fn has_failed(&self) -> bool {
        self.service
            .as_ref()
            .is_some_and(|unit| unit.active == "failed")
    }

    /// What keeps the daemon from running, in words, and what starts it.
    fn start(&self) -> (Option<String>, Vec<Advice>) {
        if !self.systemd {
            let advice = if self.init_script {
                Advice::run("start the daemon", "sudo service docker start")
            } else {
                Advice::say(
                    "start `dockerd` as this machine's own service manager does it; systemd does not run here",
                )
            };
            return (None, vec![advice]);
        }
        let masked = self.units(|unit| unit.load == "masked");
        if !masked.is_empty() {
            let names = masked.join(" ");
            let why = format!("{} masked", is_are(&masked));
            let command =
                format!("sudo systemctl unmask {names} && sudo systemctl enable --now docker");
            return (
                Some(why),
                vec![Advice::run(
                    "somebody switched it off on purpose; if it may run again, unmask and start it",
                    command,
                )],
            );
        }
        let Some(service) = &self.service else {
            let see = Advice::run("see what systemd says of it", "systemctl status docker");
            return (None, vec![see]);
        };
        match (service.load.as_str(), service.active.as_str()) {
            (_, "active") => (
                Some("the service runs, so the address is another".to_owned()),
                vec![Advice::run(
                    "look at DOCKER_HOST and the context",
                    "docker context inspect; echo \"$DOCKER_HOST\"",
                )],
            ),
            (_, "activating" | "reloading") => (
                Some("the service is starting right now".to_owned()),
                vec![Advice::say("type the command again in a moment")],
            ),
            (_, "failed") => {
                let failed = self.units(|unit| unit.active == "failed").join(" ");
                (
                    Some(format!("{SERVICE} failed ({})", service.result)),
                    vec![
                        Advice::run("see why", "sudo journalctl -u docker -n 30 --no-pager"),
                        Advice::run(
                            "once that is mended, start it",
                            format!(
                                "sudo systemctl reset-failed {failed}; sudo systemctl enable --now docker"
                            ),
                        ),
                    ],
                )
            }
            ("loaded", _) => (
                None,
                vec![Advice::run(
                    "start the daemon",
                    "sudo systemctl enable --now docker",
                )],
            ),
            _ => (
                None,
                vec![Advice::say(
                    "start the Docker daemon; there is no systemd unit `docker` here",
                )],
            ),
        }
    }

    /// What lets the account in; `None` where nothing is known to keep it out.
    fn admit(&self, user: &str) -> Option<Advice> {
        match self.membership? {
            Membership::NoGroup => Some(Advice::run(
                "make the group `docker` and join it (restarting the daemon stops containers); it takes effect at the next login (`newgrp docker` until then)",
                format!(
                    "sudo groupadd docker && sudo usermod -aG docker {user} && sudo systemctl restart docker"
                ),
            )),
            Membership::Outside => Some(advice::join_group(user)),
            Membership::NextLogin => Some(Advice::run(
                "your account is in the group `docker` already, and this session began before: log in again, or get a shell with it at once",
                "newgrp docker",
            )),
            Membership::Inside => None,
        }
    }
}

fn is_are(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(" and "))
}

async fn detail(host: &dyn ReadHost, name: &str) -> Option<Unit> {
    let query = Query::UnitDetail {
        name: name.to_owned(),
    };
    let answer = host.query(&query).await.ok()?;
    answer.ok().then(|| unit::unit(&answer.stdout))
}

async fn membership(host: &dyn ReadHost, wish: &Wish) -> Option<Membership> {
    let identity = &wish.identity;
    if identity.uid == 0 {
        return None;
    }
    let (groups, status) = tokio::join!(
        host.read_file(Utf8Path::new("/etc/group")),
        host.read_file(Utf8Path::new("/proc/self/status")),
    );
    let Some(group) = group::group(&groups.ok().flatten()?, GROUP) else {
        return Some(Membership::NoGroup);
    };
    let session = status
        .ok()
        .flatten()
        .and_then(|text| group::groups_of(&text));
    let in_session = session.map(|gids| gids.contains(&group.gid) || identity.gid == group.gid);
    let listed = group.members.contains(&identity.user);
    Some(match (listed, in_session) {
        (_, Some(true)) => Membership::Inside,
        (true, _) => Membership::NextLogin,
        (false, _) => Membership::Outside,
    })
}

/// What keeps Docker from being used and can be mended here; empty where a person is needed, or
/// where nothing helps but a new login.
///
/// A unit that is masked was switched off on purpose, and one that failed would fail again: neither
/// is touched.
pub async fn mendable(host: &dyn ReadHost, wish: &Wish, text: &str) -> Vec<Diff> {
    if other_socket(text).is_some() {
        return Vec::new();
    }
    let daemon = Daemon::look(host, wish).await;
    let mut diffs = Vec::new();
    if daemon.is_off() {
        let masked = daemon.units(|unit| unit.load == "masked");
        let service = match &daemon.service {
            Some(service) if masked.is_empty() && !daemon.has_failed() => service,
            _ => return Vec::new(),
        };
        if service.load != "loaded" {
            return Vec::new();
        }
        if daemon.socket.load == "loaded" && daemon.socket.active != "active" {
            diffs.push(Diff::new(SOCKET, "active", &daemon.socket.active));
        }
        diffs.push(Diff::new(SERVICE, "active", &service.active));
    }
    if daemon.membership == Some(Membership::Outside) {
        let user = &wish.identity.user;
        diffs.push(Diff::new(MEMBERS, user, format!("without {user}")));
    }
    diffs
}

/// Nobody answers at the daemon's address. An account that could not use it then either is told so now.
pub async fn down(host: &dyn ReadHost, wish: &Wish, text: &str) -> Fault {
    if let Some(socket) = other_socket(text) {
        return Fault::new(
            ids::DOCKER_NOT_RUNNING,
            format!("no Docker daemon answers at {socket}"),
        )
        .caused_by(ELSEWHERE)
        .advise(own_daemon());
    }
    let daemon = Daemon::look(host, wish).await;
    let (why, start) = daemon.start();
    let summary = "the Docker daemon does not answer";
    let summary = why.map_or(summary.to_owned(), |why| format!("{summary}: {why}"));
    let mut fault = Fault::new(ids::DOCKER_NOT_RUNNING, summary);
    fault.advice = start;
    // A session that is too old shows itself at the next look; who is not a member at all is told now.
    let knows = daemon
        .service
        .as_ref()
        .is_some_and(|unit| unit.load != "not-found");
    if knows && let Some(Membership::NoGroup | Membership::Outside) = daemon.membership {
        fault.advice.extend(daemon.admit(&wish.identity.user));
    }
    fault
}

/// The socket may not be opened. A daemon that is off behind it is told too.
pub async fn denied(host: &dyn ReadHost, wish: &Wish, text: &str) -> Fault {
    let user = &wish.identity.user;
    if let Some(socket) = other_socket(text) {
        return Fault::new(
            ids::DOCKER_PERMISSION,
            format!("`{user}` may not open Docker's socket at {socket}"),
        )
        .caused_by(ELSEWHERE)
        .advise(own_daemon());
    }
    let daemon = Daemon::look(host, wish).await;
    let mut fault = Fault::new(
        ids::DOCKER_PERMISSION,
        format!("`{user}` may not open Docker's socket"),
    );
    fault.advice.push(match daemon.membership {
        Some(Membership::Inside) => Advice::run(
            "you are in the group `docker`, so the socket belongs to another: see whose it is",
            "ls -l /var/run/docker.sock",
        ),
        _ => daemon
            .admit(user)
            .unwrap_or_else(|| advice::join_group(user)),
    });
    if daemon.is_off() {
        let (why, start) = daemon.start();
        let why = why.unwrap_or_else(|| "the daemon does not run".to_owned());
        fault.summary = format!("{}, and {why}", fault.summary);
        fault.advice.extend(start);
    }
    fault
}

const ELSEWHERE: &str =
    "DOCKER_HOST or the current context names it; it is not that of this machine's own daemon";

fn own_daemon() -> Advice {
    Advice::run(
        "use the daemon of this machine",
        "unset DOCKER_HOST; docker context use default",
    )
}

/// The socket in Docker's words, where it is not that of the system's daemon.
fn other_socket(text: &str) -> Option<&str> {
    socket(text).filter(|socket| !SOCKETS.contains(socket))
}

fn socket(text: &str) -> Option<&str> {
    let from = text.find("unix://")?;
    let end = |c: char| c.is_whitespace() || c == '"';
    let address = text[from..].split(end).next()?;
    Some(address.trim_end_matches([':', ';', '.']))
}
