//! A stand-in server on the loopback device.

use super::*;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const KEY: &str = "0123456789012345678901234567890123456789";

fn secrets() -> Secrets {
    Secrets::with_wandb_key(KEY, "a test")
}

/// Answers each connection with the next of `answers`; gives its address and what it was sent.
async fn server(answers: Vec<(u16, String)>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = seen.clone();
    tokio::spawn(async move {
        for (code, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            // A request ends with its JSON.
            while !text.ends_with('}') {
                let mut buffer = vec![0; 4096];
                let length = stream.read(&mut buffer).await.unwrap();
                text.push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
            notes.lock().unwrap().push(text);
            let answer = format!(
                "HTTP/1.1 {code} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, seen)
}

#[test]
fn base64_is_that_of_the_rfc() {
    for (plain, coded) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(plain.as_bytes()), coded);
    }
}

#[tokio::test]
async fn the_viewer_is_asked_with_the_key_as_basic_authentication() {
    let body = r#"{"data":{"viewer":{"entity":"ada"}}}"#;
    let (url, seen) = server(vec![(200, body.to_owned())]).await;
    let answer = viewer(&url, &secrets(), LIMIT).await.unwrap();
    assert_eq!((answer.code, answer.stdout.as_str()), (200, body));
    let request = seen.lock().unwrap()[0].clone();
    assert!(
        request.starts_with("POST /graphql HTTP/1.1\r\n"),
        "{request}"
    );
    let credentials = base64(format!("api:{KEY}").as_bytes());
    assert!(request.contains(&format!("authorization: Basic {credentials}")));
    assert!(request.contains("query Viewer"));
}

#[tokio::test]
async fn queues_without_an_entity_are_those_of_the_default_entity() {
    let viewer = r#"{"data":{"viewer":{"entity":"ada"}}}"#.to_owned();
    let list = r#"{"data":{"project":{"runQueues":[]}}}"#.to_owned();
    let (url, seen) = server(vec![(200, viewer), (200, list.clone())]).await;
    let answer = queues(&url, None, &secrets(), LIMIT).await.unwrap();
    assert_eq!(answer.stdout, list);
    let request = seen.lock().unwrap()[1].clone();
    assert!(request.contains(r#""entity":"ada","projectName":"model-registry""#));
}

#[tokio::test]
async fn a_rejected_key_is_the_servers_answer_and_no_answer_repeats_the_key() {
    let body = format!(r#"{{"errors":[{{"message":"bad key {KEY}"}}]}}"#);
    let (url, _) = server(vec![(401, body)]).await;
    let answer = queues(&url, None, &secrets(), LIMIT).await.unwrap();
    assert_eq!(answer.code, 401);
    assert!(!answer.stdout.contains(KEY));
}

#[tokio::test]
async fn nobody_there_is_told_in_words_without_the_key() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    drop(listener);
    let error = viewer(&format!("http://{place}"), &secrets(), LIMIT).await;
    let Err(HostError::Unreachable(text)) = error else {
        panic!("{error:?}")
    };
    assert!(text.contains("refused the connection"), "{text}");
    assert!(!text.contains(KEY));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    });
    let error = viewer(&format!("https://{place}"), &secrets(), LIMIT).await;
    let Err(HostError::Unreachable(text)) = error else {
        panic!("{error:?}")
    };
    assert!(text.contains("TLS"), "{text}");
}

#[tokio::test]
async fn without_a_key_or_with_half_a_key_nobody_is_asked() {
    let none = viewer("http://127.0.0.1:9", &Secrets::none(), LIMIT).await;
    assert!(matches!(none, Err(HostError::Denied(_))));
    let half = Secrets::with_wandb_key("0123", "a test");
    let Err(HostError::Denied(text)) = viewer("http://127.0.0.1:9", &half, LIMIT).await else {
        panic!("half a key is not sent")
    };
    assert!(!text.contains("0123") && text.contains("4 characters"));
}
