//! The cluster's API through `kube::Client`, for every world: the real host gives a client made
//! from our kubeconfig, the simulated one a client over its API in memory.
//!
//! Requests are built by kube's own request builder and answered as plain JSON, so that no field of
//! an object is lost to a type that does not know it.

use super::{HostError, KubeQuery};
use crate::model::ObjectRef;
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, GetParams, GroupVersionKind, ListParams, LogParams,
    Patch, PatchParams, ValidationDirective,
};
use kube::core::Request;
use kube::{Client, Error, Resource};
use serde_json::Value;
use std::time::Duration;

/// Name under which our fields are owned (server-side apply).
pub const FIELD_MANAGER: &str = "gpucluster";

/// How long one request may take in all, connecting included.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(15);

/// Most bytes of a container's log.
const LOG_LIMIT: i64 = 512 << 10;

/// How long connecting may take; for who makes the client.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Kinds without a namespace, of those that we and Launch deal with.
const CLUSTER_WIDE: &[&str] = &[
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
];

/// Asks, and waits for the answer as long as `limit`, usually [`REQUEST_LIMIT`].
///
/// # Errors
/// `Unreachable` when nobody answers, `Hung` when not in time, `Refused` with the API's words
/// otherwise.
pub async fn query(
    client: &Client,
    query: &KubeQuery,
    limit: Duration,
) -> Result<Option<Value>, HostError> {
    match query {
        KubeQuery::Ready => {
            let request = http::Request::get("/readyz")
                .body(Vec::new())
                .map_err(|error| HostError::Io(error.to_string()))?;
            let text = within(limit, "GET /readyz", client.request_text(request)).await?;
            Ok(Some(Value::String(text.trim().to_owned())))
        }
        KubeQuery::Get(object) => {
            let request = path_of(object)?
                .get(&object.name, &GetParams::default())
                .map_err(|error| HostError::Io(chain(&error)))?;
            let what = format!("GET {object}");
            absent_is_none(within(limit, &what, client.request::<Value>(request)).await)
        }
        KubeQuery::Log {
            namespace,
            pod,
            lines,
        } => {
            let path = DynamicObject::url_path(&resource("v1", "Pod"), Some(namespace));
            let params = LogParams {
                tail_lines: Some(i64::from(*lines)),
                limit_bytes: Some(LOG_LIMIT),
                timestamps: true,
                ..LogParams::default()
            };
            let request = Request::new(path)
                .logs(pod, &params)
                .map_err(|error| HostError::Io(chain(&error)))?;
            let what = format!("GET the log of {namespace}/{pod}");
            let text = within(limit, &what, client.request_text(request)).await;
            absent_is_none(text).map(|text| text.map(Value::String))
        }
        KubeQuery::List {
            api_version,
            kind,
            namespace,
            selector,
        } => {
            let resource = resource(api_version, kind);
            let path = DynamicObject::url_path(&resource, namespace.as_deref());
            let mut params = ListParams::default();
            if !selector.is_empty() {
                params = params.labels(selector);
            }
            let request = Request::new(path)
                .list(&params)
                .map_err(|error| HostError::Io(chain(&error)))?;
            let what = format!("GET {}", resource.plural);
            within(limit, &what, client.request::<Value>(request))
                .await
                .map(Some)
        }
    }
}

/// Applies an object server-side; conflicts with other field managers are taken over, because the
/// difference was shown and consented to. Unknown and doubled fields are refused by the API.
///
/// # Errors
/// As [`query`].
pub async fn apply(client: &Client, object: &Value) -> Result<Value, HostError> {
    let name = ObjectRef::of(object).ok_or_else(|| {
        HostError::Io("an object to apply lacks apiVersion, kind or metadata.name".to_owned())
    })?;
    let mut params = PatchParams::apply(FIELD_MANAGER).force();
    params.field_validation = Some(ValidationDirective::Strict);
    let request = path_of(&name)?
        .patch(&name.name, &params, &Patch::Apply(object))
        .map_err(|error| HostError::Io(chain(&error)))?;
    within(
        REQUEST_LIMIT,
        &format!("PATCH {name}"),
        client.request::<Value>(request),
    )
    .await
}

