//! What a value may be. Each check says what is wrong in words that follow the key's name.

type Check = Result<(), String>;

/// Folders that are never given to a cluster whose pods may be root in them.
const SYSTEM_FOLDERS: [&str; 19] = [
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt",
    "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr",
];

/// Folders of which nothing below is given either.
const SYSTEM_TREES: [&str; 11] = [
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr",
];

fn when(bad: bool, text: impl Into<String>) -> Check {
    if bad { Err(text.into()) } else { Ok(()) }
}

fn odd(text: &str) -> bool {
    text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The value in the form that is kept: no slash at the end of addresses and folders.
pub(super) fn normal(key: &str, text: &str) -> String {
    match key {
        "wandb.base_url" | "agent.index_url" | "install.toolkit_repository" => {
            text.strip_suffix('/').unwrap_or(text).to_owned()
        }
        "nfs.path" if text.len() > 1 => text.trim_end_matches('/').to_owned(),
        _ => text.to_owned(),
    }
}

pub(super) fn anything(_: &str) -> Check {
    Ok(())
}

/// minikube's own rule, and Docker's for the container named so.
pub(super) fn profile(text: &str) -> Check {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let fits = (2..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && edge(text.chars().next())
        && edge(text.chars().last());
    when(
        !fits,
        format!("must be at least two letters, digits or `-` (not at an end), not `{text}`"),
    )
}

/// A DNS label, as Kubernetes wants for namespaces.
pub(super) fn label(text: &str) -> Check {
    when(
        !is_label(text),
        format!("must be up to 63 lower-case letters, digits or `-` (not at an end), not `{text}`"),
    )
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A DNS subdomain, as Kubernetes wants for volumes and claims.
pub(super) fn object_name(text: &str) -> Check {
    when(
        text.len() > 253 || !text.split('.').all(is_label),
        format!("must be lower-case letters, digits, `-` and `.`, not `{text}`"),
    )
}

pub(super) fn cpus(text: &str) -> Check {
    let fits = matches!(text, "no-limit" | "max") || text.parse::<u32>().is_ok_and(|n| n >= 2);
    when(
        !fits,
        format!("must be `no-limit`, `max` or a number from 2, not `{text}`"),
    )
}

/// What minikube reads: a number of MiB, or a number with a unit (go-units, `48g`, `48GiB`).
pub(super) fn memory(text: &str) -> Check {
    let (digits, unit) = split_number(text);
    let fits = matches!(text, "no-limit" | "max")
        || (is_positive(digits)
            && matches!(
                unit.to_ascii_lowercase().as_str(),
                "" | "b"
                    | "k"
                    | "kb"
                    | "kib"
                    | "m"
                    | "mb"
                    | "mib"
                    | "g"
                    | "gb"
                    | "gib"
                    | "t"
                    | "tb"
                    | "tib"
            ));
    when(
        !fits,
        format!("must be `no-limit`, `max` or a size such as `48g`, not `{text}`"),
    )
}

/// A Kubernetes quantity.
pub(super) fn capacity(text: &str) -> Check {
    let (digits, unit) = split_number(text);
    let fits = is_positive(digits)
        && matches!(
            unit,
            "" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei"
        );
    when(
        !fits,
        format!("must be a quantity such as `100Gi`, not `{text}`"),
    )
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn is_positive(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.parse::<f64>().is_ok_and(|number| number > 0.0)
}

pub(super) fn kubernetes_version(text: &str) -> Check {
    let version = text.strip_prefix('v').unwrap_or(text);
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let fits = matches!(text, "stable" | "latest")
        || ((2..=3).contains(&parts.len()) && parts.iter().all(number));
    when(
        !fits,
        format!("must be a version such as `v1.35.1`, `stable` or `latest`, not `{text}`"),
    )
}

pub(super) fn minutes(text: &str) -> Check {
    let fits = text.parse::<u64>().is_ok_and(|n| (1..=1440).contains(&n));
    when(!fits, format!("must be between 1 and 1440, not {text}"))
}

pub(super) fn patience(text: &str) -> Check {
    let fits = text.parse::<u32>().is_ok_and(|n| (1..=60).contains(&n));
    when(!fits, format!("must be between 1 and 60, not {text}"))
}

pub(super) fn at_least_one(text: &str) -> Check {
    when(
        text.parse::<u64>().is_ok_and(|n| n < 1),
        "must be at least 1",
    )
}

/// A name that Docker could pull; a leading dash would be read as a flag.
pub(super) fn image(text: &str) -> Check {
    when(
        text.is_empty() || odd(text) || text.starts_with('-'),
        format!("must be the name of an image such as `ubuntu:24.04`, not `{text}`"),
    )
}

pub(super) fn export_path(text: &str) -> Check {
    let path = normal("nfs.path", text);
    when(
        !path.starts_with('/'),
        format!("must be an absolute path, not `{text}`"),
    )?;
    when(
        path.split('/').any(|part| matches!(part, "." | "..")) || path.contains("//"),
        format!("must be a path without `.`, `..` and `//`, not `{text}`"),
    )?;
    // Both would need escapes of their own in an exports file.
    when(
        path.chars().any(char::is_control) || path.contains(['"', '\\', '#']),
        "has a character that cannot stand in an exports file",
    )?;
    Ok(())
}

/// Whether a folder of this host may be given to a cluster; one of another server is that one's affair.
pub(super) fn no_system_folder(path: &str) -> Check {
    let system = path == "/var"
        || SYSTEM_FOLDERS.contains(&path)
        || SYSTEM_TREES.iter().any(|tree| {
            path.strip_prefix(tree)
                .is_some_and(|rest| rest.starts_with('/'))
        });
    when(
        system,
        format!("is a folder of the system (`{path}`); the cluster would have root rights in it"),
    )
}

pub(super) fn host(text: &str) -> Check {
    when(
        text.is_empty() || odd(text) || text.contains('/') || text.starts_with('-'),
        format!("must be a host name or an address, not `{text}`"),
    )
}

/// Scheme, host and port; no path, no credentials. `https://wandb.ai` is the web site, and the
/// client refuses it (wandb 0.31, `wandb/sdk/lib/urls.py`).
pub(super) fn base_url(text: &str) -> Check {
    let rest = web_address(text)?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    when(
        authority.contains(['/', '?', '#']),
        format!("must be an address without a path, not `{text}`"),
    )?;
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    when(
        host.eq_ignore_ascii_case("wandb.ai") || host.eq_ignore_ascii_case("www.wandb.ai"),
        format!(
            "must be the address of the API, not of the web site (`{text}`); did you mean `https://api.wandb.ai`?"
        ),
    )
}

/// An index for pip. Credentials would end up in the argument list of pip.
pub(super) fn index_url(text: &str) -> Check {
    if text.starts_with("file:///") {
        return Ok(());
    }
    web_address(text).map(|_| ())
}

/// What follows the scheme of an `http` address with a host.
fn web_address(text: &str) -> Result<&str, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or_else(|| format!("must be an address with `http://` or `https://`, not `{text}`"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    when(
        authority.contains('@'),
        "holds credentials; they belong into netrc, not into a setting",
    )?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    when(
        host.is_empty() || odd(text),
        format!("must be an address with a host, not `{text}`"),
    )?;
    when(
        port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)),
        format!("has a port that is not between 1 and 65535 (`{text}`)"),
    )?;
    Ok(rest)
}

pub(super) fn entity(text: &str) -> Check {
    when(
        text.is_empty() || odd(text) || text.contains('/'),
        format!("must be the name of a team or an account, not `{text}`"),
    )
}

/// W&B's rule: 1 to 64 characters.
pub(super) fn queue(text: &str) -> Check {
    let fits = (1..=64).contains(&text.chars().count())
        && !text.chars().any(char::is_control)
        && !text.contains('/');
    when(
        !fits,
        "must be the name of a queue: 1 to 64 characters, no `/`",
    )
}

pub(super) fn package_version(text: &str) -> Check {
    let fits = text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".+!-".contains(c));
    when(
        !fits,
        format!("must be one version such as `0.31.0`, not `{text}`"),
    )
}

pub(super) fn supervisor(text: &str) -> Check {
    when(
        !matches!(text, "auto" | "systemd" | "gpucluster"),
        format!("must be `auto`, `systemd` or `gpucluster`, not `{text}`"),
    )
}

pub(super) fn program(text: &str) -> Check {
    when(
        text.trim().is_empty() || text.chars().any(char::is_control) || text.starts_with('-'),
        format!("must be a program such as `python3`, not `{text}`"),
    )
}
