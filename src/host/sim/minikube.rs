//! minikube's commands but for `start`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::world::World;
use super::{docker_queries, durations, minikube_queries, minikube_start};
use crate::host::Answer;
use crate::model::Privilege;
use camino::{Utf8Path, Utf8PathBuf};

/// Whether a version such as `v1.38.1` is at least `major.minor`.
pub fn at_least(version: &str, least: (u64, u64)) -> bool {
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u64>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= least
}

/// `minikube …` as a command that changes something.
///
/// # Errors
/// When the person stops it.
pub async fn run(
    stage: &Stage<'_>,
    args: &[&str],
    env: &[(String, String)],
    root: bool,
) -> Result<Answer, Ended> {
    let kubeconfig = env
        .iter()
        .find(|(name, _)| name == "KUBECONFIG")
        .map(|(_, path)| Utf8PathBuf::from(path))
        .unwrap_or_else(|| stage.look(|world| world.identity.home.join(".kube/config")));
    match args {
        ["start", flags @ ..] => {
            // Not kept with the world: processes do not outlive a reboot, nor our simulated ones us.
            let cmdline = format!("minikube\0{}\0", args.join("\0"));
            stage
                .bench
                .world()
                .put("/proc/4242/cmdline", &cmdline, 0o444, 0);
            let ended = minikube_start::start(stage, flags, &kubeconfig, root).await;
            stage.bench.world().forget_processes();
            ended
        }
        ["delete", "-p", name] => delete(stage, name, &kubeconfig).await,
        ["stop", "-p", name] => stop(stage, name).await,
        ["update-context", "-p", name] => update_context(stage, name, &kubeconfig).await,
        ["addons", "enable", addon, "-p", name] => addon_is(stage, name, addon, true).await,
        ["addons", "disable", addon, "-p", name] => addon_is(stage, name, addon, false).await,
        _ => Ok(unmodelled("minikube", args)),
    }
}

/// What commands about a missing profile say, in text mode.
fn no_profile(name: &str) -> Answer {
    said(
        85,
        format!(
            "* Profile \"{name}\" not found. Run \"minikube profile list\" to view all profiles.\n\
             \x20 To start a cluster, run: \"minikube start -p {name}\"\n"
        ),
        "",
    )
}

/// Container, volume with all data, network, profile and context go; a missing profile is success.
async fn delete(stage: &Stage<'_>, name: &str, kubeconfig: &Utf8Path) -> Result<Answer, Ended> {
    let known = stage.look(|world| world.minikube.profiles.contains_key(name));
    stage.wait(durations::MINIKUBE_DELETE / 2.0).await?;
    stage
        .change(|world| world.docker.containers.remove(name))
        .await?;
    stage.wait(durations::MINIKUBE_DELETE / 2.0).await?;
    stage
        .change(|world| {
            world.docker.networks.remove(name);
            world.minikube.profiles.remove(name);
            world.minikube.invalid.remove(name);
            if world.files.contains_key(kubeconfig) {
                write_kubeconfig(world, kubeconfig, EMPTY_KUBECONFIG);
            }
        })
        .await?;
    let first = if known {
        format!("* Deleting \"{name}\" in docker ...\n")
    } else {
        format!("* \"{name}\" profile does not exist, trying anyways.\n")
    };
    let last = format!("* Removed all traces of the \"{name}\" cluster.\n");
    Ok(said(0, first + &last, ""))
}

async fn stop(stage: &Stage<'_>, name: &str) -> Result<Answer, Ended> {
    if !stage.look(|world| world.minikube.profiles.contains_key(name)) {
        return Ok(no_profile(name));
    }
    stage.wait(durations::MINIKUBE_DELETE).await?;
    stage
        .change(|world| {
            if let Some(container) = world.docker.containers.get_mut(name) {
                container.running = false;
            }
        })
        .await?;
    Ok(said(0, "* 1 node stopped.\n", ""))
}