/// Deletes an object in the background. Missing is success.
///
/// # Errors
/// As [`query`].
pub async fn delete(client: &Client, object: &ObjectRef) -> Result<(), HostError> {
    let request = path_of(object)?
        .delete(&object.name, &DeleteParams::background())
        .map_err(|error| HostError::Io(chain(&error)))?;
    let what = format!("DELETE {object}");
    absent_is_none(within(REQUEST_LIMIT, &what, client.request::<Value>(request)).await).map(|_| ())
}

/// The collection an object lives in. A namespaced object without a namespace is in `default`, as
/// for kubectl; asked for cluster-wide the API would answer "not found".
fn path_of(object: &ObjectRef) -> Result<Request, HostError> {
    if object.name.is_empty() {
        return Err(HostError::Io(format!("a {} without a name", object.kind)));
    }
    let namespace = match &object.namespace {
        Some(namespace) => Some(namespace.as_str()),
        None if CLUSTER_WIDE.contains(&object.kind.as_str()) => None,
        None => Some("default"),
    };
    let resource = resource(&object.api_version, &object.kind);
    Ok(Request::new(DynamicObject::url_path(&resource, namespace)))
}

fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    // Plurals follow kube's rules, which cover every native kind.
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

async fn within<T>(
    limit: Duration,
    what: &str,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, HostError> {
    match tokio::time::timeout(limit, request).await {
        Ok(answer) => answer.map_err(|error| explain(&error)),
        Err(_) => Err(HostError::Hung {
            what: format!("{what} of the Kubernetes API"),
            limit,
        }),
    }
}

fn absent_is_none<T>(answer: Result<T, HostError>) -> Result<Option<T>, HostError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(HostError::Refused { code: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An error of kube in our terms.
pub(crate) fn explain(error: &Error) -> HostError {
    match error {
        Error::Api(status) => HostError::Refused {
            code: status.code,
            message: if status.message.is_empty() {
                format!(
                    "the Kubernetes API answered {} {}",
                    status.code, status.reason
                )
            } else {
                status.message.clone()
            },
        },
        Error::Service(_) | Error::HyperError(_) => HostError::Unreachable(format!(
            "the Kubernetes API cannot be reached: {}",
            chain(error)
        )),
        other => HostError::Io(format!(
            "the Kubernetes API cannot be used: {}",
            chain(other)
        )),
    }
}

/// An error with everything behind it, each part said once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::client::Body;
    use serde_json::json;
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};
    use tower::service_fn;

    type Seen = Arc<Mutex<Vec<(String, String)>>>;

    /// A client whose API answers always the same, and what it was asked.
    fn api(code: u16, body: &str) -> (Client, Seen) {
        let seen: Seen = Arc::default();
        let (notes, body) = (seen.clone(), body.to_owned());
        let service = service_fn(move |request: http::Request<Body>| {
            let line = (request.method().to_string(), request.uri().to_string());
            notes.lock().unwrap().push(line);
            let answer = http::Response::builder()
                .status(code)
                .body(Body::from(body.clone().into_bytes()));
            async move { Ok::<_, Infallible>(answer.unwrap()) }
        });
        (Client::new(service, "default"), seen)
    }

    fn asked(seen: &Seen) -> (String, String) {
        seen.lock().unwrap()[0].clone()
    }

    #[tokio::test]
    async fn readiness_is_the_text_of_readyz() {
        let (client, seen) = api(200, "ok");
        let answer = query(&client, &KubeQuery::Ready, REQUEST_LIMIT).await;
        assert_eq!(answer, Ok(Some(json!("ok"))));
        assert_eq!(asked(&seen), ("GET".to_owned(), "/readyz".to_owned()));
    }

    #[tokio::test]
    async fn a_missing_object_is_none_and_a_namespaced_one_is_looked_for_in_default() {
        let status = r#"{"kind":"Status","status":"Failure","message":"not found","reason":"NotFound","code":404}"#;
        let (client, seen) = api(404, status);
        let claim = ObjectRef::new("v1", "PersistentVolumeClaim", None, "nfs-pvc");
        assert_eq!(
            query(&client, &KubeQuery::Get(claim), REQUEST_LIMIT).await,
            Ok(None)
        );
        assert_eq!(
            asked(&seen).1,
            "/api/v1/namespaces/default/persistentvolumeclaims/nfs-pvc"
        );
    }

    #[tokio::test]
    async fn a_list_has_its_selector_and_its_group() {
        let (client, seen) = api(200, r#"{"items":[{"metadata":{"name":"a"}}]}"#);
        let list = KubeQuery::List {
            api_version: "batch/v1".to_owned(),
            kind: "Job".to_owned(),
            namespace: None,
            selector: "wandb.ai/monitor=true".to_owned(),
        };
        let answer = query(&client, &list, REQUEST_LIMIT).await.unwrap().unwrap();
        assert_eq!(answer["items"][0]["metadata"]["name"], "a");
        let uri = asked(&seen).1;
        assert!(uri.starts_with("/apis/batch/v1/jobs?"), "{uri}");
        assert!(
            uri.contains("labelSelector=wandb.ai%2Fmonitor%3Dtrue"),
            "{uri}"
        );
    }

    #[tokio::test]
    async fn a_log_is_asked_for_by_its_end_and_bounded() {
        let (client, seen) = api(200, "one\ntwo\n");
        let log = KubeQuery::Log {
            namespace: "kube-system".to_owned(),
            pod: "p".to_owned(),
            lines: 7,
        };
        let answer = query(&client, &log, REQUEST_LIMIT).await;
        assert_eq!(answer, Ok(Some(json!("one\ntwo\n"))));
        let uri = asked(&seen).1;
        assert!(
            uri.starts_with("/api/v1/namespaces/kube-system/pods/p/log?"),
            "{uri}"
        );
        for part in ["tailLines=7", "limitBytes=524288", "timestamps=true"] {
            assert!(uri.contains(part), "{uri}");
        }
    }

    #[tokio::test]
    async fn apply_is_server_side_forced_and_under_our_name() {
        let object =
            json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "nfs-pv"}});
        let (client, seen) = api(200, &object.to_string());
        assert_eq!(apply(&client, &object).await, Ok(object));
        let (method, uri) = asked(&seen);
        assert_eq!(method, "PATCH");
        assert!(
            uri.starts_with("/api/v1/persistentvolumes/nfs-pv?"),
            "{uri}"
        );
        for part in ["force=true", "fieldManager=gpucluster"] {
            assert!(uri.contains(part), "{uri}");
        }
    }

    #[tokio::test]
    async fn a_refusal_keeps_the_apis_own_words() {
        let status = r#"{"kind":"Status","status":"Failure","message":"spec is immutable","reason":"Invalid","code":422}"#;
        let (client, _) = api(422, status);
        let object =
            json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "nfs-pv"}});
        let expected = HostError::Refused {
            code: 422,
            message: "spec is immutable".to_owned(),
        };
        assert_eq!(apply(&client, &object).await, Err(expected));
    }

    #[tokio::test]
    async fn an_object_without_a_name_is_an_error_and_not_a_request() {
        let (client, seen) = api(200, "{}");
        let nameless = json!({"apiVersion": "v1", "kind": "Namespace"});
        assert!(apply(&client, &nameless).await.is_err());
        assert!(seen.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn deleting_what_is_missing_succeeds() {
        let (client, seen) = api(404, "404 page not found");
        let namespace = ObjectRef::new("v1", "Namespace", None, "launch");
        assert_eq!(delete(&client, &namespace).await, Ok(()));
        assert_eq!(
            asked(&seen),
            ("DELETE".to_owned(), "/api/v1/namespaces/launch?".to_owned())
        );
    }

    #[tokio::test]
    async fn nobody_listening_is_unreachable_with_the_cause_in_words() {
        let service = service_fn(|_: http::Request<Body>| async {
            let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            Err::<http::Response<Body>, _>(refused)
        });
        let client = Client::new(service, "default");
        let Err(HostError::Unreachable(text)) =
            query(&client, &KubeQuery::Ready, REQUEST_LIMIT).await
        else {
            panic!("a refused connection must be told apart")
        };
        assert!(text.contains("connection refused"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_hung_after_the_limit() {
        let service = service_fn(|_: http::Request<Body>| async {
            std::future::pending::<Result<http::Response<Body>, Infallible>>().await
        });
        let client = Client::new(service, "default");
        let answer = query(&client, &KubeQuery::Ready, REQUEST_LIMIT).await;
        assert!(matches!(answer, Err(HostError::Hung { .. })), "{answer:?}");
    }
}
