//! The traps of the modelled tools, one test each.

mod agent_unit;
mod cluster;
mod exports;
mod faults;
mod machine;
mod packages;
mod volume;

use super::{SimHost, SimOptions, World};
use crate::host::{Done, Performing, Query, ReadHost, Stop, WriteHost};
use crate::model::{Change, Command, Effect, Fault, Privilege, Stream, UnitWant};
use serde_json::Value;
use std::sync::Mutex;

/// Our kubeconfig on every simulated machine.
const KUBECONFIG: &str =
    "/home/ubuntu/.local/share/gpucluster/profiles/gpucluster/agent/home/.kube/config";

fn machine(name: &str) -> SimHost {
    SimHost::in_memory(name).unwrap()
}

fn frozen(world: World, faults: &str) -> SimHost {
    let options = SimOptions {
        on_crash: super::OnCrash::Freeze,
        faults: super::parse_faults(faults).unwrap(),
        ..SimOptions::default()
    };
    SimHost::with_world(world, options)
}

async fn perform(host: &dyn WriteHost, effect: Effect) -> Result<Done, Fault> {
    let stop = Stop::default();
    let how = Performing {
        progress: &|_| (),
        stop: &stop,
    };
    host.perform(&Change::safe(effect, "test"), &how).await
}

async fn run(host: &dyn WriteHost, line: &str) -> Result<Done, Fault> {
    perform(host, Effect::Run(command(line))).await
}

async fn sudo(host: &dyn WriteHost, line: &str) -> Result<Done, Fault> {
    perform(host, Effect::Run(command(line).as_root())).await
}

fn command(line: &str) -> Command {
    Command::new(line.split(' '))
}

fn start_command(flags: &str) -> Command {
    let line = format!(
        "minikube start -p gpucluster --driver=docker --container-runtime=docker {flags} --wait=all \
         --wait-timeout=10m --interactive=false --embed-certs --user=gpucluster -o json"
    );
    Command::new(line.split_whitespace())
        .env("KUBECONFIG", KUBECONFIG)
        .stream(Stream::MinikubeEvents)
        .timeout(std::time::Duration::from_secs(1800))
}

async fn start(host: &dyn WriteHost, flags: &str) -> Result<Done, Fault> {
    perform(host, Effect::Run(start_command(flags))).await
}

/// A machine whose Docker has the runtime and whose cluster runs with GPUs.
async fn with_cluster() -> SimHost {
    let host = machine("4xt4");
    sudo(&host, "nvidia-ctk runtime configure --runtime=docker")
        .await
        .unwrap();
    restart_docker(&host).await;
    start(&host, "--gpus=all --cpus=no-limit --memory=no-limit")
        .await
        .unwrap();
    host
}

async fn restart_docker(host: &dyn WriteHost) {
    let effect = Effect::Unit {
        name: "docker".to_owned(),
        want: UnitWant::Restarted,
    };
    perform(host, effect).await.unwrap();
}

async fn write(host: &dyn WriteHost, path: &str, content: &str) {
    let effect = Effect::WriteFile {
        path: path.into(),
        content: content.to_owned(),
        mode: 0o644,
        privilege: Privilege::Root,
    };
    perform(host, effect).await.unwrap();
}

async fn profile(host: &dyn ReadHost) -> Value {
    let answer = host.query(&Query::MinikubeProfiles).await.unwrap();
    let list: Value = serde_json::from_str(&answer.stdout).unwrap();
    list["valid"][0].clone()
}

async fn status(host: &dyn ReadHost) -> (i32, String) {
    let query = Query::MinikubeStatus {
        profile: "gpucluster".to_owned(),
    };
    let answer = host.query(&query).await.unwrap();
    (answer.code, answer.stdout)
}

/// Performs with a progress log, until `stop_at` shows up in it; then the person stops the run.
async fn stopped_at(host: &dyn WriteHost, effect: Effect, stop_at: &str) -> Result<Done, Fault> {
    let stop = Stop::default();
    let seen = Mutex::new(Vec::new());
    let progress = |moved: crate::host::Moved| {
        if moved.text.contains(stop_at) {
            stop.drain.cancel();
        }
        seen.lock().unwrap().push(moved.text);
    };
    let how = Performing {
        progress: &progress,
        stop: &stop,
    };
    host.perform(&Change::safe(effect, "test"), &how).await
}
