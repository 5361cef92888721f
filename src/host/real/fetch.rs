//! Files from elsewhere: by HTTP, or from this machine's own disk. What arrives is kept in a file
//! without a name until it is proven.

use super::perform::blocking;
use super::{proxy, wandb};
use crate::host::{Moved, Performing};
use crate::model::{Advice, Fault, Fetch, Proof};
use crate::parse::openpgp;
use crate::reason::ids;
use http::Uri;
use http::header::{LOCATION, USER_AGENT};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::time::Duration;

/// How long a server may say nothing.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// No file that is fetched is larger.
pub(super) const LARGEST: u64 = 512 << 20;
/// How often a server may send us elsewhere; curl follows fifty, GitHub needs one.
const REDIRECTS: usize = 5;
/// How much lies between two reports of progress.
const REPORT: u64 = 4 << 20;

/// Fetches a file and proves it.
///
/// # Errors
/// `DOWNLOAD_FAILED`, `DOWNLOAD_NOT_GENUINE`, `INTERRUPTED`.
pub(super) async fn fetch(what: &Fetch, how: &Performing<'_>) -> Result<File, Fault> {
    let fetched = async {
        if what.is_download() {
            download(what, how, SILENCE).await
        } else {
            let from = what.from.clone();
            blocking(move || File::open(&from).map_err(|error| failed(&from, error))).await
        }
    };
    let file = tokio::select! {
        file = fetched => file?,
        () = how.stop.drain.cancelled() => {
            return Err(Fault::new(
                ids::INTERRUPTED,
                format!("stopped while `{}` was fetched", what.from),
            ));
        }
    };
    let (from, proof) = (what.from.clone(), what.proof.clone());
    blocking(move || prove(&from, &proof, file)).await
}

fn failed(from: &str, why: impl std::fmt::Display) -> Fault {
    Fault::new(ids::DOWNLOAD_FAILED, format!("{from} cannot be fetched")).caused_by(why.to_string())
}

async fn download(what: &Fetch, how: &Performing<'_>, silence: Duration) -> Result<File, Fault> {
    let answer = get(&what.from, silence).await?;
    let total = answer.body().size_hint().exact();
    let mut body = answer.into_body();
    let mut file = tempfile::tempfile().map_err(|error| failed(&what.from, error))?;
    let (mut length, mut told) = (0_u64, 0_u64);
    while let Some(frame) = tokio::time::timeout(silence, body.frame())
        .await
        .map_err(|_| silent(&what.from, silence))?
    {
        let frame = frame.map_err(|error| failed(&what.from, chain(&error)))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        length += data.len() as u64;
        if length > LARGEST {
            return Err(failed(&what.from, "it is larger than anything expected"));
        }
        file.write_all(data)
            .map_err(|error| failed(&what.from, error))?;
        if length - told >= REPORT {
            told = length;
            (how.progress)(Moved {
                text: megabytes(length, total),
                at: None,
            });
        }
    }
    Ok(file)
}

fn megabytes(length: u64, total: Option<u64>) -> String {
    let done = length >> 20;
    match total {
        Some(total) => format!("{done} of {} MiB", total.div_ceil(1 << 20)),
        None => format!("{done} MiB"),
    }
}

fn silent(from: &str, limit: Duration) -> Fault {
    failed(
        from,
        format!("the server said nothing for {} s", limit.as_secs()),
    )
}

/// Asks for a file, wherever the server sends us; never from TLS to plain text.
async fn get(from: &str, silence: Duration) -> Result<http::Response<Incoming>, Fault> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| failed(from, format!("this machine's certificates: {error}")))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(proxy::Connector::from_env());
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let mut at: Uri = from.parse().map_err(|error| failed(from, error))?;
    for _ in 0..=REDIRECTS {
        let request = http::Request::get(at.clone())
            .header(
                USER_AGENT,
                concat!("gpucluster/", env!("CARGO_PKG_VERSION")),
            )
            .body(Empty::new())
            .map_err(|error| failed(from, error))?;
        let answer = tokio::time::timeout(silence, client.request(request))
            .await
            .map_err(|_| silent(from, silence))?
            .map_err(|error| failed(from, wandb::words(at.host().unwrap_or(from), &error)))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let to = answer.headers().get(LOCATION);
        let Some(to) = to.filter(|_| answer.status().is_redirection()) else {
            return Err(failed(
                from,
                format!("the server answered {}", answer.status()),
            ));
        };
        let next = to.to_str().ok().and_then(|to| elsewhere(&at, to));
        at = next.ok_or_else(|| failed(from, "the server sends us where we do not go"))?;
    }
    Err(failed(from, "the server sends us round and round"))
}

/// Where a redirection leads; `None` where it leads from TLS to plain text, or nowhere.
pub(super) fn elsewhere(at: &Uri, to: &str) -> Option<Uri> {
    let next: Uri = if to.starts_with("//") {
        format!("{}:{to}", at.scheme_str()?).parse().ok()?
    } else if to.starts_with('/') {
        let (scheme, host) = (at.scheme_str()?, at.authority()?);
        format!("{scheme}://{host}{to}").parse().ok()?
    } else {
        to.parse().ok()?
    };
    let downgrade = at.scheme_str() == Some("https") && next.scheme_str() != Some("https");
    (next.host().is_some() && !downgrade).then_some(next)
}

/// The causes of an error, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    crate::host::kube::chain(error)
}

/// Whether it is what was expected.
fn prove(from: &str, proof: &Proof, mut file: File) -> Result<File, Fault> {
    file.rewind().map_err(|error| failed(from, error))?;
    let (wanted, found) = match proof {
        Proof::Sha256(wanted) => {
            let sum = sha256(&mut file).map_err(|error| failed(from, error))?;
            (wanted.to_lowercase(), sum)
        }
        Proof::Key(wanted) => {
            let mut text = Vec::new();
            (&file)
                .take(1 << 20)
                .read_to_end(&mut text)
                .map_err(|error| failed(from, error))?;
            let keys = openpgp::fingerprints(&text).unwrap_or_default();
            (wanted.to_uppercase(), keys.join(" "))
        }
    };
    if wanted == found {
        return Ok(file);
    }
    let found = if found.is_empty() { "no key" } else { &found };
    Err(Fault::new(
        ids::DOWNLOAD_NOT_GENUINE,
        format!("{from} is not what it should be, and was thrown away"),
    )
    .caused_by(format!("expected {wanted}"))
    .caused_by(format!("found {found}"))
    .advise(Advice::say(
        "a mirror that is behind, or a page of a proxy in its place: look at what that address gives",
    )))
}

/// SHA-256 in lower-case hexadecimal.
fn sha256(file: &mut File) -> std::io::Result<String> {
    let mut sum = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        sum.update(&buffer[..length]);
    }
    let sum = sum.finish();
    Ok(sum
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
