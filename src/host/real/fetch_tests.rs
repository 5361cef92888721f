//! A stand-in server on the loopback device, and files of a temporary folder.

use super::*;
use crate::host::Stop;
use crate::model::Privilege;
use camino::Utf8PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const KEY: &str = include_str!("../../../tests/tapes/openpgp/key-with-subkey.asc");

/// Answers each connection with the next of `answers`, as they are; gives its address.
async fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/file", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 4096];
            let mut text = String::new();
            while !text.ends_with("\r\n\r\n") {
                let length = stream.read(&mut buffer).await.unwrap();
                text.push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        // Whoever comes now is let in and hears nothing.
        let _held = listener.accept().await;
        std::future::pending::<()>().await;
    });
    url
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn what(from: &str, proof: Proof) -> Fetch {
    Fetch {
        from: from.to_owned(),
        proof,
        path: "/nowhere".into(),
        mode: 0o755,
        privilege: Privilege::User,
    }
}

fn sum() -> Proof {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"genuine").unwrap();
    file.rewind().unwrap();
    Proof::Sha256(sha256(&mut file).unwrap())
}

async fn fetched(what: &Fetch) -> Result<String, Fault> {
    let stop = Stop::default();
    let how = Performing {
        progress: &|_| {},
        stop: &stop,
    };
    let mut file = fetch(what, &how).await?;
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    Ok(text)
}

#[tokio::test]
async fn what_is_genuine_is_taken_wherever_it_lies() {
    let url = server(vec![ok("genuine")]).await;
    assert_eq!(fetched(&what(&url, sum())).await.unwrap(), "genuine");
    let dir = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::try_from(dir.path().join("file")).unwrap();
    super::super::fs::write(&path, b"genuine", 0o600).unwrap();
    let from_disk = what(path.as_str(), sum());
    assert_eq!(fetched(&from_disk).await.unwrap(), "genuine");
    let redirect =
        "HTTP/1.1 302 X\r\nlocation: /other\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let url = server(vec![redirect.to_owned(), ok("genuine")]).await;
    assert_eq!(fetched(&what(&url, sum())).await.unwrap(), "genuine");
}

#[tokio::test]
async fn what_is_not_genuine_is_thrown_away_and_both_sums_are_told() {
    let url = server(vec![ok("<html>sign in</html>")]).await;
    let fault = fetched(&what(&url, sum())).await.unwrap_err();
    assert_eq!(fault.reason, ids::DOWNLOAD_NOT_GENUINE);
    assert!(fault.causes[0].starts_with("expected "), "{fault:?}");
    assert!(fault.causes[1].starts_with("found "), "{fault:?}");
}

#[tokio::test]
async fn a_download_that_fails_says_why() {
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 4096\r\nconnection: close\r\n\r\ngenuine";
    let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let round =
        "HTTP/1.1 302 X\r\nlocation: /file\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for (answers, words) in [
        (vec![short], ""),
        (vec![missing], "404"),
        (vec![round; 6], "round and round"),
    ] {
        let url = server(answers.into_iter().map(str::to_owned).collect()).await;
        let fault = fetched(&what(&url, sum())).await.unwrap_err();
        assert_eq!(fault.reason, ids::DOWNLOAD_FAILED);
        assert!(fault.causes.concat().contains(words), "{fault:?}");
    }
    let fault = fetched(&what("/no/such/file", sum())).await.unwrap_err();
    assert_eq!(fault.reason, ids::DOWNLOAD_FAILED);
    let fault = fetched(&what("http://127.0.0.1:1/x", sum()))
        .await
        .unwrap_err();
    assert!(fault.causes.concat().contains("refused"), "{fault:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_a_while() {
    let url = server(Vec::new()).await;
    let stop = Stop::default();
    let how = Performing {
        progress: &|_| {},
        stop: &stop,
    };
    let wanted = what(&url, sum());
    let fault = download(&wanted, &how, Duration::from_millis(20)).await;
    let fault = fault.unwrap_err();
    assert!(fault.causes.concat().contains("said nothing"), "{fault:?}");
}

#[tokio::test]
async fn a_person_can_stop_it() {
    let url = server(Vec::new()).await;
    let stop = Stop::default();
    stop.drain.cancel();
    let how = Performing {
        progress: &|_| {},
        stop: &stop,
    };
    let fault = fetch(&what(&url, sum()), &how).await.unwrap_err();
    assert_eq!(fault.reason, ids::INTERRUPTED);
}

#[tokio::test]
async fn only_the_very_key_is_a_key() {
    let key = |fingerprint: &str| Proof::Key(fingerprint.to_owned());
    let url = server(vec![ok(KEY)]).await;
    let pinned = key("474fe059629736a53fabb4d7442228fbea8fafb0");
    assert_eq!(fetched(&what(&url, pinned.clone())).await.unwrap(), KEY);
    for (body, proof) in [
        (KEY.to_owned(), key(&"0".repeat(40))),
        ("no key".to_owned(), pinned.clone()),
        (format!("{KEY}{KEY}"), key(&"0".repeat(40))),
    ] {
        let url = server(vec![ok(&body)]).await;
        let fault = fetched(&what(&url, proof)).await.unwrap_err();
        assert_eq!(fault.reason, ids::DOWNLOAD_NOT_GENUINE);
    }
}

#[test]
fn a_redirection_never_leads_from_tls_to_plain_text() {
    let at: Uri = "https://example.org/a/b".parse().unwrap();
    let to = |text: &str| elsewhere(&at, text).map(|uri| uri.to_string());
    assert_eq!(to("/c").unwrap(), "https://example.org/c");
    assert_eq!(to("https://other.org/x").unwrap(), "https://other.org/x");
    assert_eq!(to("//other.org/x").unwrap(), "https://other.org/x");
    assert_eq!(to("http://example.org/c"), None);
    assert_eq!(to("c"), None);
}