async fn update_context(
    stage: &Stage<'_>,
    name: &str,
    kubeconfig: &Utf8Path,
) -> Result<Answer, Ended> {
    if !stage.look(|world| world.minikube.profiles.contains_key(name)) {
        return Ok(no_profile(name));
    }
    stage.wait(durations::MINIKUBE_SMALL).await?;
    stage
        .change(|world| set_context(world, name, kubeconfig))
        .await?;
    Ok(said(
        0,
        format!(
            "* \"{name}\" context has been updated to point to {}:8443\n* Current context is \"{name}\"\n",
            stage.look(|world| minikube_queries::node_ip(world, name))
        ),
        "",
    ))
}

/// Switches an addon; which one is remembered by later starts.
async fn addon_is(stage: &Stage<'_>, name: &str, addon: &str, on: bool) -> Result<Answer, Ended> {
    if !stage.look(|world| world.minikube.profiles.contains_key(name)) {
        return Ok(no_profile(name));
    }
    if !ADDONS.contains(&addon) {
        let words = format!(
            "X Exiting due to MK_ADDON_ENABLE: enable failed: {addon} is not a valid addon\n"
        );
        return Ok(said(10, "", words));
    }
    stage.wait(durations::MINIKUBE_SMALL).await?;
    let ready = stage.bench.in_seconds(durations::DEVICE_PLUGIN);
    stage
        .change(|world| {
            let sees = docker_queries::sees_gpus(world, name);
            let Some(profile) = world.minikube.profiles.get_mut(name) else {
                return;
            };
            if on {
                profile.addons.insert(addon.to_owned());
            } else {
                profile.addons.remove(addon);
            }
            if addon == "nvidia-device-plugin" {
                let before = profile.plugin_ready_ms;
                profile.plugin_ready_ms = (on && sees).then_some(before.unwrap_or(ready));
            }
        })
        .await?;
    Ok(said(
        0,
        if on {
            format!("* The '{addon}' addon is enabled\n")
        } else {
            format!("* \"The '{addon}' addon is disabled\n")
        },
        "",
    ))
}

/// Addons that are modelled.
const ADDONS: [&str; 3] = [
    "nvidia-device-plugin",
    "storage-provisioner",
    "default-storageclass",
];

/// What a first start leaves for the next: base image, preload and binaries.
pub fn fill_cache(world: &mut World) {
    world.minikube.cached = true;
    let cache = world.identity.home.join(".minikube/cache");
    let uid = world.identity.uid;
    for file in [
        "kic/amd64/kicbase_v0.0.50@sha256_eb4f.tar",
        "preloaded-tarball/preloaded-images-k8s-v18-v1.35.1-docker-overlay2-amd64.tar.lz4",
    ] {
        world.put(cache.join(file).as_str(), "", 0o644, uid);
    }
}

/// Writes the context of a profile into a kubeconfig, as its current one.
pub fn set_context(world: &mut World, name: &str, kubeconfig: &Utf8Path) {
    let address = minikube_queries::node_ip(world, name);
    let text = format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: c2ltdWxhdGVk\n    \
         server: https://{address}:8443\n  name: {name}\ncontexts:\n- context:\n    cluster: {name}\n    \
         namespace: default\n    user: {name}\n  name: {name}\ncurrent-context: {name}\nkind: Config\n\
         preferences: {{}}\nusers:\n- name: {name}\n  user:\n    client-certificate-data: c2ltdWxhdGVk\n    \
         client-key-data: c2ltdWxhdGVk\n"
    );
    write_kubeconfig(world, kubeconfig, &text);
    if let Some(profile) = world.minikube.profiles.get_mut(name) {
        profile.kubeconfig = Some(kubeconfig.to_owned());
    }
}

fn write_kubeconfig(world: &mut World, path: &Utf8Path, text: &str) {
    // A folder that cannot be written leaves the file as it was; minikube says so and goes on.
    let _ = world.write_file(path, text, 0o600, Privilege::User);
}

/// What is left of a kubeconfig when its only context is taken out.
const EMPTY_KUBECONFIG: &str = "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\n\
                                kind: Config\npreferences: {}\nusers: null\n";
