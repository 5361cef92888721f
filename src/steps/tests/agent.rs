//! W&B's account, the agent's environment and the agent itself.

use crate::host::{HostError, Query, SecretState};
use crate::model::{Prior, Receipt, Touch};
use crate::steps::agent::Agent;
use crate::steps::agent_env::AgentEnv;
use crate::steps::testing::{
    CONFIG, TestHost, UNIT, answer, dir, planned, said, seen, undone, verdict, wish,
};
use crate::steps::wandb::Account;
use crate::steps::{Wish, service_spec};
use std::sync::Arc;

fn account() -> Account {
    Account::new(Arc::new(wish()))
}

fn with_url(url: &str) -> Account {
    let mut settings = (*wish().settings).clone();
    settings.wandb.base_url = url.to_owned();
    Account::new(Arc::new(Wish {
        settings: Arc::new(settings),
        ..wish()
    }))
}

fn viewer_says(code: i32, body: &str) -> TestHost {
    let base_url = "https://api.wandb.ai".to_owned();
    TestHost::healthy().with(Query::WandbViewer { base_url }, answer(code, body, ""))
}

fn queues_say(code: i32, body: &str) -> TestHost {
    let query = Query::WandbQueues {
        base_url: "https://api.wandb.ai".to_owned(),
        entity: None,
    };
    TestHost::healthy().with(query, answer(code, body, ""))
}

#[test]
fn an_account_with_its_queue_is_named() {
    let seen = seen(&account(), &TestHost::healthy());
    assert_eq!(seen.headline, "queue ann/gpucluster, as ann");
}

#[test]
fn addresses_that_are_no_server_are_refused_without_asking() {
    for url in ["https://wandb.ai", "https://wandb.ai/", "api.wandb.ai", ""] {
        assert_eq!(
            verdict(&with_url(url), &TestHost::healthy()),
            "WANDB_URL_INVALID",
            "{url}"
        );
    }
}

#[test]
fn the_ways_an_account_is_wrong_are_told_apart() {
    let mut keyless = TestHost::healthy();
    keyless.secret = SecretState::Missing;
    let unreachable = HostError::Unreachable("no route to host".to_owned());
    let base_url = "https://api.wandb.ai".to_owned();
    let cases = [
        (keyless, "WANDB_KEY_MISSING"),
        (viewer_says(401, "{}"), "WANDB_KEY_REJECTED"),
        (
            viewer_says(200, r#"{"data":{"viewer":null}}"#),
            "WANDB_KEY_REJECTED",
        ),
        (viewer_says(502, "bad gateway"), "unknown WANDB_UNREACHABLE"),
        (
            TestHost::healthy().with(Query::WandbViewer { base_url }, Err(unreachable)),
            "unknown WANDB_UNREACHABLE",
        ),
        (
            queues_say(
                200,
                r#"{"data":{"project":{"runQueues":[{"name":"other"}]}}}"#,
            ),
            "WANDB_QUEUE_MISSING",
        ),
        // The viewer's own entity, before its first queue.
        (
            queues_say(200, r#"{"data":{"project":null}}"#),
            "WANDB_QUEUE_MISSING",
        ),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&account(), &host), want);
    }
}

