//! Configuration that a purge would delete although somebody's work is in it.

use crate::host::{Query, ReadHost};
use crate::model::{Prior, Receipt, Touch};
use crate::parse::apt::{self, Package};
use camino::Utf8Path;

/// A file that the scripts of a package delete at a purge, whatever is in it; dpkg does not watch
/// it. Read in the maintainers' scripts of Debian 12.
struct Scripted {
    package: &'static str,
    path: &'static str,
    /// The package's own copy, while it is installed.
    template: Option<&'static str>,
}

const fn scripted_by(
    package: &'static str,
    path: &'static str,
    template: Option<&'static str>,
) -> Scripted {
    Scripted {
        package,
        path,
        template,
    }
}

const SCRIPTED: &[Scripted] = &[
    scripted_by(
        "nfs-kernel-server",
        "/etc/exports",
        Some("/usr/share/nfs-kernel-server/conffiles/etc.exports"),
    ),
    scripted_by(
        "nfs-kernel-server",
        "/etc/default/nfs-kernel-server",
        Some("/usr/share/nfs-kernel-server/conffiles/nfs-kernel-server.default"),
    ),
    scripted_by(
        "nfs-common",
        "/etc/default/nfs-common",
        Some("/usr/share/nfs-common/conffiles/nfs-common.default"),
    ),
    scripted_by(
        "nfs-common",
        "/etc/idmapd.conf",
        Some("/usr/share/nfs-common/conffiles/idmapd.conf"),
    ),
    scripted_by(
        "nfs-common",
        "/etc/nfs.conf",
        Some("/usr/share/nfs-common/conffiles/nfs.conf"),
    ),
    scripted_by("nfs-common", "/etc/nfs.conf.d/local.conf", None),
    scripted_by("libwrap0", "/etc/hosts.allow", None),
    scripted_by("libwrap0", "/etc/hosts.deny", None),
    scripted_by(
        "readline-common",
        "/etc/inputrc",
        Some("/usr/share/readline/inputrc"),
    ),
];

/// What the scripts delete beside each of their files; the `.dpkg-*` among it is the package's own.
const BESIDE: [&str; 3] = ["~", "%", ".bak"];

/// Every path of that kind: to be noted before any of the packages comes, as it may lie there.
pub fn all_scripted() -> impl Iterator<Item = &'static str> {
    SCRIPTED.iter().map(|file| file.path)
}

/// Those that belong to one of these packages.
pub fn scripted(packages: &[&Package]) -> Vec<&'static str> {
    SCRIPTED
        .iter()
        .filter(|file| packages.iter().any(|package| package.name == file.package))
        .map(|file| file.path)
        .collect()
}

/// The files that must survive, each with its package: they were there before us, or were edited.
pub async fn kept(
    host: &dyn ReadHost,
    receipt: &Receipt,
    packages: &[&Package],
) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    let names = packages.iter().map(|package| package.name.clone());
    let query = Query::EditedConfig {
        packages: names.collect(),
    };
    if packages.is_empty() {
        return kept;
    }
    // dpkg ends with 1 where one of them is not installed; it tells of the others all the same.
    match host.query(&query).await {
        Ok(answer) => {
            let edited = apt::edited(&answer.stdout);
            for package in packages {
                let files = package
                    .conffiles
                    .iter()
                    .filter(|file| edited.contains(file));
                kept.extend(files.map(|file| (package.name.clone(), file.clone())));
            }
        }
        Err(_) => {
            let with_files = packages
                .iter()
                .filter(|package| !package.conffiles.is_empty());
            kept.extend(with_files.flat_map(|package| {
                let files = package.conffiles.iter();
                files.map(|file| (package.name.clone(), file.clone()))
            }));
        }
    }
    for file in SCRIPTED {
        if packages.iter().any(|package| package.name == file.package)
            && let Some(path) = lost(host, receipt, file).await
        {
            kept.push((file.package.to_owned(), path));
        }
    }
    kept.dedup();
    kept
}

/// The path that a purge would take from somebody.
async fn lost(host: &dyn ReadHost, receipt: &Receipt, file: &Scripted) -> Option<String> {
    for suffix in BESIDE {
        let path = format!("{}{suffix}", file.path);
        if !matches!(host.stat(Utf8Path::new(&path)).await, Ok(None)) {
            return Some(path);
        }
    }
    let path = Utf8Path::new(file.path);
    let text = match host.read_file(path).await {
        Ok(None) => return None,
        Ok(Some(text)) => text,
        Err(_) => return Some(file.path.to_owned()),
    };
    let was_there = !matches!(
        receipt.prior(&Touch::File(path.to_owned())),
        None | Some(Prior::Absent)
    );
    let pristine = !was_there && as_it_came(host, file, &text).await;
    (!pristine).then(|| file.path.to_owned())
}

/// Whether a text is the package's own: as its copy, or as the copy that ucf keeps beyond a removal,
/// or, where there is none, without a line that says anything.
async fn as_it_came(host: &dyn ReadHost, file: &Scripted, text: &str) -> bool {
    let cached = format!("/var/lib/ucf/cache/{}", file.path.replace('/', ":"));
    for copy in file.template.into_iter().chain([cached.as_str()]) {
        if let Ok(Some(copy)) = host.read_file(Utf8Path::new(copy)).await {
            return copy == text;
        }
    }
    says_nothing(text)
}

/// Whether there are comments and blank lines only.
pub fn says_nothing(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#'))
}
