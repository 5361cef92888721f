//! The questions to W&B's server. The key is in one header of the request and nowhere else.

use super::secrets::Secrets;
use crate::host::kube::chain;
use crate::host::{Answer, HostError, netrc};
use crate::model::SecretName;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::error::Error;
use std::io;
use std::time::Duration;

/// How long one request may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Launch queues live in this project, whatever the entity (wandb 0.31, `ProjectRunQueues`).
const QUEUE_PROJECT: &str = "model-registry";

/// No answer of these two is larger.
const LARGEST: usize = 4 << 20;

const VIEWER: &str =
    "query Viewer { viewer { id entity username teams { edges { node { name } } } } }";

const QUEUES: &str = "query ProjectRunQueues($entity: String!, $projectName: String!) { \
project(entityName: $entity, name: $projectName) { runQueues { id name createdBy access } } }";

const QUEUE: &str = "query GetRunQueueMetadata($projectName: String!, $entityName: String!, \
$runQueue: String!) { project(name: $projectName, entityName: $entityName) { \
runQueue(name: $runQueue) { id access defaultResourceConfigID prioritizationMode } } }";

const QUEUE_CONFIG: &str = "query GetDefaultResourceConfig($entityName: String!, $id: ID!) { \
entity(name: $entityName) { defaultResourceConfig(id: $id) { config resource \
templateVariables { name schema } } } }";

/// Whom the key belongs to.
pub(super) async fn viewer(
    base_url: &str,
    secrets: &Secrets,
    limit: Duration,
) -> Result<Answer, HostError> {
    ask(base_url, secrets, &json!({ "query": VIEWER }), limit).await
}

/// The queues of an entity; without one, of the key's default entity. Where that cannot be told,
/// the server's answer to the question for it.
pub(super) async fn queues(
    base_url: &str,
    entity: Option<&str>,
    secrets: &Secrets,
    limit: Duration,
) -> Result<Answer, HostError> {
    let entity = match entity {
        Some(entity) => entity.to_owned(),
        None => {
            let answer = viewer(base_url, secrets, limit).await?;
            let body: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
            match body.pointer("/data/viewer/entity").and_then(Value::as_str) {
                Some(entity) if answer.code == 200 => entity.to_owned(),
                _ => return Ok(answer),
            }
        }
    };
    let variables = json!({ "entity": entity, "projectName": QUEUE_PROJECT });
    ask(
        base_url,
        secrets,
        &json!({ "query": QUEUES, "variables": variables }),
        limit,
    )
    .await
}

/// A queue with its default configuration: the client's two questions, their answers side by side.
pub(super) async fn queue(
    base_url: &str,
    entity: &str,
    queue: &str,
    secrets: &Secrets,
    limit: Duration,
) -> Result<Answer, HostError> {
    let variables = json!({
        "entityName": entity, "projectName": QUEUE_PROJECT, "runQueue": queue
    });
    let question = json!({ "query": QUEUE, "variables": variables });
    let mut answer = ask(base_url, secrets, &question, limit).await?;
    let mut body: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    let id = body.pointer("/data/project/runQueue/defaultResourceConfigID");
    let Some(id) = id.filter(|id| answer.code == 200 && !id.is_null()) else {
        return Ok(answer);
    };
    let variables = json!({ "entityName": entity, "id": id });
    let question = json!({ "query": QUEUE_CONFIG, "variables": variables });
    let config = ask(base_url, secrets, &question, limit).await?;
    let parsed: Value = serde_json::from_str(&config.stdout).unwrap_or_default();
    let Some(entity) = parsed
        .pointer("/data/entity")
        .filter(|_| config.code == 200)
    else {
        return Ok(config);
    };
    body["data"]["entity"] = entity.clone();
    answer.stdout = body.to_string();
    Ok(answer)
}

