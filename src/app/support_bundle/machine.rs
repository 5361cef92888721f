//! The machine itself: who it is, its GPUs, versions of the tools, units, the kernel's words.

use super::collect::{Found, Source, printed};
use super::text::{HEAD, MARGIN, Raw, TAIL};
use crate::app::session::Session;
use crate::host::{Answer, HostError, Query, ReadHost};
use camino::{Utf8Path, Utf8PathBuf};
use std::time::Duration;

/// Units that have a part in the stack.
const UNITS: &[&str] = &[
    "docker",
    "containerd",
    "nvidia-persistenced",
    "nvidia-cdi-refresh",
    "nfs-server",
    "rpcbind",
];

/// Folders in which container engines look for specifications of devices
/// (cncf-tags/container-device-interface).
const CDI: &[&str] = &["/etc/cdi", "/var/run/cdi"];

/// How long one file may take.
pub const FILE_LIMIT: Duration = Duration::from_secs(10);

/// A file of the machine, as it is.
///
/// # Errors
/// Why it could not be read, or that it is not there.
pub async fn file(host: &dyn ReadHost, path: &Utf8Path) -> Result<Raw, String> {
    match host.read_ends(path, HEAD + MARGIN, TAIL + MARGIN).await {
        Ok(Some(ends)) => Ok(Raw::Ends(ends)),
        Ok(None) => Err(format!("there is no {path}")),
        Err(error) => Err(error.to_string()),
    }
}

/// A source of one file of the machine.
pub fn file_source<'a>(
    host: &'a dyn ReadHost,
    name: impl Into<String>,
    path: impl Into<Utf8PathBuf>,
) -> Source<'a> {
    let path = path.into();
    Source::one(name, FILE_LIMIT, async move { file(host, &path).await })
}

/// A source of what a question answers.
pub fn query_source<'a>(
    session: &'a Session<'_>,
    name: impl Into<String>,
    query: Query,
) -> Source<'a> {
    let limit = limit(session, &query);
    Source::one(name, limit, async move {
        printed(session.reader().query(&query).await)
    })
}

/// How long a question may take, with time to end a child that does not want to.
pub fn limit(session: &Session<'_>, query: &Query) -> Duration {
    query.limit() * session.settings.patience + Duration::from_secs(15)
}

/// Everything of the machine.
pub fn sources<'a>(session: &'a Session<'_>) -> Vec<Source<'a>> {
    let host = session.reader();
    let python = session.settings.agent.python.clone();
    vec![
        Source::one("facts.txt", FILE_LIMIT * 4, facts(session)),
        Source::one(
            "versions.txt",
            Duration::from_secs(60),
            versions(session, python),
        ),
        file_source(host, "gpu/driver.txt", "/proc/driver/nvidia/version"),
        query_source(session, "gpu/nvidia-smi.csv", Query::NvidiaSmi),
        Source::one("gpu/cdi.txt", FILE_LIMIT, cdi(host)),
        Source::one("systemd/units.txt", Duration::from_secs(60), units(host)),
        query_source(session, "kernel/log.txt", Query::KernelLines),
    ]
}

async fn facts(session: &Session<'_>) -> Result<Raw, String> {
    let host = session.reader();
    let identity = host.identity();
    let line = |path: &'static str| async move {
        let ends = host.read_ends(Utf8Path::new(path), 1024, 0).await;
        ends.ok().flatten().map_or_else(
            || "not known".to_owned(),
            |ends| String::from_utf8_lossy(&ends.head).trim().to_owned(),
        )
    };
    let (kernel, loaded, boot) = futures::join!(
        line("/proc/sys/kernel/osrelease"),
        line("/sys/module/nvidia/version"),
        line("/proc/uptime"),
    );
    let mut text = format!(
        "gpucluster    {}\nworld         {}\nprofile       {}\ntyped         {}\n\
         host          {}\nuser          {} (uid {}, gid {})\nhome          {}\n\
         kernel        {kernel}\narchitecture  {}\nuptime        {boot}\n\
         CPUs          {}\nmemory        {} MiB\nNVIDIA module {loaded}\n",
        super::version(),
        session.request.common.world.label(),
        session.settings.profile,
        session.request.common.typed,
        identity.hostname,
        identity.user,
        identity.uid,
        identity.gid,
        identity.home,
        std::env::consts::ARCH,
        identity.cpus,
        identity.memory_mib,
    );
    for path in [
        Utf8Path::new("/"),
        identity.home.as_path(),
        session.settings.nfs.path.as_path(),
    ] {
        let space = match host.space(path).await {
            Ok(space) => format!("{} of {} MiB free", space.free >> 20, space.total >> 20),
            Err(error) => error.to_string(),
        };
        text.push_str(&format!("space of {path}: {space}\n"));
    }
    text.push_str(&format!("\n--- /etc/os-release\n{}", identity.os_release));
    Ok(Raw::Text(text))
}

