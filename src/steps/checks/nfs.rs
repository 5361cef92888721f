//! `nfs.protocol`, `nfs.space` and `nfs.claim`: the server speaks the protocol, the folder has room, and the
//! claim is the share's.

use super::check::{Check, Seeing, not_used, problem};
use super::cluster::kubectl;
use crate::host::{KubeQuery, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::listeners;
use crate::reason::ids;
use crate::steps::look::{api_failed, failed};
use crate::steps::{Wish, id};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use std::sync::Arc;

const CONF: &str = "/etc/nfs.conf";
const CONF_D: &str = "/etc/nfs.conf.d";
const PORT: u16 = 2049;
const GIB: u64 = 1 << 30;

/// The checks of what this host serves, and of the claim.
pub fn checks(wish: &Arc<Wish>) -> Vec<Check> {
    let mut all = Vec::new();
    if wish.serves_nfs() {
        all.push(
            Check::new(
                wish,
                StepId::new("nfs.protocol"),
                "The NFS server speaks the version that jobs mount with",
                |seeing| Box::pin(protocol(seeing)),
            )
            .needs(&[id::NFS_SERVER])
            .explains(&[id::NFS_EXPORT, id::VOLUME]),
        );
        all.push(Check::new(
            wish,
            StepId::new("nfs.space"),
            "The shared folder has room",
            |seeing| Box::pin(space(seeing)),
        ));
    }
    if wish.settings.nfs.enabled {
        all.push(
            Check::new(
                wish,
                StepId::new("nfs.claim"),
                "The claim of jobs is the share's",
                |seeing| Box::pin(claim(seeing)),
            )
            .needs(&[id::CLUSTER])
            .explains(&[id::VOLUME])
            .asks(vec![crate::host::Question::Kube(claim_query(wish))]),
        );
    }
    all
}

/// Whether the server speaks a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoken {
    On,
    Off,
}

async fn protocol(seeing: Seeing<'_>) -> Probe {
    let host = seeing.host;
    let (versions, stats, clients) = tokio::join!(
        host.read_file(Utf8Path::new("/proc/fs/nfsd/versions")),
        host.read_file(Utf8Path::new("/proc/net/rpc/nfsd")),
        host.read_file(Utf8Path::new("/proc/net/tcp")),
    );
    let setting = seeing.wish.settings.nfs.version.as_str();
    let major = setting.split('.').next().unwrap_or_default();
    // The kernel's own list is root's to read; without root its configuration says as much.
    let in_kernel = |text: &str| in_kernel(text, major);
    let (version, source) = match versions.ok().flatten().as_deref().and_then(in_kernel) {
        Some(version) => (version, "the kernel says so".to_owned()),
        None => configured(host, major).await,
    };
    if version == Spoken::Off {
        return problem(
            Fault::new(
                ids::NFS_VERSION_REFUSED,
                format!("the NFS server does not speak version {major}, which jobs mount with"),
            )
            .caused_by(source)
            .advise(Advice::run(
                format!("switch it on: take `vers{major}=n` out of /etc/nfs.conf, then restart the server"),
                "sudo systemctl restart nfs-server",
            )),
        );
    }
    let mut seen = format!("version {major}");
    if let Some(threads) = stats.ok().flatten().as_deref().and_then(threads) {
        seen.push_str(&format!(", {threads} threads"));
    }
    let mounted = clients
        .ok()
        .flatten()
        .map_or(0, |table| listeners::peers(&table, PORT).len());
    if mounted > 0 {
        seen.push_str(&format!(", mounted by {mounted}"));
    }
    Ok(Observation::in_place(seen))
}

/// `/proc/fs/nfsd/versions`: `-2 +3 +4 -4.0 +4.1 +4.2`.
fn in_kernel(text: &str, major: &str) -> Option<Spoken> {
    text.split_whitespace().find_map(|word| {
        let spoken = match word.split_at_checked(1)? {
            ("+", version) if version == major => Spoken::On,
            ("-", version) if version == major => Spoken::Off,
            _ => return None,
        };
        Some(spoken)
    })
}

/// `/proc/net/rpc/nfsd`, which everybody may read: `th 8 0 …` is the number of threads.
fn threads(text: &str) -> Option<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix("th "))?;
    line.split_whitespace().next()?.parse().ok()
}

async fn configured(host: &dyn ReadHost, major: &str) -> (Spoken, String) {
    let mut files = vec![Utf8PathBuf::from(CONF)];
    let names = host.list_dir(Utf8Path::new(CONF_D)).await;
    let names = names.ok().flatten().unwrap_or_default();
    let own = names.iter().filter(|name| name.ends_with(".conf"));
    files.extend(own.map(|name| Utf8Path::new(CONF_D).join(name)));
    let mut verdict = (Spoken::On, String::new());
    for file in files {
        let text = host.read_file(&file).await.ok().flatten();
        if let Some(version) = in_conf(&text.unwrap_or_default(), major) {
            verdict = (version, format!("{file} has `vers{major}=n`"));
        }
    }
    verdict
}

