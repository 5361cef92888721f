//! From a command line to the model of its tool.

use super::bench::{Ended, Stage};
use super::programs;
use super::{
    accounts, docker, durations, fetch, minikube, modules, nfs, packages, python, toolkit, units,
    user_units,
};
use crate::host::Answer;
use crate::model::{Command, Privilege};

/// Answers of tools, made short.
pub fn said(code: i32, stdout: impl Into<String>, stderr: impl Into<String>) -> Answer {
    Answer {
        code,
        stdout: stdout.into(),
        stderr: stderr.into(),
    }
}

/// Words in the answer to arguments that no model knows.
pub const NO_MODEL: &str = "the simulated machine has no model of";

/// Whether there is a model for a command at all; a rehearsal asks before it starts.
pub fn is_modelled(argv: &[String]) -> bool {
    let Some(program) = argv.first() else {
        return false;
    };
    python::is_ours(program)
        || matches!(
            program.rsplit('/').next().unwrap_or_default(),
            "docker"
                | "nvidia-ctk"
                | "minikube"
                | "apt-get"
                | "dpkg"
                | "exportfs"
                | "loginctl"
                | "sync"
                | "systemctl"
                | "modprobe"
                | "nvidia-modprobe"
                | "chown"
                | "cp"
                | "mv"
                | "usermod"
                | "gpasswd"
                | "uv"
        )
}

/// Runs a command on the world.
///
/// # Errors
/// When the person stops it.
pub async fn run(stage: &Stage<'_>, command: &Command) -> Result<Answer, Ended> {
    let words: Vec<&str> = command.argv.iter().map(String::as_str).collect();
    let Some((&program, args)) = words.split_first() else {
        return Ok(said(127, "", "no command\n"));
    };
    let base = program.rsplit('/').next().unwrap_or_default();
    let absolute_system = program.starts_with("/usr/") || program.starts_with("/snap/");
    let name = if absolute_system { base } else { program };
    if stage.look(|world| programs::path_of(world, name).is_none()) {
        return Ok(programs::not_found(program));
    }
    let root = command.privilege == Privilege::Root;
    match name {
        "docker" => docker::run(stage, args).await,
        "nvidia-ctk" => toolkit::run(stage, args, root).await,
        "minikube" => minikube::run(stage, args, &command.env, root).await,
        "apt-get" => packages::apt_get(stage, args, root).await,
        "dpkg" => packages::dpkg(stage, args, root).await,
        "exportfs" => nfs::exportfs(stage, args, root).await,
        "modprobe" => modules::modprobe(stage, args, root).await,
        "nvidia-modprobe" => modules::nvidia_modprobe(stage, args).await,
        "chown" => modules::chown(stage, args, root).await,
        "cp" | "mv" => fetch::copy(stage, args, root).await,
        "usermod" => accounts::usermod(stage, args, root).await,
        "gpasswd" => accounts::gpasswd(stage, args, root).await,
        "loginctl" => user_units::loginctl(stage, args, root).await,
        "systemctl" if args.first() == Some(&"--user") => {
            user_units::systemctl(stage, args, &command.env).await
        }
        "systemctl" => units::systemctl(stage, args, root).await,
        "sync" => {
            stage.wait(durations::SMALL_QUERY).await?;
            Ok(said(0, "", ""))
        }
        "uv" => python::uv(stage, args).await,
        _ if python::is_ours(name) => python::run(stage, name, args).await,
        _ => Ok(said(
            1,
            "",
            format!("{program}: {NO_MODEL} `{}`\n", command.line()),
        )),
    }
}

/// The answer to arguments that a tool's model does not know: an error, never success.
pub fn unmodelled(tool: &str, args: &[&str]) -> Answer {
    said(
        2,
        "",
        format!("{tool}: {NO_MODEL} the arguments `{}`\n", args.join(" ")),
    )
}
