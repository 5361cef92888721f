//! Plans, faults and events that the snapshots of the screens share.

mod events;

pub(super) use events::events;

use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Fault, Forecast, Notice, Plan, Privilege,
    Risk, StepId, StepPlan, UnitWant, Verdict,
};
use crate::reason::ids;

pub(super) const DOCKER: StepId = StepId::new("docker");
pub(super) const DRIVER: StepId = StepId::new("nvidia.driver");
pub(super) const TOOLKIT: StepId = StepId::new("nvidia.toolkit");
pub(super) const CLUSTER: StepId = StepId::new("minikube.cluster");
const NFS_SERVER: StepId = StepId::new("nfs.server");
const EXPORT: StepId = StepId::new("nfs.export");
const VOLUME: StepId = StepId::new("k8s.volume");
const AGENT: StepId = StepId::new("agent");

fn step(step: StepId, title: &'static str, headline: &str, verdict: Verdict) -> StepPlan {
    StepPlan {
        step,
        title,
        headline: headline.to_owned(),
        verdict,
        changes: Vec::new(),
        forecast: Vec::new(),
        warnings: Vec::new(),
    }
}

fn whole(steps: Vec<StepPlan>) -> Plan {
    Plan {
        version: Plan::VERSION,
        profile: "gpucluster".to_owned(),
        steps,
    }
}

fn forecast(kind: EffectKind, privilege: Privilege, text: &str) -> Forecast {
    Forecast {
        kind,
        privilege,
        risk: Risk::Safe,
        text: text.to_owned(),
    }
}

fn docker() -> StepPlan {
    step(
        DOCKER,
        "Docker daemon answers",
        "28.3.1, reachable without sudo",
        Verdict::InPlace,
    )
}

fn driver() -> StepPlan {
    step(
        DRIVER,
        "NVIDIA driver is loaded",
        "580.65, 2 × H100",
        Verdict::InPlace,
    )
}

fn start() -> Effect {
    Effect::Run(
        Command::new([
            "minikube",
            "start",
            "-p",
            "gpucluster",
            "--driver=docker",
            "--container-runtime=docker",
            "--gpus=all",
            "--cpus=no-limit",
            "--memory=no-limit",
            "--wait=all",
            "--wait-timeout=10m",
            "--interactive=false",
            "--embed-certs",
            "--user=gpucluster",
            "-o",
            "json",
        ])
        .env(
            "KUBECONFIG",
            "/home/u/.local/share/gpucluster/profiles/gpucluster/agent/home/.kube/config",
        ),
    )
}

/// The machine of the sketch: toolkit not registered, no cluster yet.
pub(super) fn fresh() -> Plan {
    let mut toolkit = step(
        TOOLKIT,
        "Docker knows the `nvidia` runtime",
        "runtime `nvidia` is not registered with Docker",
        Verdict::Change { drift: true },
    );
    toolkit.changes = vec![
        Change::safe(
            Effect::Run(
                Command::new(["nvidia-ctk", "runtime", "configure", "--runtime=docker"]).as_root(),
            ),
            "Docker starts containers with GPUs through the runtime `nvidia`, which /etc/docker/daemon.json has to name",
        ),
        Change::disruptive(
            Effect::Unit {
                name: "docker".to_owned(),
                want: UnitWant::Restarted,
            },
            "Docker reads its runtimes when it starts",
            "stops 3 running containers",
        ),
    ];
    let mut cluster = step(
        CLUSTER,
        "the cluster runs with every GPU",
        "start with --gpus all (docker driver, all CPUs, all memory)",
        Verdict::Change { drift: false },
    );
    cluster.changes = vec![Change::safe(
        start(),
        "a node with all GPUs of this machine is where the jobs run",
    )];
    cluster.warnings = vec![Notice::warning(
        "minikube 1.39 and newer default to containerd; the docker runtime is asked for by name",
    )];
    let mut export = step(
        EXPORT,
        "the folder is exported",
        "/srv/gpucluster → the cluster's subnet",
        Verdict::UnknownUntil(CLUSTER),
    );
    export.forecast = vec![
        forecast(
            EffectKind::WriteFile,
            Privilege::Root,
            "write /etc/exports.d/gpucluster.exports",
        ),
        forecast(EffectKind::Run, Privilege::Root, "exportfs -ra"),
    ];
    let mut volume = step(
        VOLUME,
        "the claim is bound",
        "",
        Verdict::UnknownUntil(CLUSTER),
    );
    volume.forecast = vec![forecast(
        EffectKind::ApplyObject,
        Privilege::User,
        "apply PersistentVolumeClaim default/nfs-pvc",
    )];
    whole(vec![docker(), driver(), toolkit, cluster, export, volume])
}

