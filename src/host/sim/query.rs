//! Every read-only question, answered from a world.

use super::commands::said;
use super::world::World;
use super::{
    docker_queries, durations, gpu, kernel_queries, minikube_queries, nfs, package_queries,
    programs, python, toolkit, units, wandb,
};
use crate::host::{Answer, HostError, Query};

/// How long a question takes, in seconds.
pub fn seconds(world: &World, query: &Query) -> f64 {
    match query {
        Query::NodeReaches { node, .. }
            if docker_queries::node_reaches(world, node).code == 124 =>
        {
            durations::NODE_SILENCE
        }
        Query::NodeReaches { .. } => durations::DOCKER_QUERY,
        Query::DockerVersion
        | Query::DockerInfo
        | Query::DockerNetwork { .. }
        | Query::DockerContainers { .. }
        | Query::DockerContext
        | Query::DockerRunning => durations::DOCKER_QUERY,
        Query::NvidiaSmi | Query::NvidiaSmiXml => durations::NVIDIA_SMI,
        Query::ToolkitVersion => durations::TOOLKIT_QUERY,
        Query::MinikubeVersion => durations::MINIKUBE_VERSION,
        Query::MinikubeProfiles => durations::MINIKUBE_PROFILES,
        Query::MinikubeStatus { .. } => durations::MINIKUBE_STATUS,
        Query::PythonVersion { .. } | Query::PythonVenv { .. } | Query::WandbVersion { .. } => {
            durations::PYTHON_QUERY
        }
        Query::WandbViewer { .. } | Query::WandbQueues { .. } | Query::WandbQueue { .. } => {
            durations::WANDB_QUERY
        }
        Query::AptInstall { .. } | Query::AptUnneeded { .. } | Query::AptPurge { .. } => {
            durations::APT_SIMULATE
        }
        _ => durations::SMALL_QUERY,
    }
}

/// The answer of the real tool in such a world.
///
/// # Errors
/// `NoProgram` where the tool is not installed, `Unreachable` for a server out of reach.
pub fn answer(world: &World, query: &Query, now_ms: u64) -> Result<Answer, HostError> {
    if let Some(program) = query.argv().and_then(|argv| argv.into_iter().next())
        && programs::path_of(world, &program).is_none()
    {
        return Err(HostError::NoProgram(program));
    }
    Ok(match query {
        Query::DockerVersion => docker_queries::version(world),
        Query::DockerInfo => docker_queries::info(world),
        Query::DockerNetwork { name } => docker_queries::network(world, name),
        Query::DockerContainers { label } => docker_queries::containers(world, label),
        Query::DockerRunning => docker_queries::running(world),
        Query::DockerContext => docker_queries::context(world),
        Query::NodeReaches { node, .. } => docker_queries::node_reaches(world, node),
        Query::NvidiaSmi | Query::NvidiaSmiXml => {
            let argv = query.argv().unwrap_or_default();
            let args: Vec<&str> = argv.iter().skip(1).map(String::as_str).collect();
            gpu::nvidia_smi(world, &args)
        }
        Query::NvidiaModule => kernel_queries::modinfo(world),
        Query::KernelRing => kernel_queries::ring(world),
        Query::KernelJournal => kernel_queries::journal(world),
        Query::ClockSynchronized => said(0, "NTPSynchronized=yes\n", ""),
        Query::Resolves { name } => kernel_queries::resolves(world, name),
        Query::ToolkitVersion => toolkit::version(world),
        Query::MinikubeVersion => minikube_queries::version(world),
        Query::MinikubeProfiles => minikube_queries::profiles(world, now_ms),
        Query::MinikubeStatus { profile } => minikube_queries::status(world, profile),
        Query::Exports => nfs::table(world),
        Query::KernelLines => units::kernel_lines(world),
        Query::Package { name } => package_queries::status(world, name),
        Query::PackageVersions { names } => package_queries::versions(world, names),
        Query::UnitDetail { name } => units::detail(world, name),
        Query::AptInstall { package } => package_queries::install(world, package),
        Query::AptUnneeded { without } => package_queries::unneeded(world, without.as_deref()),
        Query::AptPurge { packages } => package_queries::purge(world, packages),
        Query::PackageStates { packages } => package_queries::states(world, packages),
        Query::EditedConfig { packages } => package_queries::verify(world, packages),
        Query::PythonVersion { .. } => python::version(world),
        Query::PythonVenv { .. } => python::can_venv(world),
        Query::WandbVersion { venv } => python::wandb_version(world, venv),
        Query::WandbViewer { base_url } => wandb::viewer(world, base_url)?,
        Query::WandbQueues { base_url, entity } => {
            wandb::queues(world, base_url, entity.as_deref())?
        }
        Query::WandbQueue {
            base_url,
            entity,
            queue,
        } => wandb::queue(world, base_url, entity, queue)?,
    })
}

/// What a tool answers whose output means nothing.
pub fn garbage() -> Answer {
    said(
        0,
        "\u{1b}[2J<<< \u{fffd}\u{fffd} not what you asked for >>>\n",
        "",
    )
}
