//! What keeps the agent running: a user unit of systemd, or nothing.

use crate::config::Supervisor;
use crate::host::Identity;
use crate::model::{Change, Effect, Facts, Keeper, Observation, Prior, Receipt, Touch};
use crate::step::Step;
use crate::steps::Wish;
use crate::steps::agent::Agent;
use crate::steps::agent_service::service_spec;
use crate::steps::agent_unit::AgentUnit;
use crate::steps::testing::{
    TestHost, described, facts, identity, planned, seen, undone, verdict, wait, wish,
};
use camino::Utf8PathBuf;
use std::sync::Arc;

const FILE: &str = "/home/ann/.config/systemd/user/gpucluster-agent-gpucluster.service";
const LINK: &str =
    "/home/ann/.config/systemd/user/default.target.wants/gpucluster-agent-gpucluster.service";
const LINGER: &str = "/var/lib/systemd/linger/ann";
const SOCKET: &str = "/run/user/1000/systemd/private";
const RELOAD: &str = "XDG_RUNTIME_DIR=/run/user/1000 systemctl --user daemon-reload";

fn unit() -> AgentUnit {
    AgentUnit::new(Arc::new(wish()))
}

fn asking(supervisor: Supervisor) -> Wish {
    let mut settings = (*wish().settings).clone();
    settings.agent.supervisor = supervisor;
    Wish {
        settings: Arc::new(settings),
        ..wish()
    }
}

fn fresh() -> TestHost {
    TestHost::healthy()
        .with_file(FILE, None)
        .with_file(LINK, None)
        .with_file(LINGER, None)
}

fn without_systemd() -> TestHost {
    let mut host = fresh();
    host.dirs.remove(&Utf8PathBuf::from("/run/systemd/system"));
    host
}

fn keeper_on(host: &TestHost) -> Keeper {
    let mut learned = Facts::default();
    for fact in seen(&unit(), host).facts {
        learned.learn(unit().id(), fact);
    }
    *learned.agent_keeper().unwrap()
}

#[test]
fn the_unit_is_written_and_lingering_is_switched_on_by_root() {
    assert_eq!(verdict(&unit(), &fresh()), "absent");
    assert_eq!(
        planned(&unit(), &fresh()).unwrap(),
        [
            format!("write {FILE}"),
            "sudo loginctl enable-linger ann".to_owned(),
        ]
    );
    assert_eq!(verdict(&unit(), &TestHost::healthy()), "in place");
}

#[test]
fn who_lingers_already_needs_no_root() {
    let host = fresh().with_file(LINGER, Some(""));
    assert_eq!(planned(&unit(), &host).unwrap(), [format!("write {FILE}")]);
}

#[test]
fn lingering_that_was_switched_off_is_switched_on_again_alone() {
    let host = TestHost::healthy().with_file(LINGER, None);
    assert_eq!(verdict(&unit(), &host), "drifted lingering");
    assert_eq!(
        planned(&unit(), &host).unwrap(),
        ["sudo loginctl enable-linger ann"]
    );
}

#[test]
fn a_program_that_moved_gets_a_new_unit_and_what_runs_goes_on() {
    let moved = AgentUnit::new(Arc::new(Wish {
        identity: Identity {
            executable: "/opt/gpu cluster/gpucluster".into(),
            ..identity()
        },
        ..wish()
    }));
    let host = TestHost::healthy();
    assert_eq!(verdict(&moved, &host), "drifted unit file");
    assert_eq!(
        planned(&moved, &host).unwrap(),
        [format!("write {FILE}"), RELOAD.to_owned()]
    );
    let host = host.with_file(SOCKET, None);
    assert_eq!(planned(&moved, &host).unwrap(), [format!("write {FILE}")]);
    let changes = moved.plan(&seen(&moved, &host), &facts()).unwrap();
    let Effect::WriteFile { content, mode, .. } = &changes[0].effect else {
        panic!("{changes:?}")
    };
    assert_eq!(*mode, 0o644);
    assert!(content.contains("ExecStart=\"/opt/gpu cluster/gpucluster\" agent supervise"));
}

#[test]
fn a_folder_of_settings_elsewhere_is_honoured() {
    let elsewhere = AgentUnit::new(Arc::new(Wish {
        identity: Identity {
            config_home: Some("/home/ann/settings".into()),
            ..identity()
        },
        ..wish()
    }));
    let plan = planned(&elsewhere, &fresh()).unwrap();
    assert_eq!(
        plan[0],
        "write /home/ann/settings/systemd/user/gpucluster-agent-gpucluster.service"
    );
}

#[test]
fn a_unit_of_somebody_elses_is_never_written_over() {
    let host = TestHost::healthy().with_file(FILE, Some("[Service]\nExecStart=/bin/true\n"));
    assert_eq!(verdict(&unit(), &host), "AGENT_UNIT_FOREIGN");
    let mut receipt = Receipt::default();
    receipt.note("agent.unit", Touch::File(FILE.into()), Prior::Absent);
    let undo = undone(&unit(), &host, &receipt);
    assert_eq!(undo, [RELOAD]);
}

#[test]
fn where_systemd_cannot_be_used_our_own_supervisor_is() {
    let mut root = fresh();
    root.identity.uid = 0;
    let mut without_loginctl = fresh();
    without_loginctl.programs.remove("loginctl");
    let mut without_systemctl = fresh();
    without_systemctl.programs.remove("systemctl");
    for host in [without_systemd(), root, without_loginctl, without_systemctl] {
        assert_eq!(verdict(&unit(), &host), "in place");
        assert_eq!(keeper_on(&host), Keeper::Gpucluster);
        let strict = AgentUnit::new(Arc::new(asking(Supervisor::Systemd)));
        assert_eq!(verdict(&strict, &host), "AGENT_UNIT_UNUSABLE");
    }
    assert!(matches!(keeper_on(&fresh()), Keeper::Systemd { .. }));
    let own = AgentUnit::new(Arc::new(asking(Supervisor::Gpucluster)));
    assert_eq!(verdict(&own, &fresh()), "in place");
}

