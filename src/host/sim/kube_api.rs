//! The cluster's API in memory, as the HTTP service that the real `kube::Client` speaks to: so that
//! manifests, field manager and error handling are those of production.

use super::bench::Bench;
use super::kube_store::{At, KINDS, KubeStore, Refusal};
use super::{durations, kube_controllers, minikube_queries};
use crate::host::HostError;
use crate::model::Fault;
use crate::reason::ids;
use camino::Utf8Path;
use http::{Request, Response};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;

/// A client of the cluster of a profile, by the kubeconfig at a place on the simulated machine.
pub fn client_for(bench: &Arc<Bench>, profile: &str, kubeconfig: &Utf8Path) -> kube::Client {
    let way = Arc::new((Arc::clone(bench), profile.to_owned(), kubeconfig.to_owned()));
    let service = tower::service_fn(move |request: Request<Body>| {
        let way = Arc::clone(&way);
        async move { serve(&way.0, &way.1, &way.2, request).await }
    });
    kube::Client::new(service, "default")
}

/// What a refusal of the API amounts to when an object is applied or deleted.
pub fn fault_of(error: HostError) -> Fault {
    let words = error.to_string();
    match error {
        HostError::Unreachable(_) => Fault::new(
            ids::CLUSTER_UNREACHABLE,
            "the cluster's API does not answer",
        )
        .caused_by(words),
        HostError::Refused { code: 422, .. } if words.contains("immutable") => Fault::new(
            ids::VOLUME_IMMUTABLE,
            "what differs cannot be changed in place",
        )
        .caused_by(words),
        _ => Fault::new(
            ids::KUBE_API_REFUSED,
            "the cluster's API refused the change",
        )
        .caused_by(words),
    }
}

/// The way to the API: our kubeconfig must be there, with the profile's context in it, and the
/// control plane must run.
fn connect(bench: &Bench, profile: &str, kubeconfig: &Utf8Path) -> Result<(), io::Error> {
    let world = bench.world();
    let address = minikube_queries::node_ip(&world, profile);
    let refused = |words: String| Err(io::Error::new(io::ErrorKind::ConnectionRefused, words));
    let config = world.text(kubeconfig).ok().flatten().unwrap_or_default();
    if !config.contains(&format!("current-context: {profile}\n")) {
        return refused(format!("{kubeconfig} has no context `{profile}`"));
    }
    if !config.contains(&format!("https://{address}:8443")) {
        return refused(format!("{kubeconfig} is of an earlier cluster"));
    }
    if !minikube_queries::api_runs(&world, profile) {
        return refused(format!(
            "tcp connect error: {address}:8443: Connection refused (os error 111)"
        ));
    }
    Ok(())
}

async fn serve(
    bench: &Bench,
    profile: &str,
    kubeconfig: &Utf8Path,
    request: Request<Body>,
) -> Result<Response<Body>, io::Error> {
    bench.alive().await;
    bench.wait(durations::KUBE_QUERY).await;
    connect(bench, profile, kubeconfig)?;
    let (head, body) = request.into_parts();
    if let Some(pod) = head.uri.path().strip_suffix("/log") {
        return log_of(bench, profile, pod);
    }
    let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if matches!(head.uri.path(), "/readyz" | "/livez" | "/healthz") {
        return reply(200, "text/plain", b"ok".to_vec());
    }
    let sent: Option<Value> = serde_json::from_slice(&bytes).ok();
    let now = bench.now_ms();
    let answer = {
        let mut world = bench.world();
        kube_controllers::reconcile(&mut world, profile, now);
        let answer = match world.minikube.profiles.get_mut(profile) {
            Some(profile) => route(&mut profile.api, &head, sent, now),
            None => Err(Refusal {
                code: 503,
                reason: "ServiceUnavailable",
                message: "the cluster is gone".to_owned(),
            }),
        };
        kube_controllers::reconcile(&mut world, profile, now);
        answer
    };
    let (code, body) = match answer {
        Ok((code, body)) => (code, body),
        Err(refusal) => (refusal.code, refusal.body()),
    };
    reply(code, "application/json", body.to_string().into_bytes())
}

/// What the containers of a pod printed, by the pod's path. Only the device plugin says anything.
fn log_of(bench: &Bench, profile: &str, pod: &str) -> Result<Response<Body>, io::Error> {
    let mut world = bench.world();
    let there = parse_path(pod).and_then(|route| {
        let profile = world.minikube.profiles.get_mut(profile)?;
        Some(profile.api.get(&route.at))
    });
    match there {
        Some(Ok(pod)) => {
            let name = pod["metadata"]["name"].as_str().unwrap_or_default();
            let words = if name.starts_with("nvidia-device-plugin") {
                "Registered device plugin for 'nvidia.com/gpu' with Kubelet\n"
            } else {
                ""
            };
            reply(200, "text/plain", words.as_bytes().to_vec())
        }
        Some(Err(refusal)) => {
            let body = refusal.body().to_string().into_bytes();
            reply(refusal.code, "application/json", body)
        }
        None => reply(404, "text/plain", b"404 page not found".to_vec()),
    }
}

