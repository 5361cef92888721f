//! A rehearsal over a simulated machine that plays the real one.

use super::super::sim::{SimHost, World};
use super::*;
use crate::host::Stop;
use crate::model::{
    Command, ObjectRef, Privilege, Removal, SecretFile, SecretName, ServiceSpec, ServiceWant,
    UnitWant,
};
use serde_json::json;

const ROOT: &str = "/home/ubuntu/.local/share/gpucluster/profiles/gpucluster";

fn kubeconfig() -> Utf8PathBuf {
    Utf8PathBuf::from(ROOT).join("agent/home/.kube/config")
}

fn pair(machine: &str) -> (Arc<SimHost>, Overlay) {
    let real = Arc::new(SimHost::in_memory(machine).unwrap());
    let overlay = Overlay::new(real.clone(), "gpucluster", &kubeconfig());
    (real, overlay)
}

async fn perform(host: &dyn WriteHost, effect: Effect) -> Result<Done, Fault> {
    let stop = Stop::default();
    let how = Performing {
        progress: &|_| (),
        stop: &stop,
    };
    host.perform(&Change::safe(effect, "test"), &how).await
}

fn write(path: &str, content: &str) -> Effect {
    Effect::WriteFile {
        path: path.into(),
        content: content.to_owned(),
        mode: 0o644,
        privilege: Privilege::Root,
    }
}

fn root(line: &str) -> Effect {
    Effect::Run(Command::new(line.split(' ')).as_root())
}

fn user(line: &str) -> Effect {
    Effect::Run(Command::new(line.split(' ')).env("KUBECONFIG", kubeconfig()))
}

/// The changes of a whole `up`, roughly.
fn everything() -> Vec<Effect> {
    let start = "minikube start -p gpucluster --driver=docker --container-runtime=docker --gpus=all \
                 --cpus=no-limit --memory=no-limit --wait=all --embed-certs --user=gpucluster -o json";
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "nfs-pv"},
        "spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany"], "storageClassName": "",
            "nfs": {"server": "192.168.49.1", "path": "/srv/x"}
        }
    });
    let config = format!("{ROOT}/agent/launch-config.yaml");
    let spec = ServiceSpec {
        name: "agent-gpucluster".to_owned(),
        argv: [
            &format!("{ROOT}/venv/bin/wandb"),
            "launch-agent",
            "-c",
            &config,
        ]
        .map(str::to_owned)
        .to_vec(),
        env: vec![
            ("HOME".to_owned(), format!("{ROOT}/agent/home")),
            (
                "WANDB_BASE_URL".to_owned(),
                "https://api.wandb.ai".to_owned(),
            ),
        ],
        dir: format!("{ROOT}/agent/run").into(),
        ready: None,
        unit: None,
    };
    vec![
        root("nvidia-ctk runtime configure --runtime=docker"),
        Effect::Unit {
            name: "docker".to_owned(),
            want: UnitWant::Restarted,
        },
        user(
            "docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu:24.04 nvidia-smi -L",
        ),
        Effect::MakeDir {
            path: ROOT.into(),
            mode: 0o700,
            owner: None,
            privilege: Privilege::User,
        },
        user(start),
        root("apt-get install -y --no-install-recommends nfs-kernel-server"),
        write("/srv/x/keep", ""),
        write("/etc/exports.d/x.exports", "/srv/x 192.168.49.0/24(rw)\n"),
        root("exportfs -ra"),
        Effect::ApplyObject { object: volume },
        user(&format!("python3 -m venv {ROOT}/venv")),
        user(&format!(
            "{ROOT}/venv/bin/python -m pip install --no-input wandb[launch]==0.31.0"
        )),
        Effect::PutSecret {
            file: SecretFile {
                path: format!("{ROOT}/agent/home/.netrc").into(),
                machine: "api.wandb.ai".to_owned(),
                secret: SecretName::WandbKey,
            },
        },
        write(&config, "entity: ada\nqueues: [gpucluster]\nmax_jobs: 4\n"),
        Effect::Service {
            service: ServiceWant::Running(spec),
        },
    ]
}

