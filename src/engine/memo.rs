//! A host that asks each question once.
//!
//! A survey has two needs that pull apart: steps must be judged in the order of the graph, and a
//! second `up` should take no longer than its slowest question. So all questions are asked at once
//! and the judging reads the shared answers.

use crate::host::{
    Answer, HostError, Identity, KubeQuery, Look, Meta, Query, Question, ReadHost, SecretState,
    ServiceState, Space, UnitState,
};
use crate::model::{self, SecretFile, SecretName};
use camino::{Utf8Path, Utf8PathBuf};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, join_all};
use serde_json::Value;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

type Once<'h, T> = Shared<BoxFuture<'h, Result<T, HostError>>>;
type Asked<'h, K, T> = Mutex<HashMap<K, Once<'h, T>>>;

/// Reads through to a host and remembers the answers.
pub struct Memo<'h> {
    host: &'h dyn ReadHost,
    tools: Asked<'h, Query, Answer>,
    kube: Asked<'h, KubeQuery, Option<Value>>,
    units: Asked<'h, String, UnitState>,
    slowest: Arc<Mutex<Option<model::Asked>>>,
}

fn once<'h, K, T>(
    asked: &Asked<'h, K, T>,
    key: &K,
    ask: impl FnOnce(K) -> BoxFuture<'h, Result<T, HostError>>,
) -> Once<'h, T>
where
    K: Clone + Eq + Hash,
    T: Clone,
{
    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    asked
        .entry(key.clone())
        .or_insert_with(|| ask(key.clone()).shared())
        .clone()
}

impl<'h> Memo<'h> {
    /// Remembers nothing yet.
    pub fn new(host: &'h dyn ReadHost) -> Self {
        Self {
            host,
            tools: Mutex::default(),
            kube: Mutex::default(),
            units: Mutex::default(),
            slowest: Arc::default(),
        }
    }

    /// The question whose answer took longest so far.
    pub fn slowest(&self) -> Option<model::Asked> {
        self.slowest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes the time of a question.
    fn timed<T>(
        &self,
        what: impl FnOnce() -> String + Send + 'h,
        answer: impl Future<Output = T> + Send + 'h,
    ) -> BoxFuture<'h, T> {
        let slowest = Arc::clone(&self.slowest);
        async move {
            let begun = Instant::now();
            let answer = answer.await;
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let mut slowest = slowest.lock().unwrap_or_else(PoisonError::into_inner);
            if slowest.as_ref().is_none_or(|asked| asked.ms < ms) {
                *slowest = Some(model::Asked { what: what(), ms });
            }
            answer
        }
        .boxed()
    }

    fn tool(&self, query: &Query) -> Once<'h, Answer> {
        let host = self.host;
        once(&self.tools, query, |query| {
            let name = query.name();
            self.timed(|| name, async move { host.query(&query).await })
        })
    }

    fn object(&self, query: &KubeQuery) -> Once<'h, Option<Value>> {
        let host = self.host;
        once(&self.kube, query, |query| {
            self.timed(|| "the cluster's API".to_owned(), async move {
                host.kube(&query).await
            })
        })
    }

    fn system_unit(&self, name: &str) -> Once<'h, UnitState> {
        let host = self.host;
        once(&self.units, &name.to_owned(), |name| {
            async move { host.unit(&name).await }.boxed()
        })
    }

    /// Asks all of these at once.
    pub async fn prefetch(&self, questions: Vec<Question>) {
        join_all(questions.into_iter().map(|question| async move {
            match question {
                Question::Tool(query) => {
                    let _ = self.tool(&query).await;
                }
                Question::Kube(query) => {
                    let _ = self.object(&query).await;
                }
                Question::Unit(name) => {
                    let _ = self.system_unit(&name).await;
                }
            }
        }))
        .await;
    }
}

impl ReadHost for Memo<'_> {
    fn identity(&self) -> &Identity {
        self.host.identity()
    }

    fn now_ms(&self) -> u64 {
        self.host.now_ms()
    }

    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        self.host.read_file(path)
    }

    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        self.host.stat(path)
    }

    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        self.host.real_path(path)
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        self.host.list_dir(path)
    }

    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        self.host.which(program)
    }

    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer> {
        self.tool(query).boxed()
    }

    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<Value>> {
        self.object(query).boxed()
    }

    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState> {
        self.system_unit(name).boxed()
    }

    fn service<'a>(&'a self, name: &'a str, dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        self.host.service(name, dir)
    }

    fn space<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Space> {
        self.host.space(path)
    }

    fn has_secret(&self, secret: SecretName) -> bool {
        self.host.has_secret(secret)
    }

    fn secret_state<'a>(&'a self, file: &'a SecretFile) -> Look<'a, SecretState> {
        self.host.secret_state(file)
    }
}