fn reply(code: u16, kind: &str, body: Vec<u8>) -> Result<Response<Body>, io::Error> {
    Response::builder()
        .status(code)
        .header("content-type", kind)
        .body(Body::from(body))
        .map_err(io::Error::other)
}

/// Where a request goes: kind, namespace, name.
struct Route {
    api_version: String,
    kind: &'static str,
    at: At,
}

fn parse_path(path: &str) -> Option<Route> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (api_version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ((*version).to_owned(), rest),
        ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
        _ => return None,
    };
    let (namespace, plural, name) = match rest {
        ["namespaces", space, plural, name] => (*space, *plural, *name),
        ["namespaces", space, plural] if kind_of(plural).is_some_and(|k| k.3) => {
            (*space, *plural, "")
        }
        [plural, name] => ("", *plural, *name),
        [plural] => ("", *plural, ""),
        _ => return None,
    };
    let known = kind_of(plural)?;
    (known.0 == api_version).then(|| Route {
        api_version,
        kind: known.1,
        at: At::new(plural, namespace, name),
    })
}

fn kind_of(plural: &str) -> Option<&'static (&'static str, &'static str, &'static str, bool)> {
    KINDS.iter().find(|kind| kind.2 == plural)
}

fn parameter(query: Option<&str>, name: &str) -> String {
    let value = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .unwrap_or_default();
    percent_decoded(value)
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = [bytes.next(), bytes.next()].map(|b| b.unwrap_or(b'0'));
                let hex = std::str::from_utf8(&digits).unwrap_or("00");
                out.push(u8::from_str_radix(hex, 16).unwrap_or(b'?'));
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn route(
    api: &mut KubeStore,
    head: &http::request::Parts,
    sent: Option<Value>,
    now_ms: u64,
) -> Result<(u16, Value), Refusal> {
    let Some(Route {
        api_version,
        kind,
        at,
    }) = parse_path(head.uri.path())
    else {
        return Err(Refusal {
            code: 404,
            reason: "NotFound",
            message: "the server could not find the requested resource".to_owned(),
        });
    };
    let query = head.uri.query();
    let bad = |words: &str| Refusal {
        code: 400,
        reason: "BadRequest",
        message: words.to_owned(),
    };
    match (head.method.as_str(), at.name.is_empty()) {
        ("GET", true) => {
            let selector = parameter(query, "labelSelector");
            let items = api.list(&at.plural, &at.namespace, &selector);
            let list = json!({
                "kind": format!("{kind}List"), "apiVersion": api_version,
                "metadata": {"resourceVersion": "1"}, "items": items
            });
            Ok((200, list))
        }
        ("GET", false) => api.get(&at).map(|object| (200, object)),
        ("POST", true) => {
            let object = sent.ok_or_else(|| bad("the body of the request is no JSON"))?;
            let name = match object["metadata"]["name"].as_str() {
                Some(name) => name.to_owned(),
                None => format!(
                    "{}x{:04}",
                    object["metadata"]["generateName"]
                        .as_str()
                        .unwrap_or("object-"),
                    now_ms % 10_000
                ),
            };
            let mut object = object;
            object["metadata"]["name"] = json!(name);
            let at = At::new(&at.plural, &at.namespace, &name);
            api.create(&at, object, now_ms).map(|object| (201, object))
        }
        ("PATCH", false) => {
            let patch = sent.ok_or_else(|| bad("the body of the request is no JSON"))?;
            let content = head
                .headers
                .get("content-type")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            if content.starts_with("application/apply-patch") {
                let manager = parameter(query, "fieldManager");
                if manager.is_empty() {
                    return Err(bad(
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required \
                                    value: is required for apply patch",
                    ));
                }
                api.apply(&at, &patch, &manager, now_ms)
                    .map(|object| (200, object))
            } else {
                api.merge_patch(&at, &patch).map(|object| (200, object))
            }
        }
        ("DELETE", false) => api.delete(&at).map(|_| {
            let done = json!({
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
                "details": {"name": at.name, "kind": at.plural}
            });
            (200, done)
        }),
        _ => Err(Refusal {
            code: 405,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource".to_owned(),
        }),
    }
}
