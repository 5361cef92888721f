//! What arrives, and what is done when it does not.

use super::*;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The Hub: its API, and files with ranges.
async fn hub_server() -> Server {
    Server::new(|request| {
        let line = request.lines().next().unwrap_or_default();
        if line.contains("/api/models/org/model/revision/main?blobs=true") {
            whole(api().as_bytes())
        } else if line.contains("model.safetensors") {
            served(request, &large())
        } else {
            served(request, b"{}")
        }
    })
    .await
}

#[tokio::test]
async fn a_repository_lies_as_huggingface_hub_puts_it_and_is_fetched_once() {
    let (_dir, root) = cache();
    let server = hub_server().await;
    let supplier = of_hub(&server.url, None);
    let load = load_of(&supplier, &server.url, &root).await.unwrap();
    bring(&load, &supplier).await.unwrap();
    let repo = root.join("huggingface/hub/models--org--model");
    let link = |name: &str| {
        let path = repo.join("snapshots").join(COMMIT).join(name);
        path.read_link_utf8().unwrap().into_string()
    };
    assert_eq!(link("config.json"), format!("../../blobs/{}", git(b"{}")));
    assert_eq!(
        link("unet/deep/config.json"),
        format!("../../../../blobs/{}", git(b"{}"))
    );
    let model = repo
        .join("snapshots")
        .join(COMMIT)
        .join("model.safetensors");
    assert_eq!(std::fs::read(model).unwrap(), large());
    let deep = repo
        .join("snapshots")
        .join(COMMIT)
        .join("unet/deep/config.json");
    assert_eq!(std::fs::read(deep).unwrap(), b"{}");
    assert_eq!(
        std::fs::read(repo.join("refs/main")).unwrap(),
        COMMIT.as_bytes()
    );
    let mode = |path: &Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&root.join("huggingface")), 0o1777);
    assert_eq!(mode(&root.join("huggingface/hub")), 0o1777);
    for folder in ["", "blobs", "refs", "snapshots"] {
        assert_eq!(mode(&repo.join(folder)), 0o777, "{folder}");
    }
    assert_eq!(mode(&repo.join("blobs").join(git(b"{}"))), 0o644);
    assert_eq!(mode(&repo.join("refs/main")), 0o666);
    let blobs = std::fs::read_dir(repo.join("blobs")).unwrap().count();
    assert_eq!(blobs, 2, "no leftovers, and each content once");
    let asked = server.asked("/resolve/").len();
    assert_eq!(asked, 2);
    assert_eq!(bring(&load, &supplier).await.unwrap(), []);
    assert_eq!(
        server.asked("/resolve/").len(),
        asked,
        "nothing is fetched twice"
    );
}

#[tokio::test]
async fn a_cut_connection_is_taken_up_where_it_ended() {
    let (_dir, root) = cache();
    let tries = AtomicUsize::new(0);
    let server = Server::new(move |request| {
        let answer = served(request, &large());
        match tries.fetch_add(1, Ordering::SeqCst) {
            0..=3 => cut(answer, 70_000),
            _ => answer,
        }
    })
    .await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let digest = Some(Digest::Sha256(sha256(&large())));
    let load = single(&server.url, &root, Some(LARGE as u64), digest);
    // More cuts than tries: each of them brought something.
    let told = bring(&load, &supplier).await.unwrap();
    let again = told.iter().filter(|haul| matches!(haul, Haul::Again(..)));
    assert_eq!(again.count(), 4, "{told:?}");
    let from: Vec<Option<usize>> = server.asked("GET").iter().map(|one| from_of(one)).collect();
    assert_eq!(from[0], None);
    for pair in from.windows(2) {
        assert!(pair[0].unwrap_or_default() < pair[1].unwrap(), "{from:?}");
    }
    assert_eq!(std::fs::read(root.join("data/file")).unwrap(), large());
}

#[tokio::test]
async fn what_a_killed_run_left_is_continued() {
    let (_dir, root) = cache();
    let server = Server::new(|request| served(request, &large())).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let digest = Some(Digest::Sha256(sha256(&large())));
    let load = single(&server.url, &root, Some(LARGE as u64), digest);
    leave(&load.files[0].part, &large()[..123_456]);
    assert_eq!(survey(&load).await.unwrap(), [Found::Part(123_456)]);
    bring(&load, &supplier).await.unwrap();
    let asked = server.asked("GET");
    assert_eq!(asked.len(), 1);
    assert_eq!(from_of(&asked[0]), Some(123_456));
    assert_eq!(std::fs::read(root.join("data/file")).unwrap(), large());
    assert!(!load.files[0].part.exists());
    // Killed between the last byte and the rename: nothing more is asked for.
    let whole = single(
        "http://127.0.0.1:1",
        &root.join("b"),
        Some(LARGE as u64),
        None,
    );
    leave(&whole.files[0].part, &large());
    bring(&whole, &supplier).await.unwrap();
    assert!(whole.files[0].place.exists());
}

