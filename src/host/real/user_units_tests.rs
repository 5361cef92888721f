//! `systemctl --user` as it is called, with a stand-in that writes down how, and plays systemd where
//! a unit is started: it makes the link and runs what it was told to.

use super::super::service::tests::Place;
use super::*;
use crate::host::real::service_state::{Folder, Process};
use crate::model::ServiceSpec;
use std::os::unix::net::UnixListener;

const UNIT: &str = "gpucluster-agent-test.service";

struct Systemd {
    place: Place,
    root: Utf8PathBuf,
    _socket: Option<UnixListener>,
}

impl Systemd {
    /// A service manager whose `systemctl` does `script` after it has written down its call.
    fn new(script: &str) -> Self {
        let mut place = Place::new("exec sleep 600");
        let root = place.spec.dir.parent().unwrap().to_owned();
        let systemctl = root.join("systemctl");
        let text = format!("#!/bin/sh\necho \"$XDG_RUNTIME_DIR $*\" >> {root}/asked\n{script}\n");
        fs::write(&systemctl, text.as_bytes(), 0o755).unwrap();
        let host = &mut place.host;
        host.identity.config_home = Some(root.join("config"));
        host.user_manager = UserManager {
            systemctl: vec![systemctl.to_string(), "--user".to_owned()],
            runtime: root.join("run user"),
        };
        fs::make_dir(&root.join("run user/systemd"), 0o700, None).unwrap();
        let socket = UnixListener::bind(host.user_manager.socket()).unwrap();
        place.spec.unit = Some(UNIT.to_owned());
        Self {
            place,
            root,
            _socket: Some(socket),
        }
    }

    /// One that carries units out: started are the tests' own supervisors.
    fn whole() -> Self {
        let new = Self::new("");
        let host = &new.place.host;
        let link = host.identity.user_unit_link(UNIT);
        let supervisor = host.supervisor_argv.join(" ");
        let script = format!(
            "case \"$*\" in\n\
             '--user enable --now {UNIT}')\n  mkdir -p {}\n  ln -sf ../{UNIT} {link}\n  \
             setsid {supervisor} {} </dev/null >/dev/null 2>&1 &\n;;\n\
             '--user disable --now {UNIT}') rm -f {link};;\nesac",
            link.parent().unwrap(),
            new.place.spec.dir,
        );
        let systemctl = new.root.join("systemctl");
        let text = fs::read(&systemctl).unwrap().unwrap() + &script + "\n";
        fs::write(&systemctl, text.as_bytes(), 0o755).unwrap();
        new
    }

    fn put_unit(&self, text: &str) {
        let file = self.place.host.identity.user_units().join(UNIT);
        fs::write(&file, text.as_bytes(), 0o644).unwrap();
    }

    /// Every call since the last time, each with its runtime folder.
    fn asked(&self) -> Vec<String> {
        let path = self.root.join("asked");
        let text = fs::read(&path).unwrap().unwrap_or_default();
        fs::write(&path, b"", 0o600).unwrap();
        let runtime = format!("{}/run user ", self.root);
        let plain = |line: &str| line.strip_prefix(&runtime).unwrap_or(line).to_owned();
        text.lines().map(plain).collect()
    }

    fn starts_at_boot(&self) -> bool {
        let link = self.place.host.identity.user_unit_link(UNIT);
        std::fs::symlink_metadata(link).is_ok()
    }

    fn spec(&self) -> &ServiceSpec {
        &self.place.spec
    }
}

const OURS: &str = "# Managed by gpucluster (profile test).\n";

#[tokio::test]
async fn a_service_is_started_as_its_unit_and_stops_for_good() {
    let mut systemd = Systemd::whole();
    systemd.put_unit(OURS);
    systemd.place.start().await.unwrap();
    let start = [
        "--user daemon-reload".to_owned(),
        format!("--user enable --now {UNIT}"),
    ];
    // What was there before is stopped first.
    let stop = format!("--user disable --now {UNIT}");
    assert_eq!(
        systemd.asked(),
        [std::slice::from_ref(&stop), &start[..]].concat()
    );
    let program = Process::of(systemd.place.hear_pid()).unwrap();
    assert_eq!(
        Folder(systemd.spec().dir.clone()).spec(),
        Ok(systemd.spec().clone())
    );
    assert!(systemd.starts_at_boot());
    let (host, spec) = (&systemd.place.host, systemd.spec());
    host.stop_service(&spec.name, &spec.dir, Some(UNIT))
        .await
        .unwrap();
    assert_eq!(systemd.asked(), [stop]);
    assert!(!systemd.starts_at_boot() && !program.runs());
}

