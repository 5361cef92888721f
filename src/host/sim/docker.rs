//! The Docker engine: its daemon, and `docker run`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::world::World;
use super::{durations, gpu};
use crate::host::{Answer, UnitState};

/// What the command line says where the daemon cannot be used; `None` where it can.
/// Texts of CLI 28 (20.10 to 28 agree but for punctuation).
pub fn obstacle(world: &World) -> Option<String> {
    if world.docker.running && world.docker.permitted {
        return None;
    }
    Some(if world.docker.running {
        "permission denied while trying to connect to the Docker daemon socket at \
         unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.51/info\": dial unix \
         /var/run/docker.sock: connect: permission denied"
            .to_owned()
    } else {
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. \
         Is the docker daemon running?"
            .to_owned()
    })
}

/// The daemon reads `daemon.json` and looks for the toolkit's hook: at its start and not before.
pub fn daemon_starts(world: &mut World) {
    let config = world
        .files
        .get(camino::Utf8Path::new("/etc/docker/daemon.json"));
    let text = config
        .and_then(|entry| entry.content.clone())
        .unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let docker = &mut world.docker;
    docker.running = true;
    // Another machine's daemon knows nothing of this one's files.
    if !docker.daemon_host.is_empty() {
        return;
    }
    docker.hook = world.toolkit.is_some();
    docker.runtimes = ["io.containerd.runc.v2", "runc"].map(str::to_owned).into();
    if let Some(extra) = json.get("runtimes").and_then(serde_json::Value::as_object) {
        docker.runtimes.extend(extra.keys().cloned());
    }
    docker.default_runtime = json
        .get("default-runtime")
        .and_then(serde_json::Value::as_str)
        .unwrap_or("runc")
        .to_owned();
    for container in docker.containers.values_mut() {
        container.running = container.restart_always;
    }
}

/// The distribution's package brings engine and command, makes the group, and starts the daemon.
pub fn installed(world: &mut World) {
    let group = camino::Utf8Path::new("/etc/group");
    let text = world
        .files
        .get(group)
        .and_then(|entry| entry.content.clone());
    let mut text = text.unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("docker:"));
    let user = world.identity.user.clone();
    let member = line.is_some_and(|line| line.split([':', ',']).any(|word| word == user));
    if line.is_none() {
        text.push_str("docker:x:998:\n");
        world.put(group.as_str(), &text, 0o644, 0);
    }
    world.docker.version = Some("26.1.3".to_owned());
    world.docker.permitted = member;
    super::units::set(world, "docker", true, true);
}

/// The package is removed: engine and command are gone, its data stays.
pub fn removed(world: &mut World) {
    daemon_stops(world);
    world.docker.version = None;
    world.units.remove("docker");
}

/// Every container stops with the daemon; minikube's node has no restart policy and stays down.
pub fn daemon_stops(world: &mut World) {
    world.docker.running = false;
    for container in world.docker.containers.values_mut() {
        container.running = false;
    }
}

/// Whether `daemon.json` would be taken by a starting daemon.
fn config_error(world: &World) -> Option<String> {
    let text = world
        .text("/etc/docker/daemon.json".into())
        .ok()
        .flatten()?;
    serde_json::from_str::<serde_json::Value>(&text)
        .err()
        .map(|error| error.to_string())
}

/// `systemctl restart docker`. It is systemd that does it: whoever asked may be stopped or killed
/// meanwhile, and the daemon is started all the same.
///
/// # Errors
/// If the world cannot be kept.
pub async fn restart(stage: &Stage<'_>) -> Result<Answer, Ended> {
    stage
        .change(|world| {
            daemon_stops(world);
            world.docker.restarting = true;
            unit_is(world, false);
        })
        .await?;
    stage.bench.wait(durations::DOCKER_RESTART).await;
    let refused = stage.look(config_error).is_some();
    stage.change(finish_restart).await?;
    if refused {
        return Ok(said(
            1,
            "",
            "Job for docker.service failed because the control process exited with error code.\n\
             See \"systemctl status docker.service\" and \"journalctl -xeu docker.service\" for details.\n",
        ));
    }
    Ok(said(0, "", ""))
}

/// The second half of a restart, if one is under way. A configuration that is no JSON keeps the
/// daemon down.
pub fn finish_restart(world: &mut World) {
    if !std::mem::take(&mut world.docker.restarting) || config_error(world).is_some() {
        return;
    }
    world.docker.restarts += 1;
    daemon_starts(world);
    unit_is(world, true);
}

fn unit_is(world: &mut World, active: bool) {
    let enabled = super::units::state(world, "docker").enabled;
    let state = UnitState {
        loaded: true,
        enabled,
        active,
    };
    world.units.insert("docker".to_owned(), state);
}