async fn ask(
    base_url: &str,
    secrets: &Secrets,
    body: &Value,
    limit: Duration,
) -> Result<Answer, HostError> {
    let request = request(base_url, secrets, body)?;
    let host = netrc::machine_of(base_url).unwrap_or(base_url);
    match tokio::time::timeout(limit, send(host, request)).await {
        Ok(answer) => answer.map(|mut answer| {
            // A server may repeat in its answer what it was sent.
            answer.stdout = secrets.redactor().clean(answer.stdout);
            answer
        }),
        Err(_) => Err(HostError::Hung {
            what: host.to_owned(),
            limit,
        }),
    }
}

fn request(
    base_url: &str,
    secrets: &Secrets,
    body: &Value,
) -> Result<http::Request<Full<Bytes>>, HostError> {
    let key = secrets
        .value(SecretName::WandbKey)
        .ok_or_else(|| HostError::Denied("no W&B key is known".to_owned()))?;
    if let Some(fault) = secrets.wandb_malformed() {
        return Err(HostError::Denied(fault.summary));
    }
    let credentials = base64(format!("api:{}", key.expose_secret()).as_bytes());
    let mut authorization = HeaderValue::try_from(format!("Basic {credentials}"))
        .map_err(|_| HostError::Denied("the W&B key has characters that no key has".to_owned()))?;
    authorization.set_sensitive(true);
    http::Request::post(format!("{}/graphql", base_url.trim_end_matches('/')))
        .header(AUTHORIZATION, authorization)
        .header(CONTENT_TYPE, "application/json")
        .header(
            USER_AGENT,
            concat!("gpucluster/", env!("CARGO_PKG_VERSION")),
        )
        .body(Full::new(Bytes::from(body.to_string())))
        .map_err(|error| HostError::Io(format!("{base_url} is no usable address: {error}")))
}

async fn send(host: &str, request: http::Request<Full<Bytes>>) -> Result<Answer, HostError> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| HostError::Io(format!("this machine's certificates: {error}")))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(super::proxy::Connector::from_env());
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let answer = client
        .request(request)
        .await
        .map_err(|error| HostError::Unreachable(words(host, &error)))?;
    let code = i32::from(answer.status().as_u16());
    let body = Limited::new(answer.into_body(), LARGEST)
        .collect()
        .await
        .map_err(|error| HostError::Unreachable(format!("{host} broke off its answer: {error}")))?;
    Ok(Answer {
        code,
        stdout: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        stderr: String::new(),
    })
}

/// A failed connection in words: which of the ways there it failed on.
pub(super) fn words(host: &str, error: &(dyn Error + 'static)) -> String {
    let chain = chain(error);
    let mut kind = None;
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            kind = Some(error.kind());
        }
        source = error.source();
    }
    let lower = chain.to_lowercase();
    let what = if lower.contains("proxy") {
        "cannot be reached through the proxy"
    } else if lower.contains("dns error") || lower.contains("lookup") {
        "is a name that cannot be resolved"
    } else if lower.contains("certificate") {
        "showed a certificate that this machine does not trust"
    } else if ["tls", "corrupt message", "handshake", "peer sent"]
        .iter()
        .any(|word| lower.contains(word))
    {
        "does not speak TLS as this machine does"
    } else {
        match kind {
            Some(io::ErrorKind::ConnectionRefused) => "refused the connection",
            Some(io::ErrorKind::TimedOut) => "did not answer",
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
                "broke off the connection"
            }
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                "cannot be reached from here"
            }
            _ => "cannot be reached",
        }
    };
    format!("{host} {what} ({chain})")
}

/// Base64 with padding (RFC 4648), for the one header that needs it.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .chain([0; 2].iter())
            .take(3)
            .fold(0_u32, |group, byte| group << 8 | u32::from(*byte));
        for place in 0..4 {
            let letter = ALPHABET[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() {
                '='
            } else {
                letter as char
            });
        }
    }
    text
}

#[cfg(test)]
#[path = "wandb_tests.rs"]
mod tests;