#[tokio::test]
async fn a_manager_that_refuses_is_told_with_its_words_and_where_to_look() {
    let words = "Failed to enable unit: Unit file x does not exist.";
    let systemd = Systemd::new(&format!(
        "case $2 in enable) echo '{words}' >&2; exit 1;; esac"
    ));
    let stop = Stop::default();
    let fault = systemd
        .place
        .host
        .start_unit(UNIT, &stop)
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::AGENT_UNIT_FAILED);
    assert_eq!(
        fault.summary,
        format!("`systemctl --user enable --now {UNIT}` ended with exit code 1")
    );
    assert_eq!(fault.evidence, [words]);
    let look = format!("journalctl --user -u {UNIT} -n 20 --no-pager");
    assert_eq!(fault.advice[0].command.as_deref(), Some(look.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_manager_that_does_not_come_up_is_waited_for_and_named() {
    let mut systemd = Systemd::new("");
    // Its socket is left behind by one that died.
    systemd._socket = None;
    let stop = Stop::default();
    let begun = Instant::now();
    let fault = systemd
        .place
        .host
        .start_unit(UNIT, &stop)
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::AGENT_UNIT_FAILED);
    assert!(
        fault.causes[0].contains("run user/systemd/private"),
        "{fault:?}"
    );
    assert!(begun.elapsed() >= MANAGER_LIMIT);
    assert_eq!(systemd.asked(), [""; 0]);
    stop.drain.cancel();
    let fault = systemd
        .place
        .host
        .start_unit(UNIT, &stop)
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::INTERRUPTED);
}

#[tokio::test]
async fn a_unit_that_is_not_there_or_not_ours_is_not_spoken_of() {
    let systemd = Systemd::new("");
    systemd.place.host.stop_unit(UNIT).await.unwrap();
    systemd.put_unit("[Service]\nExecStart=/bin/true\n");
    systemd.place.host.stop_unit(UNIT).await.unwrap();
    assert_eq!(systemd.asked(), [""; 0]);
}

#[tokio::test]
async fn without_a_manager_only_the_link_is_left_to_take_away() {
    let mut systemd = Systemd::new("");
    systemd._socket = None;
    systemd.put_unit(OURS);
    let link = systemd.place.host.identity.user_unit_link(UNIT);
    fs::make_dir(link.parent().unwrap(), 0o755, None).unwrap();
    std::os::unix::fs::symlink(format!("../{UNIT}"), &link).unwrap();
    systemd.place.host.stop_unit(UNIT).await.unwrap();
    assert!(!systemd.starts_at_boot());
    assert_eq!(systemd.asked(), [""; 0]);
}

/// The real thing: run where the person's own service manager runs (`systemctl --user` answers).
#[tokio::test]
#[ignore = "needs a service manager of the person's own (systemd --user)"]
async fn a_real_service_manager_starts_keeps_and_stops_a_service() {
    let mut place = Place::new("exec sleep 600");
    place.spec.unit = Some(UNIT.to_owned());
    let spec = place.spec.clone();
    let exec = place.host.supervisor_argv.join(" ");
    let text = format!(
        "{OURS}[Service]\nType=exec\nExecStart={exec} {}\nRestart=on-failure\nRestartSec=1\n\
         KillMode=mixed\n[Install]\nWantedBy=default.target\n",
        spec.dir
    );
    let file = place.host.identity.user_units().join(UNIT);
    let link = place.host.identity.user_unit_link(UNIT);
    fs::write(&file, text.as_bytes(), 0o644).unwrap();
    place.start().await.unwrap();
    let first = place.hear_pid();
    let state = super::super::service::look(&spec.dir).unwrap();
    assert_eq!(state.unit.as_deref(), Some(UNIT), "{state:?}");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    // Typed again, nothing is started anew.
    let supervisor = place.supervisor();
    place.start().await.unwrap();
    assert_eq!(place.supervisor(), supervisor);
    // Taken out of what starts at boot by hand, it is put back and runs on.
    place.host.user_systemctl(&["disable", UNIT]).await.unwrap();
    assert!(!link.exists());
    place.start().await.unwrap();
    assert!(link.exists());
    assert_eq!(place.supervisor(), supervisor);
    // A supervisor that dies takes its program along, and both come back.
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(supervisor.pid),
        nix::sys::signal::Signal::SIGKILL,
    )
    .unwrap();
    let second = place.hear_pid();
    assert!(Process::of(first).is_none() && first != second);
    place
        .host
        .stop_service(&spec.name, &spec.dir, Some(UNIT))
        .await
        .unwrap();
    assert!(!link.exists() && std::fs::symlink_metadata(&link).is_err());
    let state = super::super::service::look(&spec.dir).unwrap();
    assert!(!state.supervised, "{state:?}");
    assert!(Process::of(second).is_none());
    let home = place.host.identity.home.clone();
    fs::remove(&file, crate::model::Removal::File, &home).unwrap();
    place.host.user_systemctl(&["daemon-reload"]).await.unwrap();
}
