//! Questions to servers: where they send us, what they refuse, and who may see the token.

use super::super::{fetch, proxy, wandb};
use super::{Manner, faults};
use crate::model::{Advice, Fault};
use crate::reason::ids;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_RANGE, ETAG, HeaderValue, IF_RANGE, LOCATION, RANGE,
    USER_AGENT,
};
use http::{Response, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};

/// How often a server may send us elsewhere: a renamed repository, the Hub's storage, its mirror.
const REDIRECTS: usize = 10;

/// No answer of the Hub's API is larger; a repository of 50 000 files has one of 20 MB.
const LARGEST_ANSWER: usize = 64 << 20;

/// The Hugging Face Hub, or a mirror of it.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Its address, without a slash at the end.
    pub endpoint: String,
    /// A person's token for it.
    pub token: Option<SecretString>,
    /// The repository's page, to accept its terms on.
    pub page: String,
    /// The repository as it was typed.
    pub typed: String,
}

/// Why a question was not answered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It may be tried again.
    Passing(Fault),
    /// It will not help to try again.
    Lasting(Fault),
}

impl Trouble {
    /// The fault that a person sees.
    pub(super) fn fault(self) -> Fault {
        match self {
            Self::Passing(fault) | Self::Lasting(fault) => fault,
        }
    }
}

/// Where files come from.
pub struct Supplier {
    http: Option<Client<HttpsConnector<proxy::Connector>, Empty<Bytes>>>,
    hub: Option<Hub>,
    /// How patient we are.
    pub(super) manner: Manner,
}

impl Supplier {
    /// The files of this machine.
    pub fn disk() -> Self {
        Self {
            http: None,
            hub: None,
            manner: Manner::default(),
        }
    }

