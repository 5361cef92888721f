//! A stand-in for the Hub on the loopback device, and a cache in a temporary folder.

mod copies;
mod faults;
mod fetching;

use super::*;
use crate::model::{Cargo, Digest, Found, Origin};
use crate::parse::hub::{self, Filter};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The commit of every repository here.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// Large enough for several pieces.
const LARGE: usize = 300_000;

/// A server that answers by a function of the request; it keeps what it was asked.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn new(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut text = String::new();
                    let mut buffer = vec![0; 4096];
                    while !text.ends_with("\r\n\r\n") {
                        match stream.read(&mut buffer).await {
                            Ok(length) if length > 0 => {
                                text.push_str(&String::from_utf8_lossy(&buffer[..length]));
                            }
                            _ => return,
                        }
                    }
                    log.lock().unwrap().push(text.clone());
                    let answer = answer(&text);
                    if answer.is_empty() {
                        // Whoever asked hears nothing.
                        return std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(&answer).await;
                });
            }
        });
        Self { url, asked }
    }

    /// Requests whose first line has this in it.
    fn asked(&self, what: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let first = |text: &String| text.lines().next().unwrap_or_default().contains(what);
        asked.iter().filter(|text| first(text)).cloned().collect()
    }
}

/// A header's value in a request.
fn header(request: &str, name: &str) -> Option<String> {
    request.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// Where a request begins: `Range: bytes=N-`.
fn from_of(request: &str) -> Option<usize> {
    let range = header(request, "range")?;
    range
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()
}

fn head(status: &str, more: &str, length: usize) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n")
        .into_bytes()
}

fn whole(body: &[u8]) -> Vec<u8> {
    [head("200 OK", "", body.len()), body.to_vec()].concat()
}

/// As a server with ranges answers.
fn served(request: &str, body: &[u8]) -> Vec<u8> {
    match from_of(request) {
        Some(from) if from < body.len() => {
            let range = format!(
                "content-range: bytes {from}-{}/{}\r\n",
                body.len() - 1,
                body.len()
            );
            let rest = &body[from..];
            [
                head("206 Partial Content", &range, rest.len()),
                rest.to_vec(),
            ]
            .concat()
        }
        Some(_) => head(
            "416 Range Not Satisfiable",
            &format!("content-range: bytes */{}\r\n", body.len()),
            0,
        ),
        None => whole(body),
    }
}

/// An answer that breaks off after so many bytes of its body.
fn cut(answer: Vec<u8>, bytes: usize) -> Vec<u8> {
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    answer[..(body + bytes).min(answer.len())].to_vec()
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at * 7 % 251) as u8).collect()
}

fn sum(algorithm: &'static ring::digest::Algorithm, parts: &[&[u8]]) -> String {
    let mut context = ring::digest::Context::new(algorithm);
    parts.iter().for_each(|part| context.update(part));
    let sum = context.finish();
    sum.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn sha256(data: &[u8]) -> String {
    sum(&ring::digest::SHA256, &[data])
}

fn git(data: &[u8]) -> String {
    let header = format!("blob {}\0", data.len());
    sum(
        &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        &[header.as_bytes(), data],
    )
}

/// What the API says of a repository with a large file and two equal small ones.
fn api() -> String {
    let (config, model) = (b"{}".as_slice(), large());
    json!({"id": "org/model", "sha": COMMIT, "siblings": [
        {"rfilename": "config.json", "size": config.len(), "blobId": git(config)},
        {"rfilename": "unet/deep/config.json", "size": config.len(), "blobId": git(config)},
        {"rfilename": "model.safetensors", "size": 134, "blobId": git(b"pointer"),
         "lfs": {"sha256": sha256(&model), "size": model.len(), "pointerSize": 134}},
    ]})
    .to_string()
}

/// A temporary cache.
fn cache() -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::try_from(dir.path().canonicalize().unwrap()).unwrap();
    let root = path.join("cache");
    std::fs::create_dir(&root).unwrap();
    (dir, root)
}

fn manner() -> Manner {
    Manner {
        silence: Duration::from_secs(20),
        pause: Duration::ZERO,
        tries: 3,
    }
}

fn of_hub(url: &str, token: Option<&str>) -> Supplier {
    let hub = Hub {
        endpoint: url.to_owned(),
        token: token.map(|token| token.to_owned().into()),
        page: format!("{url}/org/model"),
        typed: "hf:org/model".to_owned(),
    };
    Supplier::http(Some(hub), manner()).unwrap()
}

/// The load of the repository, as the command makes it.
async fn load_of(supplier: &Supplier, url: &str, root: &Utf8Path) -> Result<Load, Fault> {
    let repo = hub::repo("org/model").unwrap();
    let answer = supplier.text(&repo.api(url)).await?;
    Ok(hub::load(&repo, &answer, url, root, &Filter::default()).unwrap())
}

/// One file at an address.
fn single(url: &str, root: &Utf8Path, size: Option<u64>, digest: Option<Digest>) -> Load {
    let place = root.join("data/file");
    Load {
        title: url.to_owned(),
        root: root.to_owned(),
        commit: None,
        files: vec![Cargo {
            name: "file".to_owned(),
            part: format!("{place}.incomplete").into(),
            place: place.clone(),
            size,
            digest,
            origin: Origin::Http {
                url: url.to_owned(),
                etag: None,
            },
            links: Vec::new(),
        }],
        place,
        links: Vec::new(),
        references: Vec::new(),
    }
}

/// Brings in what is missing; gives what was told.
async fn bring(load: &Load, supplier: &Supplier) -> Result<Vec<Haul>, Fault> {
    let there = survey(load).await?;
    let wanted: Vec<usize> = (0..there.len())
        .filter(|index| there[*index] != Found::There)
        .collect();
    let told = RefCell::new(Vec::new());
    bring_in(load, &wanted, supplier, &Stop::default(), &|haul| {
        told.borrow_mut().push(haul);
    })
    .await?;
    Ok(told.into_inner())
}

/// Puts something where an earlier run would have left it.
fn leave(path: &Utf8Path, content: &[u8]) {
    std::fs::DirBuilder::new()
        .recursive(true)
        .create(path.parent().unwrap())
        .unwrap();
    super::super::fs::write(path, content, 0o644).unwrap();
}
