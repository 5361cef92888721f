//! The way to a server: straight, or for `https` through the proxy that the environment names
//! (`https_proxy`, less `no_proxy`) by CONNECT.

use super::wandb::base64;
use futures::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use std::io;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::{BoxError, Service};

/// A proxy's answer to CONNECT is no longer than this.
const LONGEST_ANSWER: usize = 16 << 10;

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector {
    straight: HttpConnector,
    proxy: Option<Uri>,
    exceptions: String,
}

impl Connector {
    /// As the environment says. Variables in lower case come first, as for curl.
    pub fn from_env() -> Self {
        let variable = |name: &str| {
            std::env::var(name)
                .or_else(|_| std::env::var(name.to_uppercase()))
                .ok()
                .filter(|value| !value.is_empty())
        };
        let proxy = variable("https_proxy").or_else(|| variable("all_proxy"));
        Self::new(proxy.as_deref(), variable("no_proxy").unwrap_or_default())
    }

    fn new(proxy: Option<&str>, exceptions: String) -> Self {
        let mut straight = HttpConnector::new();
        // The layer above speaks TLS on it.
        straight.enforce_http(false);
        let proxy = proxy.and_then(|proxy| {
            let address = if proxy.contains("://") {
                proxy.to_owned()
            } else {
                format!("http://{proxy}")
            };
            address.parse().ok()
        });
        Self {
            straight,
            proxy,
            exceptions,
        }
    }

    fn proxy_for(&self, target: &Uri) -> Option<Uri> {
        let host = target.host()?;
        let https = target.scheme_str() == Some("https");
        (https && !is_excepted(host, &self.exceptions))
            .then(|| self.proxy.clone())
            .flatten()
    }
}

/// Whether `no_proxy` names the host: exactly, as a domain it is in, or `*`.
fn is_excepted(host: &str, exceptions: &str) -> bool {
    exceptions.split(',').map(str::trim).any(|exception| {
        let domain = exception.trim_start_matches('.');
        exception == "*"
            || (!domain.is_empty()
                && (host == domain
                    || host
                        .strip_suffix(domain)
                        .is_some_and(|rest| rest.ends_with('.'))))
    })
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.straight.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let Some(proxy) = self.proxy_for(&target) else {
            let connecting = self.straight.call(target);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        let connecting = self.straight.call(proxy.clone());
        Box::pin(async move {
            let place = proxy.host().unwrap_or_default();
            let failed = |error: &dyn std::fmt::Display| -> BoxError {
                format!("the proxy {place}: {error}").into()
            };
            let mut stream = connecting
                .await
                .map_err(|error| failed(&crate::host::kube::chain(&error)))?
                .into_inner();
            tunnel(&mut stream, &proxy, &target)
                .await
                .map_err(|error| failed(&error))?;
            Ok(TokioIo::new(stream))
        })
    }
}

/// Asks the proxy for a tunnel to the target.
async fn tunnel(stream: &mut TcpStream, proxy: &Uri, target: &Uri) -> io::Result<()> {
    let place = format!(
        "{}:{}",
        target.host().unwrap_or_default(),
        target.port_u16().unwrap_or(443)
    );
    let credentials = proxy
        .authority()
        .and_then(|authority| authority.as_str().rsplit_once('@'))
        .map(|(user, _)| format!("Proxy-Authorization: Basic {}\r\n", base64(user.as_bytes())))
        .unwrap_or_default();
    let question = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{credentials}\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > LONGEST_ANSWER {
            return Err(io::Error::other("its answer does not end"));
        }
        answer.push(stream.read_u8().await?);
    }
    let first = String::from_utf8_lossy(&answer);
    let first = first.lines().next().unwrap_or_default();
    match first.split_whitespace().nth(1) {
        Some(code) if code.starts_with('2') => Ok(()),
        _ => Err(io::Error::other(format!("it answered `{first}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_goes_through_the_proxy_and_exceptions_do_not() {
        let connector = Connector::new(Some("proxy.example:3128"), ".corp.example,10.0.0.1".into());
        let through = |target: &str| connector.proxy_for(&target.parse().unwrap()).is_some();
        assert!(through("https://api.wandb.ai"));
        assert!(!through("http://127.0.0.1:8765"));
        assert!(!through("https://wandb.corp.example"));
        assert!(!through("https://10.0.0.1"));
        assert!(through("https://notcorp.example"));
        assert!(!is_excepted("api.wandb.ai", ""));
        assert!(is_excepted("api.wandb.ai", "*"));
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_is_named_with_its_answer() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let proxy = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = vec![0; 1024];
            let length = stream.read(&mut seen).await.unwrap();
            let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
            stream.write_all(refusal).await.unwrap();
            String::from_utf8_lossy(&seen[..length]).into_owned()
        });
        let mut connector = Connector::new(Some(&format!("http://ada:pw@{place}")), String::new());
        let target = "https://api.wandb.ai".parse().unwrap();
        let error = connector.call(target).await.unwrap_err().to_string();
        assert!(error.contains("407") && error.contains("proxy"), "{error}");
        let seen = proxy.await.unwrap();
        assert!(seen.starts_with("CONNECT api.wandb.ai:443 HTTP/1.1\r\n"));
        assert!(seen.contains("Proxy-Authorization: Basic YWRhOnB3\r\n"));
    }
}