#[test]
fn what_is_ours_is_taken_back_and_lingering_of_others_stays() {
    let mut receipt = Receipt::default();
    receipt.note("agent.unit", Touch::File(FILE.into()), Prior::Absent);
    receipt.note("agent.unit", Touch::File(LINGER.into()), Prior::Absent);
    let remove = format!("remove {FILE}");
    let off = "sudo loginctl disable-linger ann";
    let host = TestHost::healthy();
    assert_eq!(undone(&unit(), &host, &receipt), [&remove, RELOAD, off]);
    // Without a session and without lingering there is no service manager to be told.
    let host = host.with_file(SOCKET, None);
    assert_eq!(undone(&unit(), &host, &receipt), [&remove, off]);
    // Another profile's agent still needs it.
    let folder = "/home/ann/.config/systemd/user";
    let names = [
        "gpucluster-agent-gpucluster.service",
        "gpucluster-agent-two.service",
    ];
    let meta = crate::steps::testing::dir(0o755, 1000);
    let host = host.with_dir(folder, meta, &names);
    assert_eq!(undone(&unit(), &host, &receipt), [remove]);
    let mut theirs = Receipt::default();
    theirs.note("agent.unit", Touch::File(LINGER.into()), Prior::Present);
    assert_eq!(undone(&unit(), &TestHost::healthy(), &theirs), [""; 0]);
}

/// What the step `agent` plans for a service under this keeper.
fn agent_plan(host: &TestHost, keeper: Keeper) -> (Observation, Vec<Change>) {
    let agent = Agent::new(Arc::new(wish()));
    let mut learned = facts();
    learned.learn(unit().id(), crate::model::Fact::AgentKeeper(keeper));
    let seen = wait(agent.observe(host, &learned)).unwrap();
    let plan = agent.plan(&seen, &learned).unwrap();
    (seen, plan)
}

const UNIT: Keeper = crate::steps::testing::UNIT;
const START: &str =
    "start agent-gpucluster (systemctl --user enable --now gpucluster-agent-gpucluster.service)";

#[test]
fn an_agent_that_would_not_start_at_boot_is_put_there_without_a_stop() {
    let host = TestHost::healthy().with_file(LINK, None);
    let (seen, plan) = agent_plan(&host, UNIT);
    assert_eq!(seen.headline, "differs: at boot");
    assert_eq!(described(&plan), [START]);
    assert_eq!(plan[0].caution, None);
}

#[test]
fn an_agent_under_a_supervisor_without_a_unit_becomes_one() {
    let mut host = TestHost::healthy().with_file(LINK, None);
    host.service.unit = Some("session-3.scope".to_owned());
    let (seen, plan) = agent_plan(&host, UNIT);
    assert_eq!(seen.headline, "differs: service, at boot");
    assert_eq!(described(&plan), [START]);
    assert!(plan[0].caution.is_some(), "jobs lose their agent");
}

#[test]
fn an_agent_that_must_not_be_a_unit_any_more_leaves_it() {
    let host = TestHost::healthy();
    let (seen, plan) = agent_plan(&host, Keeper::Gpucluster);
    assert_eq!(seen.headline, "differs: service, at boot");
    let plan = described(&plan);
    assert_eq!(plan, ["stop agent-gpucluster", "start agent-gpucluster"]);
    // A unit that does not run now would run beside our own supervisor after a reboot.
    let mut host = TestHost::healthy();
    let own = service_spec(&wish(), Keeper::Gpucluster);
    host.service.unit = None;
    host.service.fingerprint = Some(crate::host::spec_fingerprint(&own));
    let (seen, plan) = agent_plan(&host, Keeper::Gpucluster);
    assert_eq!(seen.headline, "differs: at boot");
    let plan = described(&plan);
    assert_eq!(plan, ["stop agent-gpucluster", "start agent-gpucluster"]);
    let (seen, _) = agent_plan(&host.with_file(LINK, None), Keeper::Gpucluster);
    assert!(seen.is_in_place(), "{}", seen.headline);
}

#[test]
fn an_agent_that_waits_for_the_cluster_is_underway_and_never_polling() {
    let mut host = TestHost::healthy();
    host.service.pid = None;
    host.service.waiting = Some("the cluster does not answer".to_owned());
    let (seen, plan) = agent_plan(&host, UNIT);
    let text = "waiting for the cluster: the cluster does not answer";
    assert_eq!(seen.state, crate::model::State::Underway(text.to_owned()));
    assert_eq!(described(&plan), [""; 0]);
    // What it was started with is looked at all the same.
    host.service.fingerprint = Some("0".to_owned());
    let (_, plan) = agent_plan(&host, UNIT);
    assert_eq!(described(&plan), [START]);
}

#[test]
fn the_agent_is_gated_by_its_own_kubeconfig() {
    let spec = service_spec(&wish(), UNIT);
    assert_eq!(spec.ready, Some(wish().layout.kubeconfig));
    let home = spec.env.iter().find(|(name, _)| name == "HOME").unwrap();
    assert_eq!(spec.ready.unwrap(), format!("{}/.kube/config", home.1));
    assert_eq!(service_spec(&wish(), Keeper::Gpucluster).unit, None);
}