/// `docker …` as a command that changes something.
///
/// # Errors
/// When the person stops it.
pub async fn run(stage: &Stage<'_>, args: &[&str]) -> Result<Answer, Ended> {
    match args {
        ["run", rest @ ..] => run_container(stage, rest).await,
        ["exec", node, "sh", "-c", script, "sh", source, ..] if script.contains("mount -t nfs") => {
            stage.wait(durations::DOCKER_QUERY).await?;
            Ok(stage.look(|world| super::nfs_mount::from_node(world, node, source)))
        }
        _ => Ok(unmodelled("docker", args)),
    }
}

/// Ends an error text of `docker run` as CLI 28 does, with the exit code that it makes of the words
/// (docker/cli `toStatusError`): a missing library or device gives 127, which does not mean that
/// the program is missing in the image.
fn run_error(words: &str) -> Answer {
    let code = if words.contains("executable file not found")
        || words.contains("no such file or directory")
    {
        127
    } else if words.contains("permission denied") || words.contains("is a directory") {
        126
    } else {
        125
    };
    said(
        code,
        "",
        format!("docker: {words}\n\nRun 'docker run --help' for more information\n"),
    )
}

async fn run_container(stage: &Stage<'_>, args: &[&str]) -> Result<Answer, Ended> {
    let mut gpus = false;
    let mut all_capabilities = false;
    let mut rest = args;
    let (image, command) = loop {
        rest = match rest {
            ["--rm", more @ ..] => more,
            ["--gpus", "all", more @ ..] | ["--gpus=all", more @ ..] => {
                gpus = true;
                more
            }
            ["-e" | "--env", variable, more @ ..] => {
                all_capabilities |= *variable == "NVIDIA_DRIVER_CAPABILITIES=all";
                more
            }
            [option, more @ ..] if option.starts_with("--pull=") => more,
            [option, ..] if option.starts_with('-') => {
                return Ok(said(
                    125,
                    "",
                    format!(
                        "unknown flag: {option}\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n"
                    ),
                ));
            }
            [image, command @ ..] => break ((*image).to_owned(), command),
            [] => {
                return Ok(said(
                    1,
                    "",
                    "docker: 'docker run' requires at least 1 argument\n",
                ));
            }
        };
    };
    if let Some(words) = stage.look(obstacle) {
        stage.wait(durations::DOCKER_QUERY).await?;
        return Ok(run_error(&words));
    }
    let mut stderr = String::new();
    if !stage.look(|world| world.docker.images.contains(&image)) {
        match pull(stage, &image).await? {
            Ok(lines) => stderr = lines,
            Err(words) => return Ok(run_error(&words)),
        }
    }
    stage.wait(durations::CONTAINER_RUN).await?;
    if gpus && let Some(words) = stage.look(|world| gpu::injection_error(world, all_capabilities)) {
        let mut answer = run_error(&format!("Error response from daemon: {words}"));
        answer.stderr.insert_str(0, &stderr);
        return Ok(answer);
    }
    if command.first() != Some(&"nvidia-smi") {
        return Ok(unmodelled("docker run", command));
    }
    if !gpus {
        return Ok(run_error(
            "Error response from daemon: failed to create task for container: failed to create shim \
             task: OCI runtime create failed: runc create failed: unable to start container process: \
             error during container init: exec: \"nvidia-smi\": executable file not found in $PATH",
        ));
    }
    let mut answer = stage.look(|world| {
        if gpu::without_cgroups(world) {
            return said(255, "Failed to initialize NVML: Unknown Error\n", "");
        }
        gpu::nvidia_smi(world, &command[1..])
    });
    answer.stdout.lines().for_each(|line| stage.line(line));
    answer.stderr.insert_str(0, &stderr);
    Ok(answer)
}

/// Pulls an image; inside, the daemon's words where it fails.
async fn pull(stage: &Stage<'_>, image: &str) -> Result<Result<String, String>, Ended> {
    let (name, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
    let full = if name.contains('/') {
        name.to_owned()
    } else {
        format!("library/{name}")
    };
    let mut lines = vec![
        format!("Unable to find image '{image}' locally"),
        format!("{tag}: Pulling from {full}"),
    ];
    lines.iter().for_each(|line| stage.line(line));
    for part in ["Pulling fs layer", "Download complete", "Pull complete"] {
        stage.wait(durations::IMAGE_PULL / 3.0).await?;
        let line = format!("a3629ac5b9f4: {part}");
        stage.line(&line);
        lines.push(line);
        if part == "Download complete" && stage.look(|world| world.disk.is_full()) {
            return Ok(Err(
                "failed to register layer: write /usr/lib/x86_64-linux-gnu/libc.so.6: \
                 no space left on device"
                    .to_owned(),
            ));
        }
    }
    let owned = image.to_owned();
    stage
        .change(|world| world.docker.images.insert(owned))
        .await?;
    lines.push(format!("Status: Downloaded newer image for {image}"));
    Ok(Ok(lines.join("\n") + "\n"))
}