async fn versions(session: &Session<'_>, python: String) -> Result<Raw, String> {
    let venv = session.layout().venv;
    let asked = [
        ("docker", Query::DockerVersion),
        ("toolkit", Query::ToolkitVersion),
        ("minikube", Query::MinikubeVersion),
        ("python", Query::PythonVersion { python }),
        ("wandb", Query::WandbVersion { venv }),
    ];
    let answers = asked.iter().map(|(name, query)| async move {
        let said = said(session.reader().query(query).await);
        format!("--- {name}\n{said}\n")
    });
    let answers = futures::future::join_all(answers).await;
    let own = super::version();
    Ok(Raw::Text(format!(
        "--- gpucluster\n{own}\n{}",
        answers.concat()
    )))
}

/// What a tool said, whether it succeeded or not.
pub fn said(answer: Result<Answer, HostError>) -> String {
    match answer {
        Ok(answer) if answer.ok() => answer.text().trim_end().to_owned(),
        Ok(answer) => format!("exit code {}: {}", answer.code, answer.text().trim_end()),
        Err(error) => error.to_string(),
    }
}

async fn units(host: &dyn ReadHost) -> Result<Raw, String> {
    let asked = UNITS.iter().map(|name| async move {
        let query = Query::UnitDetail {
            name: (*name).to_owned(),
        };
        let (state, detail) = futures::join!(host.unit(name), host.query(&query));
        let state = match state {
            Ok(state) => format!(
                "loaded={} enabled={} active={}",
                state.loaded, state.enabled, state.active
            ),
            Err(error) => error.to_string(),
        };
        let detail = said(detail).replace('\n', " ");
        format!("{name:<20} {state} | {detail}\n")
    });
    Ok(Raw::Text(futures::future::join_all(asked).await.concat()))
}

/// Which devices are offered by specifications: files, kinds and names, not how they are made.
async fn cdi(host: &dyn ReadHost) -> Result<Raw, String> {
    let mut text = String::new();
    for folder in CDI {
        let folder = Utf8Path::new(folder);
        let names = match host.list_dir(folder).await {
            Ok(names) => names.unwrap_or_default(),
            Err(error) => {
                text.push_str(&format!("{folder}: {error}\n"));
                continue;
            }
        };
        for name in names {
            let path = folder.join(name);
            match host.read_ends(&path, HEAD, TAIL).await {
                Ok(Some(ends)) => {
                    text.push_str(&format!("--- {path} ({} bytes)\n", ends.total));
                    let spec = String::from_utf8_lossy(&ends.head);
                    let told = spec.lines().map(str::trim).filter(|line| {
                        let line = line.trim_start_matches("- ");
                        ["cdiVersion:", "kind:", "name:"]
                            .iter()
                            .any(|key| line.starts_with(key))
                    });
                    for line in told {
                        text.push_str(&format!("{line}\n"));
                    }
                }
                Ok(None) => {}
                Err(error) => text.push_str(&format!("{path}: {error}\n")),
            }
        }
    }
    if text.is_empty() {
        return Err(format!(
            "there are no specifications in {}",
            CDI.join(" or ")
        ));
    }
    Ok(Raw::Text(text))
}

/// Nothing but its name to several files at once.
pub fn none(name: &str, why: String) -> Found {
    vec![(name.to_owned(), Err(why))]
}
