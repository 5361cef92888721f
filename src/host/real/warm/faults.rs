//! What can go wrong while the cache is filled, as registered reasons.

use crate::model::{Advice, Command, Fault, Origin};
use crate::reason::ids;
use camino::Utf8Path;
use std::io::{self, ErrorKind};

/// A source that is none.
pub fn invalid(source: &str, why: &str) -> Fault {
    Fault::new(
        ids::WARM_SOURCE_INVALID,
        format!("`{source}` cannot be put into the cache"),
    )
    .caused_by(why)
}

/// The cache is no folder of this machine.
pub fn elsewhere(why: &str) -> Fault {
    Fault::new(ids::CACHE_ELSEWHERE, why)
}

/// Something in the cache could not be written.
pub(super) fn cannot_write(root: &Utf8Path, path: &Utf8Path, error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::new(
            ids::CACHE_SPACE_SHORT,
            format!("no space is left for {path}"),
        )
        .caused_by(error.to_string())
        .advise(Advice::run(
            "see what is full",
            line(["df", "-h", root.as_str()]),
        )),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            not_writable(root, path).caused_by(error.to_string())
        }
        _ => super::super::faults::cannot_write(path, error),
    }
}

fn not_writable(root: &Utf8Path, path: &Utf8Path) -> Fault {
    // The nearest folder that is there and refuses.
    let folder = path
        .ancestors()
        .skip(1)
        .find(|at| at.is_dir())
        .unwrap_or(root);
    let fault = Fault::new(
        ids::CACHE_NOT_WRITABLE,
        format!("we may not write in {folder}"),
    );
    if folder == root {
        fault.advise(Advice::run(
            "let everybody make folders in it, as `gpucluster nfs setup` does with a new one",
            line(["sudo", "chmod", "1777", root.as_str()]),
        ))
    } else {
        fault.advise(Advice::run(
            "a job made it for its own user; let everybody write there",
            line(["sudo", "chmod", "-R", "a+rwX", folder.as_str()]),
        ))
    }
}

/// A link where a folder should be: whoever made it would have us write elsewhere.
pub(super) fn is_link(path: &Utf8Path) -> Fault {
    Fault::new(
        ids::CACHE_NOT_WRITABLE,
        format!("{path} is a symbolic link, which is not followed in a folder that every job can write to"),
    )
    .advise(Advice::run("see where it leads, and remove it", line(["ls", "-ld", path.as_str()])))
}

/// Another run brings in the same file.
pub(super) fn busy(path: &Utf8Path) -> Fault {
    Fault::new(
        ids::RUN_BUSY,
        format!("somebody else is fetching {path} now"),
    )
    .advise(Advice::say("wait for it; what it fetched is there then"))
}

/// There is something else at that place.
pub fn taken(path: &Utf8Path) -> Fault {
    Fault::new(
        ids::CACHE_NAME_TAKEN,
        format!("{path} is there already and is something else"),
    )
    .advise(Advice::run(
        "look at it",
        line(["ls", "-ld", path.as_str()]),
    ))
    .advise(Advice::say(
        "give what is fetched another name: `--as NAME`",
    ))
}

/// Less space than is needed.
pub fn short_of_space(root: &Utf8Path, needed: &str, free: &str) -> Fault {
    Fault::new(
        ids::CACHE_SPACE_SHORT,
        format!("{needed} would be fetched and {free} are free below {root}"),
    )
    .advise(Advice::run(
        "see what takes the space",
        format!(
            "{} -h -d 3 {}",
            "sudo du -x",
            Command::new([root.as_str()]).line()
        ),
    ))
    .advise(Advice::say(
        "fetch fewer files: `--include GLOB`, `--exclude GLOB`, and `--plan` to see which",
    ))
}

/// What arrived is not what it should be. `typed` is the repository that it is of, if any.
pub(super) fn differs(origin: &Origin, typed: Option<&str>, wanted: &str, found: &str) -> Fault {
    let (from, advice) = match (origin, typed) {
        (Origin::Http { url, .. }, Some(typed)) => (
            url.as_str(),
            Advice::run(
                "try again, from the Hub itself if this was a mirror of it",
                line([
                    "gpucluster",
                    "nfs",
                    "warm",
                    typed,
                    "--endpoint",
                    "https://huggingface.co",
                ]),
            ),
        ),
        (Origin::Http { url, .. }, None) => (
            url.as_str(),
            Advice::say("compare the sum that was typed with what the publisher says now"),
        ),
        (Origin::Disk(path), _) => (
            path.as_str(),
            Advice::run(
                "the copy on this machine is damaged; see what it is",
                line(["sha256sum", path.as_str()]),
            ),
        ),
    };
    Fault::new(
        ids::CACHE_CHECKSUM_DIFFERS,
        format!("{from} is not what it should be; what arrived was deleted"),
    )
    .caused_by(format!("expected {wanted}"))
    .caused_by(format!("found {found}"))
    .advise(advice)
}

/// A file that could not be fetched.
pub(super) fn failed(from: &str, why: impl Into<String>) -> Fault {
    Fault::new(ids::DOWNLOAD_FAILED, format!("{from} cannot be fetched"))
        .caused_by(why)
        .advise(Advice::run(
            "see what that address answers",
            line(["curl", "-sSIL", from]),
        ))
}

/// No way to a server; `words` say on which part of the way it failed
/// ([`super::super::wandb::words`]).
pub(super) fn unreachable(from: &str, words: String) -> Fault {
    let reason = if words.contains("through the proxy") {
        ids::PROXY_FAILED
    } else if words.contains("cannot be resolved") {
        ids::NAME_RESOLUTION_FAILED
    } else if words.contains("certificate") {
        ids::TLS_UNTRUSTED
    } else {
        ids::NETWORK_UNREACHABLE
    };
    Fault::new(reason, format!("{from} cannot be fetched"))
        .caused_by(words)
        .advise(Advice::run(
            "see where it stops",
            line(["curl", "-sSIL", from]),
        ))
        .advise(Advice::say(
            "without internet: name a mirror of the Hub with `--endpoint URL`, or give the path of a \
             copy on this machine",
        ))
}

fn line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    Command::new(words.into_iter().map(str::to_owned)).line()
}