#[test]
fn an_entity_of_others_is_unknown() {
    let mut settings = (*wish().settings).clone();
    settings.wandb.entity = Some("strangers".to_owned());
    let query = Query::WandbQueues {
        base_url: "https://api.wandb.ai".to_owned(),
        entity: settings.wandb.entity.clone(),
    };
    let host = TestHost::healthy().with(query, answer(200, r#"{"data":{"project":null}}"#, ""));
    let account = Account::new(Arc::new(Wish {
        settings: Arc::new(settings),
        ..wish()
    }));
    assert_eq!(verdict(&account, &host), "WANDB_ENTITY_UNKNOWN");
}

fn env() -> AgentEnv {
    AgentEnv::new(Arc::new(wish()))
}

fn wandb() -> Query {
    Query::WandbVersion {
        venv: wish().layout.venv,
    }
}

fn python() -> Query {
    Query::PythonVersion {
        python: "python3".to_owned(),
    }
}

fn bare() -> TestHost {
    TestHost::healthy().without(wandb())
}

#[test]
fn an_environment_is_made_with_what_there_is() {
    let (root, venv) = (wish().layout.root, wish().layout.venv);
    assert_eq!(verdict(&env(), &bare()), "absent");
    assert_eq!(
        planned(&env(), &bare()).unwrap(),
        [
            format!("make directory {root}"),
            format!("python3 -m venv {venv}"),
            format!(
                "{venv}/bin/python -m pip install --disable-pip-version-check --no-input 'wandb[launch]==0.31.0'"
            ),
            format!("sync -f {venv}"),
            format!("write {venv}/gpucluster-installed"),
        ]
    );
    let mut uv = bare();
    uv.programs.insert("uv".to_owned(), "/usr/bin/uv".into());
    assert_eq!(
        planned(&env(), &uv).unwrap()[1..],
        [
            format!("uv venv --python python3 {venv}"),
            format!(
                "uv pip install --cache-dir {venv}/.uv-cache --python {venv}/bin/python 'wandb[launch]==0.31.0'"
            ),
            format!("sync -f {venv}"),
            format!("write {venv}/gpucluster-installed"),
        ]
    );
}

#[test]
fn another_version_or_a_missing_part_is_installed_over() {
    let venv = wish().layout.venv;
    let mark = venv.join("gpucluster-installed");
    let other = TestHost::healthy()
        .with(wandb(), said("0.25.1\n"))
        .with_file(mark.clone(), Some("0.25.1\n"));
    let partial = TestHost::healthy().with(wandb(), answer(1, "", "missing: awscli\n"));
    for host in [other, partial] {
        assert_eq!(verdict(&env(), &host), "drifted wandb");
        let plan = planned(&env(), &host).unwrap();
        assert_eq!(plan.len(), 3);
        assert!(plan[0].starts_with(&format!("{venv}/bin/python -m pip install")));
    }
    // Without its mark, or with that of another version, nobody knows what of it is on the disk.
    for text in [None, Some("0.25.1\n")] {
        let torn = TestHost::healthy().with_file(mark.clone(), text);
        assert_eq!(verdict(&env(), &torn), "drifted environment");
        assert_eq!(
            planned(&env(), &torn).unwrap()[0],
            format!("remove {venv} and everything in it")
        );
    }
    let broken = bare().with_dir(venv.as_str(), dir(0o755, 1000), &["bin"]);
    assert_eq!(verdict(&env(), &broken), "drifted environment");
    assert_eq!(
        planned(&env(), &broken).unwrap()[0],
        format!("remove {venv} and everything in it")
    );
}

#[test]
fn what_keeps_an_environment_from_being_made_is_told() {
    let no_venv = Query::PythonVenv {
        python: "python3".to_owned(),
    };
    let mut full = bare();
    full.free = 1_000_000;
    let cases = [
        (bare().without(python()), "PYTHON_MISSING"),
        (
            bare().with(python(), said("Python 3.9.2\n")),
            "PYTHON_TOO_OLD",
        ),
        (
            bare().with(
                no_venv.clone(),
                answer(1, "", "No module named 'ensurepip'"),
            ),
            "PYTHON_NO_VENV",
        ),
        (full, "DISK_FULL"),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&env(), &host), want);
    }
    let mut uv = bare().with(no_venv, answer(1, "", "No module named 'ensurepip'"));
    uv.programs.insert("uv".to_owned(), "/usr/bin/uv".into());
    assert_eq!(verdict(&env(), &uv), "absent");
}

const START: &str =
    "start agent-gpucluster (systemctl --user enable --now gpucluster-agent-gpucluster.service)";

fn agent() -> Agent {
    Agent::new(Arc::new(wish()))
}

fn stopped() -> TestHost {
    let mut host = TestHost::healthy();
    host.service.pid = None;
    host.service.supervised = false;
    host.service.unit = None;
    host.service.last_exit = Some("exit code 1".to_owned());
    host
}

