//! What files of the machine say, as far as we may read them.

use crate::host::ReadHost;
use camino::Utf8Path;

/// A file's text without the white space around it; `None` where there is none or we may not look.
pub async fn text(host: &dyn ReadHost, path: &str) -> Option<String> {
    let read = host.read_file(Utf8Path::new(path)).await.ok().flatten()?;
    Some(read.trim().to_owned())
}

/// The first line of a file as it may be shown: short, and without control characters.
pub async fn word(host: &dyn ReadHost, path: &str) -> Option<String> {
    text(host, path).await.map(|text| plain(&text))
}

/// The first line of a text as it may be shown.
pub fn plain(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A number from a file of /proc or /sys.
pub async fn number(host: &dyn ReadHost, path: &str) -> Option<u64> {
    text(host, path).await?.parse().ok()
}

/// Whether something is at a path.
pub async fn exists(host: &dyn ReadHost, path: &str) -> bool {
    matches!(host.stat(Utf8Path::new(path)).await, Ok(Some(_)))
}