/// One step of every verdict.
pub(super) fn troubled() -> Plan {
    let mut replace = step(
        CLUSTER,
        "the cluster runs with every GPU",
        "profile `gpucluster` was created without GPUs",
        Verdict::Change { drift: true },
    );
    replace.changes = vec![
        Change::destructive(
            Effect::Run(Command::new(["minikube", "delete", "-p", "gpucluster"])),
            "minikube ignores --gpus on an existing profile",
            "deletes the cluster and everything in it",
        ),
        Change::safe(start(), "made anew, with GPUs"),
    ];
    whole(vec![
        docker(),
        step(
            DRIVER,
            "NVIDIA driver is loaded",
            "",
            Verdict::NeedsHuman(Box::new(not_loaded())),
        ),
        step(
            TOOLKIT,
            "Docker knows the `nvidia` runtime",
            "",
            Verdict::BlockedBy(DRIVER),
        ),
        replace,
        step(
            StepId::new("a.step-with-a-name-longer-than-any-other"),
            "a long name breaks no column",
            "2 fields differ",
            Verdict::Change { drift: true },
        ),
        step(
            StepId::new("gpu.node"),
            "the node offers every GPU",
            "",
            Verdict::Wait("minikube start since 3m".to_owned()),
        ),
        step(
            NFS_SERVER,
            "the NFS server runs",
            "",
            Verdict::CouldNotLook(Box::new(no_root())),
        ),
        step(
            StepId::new("wandb.account"),
            "W&B accepts the key",
            "",
            Verdict::Skipped,
        ),
        step(
            AGENT,
            "the agent polls its queue",
            "not installed",
            Verdict::OutOfScope,
        ),
        step(
            VOLUME,
            "the claim is bound",
            "no claim `nfs-pvc`",
            Verdict::Change { drift: false },
        ),
    ])
}

/// Everything in place, more than is listed one by one.
pub(super) fn done() -> Plan {
    let held = |id, title, headline| step(id, title, headline, Verdict::InPlace);
    whole(vec![
        docker(),
        driver(),
        held(TOOLKIT, "Docker knows the `nvidia` runtime", "1.20.0"),
        held(
            CLUSTER,
            "the cluster runs with every GPU",
            "running, v1.35.1",
        ),
        held(NFS_SERVER, "the NFS server runs", "active"),
        held(
            EXPORT,
            "the folder is exported",
            "/srv/gpucluster to 192.168.49.0/24",
        ),
        held(VOLUME, "the claim is bound", "default/nfs-pvc, 100Gi"),
        held(
            AGENT,
            "the agent polls its queue",
            "team/gpucluster, pid 4711",
        ),
    ])
}

/// A fault with everything a fault can have.
pub(super) fn no_gpus() -> Fault {
    Fault::new(ids::CLUSTER_HAS_NO_GPUS, "minikube profile `gpucluster` was created without GPUs")
        .at(CLUSTER)
        .caused_by("profile Config.GPUs is empty; node allocatable nvidia.com/gpu = 0")
        .caused_by("minikube stores --gpus when a profile is created, and only then")
        .with_evidence("first line of the tool\nsecond line of the tool\n")
        .advise(Advice::run(
            "minikube ignores `--gpus` on an existing profile; make it anew (deletes the cluster, /srv/gpucluster on the host is kept)",
            "gpucluster up --recreate-cluster",
        ))
}

/// A fault that leaves advice to the registry.
pub(super) fn not_loaded() -> Fault {
    Fault::new(
        ids::GPU_DRIVER_NOT_LOADED,
        "nvidia-smi couldn't communicate with the driver",
    )
    .at(DRIVER)
}

pub(super) fn no_root() -> Fault {
    Fault::new(ids::PRIVILEGE_UNAVAILABLE, "`exportfs` needs root")
        .at(NFS_SERVER)
        .advise(Advice::run(
            "get a ticket first, in this very terminal",
            "sudo -v",
        ))
}

/// A difference between wish and world.
pub(super) fn drift() -> Diff {
    Diff::new("cluster.memory", "48g", "no-limit")
}

/// A place to write to that can be read afterwards.
#[derive(Clone, Debug, Default)]
pub(super) struct Sink(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Sink {
    /// What was written.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