    /// Servers; the Hub among them where a repository is fetched.
    ///
    /// # Errors
    /// `TLS_UNTRUSTED`: this machine has no certificates.
    pub fn http(hub: Option<Hub>, manner: Manner) -> Result<Self, Fault> {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| {
                Fault::new(
                    ids::TLS_UNTRUSTED,
                    "this machine's certificates are unusable",
                )
                .caused_by(error.to_string())
            })?
            .https_or_http()
            .enable_http1()
            .wrap_connector(proxy::Connector::from_env());
        Ok(Self {
            http: Some(Client::builder(TokioExecutor::new()).build(connector)),
            hub,
            manner,
        })
    }

    /// The repository that is fetched, as it was typed.
    pub(super) fn typed(&self) -> Option<&str> {
        self.hub.as_ref().map(|hub| hub.typed.as_str())
    }

    /// A short text, such as the API's answer.
    ///
    /// # Errors
    /// As [`super::bring_in`]; `HUB_REPOSITORY_UNKNOWN`.
    pub async fn text(&self, url: &str) -> Result<String, Fault> {
        let answer = self.get(url, 0, None).await.map_err(Trouble::fault)?;
        let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect();
        let body = tokio::time::timeout(self.manner.silence, body)
            .await
            .map_err(|_| self.silent(url).fault())?
            .map_err(|error| faults::failed(url, error.to_string()))?;
        Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
    }

    /// Length and strong mark of a file, as far as the server tells: its first byte is asked for.
    /// Some servers allow no `HEAD`.
    ///
    /// # Errors
    /// As [`super::bring_in`].
    pub async fn look(&self, url: &str) -> Result<(Option<u64>, Option<String>), Fault> {
        let answer = self.ask(url, Some("bytes=0-0"), None).await;
        let answer = answer.map_err(Trouble::fault)?;
        let length = if answer.status() == StatusCode::OK {
            answer.body().size_hint().exact()
        } else {
            total_of(&answer)
        };
        let etag = answer
            .headers()
            .get(ETAG)
            .and_then(|etag| etag.to_str().ok());
        let etag = etag.filter(|etag| etag.starts_with('"')).map(str::to_owned);
        Ok((length, etag))
    }

    /// A file from a position on.
    pub(super) async fn get(
        &self,
        url: &str,
        from: u64,
        etag: Option<&str>,
    ) -> Result<Response<Incoming>, Trouble> {
        let range = (from > 0).then(|| format!("bytes={from}-"));
        self.ask(url, range.as_deref(), etag).await
    }

    async fn ask(
        &self,
        from: &str,
        range: Option<&str>,
        etag: Option<&str>,
    ) -> Result<Response<Incoming>, Trouble> {
        let wrong = |why: String| Trouble::Lasting(faults::failed(from, why));
        let Some(client) = &self.http else {
            return Err(wrong("no server is asked here".to_owned()));
        };
        let mut at: Uri = from
            .parse()
            .map_err(|error: http::uri::InvalidUri| wrong(error.to_string()))?;
        for _ in 0..=REDIRECTS {
            let mut request = http::Request::get(at.clone())
                .header(
                    USER_AGENT,
                    concat!("gpucluster/", env!("CARGO_PKG_VERSION")),
                )
                .header(ACCEPT_ENCODING, "identity");
            if let Some(range) = range {
                request = request.header(RANGE, range);
                if let Some(etag) = etag {
                    request = request.header(IF_RANGE, etag);
                }
            }
            if let Some(token) = self.token_for(&at)? {
                request = request.header(AUTHORIZATION, token);
            }
            let request = request
                .body(Empty::new())
                .map_err(|error| wrong(error.to_string()))?;
            let answer = tokio::time::timeout(self.manner.silence, client.request(request))
                .await
                .map_err(|_| self.silent(from))?
                .map_err(|error| {
                    let words = wandb::words(at.host().unwrap_or(from), &error);
                    Trouble::Passing(faults::unreachable(from, words))
                })?;
            let status = answer.status();
            if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE {
                return Ok(answer);
            }
            let to = answer.headers().get(LOCATION);
            let Some(to) = to.filter(|_| status.is_redirection()) else {
                return Err(self.refused(from, &answer));
            };
            let next = to.to_str().ok().and_then(|to| fetch::elsewhere(&at, to));
            at = next.ok_or_else(|| wrong("the server sends us where we do not go".to_owned()))?;
        }
        Err(wrong("the server sends us round and round".to_owned()))
    }

    /// The token as a header, for the Hub's own server and for nobody it sends us to.
    fn token_for(&self, at: &Uri) -> Result<Option<HeaderValue>, Trouble> {
        let Some((hub, token)) = self
            .hub
            .as_ref()
            .and_then(|hub| Some((hub, hub.token.as_ref()?)))
        else {
            return Ok(None);
        };
        let endpoint: Uri = match hub.endpoint.parse() {
            Ok(endpoint) => endpoint,
            Err(_) => return Ok(None),
        };
        if place(&endpoint) != place(at) {
            return Ok(None);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret().trim()))
            .map_err(|_| {
            Trouble::Lasting(Fault::new(
                ids::HUB_ACCESS_DENIED,
                "HF_TOKEN has characters that no token has",
            ))
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    fn silent(&self, from: &str) -> Trouble {
        let why = format!(
            "the server said nothing for {} s",
            self.manner.silence.as_secs()
        );
        Trouble::Passing(faults::failed(from, why))
    }

    /// An answer that is a refusal.
    fn refused(&self, from: &str, answer: &Response<Incoming>) -> Trouble {
        let status = answer.status();
        let said = format!("the server answered {status}");
        if status.is_server_error()
            || matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
            )
        {
            return Trouble::Passing(faults::failed(from, said));
        }
        // What the Hub says in a word: `RepoNotFound`, `RevisionNotFound`, `GatedRepo`.
        let code = answer.headers().get("x-error-code");
        let code = code.and_then(|code| code.to_str().ok()).unwrap_or_default();
        let fault = match (&self.hub, status) {
            (Some(hub), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                if code != "RepoNotFound" || hub.token.is_some() =>
            {
                denied(hub)
            }
            (
                Some(hub),
                StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN,
            ) => unknown(hub, code),
            _ => faults::failed(from, said.clone()),
        };
        let fault = match self.hub {
            Some(_) => fault.caused_by(said),
            None => fault,
        };
        Trouble::Lasting(fault)
    }
}

fn denied(hub: &Hub) -> Fault {
    let fault = Fault::new(
        ids::HUB_ACCESS_DENIED,
        format!("{} may not be read as we are", hub.typed),
    )
    .advise(Advice::say(format!(
        "accept its terms on its page, as the token's account: {}",
        hub.page
    )));
    let again = format!(
        "read -rs HF_TOKEN && export HF_TOKEN && gpucluster nfs warm {}",
        hub.typed
    );
    match hub.token {
        Some(_) => fault.advise(Advice::run("then, or with a token that may read it", again)),
        None => fault.advise(Advice::run(
            "then give a token of that account, typed where nobody sees it",
            again,
        )),
    }
}

fn unknown(hub: &Hub, code: &str) -> Fault {
    let (typed, endpoint) = (&hub.typed, &hub.endpoint);
    let what = match code {
        "RevisionNotFound" => format!("{typed} has no such revision at {endpoint}"),
        "EntryNotFound" => format!("{typed} has no such file at {endpoint}"),
        _ => format!("{typed} is not at {endpoint}, or is private"),
    };
    Fault::new(ids::HUB_REPOSITORY_UNKNOWN, what)
        .advise(Advice::say(format!("look at its page: {}", hub.page)))
}

/// Scheme, host and port of an address.
fn place(at: &Uri) -> (Option<&str>, Option<String>, u16) {
    let usual = if at.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    (
        at.scheme_str(),
        at.host().map(str::to_ascii_lowercase),
        at.port_u16().unwrap_or(usual),
    )
}

/// The whole length in `Content-Range: bytes 5-9/10` or `bytes */10`.
pub(super) fn total_of<T>(answer: &Response<T>) -> Option<u64> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.rsplit_once('/')?.1.trim().parse().ok()
}

/// The position that `Content-Range: bytes 5-9/10` begins at.
pub(super) fn start_of<T>(answer: &Response<T>) -> Option<u64> {
    let range = answer.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    let (start, _) = range.trim().strip_prefix("bytes ")?.split_once('-')?;
    start.trim().parse().ok()
}
