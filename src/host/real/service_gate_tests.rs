//! A program behind its cluster: a server in this very process plays the API.

use super::super::service::look;
use super::super::service_state::Folder;
use super::tests::Place;
use crate::host::ServiceState;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// What the API says.
#[derive(Default)]
struct Api {
    answers: AtomicBool,
    has_node: AtomicBool,
    /// How often it was asked whether it is ready.
    looks: AtomicUsize,
}

impl Api {
    /// Listens for as long as the test lives; its port.
    fn listen(self: &Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let api = Arc::clone(self);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let api = Arc::clone(&api);
                std::thread::spawn(move || api.serve(stream));
            }
        });
        port
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let Some(Ok(asked)) = lines.next() else {
            return;
        };
        self.looks.fetch_add(1, Ordering::SeqCst);
        lines.find(|line| !matches!(line, Ok(text) if !text.is_empty()));
        let ready = if self.has_node.load(Ordering::SeqCst) {
            "True"
        } else {
            "False"
        };
        let (code, body) = match asked.split(' ').nth(1) {
            _ if !self.answers.load(Ordering::SeqCst) => (500, "etcd failed".to_owned()),
            Some("/readyz") => (200, "ok".to_owned()),
            Some(path) if path.starts_with("/api/v1/nodes") => {
                let status = format!(r#"{{"conditions":[{{"type":"Ready","status":"{ready}"}}]}}"#);
                (
                    200,
                    format!(r#"{{"items":[{{"spec":{{}},"status":{status}}}]}}"#),
                )
            }
            _ => (404, "{}".to_owned()),
        };
        let length = body.len();
        // One that hung up is the client's affair.
        let _ = write!(
            stream,
            "HTTP/1.1 {code} x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        );
    }

    fn is(&self, answers: bool, has_node: bool) {
        self.answers.store(answers, Ordering::SeqCst);
        self.has_node.store(has_node, Ordering::SeqCst);
    }
}

/// A program that waits for an API, and the API.
fn gated(script: &str) -> (Place, Arc<Api>) {
    let api = Arc::new(Api::default());
    let port = api.listen();
    let mut place = Place::new(script);
    let path = place.spec.dir.with_file_name("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster: \
         {{server: 'http://127.0.0.1:{port}'}}\nusers:\n- name: u\n  user: {{}}\ncontexts:\n- \
         name: c\n  context: {{cluster: c, user: u}}\n"
    );
    super::fs::write(&path, text.as_bytes(), 0o600).unwrap();
    place.spec.ready = Some(path);
    for pace in ["waiting=5", "running=5", "absent=20"] {
        place.host.supervisor_argv.push(pace.to_owned());
    }
    (place, api)
}

async fn until(place: &Place, wanted: impl Fn(&ServiceState) -> bool) -> ServiceState {
    let seen = async {
        loop {
            let state = look(&place.spec.dir).unwrap();
            if wanted(&state) {
                return state;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_program_waits_for_its_cluster_and_goes_when_that_has_gone() {
    let (mut place, api) = gated("trap 'echo bye; exit 0' TERM; sleep 600 & wait");
    place.start().await.unwrap();
    let silent = Some("the cluster does not answer");
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(state.waiting.as_deref(), silent);
    assert_eq!(
        (state.pid, state.restarts, state.supervised),
        (None, 0, true)
    );
    // Typed again while it waits, nothing is started anew.
    let supervisor = place.supervisor();
    place.start().await.unwrap();
    assert_eq!(place.supervisor(), supervisor);
    api.is(true, false);
    until(&place, |state| {
        state.waiting.as_deref() == Some("no node of the cluster is ready")
    })
    .await;
    api.is(true, true);
    let first = place.hear_pid();
    let state = until(&place, |state| state.pid == Some(first)).await;
    assert_eq!((state.waiting, state.restarts), (None, 0));
    // A node that is drained takes no new pods; that is no reason to stop the agent.
    api.is(true, false);
    let looks = api.looks.load(Ordering::SeqCst);
    until(&place, |_| api.looks.load(Ordering::SeqCst) > looks + 10).await;
    assert_eq!(look(&place.spec.dir).unwrap().pid, Some(first));
    api.is(false, false);
    let state = until(&place, |state| state.waiting.is_some()).await;
    assert_eq!((state.pid, state.waiting.as_deref()), (None, silent));
    let exit = state.last_exit.unwrap();
    assert!(
        exit.starts_with("stopped: the cluster does not answer ("),
        "{exit}"
    );
    api.is(true, true);
    let second = place.hear_pid();
    let state = until(&place, |state| state.pid == Some(second)).await;
    assert_ne!(first, second);
    assert_eq!(state.restarts, 0, "waiting is no restart");
    place.stop().await;
    let log = super::fs::read(&Folder(place.spec.dir.clone()).log())
        .unwrap()
        .unwrap();
    assert!(log.contains("bye\n"), "{log}");
    assert_eq!(
        log.matches("waiting: the cluster does not answer").count(),
        2,
        "{log}"
    );
}

#[tokio::test]
async fn a_service_that_waits_is_stopped_at_once() {
    let (place, _api) = gated("exit 1");
    place.start().await.unwrap();
    assert!(look(&place.spec.dir).unwrap().waiting.is_some());
    place.stop().await;
    let state = look(&place.spec.dir).unwrap();
    assert_eq!((state.supervised, state.waiting), (false, None));
    assert_eq!(state.last_exit.as_deref(), Some("stopped as asked"));
}

#[tokio::test]
async fn without_a_kubeconfig_there_is_no_cluster() {
    let (mut place, api) = gated("exec sleep 600");
    api.is(true, true);
    let kubeconfig = place.spec.ready.clone().unwrap();
    let text = super::fs::read(&kubeconfig).unwrap().unwrap();
    let home = camino::Utf8Path::new("/nonexistent");
    super::fs::remove(&kubeconfig, crate::model::Removal::File, home).unwrap();
    place.start().await.unwrap();
    let state = look(&place.spec.dir).unwrap();
    assert_eq!(
        state.waiting.as_deref(),
        Some("the cluster does not answer")
    );
    assert!(
        state.log.contains("there is no kubeconfig at"),
        "{}",
        state.log
    );
    super::fs::write(&kubeconfig, text.as_bytes(), 0o600).unwrap();
    place.hear_pid();
    place.stop().await;
}
