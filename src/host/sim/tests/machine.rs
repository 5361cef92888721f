//! Docker's configuration, NFS, packages, Python, the agent.

use super::*;
use crate::host::{HostError, ServiceState};
use crate::model::{SecretFile, SecretName, ServiceSpec, ServiceWant};
use camino::Utf8Path;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_runtime_on_disk_counts_after_a_restart_only() {
    let host = machine("4xt4");
    sudo(&host, "nvidia-ctk runtime configure --runtime=docker")
        .await
        .unwrap();
    let has = |host: &SimHost| host.world_snapshot().docker.runtimes.contains("nvidia");
    assert!(!has(&host));
    restart_docker(&host).await;
    assert!(has(&host));
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_seen_by_a_daemon_started_after_it_was_installed() {
    let host = machine("4xt4");
    let line = "docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L";
    let fault = run(&host, line).await.unwrap_err();
    assert!(
        fault
            .evidence
            .join("\n")
            .contains("could not select device driver")
    );
    restart_docker(&host).await;
    run(&host, line).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn root_commands_need_root() {
    let host = machine("4xt4");
    for line in [
        "nvidia-ctk runtime configure --runtime=docker",
        "apt-get install -y nfs-kernel-server",
    ] {
        assert!(run(&host, line).await.is_err(), "{line}");
    }
    let before = host.world_snapshot();
    assert!(!before.packages.contains("nfs-kernel-server"));
}

#[tokio::test(start_paused = true)]
async fn unknown_programs_and_arguments_never_succeed() {
    let host = machine("4xt4");
    let fault = run(&host, "frobnicate now").await.unwrap_err();
    assert!(
        fault
            .evidence
            .join("\n")
            .contains("frobnicate: command not found")
    );
    for line in ["docker system prune -f", "minikube node add", "exportfs -v"] {
        assert!(run(&host, line).await.is_err(), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn daemon_states_have_their_own_words() {
    let words = async |name| {
        let host = machine(name);
        let answer = host.query(&Query::DockerVersion).await.unwrap();
        (answer.code, answer.stderr)
    };
    assert!(
        words("docker-down")
            .await
            .1
            .starts_with("Cannot connect to the Docker daemon")
    );
    assert!(
        words("docker-denied")
            .await
            .1
            .starts_with("permission denied while trying")
    );
    assert_eq!(words("4xt4").await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn the_driver_tells_its_states_on_stdout() {
    let smi = async |name| {
        let host = machine(name);
        host.query(&Query::NvidiaSmi).await
    };
    let lines = smi("4xt4").await.unwrap().stdout;
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.starts_with("0, GPU-00000000-1111-2222-3333-444444444444, Tesla T4, 00000000:00:04.0, 525.105.17, 15360, 0, 0, 36\n"));
    let mismatch = smi("driver-mismatch").await.unwrap();
    assert_eq!(mismatch.code, 18);
    assert!(mismatch.stdout.contains("Driver/library version mismatch"));
    assert_eq!(
        smi("no-gpu").await,
        Err(HostError::NoProgram("nvidia-smi".to_owned()))
    );
}

async fn nfs() -> SimHost {
    let host = machine("4xt4");
    sudo(&host, "apt-get update").await.unwrap();
    sudo(
        &host,
        "apt-get install -y --no-install-recommends nfs-kernel-server",
    )
    .await
    .unwrap();
    host
}

async fn table(host: &SimHost) -> String {
    host.query(&Query::Exports).await.unwrap().stdout
}

#[tokio::test(start_paused = true)]
async fn installing_the_server_starts_it() {
    let host = nfs().await;
    let unit = host.unit("nfs-kernel-server").await.unwrap();
    assert!(unit.loaded && unit.enabled && unit.active);
}

#[tokio::test(start_paused = true)]
async fn exports_are_loaded_by_exportfs_and_from_files_of_that_ending_only() {
    let host = nfs().await;
    write(&host, "/srv/x/keep", "").await;
    write(
        &host,
        "/etc/exports.d/x.exports.bak",
        "/srv 10.0.0.0/8(rw)\n",
    )
    .await;
    write(
        &host,
        "/etc/exports.d/x.exports",
        "# ours\n/srv/x 192.168.49.0/24(rw,no_root_squash)\n",
    )
    .await;
    assert_eq!(table(&host).await, "", "not before exportfs");
    sudo(&host, "exportfs -ra").await.unwrap();
    assert_eq!(
        table(&host).await,
        "/srv/x  192.168.49.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bad_line_ends_its_file_and_spares_the_others() {
    let host = nfs().await;
    write(&host, "/srv/x/keep", "").await;
    write(
        &host,
        "/etc/exports",
        "/srv *(ro)\n/srv/x *(bogus)\n/srv/x 10.0.0.1(rw)\n",
    )
    .await;
    write(&host, "/etc/exports.d/x.exports", "/srv/x 10.0.0.2(rw)\n").await;
    let done = sudo(&host, "exportfs -ra").await.unwrap();
    assert!(
        done.notices[0]
            .text
            .contains("/etc/exports:2 `/srv/x *(bogus)`: unknown keyword \"bogus\"")
    );
    let table = table(&host).await;
    assert!(
        table.contains("/srv  *(") && table.contains("10.0.0.2(") && !table.contains("10.0.0.1(")
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_folder_is_exit_1_and_still_exported() {
    let host = nfs().await;
    write(
        &host,
        "/etc/exports.d/x.exports",
        "/srv/gone 10.0.0.2(rw)\n",
    )
    .await;
    let done = sudo(&host, "exportfs -ra").await.unwrap();
    assert!(done.notices[0].text.contains("Failed to stat /srv/gone"));
    assert!(table(&host).await.contains("/srv/gone"));
}

const VENV: &str = "/home/ubuntu/.local/share/gpucluster/profiles/gpucluster/venv";

async fn with_venv() -> SimHost {
    let host = machine("4xt4");
    run(&host, &format!("python3 -m venv {VENV}"))
        .await
        .unwrap();
    host
}

fn pip() -> String {
    format!(
        "{VENV}/bin/python -m pip install --disable-pip-version-check --no-input wandb[launch]==0.31.0"
    )
}

#[tokio::test(start_paused = true)]
async fn an_installation_cut_short_lacks_packages_that_only_jobs_need() {
    let host = with_venv().await;
    let query = Query::WandbVersion { venv: VENV.into() };
    let effect = Effect::Run(command(&pip()).stream(Stream::Lines));
    assert!(
        stopped_at(&host, effect, "Collecting awscli")
            .await
            .is_err()
    );
    assert_eq!(host.query(&query).await.unwrap().code, 1);
    let half = frozen(host.world_snapshot(), "crash-during:1");
    let line = pip();
    tokio::select! {
        _ = run(&half, &line) => unreachable!("a frozen host answers nothing"),
        () = half.crashed() => {}
    }
    let host = SimHost::with_world(half.world_snapshot(), SimOptions::default());
    assert_eq!(
        host.query(&query).await.unwrap().stderr,
        "missing: awscli azure.identity\n"
    );
    run(&host, &pip()).await.unwrap();
    assert_eq!(host.query(&query).await.unwrap().stdout, "0.31.0\n");
}

const HOME: &str = "/home/ubuntu/agent";

async fn with_agent(host: &SimHost, config: &str) {
    run(host, &pip()).await.unwrap();
    let path = format!("{HOME}/launch-config.yaml");
    host.meddle(|world| world.put(&path, config, 0o644, 1000))
        .unwrap();
    let spec = ServiceSpec {
        name: "agent-gpucluster".to_owned(),
        argv: [
            format!("{VENV}/bin/wandb"),
            "launch-agent".to_owned(),
            "-c".to_owned(),
            path,
        ]
        .to_vec(),
        env: [("HOME", HOME), ("WANDB_BASE_URL", "https://api.wandb.ai")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        dir: HOME.into(),
        ready: None,
        unit: None,
    };
    let service = ServiceWant::Running(spec);
    perform(host, Effect::Service { service }).await.unwrap();
}

async fn put_key(host: &SimHost) {
    let file = SecretFile {
        path: format!("{HOME}/.netrc").into(),
        machine: "api.wandb.ai".to_owned(),
        secret: SecretName::WandbKey,
    };
    perform(host, Effect::PutSecret { file }).await.unwrap();
}

async fn service(host: &SimHost, after: u64) -> ServiceState {
    tokio::time::sleep(Duration::from_secs(after)).await;
    host.service("agent-gpucluster", Utf8Path::new(HOME))
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_agent_polls_two_seconds_after_its_start_and_not_before() {
    let host = with_venv().await;
    put_key(&host).await;
    with_agent(&host, "entity: ada\nqueues: [gpucluster]\nmax_jobs: 4\n").await;
    let early = service(&host, 1).await;
    assert!(early.log.contains("Loaded credentials") && !early.log.contains("polling"));
    let later = service(&host, 1).await;
    assert!(
        later
            .log
            .contains("polling on queues gpucluster, running 0 out of a maximum of 4 jobs")
    );
    assert_eq!((later.restarts, later.pid.is_some()), (0, true));
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_fails_is_started_again_and_counted() {
    for (config, words) in [
        (
            "entity: ada\nqueues: [nope]\n",
            "Not all of requested queues (nope) found",
        ),
        (
            "entity: ada\nqueue: gpucluster\n",
            "Agent config error in field queue",
        ),
        ("entity: ada\n", "please specify a queue"),
        (
            "entity: eve\nqueues: [q]\n",
            "Error fetching run queues for eve",
        ),
    ] {
        let host = with_venv().await;
        put_key(&host).await;
        with_agent(&host, config).await;
        let state = service(&host, 3).await;
        assert!(state.log.contains(words), "{}", state.log);
        assert_eq!(
            (state.pid, state.last_exit.as_deref()),
            (None, Some("exit code 1"))
        );
        assert!(service(&host, 30).await.restarts >= 3);
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_without_or_with_a_wrong_key_says_so() {
    let host = with_venv().await;
    with_agent(&host, "entity: ada\nqueues: [gpucluster]\n").await;
    assert!(
        service(&host, 2)
            .await
            .log
            .contains("Error: No API key configured.")
    );
    put_key(&host).await;
    host.meddle(|world| world.wandb.key_valid = false).unwrap();
    with_agent(&host, "entity: ada\nqueues: [gpucluster]\n").await;
    assert!(
        service(&host, 5)
            .await
            .log
            .contains("user is not logged in")
    );
}