/// What an observer sees of the end.
async fn seen(host: &dyn ReadHost) -> Vec<String> {
    let info = host.query(&Query::DockerInfo).await.unwrap().stdout;
    let status = Query::MinikubeStatus {
        profile: "gpucluster".to_owned(),
    };
    let venv = Query::WandbVersion {
        venv: format!("{ROOT}/venv").into(),
    };
    let volume = ObjectRef::new("v1", "PersistentVolume", None, "nfs-pv");
    let volume = host.kube(&KubeQuery::Get(volume)).await.unwrap().unwrap();
    let service = host.service("agent-gpucluster", ROOT.into()).await.unwrap();
    vec![
        info.contains("nvidia-container-runtime").to_string(),
        host.query(&status).await.unwrap().stdout,
        host.query(&Query::Exports).await.unwrap().stdout,
        host.query(&venv).await.unwrap().stdout,
        volume["spec"].to_string(),
        service.log,
        format!("{:?}", host.unit("nfs-server").await),
        format!(
            "{:?}",
            host.read_file("/etc/exports.d/x.exports".into()).await
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_ends_where_a_real_run_ends_and_leaves_the_host_as_it_was() {
    let (real, overlay) = pair("4xt4");
    let before = real.world_snapshot();
    for effect in everything() {
        perform(&overlay, effect).await.unwrap();
    }
    let rehearsed = seen(&overlay).await;
    let after = World {
        epoch_ms: before.epoch_ms,
        ..real.world_snapshot()
    };
    assert_eq!(after, before);

    for effect in everything() {
        perform(&*real, effect).await.unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert_eq!(seen(&*real).await, rehearsed);
    let performed: Vec<String> = real
        .world_snapshot()
        .log
        .into_iter()
        .map(|p| p.text)
        .collect();
    assert_eq!(overlay.rehearsed(), performed);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_model_ends_the_rehearsal_by_name() {
    let (_, overlay) = pair("4xt4");
    for line in ["dnf install -y nfs-utils", "docker system prune -f"] {
        let fault = perform(&overlay, root(line)).await.unwrap_err();
        assert_eq!(fault.reason, ids::CANNOT_REHEARSE);
        assert!(fault.summary.contains(line));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_over_a_running_cluster_reads_through_to_its_objects() {
    let (real, overlay) = pair("4xt4");
    for effect in everything() {
        perform(&*real, effect).await.unwrap();
    }
    let before = real.world_snapshot();
    let volume = ObjectRef::new("v1", "PersistentVolume", None, "nfs-pv");
    let get = KubeQuery::Get(volume.clone());
    assert!(overlay.kube(&get).await.unwrap().is_some());
    let object = volume.clone();
    perform(&overlay, Effect::DeleteObject { object })
        .await
        .unwrap();
    assert_eq!(overlay.kube(&get).await, Ok(None));
    assert!(real.kube(&get).await.unwrap().is_some());
    let node = ObjectRef::new("v1", "Node", None, "gpucluster");
    assert!(overlay.kube(&KubeQuery::Get(node)).await.unwrap().is_some());
    assert_eq!(real.world_snapshot().log, before.log);
}

#[tokio::test(start_paused = true)]
async fn a_removed_tree_is_gone_with_all_that_was_in_it() {
    let (real, overlay) = pair("4xt4");
    perform(&*real, write("/srv/x/a/b", "text")).await.unwrap();
    let removal = Effect::RemoveOwned {
        path: "/srv/x".into(),
        removal: Removal::Tree,
        privilege: Privilege::Root,
    };
    perform(&overlay, removal).await.unwrap();
    assert_eq!(overlay.read_file("/srv/x/a/b".into()).await, Ok(None));
    assert_eq!(overlay.list_dir("/srv".into()).await, Ok(Some(vec![])));
    assert_eq!(
        real.read_file("/srv/x/a/b".into()).await,
        Ok(Some("text".to_owned()))
    );
}

/// A machine with a node that runs and a server that does.
fn with_node(port: sim::NfsPort) -> (Arc<SimHost>, Overlay) {
    let mut world = sim::build_machine("cluster-without-gpus").unwrap();
    world.nfs_port = port;
    world.packages.insert("nfs-kernel-server".to_owned());
    let unit = crate::host::UnitState {
        loaded: true,
        enabled: true,
        active: true,
    };
    world.units.insert("nfs-server".to_owned(), unit);
    let real = Arc::new(SimHost::with_world(world, sim::SimOptions::default()));
    let overlay = Overlay::new(real.clone(), "gpucluster", &kubeconfig());
    (real, overlay)
}

#[tokio::test(start_paused = true)]
async fn a_firewall_of_this_host_shuts_a_rehearsed_export_too() {
    let question = Query::NodeReaches {
        node: "gpucluster".to_owned(),
        port: 2049,
    };
    for (port, code) in [(sim::NfsPort::Dropped, 124), (sim::NfsPort::Open, 0)] {
        let (_, overlay) = with_node(port);
        perform(&overlay, write("/srv/x/keep", "")).await.unwrap();
        let file = write("/etc/exports.d/x.exports", "/srv/x 192.168.49.0/24(rw)\n");
        perform(&overlay, file).await.unwrap();
        perform(&overlay, root("exportfs -ra")).await.unwrap();
        // The engine is shadowed too: the answer is then the model's, which knows the server.
        perform(
            &overlay,
            Effect::Unit {
                name: "docker".to_owned(),
                want: UnitWant::Restarted,
            },
        )
        .await
        .unwrap();
        perform(
            &overlay,
            user("minikube start -p gpucluster --driver=docker -o json"),
        )
        .await
        .unwrap();
        let answer = overlay.query(&question).await.unwrap();
        assert_eq!(answer.code, code, "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_really_waits_polls_once_its_cluster_is_rehearsed() {
    let (real, overlay) = pair("4xt4");
    for mut effect in everything() {
        if let Effect::Service {
            service: ServiceWant::Running(spec),
        } = &mut effect
        {
            spec.ready = Some(kubeconfig());
            let text = serde_json::to_string(spec).unwrap();
            let path = spec.dir.join("service.json");
            real.meddle(|world| world.put(path.as_str(), &text, 0o600, 1000))
                .unwrap();
        }
        perform(&*real, effect).await.unwrap();
    }
    real.meddle(|world| {
        let node = world.docker.containers.get_mut("gpucluster");
        node.unwrap().running = false;
    })
    .unwrap();
    let dir = Utf8PathBuf::from(ROOT).join("agent/run");
    let state = overlay.service("agent-gpucluster", &dir).await.unwrap();
    assert!(state.waiting.is_some());
    for effect in everything() {
        if matches!(&effect, Effect::Run(command) if command.line().contains("minikube start")) {
            perform(&overlay, effect).await.unwrap();
        }
    }
    let state = overlay.service("agent-gpucluster", &dir).await.unwrap();
    assert_eq!(state.waiting, None);
    assert!(state.log.contains("polling on queues"), "{}", state.log);
    let still = real.service("agent-gpucluster", &dir).await.unwrap();
    assert!(still.waiting.is_some(), "the machine itself is as it was");
}

#[tokio::test(start_paused = true)]
async fn a_mount_in_the_node_is_rehearsed_on_what_is_there() {
    let (real, overlay) = pair("4xt4");
    for effect in everything() {
        perform(real.as_ref(), effect).await.unwrap();
    }
    let mount = |source: &str| {
        let script = "mount -t nfs -o vers=4.2 \"$1\" $d";
        let argv = [
            "docker",
            "exec",
            "gpucluster",
            "sh",
            "-c",
            script,
            "sh",
            source,
        ];
        Effect::Run(Command::new(argv))
    };
    for host in [real.as_ref() as &dyn WriteHost, &overlay] {
        perform(host, mount("192.168.49.1:/srv/x")).await.unwrap();
        let refused = perform(host, mount("192.168.49.1:/srv/y"))
            .await
            .unwrap_err();
        assert_eq!(refused.reason, ids::NFS_EXPORT_REFUSED);
        let astray = perform(host, mount("10.1.1.1:/srv/x")).await.unwrap_err();
        assert_eq!(astray.reason, ids::NFS_PORT_BLOCKED);
    }
}