#[test]
fn the_agent_is_set_up_and_started() {
    let layout = wish().layout;
    let mut host = TestHost::healthy().with_file(layout.launch_config.clone(), None);
    host.service = crate::host::ServiceState::default();
    host.secret = SecretState::Missing;
    host.dirs.remove(&layout.agent_home);
    assert_eq!(verdict(&agent(), &host), "absent");
    assert_eq!(
        planned(&agent(), &host).unwrap(),
        [
            format!("make directory {}", layout.agent_home),
            format!("put the W&B key into {}/.netrc", layout.agent_home),
            format!("write {}", layout.launch_config),
            START.to_owned(),
        ]
    );
}

#[test]
fn a_running_agent_counts_only_when_it_polls() {
    let with_log = |log: &str| {
        let mut host = TestHost::healthy();
        host.service.log = log.to_owned();
        host
    };
    let polling = TestHost::healthy().service.log;
    assert_eq!(verdict(&agent(), &with_log("")), "underway");
    let gave_up = with_log(&format!(
        "{polling}Error: Failed to execute API request: x\n"
    ));
    assert_eq!(verdict(&agent(), &gave_up), "drifted agent log");
    assert_eq!(
        planned(&agent(), &gave_up).unwrap(),
        ["stop agent-gpucluster", START,]
    );
}

#[test]
fn a_changed_configuration_or_key_restarts_the_agent() {
    let layout = wish().layout;
    let fewer = CONFIG.replace("max_jobs: 4", "max_jobs: 1");
    let host = TestHost::healthy().with_file(layout.launch_config.clone(), Some(&fewer));
    assert_eq!(verdict(&agent(), &host), "drifted launch-config.yaml");
    assert_eq!(
        planned(&agent(), &host).unwrap(),
        [
            "stop agent-gpucluster".to_owned(),
            format!("write {}", layout.launch_config),
            START.to_owned(),
        ]
    );
    let mut key = TestHost::healthy();
    key.secret = SecretState::Differs;
    assert_eq!(verdict(&agent(), &key), "drifted .netrc");
    assert_eq!(planned(&agent(), &key).unwrap().len(), 3);
}

#[test]
fn a_stopped_agent_and_one_that_runs_otherwise_are_started_as_specified() {
    assert_eq!(verdict(&agent(), &stopped()), "drifted service");
    assert_eq!(planned(&agent(), &stopped()).unwrap(), [START]);
    let mut otherwise = TestHost::healthy();
    otherwise.service.fingerprint = Some("0".to_owned());
    assert_eq!(planned(&agent(), &otherwise).unwrap(), [START]);
}

#[test]
fn the_agents_environment_is_small_and_without_secrets() {
    let names: Vec<String> = service_spec(&wish(), UNIT)
        .env
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "HOME",
            "PATH",
            "WANDB_BASE_URL",
            "WANDB_DIR",
            "WANDB_HTTP_TIMEOUT",
            "LANG",
        ]
    );
}

#[test]
fn an_agent_of_ours_is_stopped_and_its_files_removed() {
    let layout = wish().layout;
    let mut receipt = Receipt::default();
    let service = Touch::Service("agent-gpucluster".to_owned());
    receipt.note("agent", service, Prior::Absent);
    let config = Touch::File(layout.launch_config.clone());
    receipt.note("agent", config, Prior::Absent);
    assert_eq!(
        undone(&agent(), &TestHost::healthy(), &receipt),
        [
            "stop agent-gpucluster".to_owned(),
            format!("remove {} and everything in it", layout.agent_run),
            format!("remove {}", layout.launch_config),
        ]
    );
    let mut venv = Receipt::default();
    venv.note("agent.env", Touch::Dir(layout.venv.clone()), Prior::Absent);
    assert_eq!(
        undone(&env(), &TestHost::healthy(), &venv),
        [format!("remove {} and everything in it", layout.venv)]
    );
}
