//! The agent's service as a user unit: its link, lingering, and the cluster it waits for.

use super::*;
use crate::model::{ServiceSpec, ServiceWant};
use camino::{Utf8Path, Utf8PathBuf};

const UNIT: &str = "gpucluster-agent-x.service";
const FOLDER: &str = "/home/ubuntu/.config/systemd/user";
const LINK: &str =
    "/home/ubuntu/.config/systemd/user/default.target.wants/gpucluster-agent-x.service";
const LINGER: &str = "/var/lib/systemd/linger/ubuntu";

fn spec() -> ServiceSpec {
    ServiceSpec {
        name: "agent-x".to_owned(),
        argv: vec!["/bin/agent".to_owned()],
        env: Vec::new(),
        dir: "/home/ubuntu/run".into(),
        ready: Some(KUBECONFIG.into()),
        unit: Some(UNIT.to_owned()),
    }
}

async fn is_there(host: &SimHost, path: &str) -> bool {
    host.stat(Utf8Path::new(path)).await.unwrap().is_some()
}

async fn start(host: &SimHost) -> Result<Done, Fault> {
    let service = ServiceWant::Running(spec());
    perform(host, Effect::Service { service }).await
}

async fn state(host: &SimHost) -> crate::host::ServiceState {
    host.service("agent-x", Utf8Path::new("/home/ubuntu/run"))
        .await
        .unwrap()
}

fn with_program(host: &SimHost) {
    host.meddle(|world| world.put("/bin/agent", "", 0o755, 0))
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_unit_is_enabled_by_its_file_and_disabled_without_a_trace() {
    let host = machine("4xt4");
    with_program(&host);
    let fault = start(&host).await.unwrap_err();
    assert_eq!(fault.reason, crate::reason::ids::AGENT_UNIT_FAILED);
    assert_eq!(
        fault.evidence,
        [format!(
            "Failed to enable unit: Unit file {UNIT} does not exist."
        )]
    );
    host.meddle(|world| world.put(&format!("{FOLDER}/{UNIT}"), "[Service]\n", 0o644, 1000))
        .unwrap();
    start(&host).await.unwrap();
    assert!(is_there(&host, LINK).await);
    assert_eq!(state(&host).await.unit.as_deref(), Some(UNIT));
    let service = ServiceWant::Stopped {
        name: "agent-x".to_owned(),
        dir: "/home/ubuntu/run".into(),
        unit: UNIT.to_owned(),
    };
    perform(&host, Effect::Service { service }).await.unwrap();
    let names = host
        .list_dir(&Utf8PathBuf::from(FOLDER))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        names,
        [UNIT],
        "systemctl takes the empty folder of links too"
    );
    assert!(!state(&host).await.supervised);
}

#[tokio::test(start_paused = true)]
async fn a_service_waits_for_its_cluster_and_goes_on_with_it() {
    let host = machine("4xt4");
    with_program(&host);
    host.meddle(|world| world.put(&format!("{FOLDER}/{UNIT}"), "[Service]\n", 0o644, 1000))
        .unwrap();
    sudo(&host, "nvidia-ctk runtime configure --runtime=docker")
        .await
        .unwrap();
    let docker = Effect::Unit {
        name: "docker".to_owned(),
        want: UnitWant::Restarted,
    };
    perform(&host, docker).await.unwrap();
    start(&host).await.unwrap();
    let waiting = state(&host).await;
    assert_eq!(
        waiting.waiting.as_deref(),
        Some("the cluster does not answer")
    );
    assert_eq!((waiting.pid, waiting.restarts), (None, 0));
    perform(&host, Effect::Run(start_command("--gpus=all")))
        .await
        .unwrap();
    let running = state(&host).await;
    assert!(running.pid.is_some() && running.waiting.is_none());
    host.meddle(|world| {
        let node = world.docker.containers.get_mut("gpucluster");
        node.unwrap().running = false;
    })
    .unwrap();
    assert!(state(&host).await.waiting.is_some());
}

#[tokio::test(start_paused = true)]
async fn lingering_is_roots_to_switch_and_a_manager_needs_its_folder_named() {
    let host = machine("4xt4");
    let fault = run(&host, "loginctl enable-linger ubuntu")
        .await
        .unwrap_err();
    assert!(
        fault.evidence[0].contains("Interactive authentication required"),
        "{fault:?}"
    );
    sudo(&host, "loginctl enable-linger ubuntu").await.unwrap();
    assert!(is_there(&host, LINGER).await);
    sudo(&host, "loginctl disable-linger ubuntu").await.unwrap();
    assert!(!is_there(&host, LINGER).await);
    let fault = run(&host, "systemctl --user daemon-reload")
        .await
        .unwrap_err();
    assert!(
        fault.evidence[0].contains("$XDG_RUNTIME_DIR not defined"),
        "{fault:?}"
    );
    let reload = command("systemctl --user daemon-reload").env("XDG_RUNTIME_DIR", "/run/user/1000");
    perform(&host, Effect::Run(reload)).await.unwrap();
}