#[tokio::test]
async fn a_server_without_ranges_is_read_from_the_beginning() {
    let (_dir, root) = cache();
    let server = Server::new(|_| whole(&large())).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    for (size, digest) in [
        (Some(LARGE as u64), Some(Digest::Sha256(sha256(&large())))),
        (None, None),
    ] {
        let load = single(&server.url, &root, size, digest);
        leave(&load.files[0].part, b"something else");
        bring(&load, &supplier).await.unwrap();
        assert_eq!(std::fs::read(&load.files[0].place).unwrap(), large());
        place::delete(&load.files[0].place);
    }
}

#[tokio::test]
async fn leftovers_that_are_wrong_are_fetched_anew_once() {
    let (_dir, root) = cache();
    let server = Server::new(|request| served(request, &large())).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let digest = Some(Digest::Sha256(sha256(&large())));
    let load = single(&server.url, &root, Some(LARGE as u64), digest);
    leave(&load.files[0].part, &[0; 1000]);
    bring(&load, &supplier).await.unwrap();
    assert_eq!(std::fs::read(&load.files[0].place).unwrap(), large());
    assert_eq!(server.asked("GET").len(), 2);
}

#[tokio::test]
async fn the_token_goes_to_the_hub_and_to_nobody_it_sends_us_to() {
    let (_dir, root) = cache();
    let storage = Server::new(|request| served(request, &large())).await;
    // The same machine by another name is another host.
    let elsewhere = storage.url.replace("127.0.0.1", "localhost");
    let server = Server::new(move |request| {
        let line = request.lines().next().unwrap_or_default();
        if line.contains("/api/") {
            whole(api().as_bytes())
        } else if line.contains("model.safetensors") {
            head("302 Found", &format!("location: {elsewhere}/blob\r\n"), 0)
        } else if line.contains("/resolve/") {
            head("307 Temporary Redirect", "location: /moved\r\n", 0)
        } else {
            served(request, b"{}")
        }
    })
    .await;
    let supplier = of_hub(&server.url, Some("hf_secret"));
    let load = load_of(&supplier, &server.url, &root).await.unwrap();
    bring(&load, &supplier).await.unwrap();
    for request in server.asked("GET") {
        assert_eq!(
            header(&request, "authorization").as_deref(),
            Some("Bearer hf_secret"),
            "{request}"
        );
    }
    assert_eq!(server.asked("/moved").len(), 1);
    let there = storage.asked("GET");
    assert_eq!(there.len(), 1);
    assert_eq!(header(&there[0], "authorization"), None, "{}", there[0]);
}

#[tokio::test]
async fn a_person_can_stop_it_and_what_was_fetched_stays() {
    let (_dir, root) = cache();
    let first = AtomicUsize::new(0);
    let server = Server::new(move |request| {
        let answer = served(request, &large());
        match first.fetch_add(1, Ordering::SeqCst) {
            0 => cut(answer, 50_000),
            _ => Vec::new(),
        }
    })
    .await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let load = single(&server.url, &root, Some(LARGE as u64), None);
    let stop = Stop::default();
    let fault = bring_in(&load, &[0], &supplier, &stop, &|haul| {
        // The connection broke off, and the next one says nothing.
        if matches!(haul, Haul::Again(..)) {
            stop.drain.cancel();
        }
    })
    .await
    .unwrap_err();
    assert_eq!(fault.reason, ids::INTERRUPTED);
    assert_eq!(survey(&load).await.unwrap(), [Found::Part(50_000)]);
}

#[tokio::test]
async fn the_length_of_an_address_is_known_beforehand_where_it_is_told() {
    let with = Server::new(|_| {
        let more = "content-range: bytes 0-0/42\r\netag: \"abc\"\r\n";
        [head("206 Partial Content", more, 1), b"x".to_vec()].concat()
    })
    .await;
    let without = Server::new(|_| {
        [
            head("200 OK", "etag: W/\"weak\"\r\n", 7),
            b"genuine".to_vec(),
        ]
        .concat()
    })
    .await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let seen = supplier.look(&with.url).await.unwrap();
    assert_eq!(seen, (Some(42), Some("\"abc\"".to_owned())));
    assert_eq!(supplier.look(&without.url).await.unwrap(), (Some(7), None));
}