/// `vers3` or `vers4` of `[nfsd]` (nfs.conf(5)).
fn in_conf(text: &str, major: &str) -> Option<Spoken> {
    let mut section = String::new();
    let mut found = None;
    for line in text.lines() {
        let line = line.split(['#', ';']).next().unwrap_or_default().trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name.trim().to_ascii_lowercase();
        } else if section == "nfsd"
            && let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case(&format!("vers{major}"))
        {
            let off = ["n", "no", "0", "f", "false", "off"];
            let value = value.trim().to_ascii_lowercase();
            found = Some(if off.contains(&value.as_str()) {
                Spoken::Off
            } else {
                Spoken::On
            });
        }
    }
    found
}

async fn space(seeing: Seeing<'_>) -> Probe {
    let path = &seeing.wish.settings.nfs.path;
    let (there, space) = tokio::join!(seeing.host.stat(path), seeing.host.space(path));
    if there.map_err(failed)?.is_none() {
        return Ok(not_used("the shared folder is not made yet"));
    }
    let space = space.map_err(failed)?;
    let free = space.free / GIB;
    let percent = match space.total {
        0 => 100,
        total => u128::from(space.free) * 100 / u128::from(total),
    };
    let seen = Observation::in_place(format!("{free} GiB free at {path} ({percent} %)"));
    if free >= 10 && percent >= 5 {
        return Ok(seen);
    }
    Ok(seen.warn_of(
        Fault::new(
            ids::NFS_SPACE_LOW,
            format!("{free} GiB ({percent} %) are left for {path}: jobs will fail in the middle of downloads"),
        )
        .advise(Advice::run(
            "see what takes the space",
            format!("sudo du -xsh {path}/*"),
        )),
    ))
}

fn claim_query(wish: &Wish) -> KubeQuery {
    KubeQuery::Get(wish.namespaced("PersistentVolumeClaim", &wish.settings.nfs.claim))
}

async fn claim(seeing: Seeing<'_>) -> Probe {
    let query = claim_query(seeing.wish);
    let Some(claim) = seeing.host.kube(&query).await.map_err(api_failed)? else {
        return Ok(not_used("no claim is made yet"));
    };
    let text = |at: &str| {
        claim
            .pointer(at)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (class, volume) = (text("/spec/storageClassName"), text("/spec/volumeName"));
    let nfs = &seeing.wish.settings.nfs;
    let space = &seeing.wish.settings.namespace;
    if volume.starts_with("pvc-") || !class.is_empty() && volume != nfs.volume {
        let where_to = if volume.is_empty() {
            format!("is to be given a volume of the class `{class}`")
        } else {
            format!("is bound to {volume} of the class `{class}`")
        };
        return problem(
            Fault::new(
                ids::VOLUME_WRONG_CLASS,
                format!(
                    "the claim {space}/{} {where_to}, not to the share",
                    nfs.claim
                ),
            )
            .caused_by("a claim without `storageClassName: \"\"` gets minikube's default class")
            .advise(Advice::run(
                "once nothing uses it, delete it; what it holds goes with it",
                kubectl(seeing.wish, &format!("delete pvc {} -n {space}", nfs.claim)),
            ))
            .advise(Advice::run("then make it anew", "gpucluster up")),
        );
    }
    Ok(Observation::in_place(if volume.is_empty() {
        "not bound yet".to_owned()
    } else {
        format!("{space}/{} wants {volume}", nfs.claim)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_and_its_configuration_say_whether_version_4_is_on() {
        let list = "-2 +3 +4 -4.0 +4.1 +4.2\n";
        assert_eq!(in_kernel(list, "4"), Some(Spoken::On));
        assert_eq!(in_kernel("+3 -4", "4"), Some(Spoken::Off));
        assert_eq!(in_kernel("+3 -4", "3"), Some(Spoken::On));
        assert_eq!(in_kernel("", "4"), None);
        let conf = "[nfsd]\n# vers4=n\nvers4 = no\n";
        assert_eq!(in_conf(conf, "4"), Some(Spoken::Off));
        assert_eq!(in_conf(conf, "3"), None);
        assert_eq!(
            in_conf("[mountd]\nvers4=n\n[nfsd]\nthreads=16\n", "4"),
            None
        );
        assert_eq!(threads("rc 0 0 0\nth 8 0 0.000\n"), Some(8));
    }
}
