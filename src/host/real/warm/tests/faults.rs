//! Refusals: of the server, of the disk, and ours.

use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};

#[tokio::test]
async fn what_is_not_genuine_is_deleted_and_told_with_both_sums() {
    let (_dir, root) = cache();
    let server = Server::new(|request| served(request, &[7; 100])).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    for digest in [
        Digest::Sha256(sha256(&[8; 100])),
        Digest::GitBlob(git(&[8; 100])),
    ] {
        let load = single(&server.url, &root, Some(100), Some(digest));
        let fault = bring(&load, &supplier).await.unwrap_err();
        assert_eq!(fault.reason, ids::CACHE_CHECKSUM_DIFFERS);
        assert!(fault.causes[0].starts_with("expected "), "{fault:?}");
        let file = &load.files[0];
        assert!(!file.place.exists() && !file.part.exists());
    }
}

#[tokio::test]
async fn a_wrong_length_is_noticed_before_anything_is_fetched() {
    let (_dir, root) = cache();
    let server = Server::new(|request| served(request, &[7; 100])).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let load = single(&server.url, &root, Some(99), None);
    let fault = bring(&load, &supplier).await.unwrap_err();
    assert_eq!(fault.reason, ids::DOWNLOAD_FAILED);
    assert!(fault.causes[0].contains("100 bytes"), "{fault:?}");
    assert!(!load.files[0].place.exists());
}

#[tokio::test]
async fn refusals_of_the_hub_say_what_helps_and_never_the_token() {
    let (_dir, root) = cache();
    for (status, code, token, reason, words) in [
        (
            "401 Unauthorized",
            "RepoNotFound",
            None,
            ids::HUB_REPOSITORY_UNKNOWN,
            "is private",
        ),
        (
            "401 Unauthorized",
            "GatedRepo",
            None,
            ids::HUB_ACCESS_DENIED,
            "HF_TOKEN",
        ),
        (
            "403 Forbidden",
            "GatedRepo",
            Some("hf_secret"),
            ids::HUB_ACCESS_DENIED,
            "terms",
        ),
        (
            "401 Unauthorized",
            "",
            Some("hf_secret"),
            ids::HUB_ACCESS_DENIED,
            "HF_TOKEN",
        ),
        (
            "404 Not Found",
            "RevisionNotFound",
            None,
            ids::HUB_REPOSITORY_UNKNOWN,
            "no such revision",
        ),
        (
            "404 Not Found",
            "",
            Some("hf_secret"),
            ids::HUB_REPOSITORY_UNKNOWN,
            "is not at",
        ),
        (
            "503 Service Unavailable",
            "",
            None,
            ids::DOWNLOAD_FAILED,
            "503",
        ),
        ("418 I'm a teapot", "", None, ids::DOWNLOAD_FAILED, "418"),
    ] {
        let more = format!("x-error-code: {code}\r\n");
        let server = Server::new(move |_| head(status, &more, 0)).await;
        let supplier = of_hub(&server.url, token);
        let fault = load_of(&supplier, &server.url, &root).await.unwrap_err();
        assert_eq!(fault.reason, reason, "{status} {code} {token:?}");
        let text = format!("{fault:?}");
        assert!(text.contains(words), "{text}");
        assert!(!text.contains("hf_secret"), "{text}");
    }
}

#[tokio::test]
async fn a_way_that_does_not_work_is_named_and_silence_ends() {
    let (_dir, root) = cache();
    let supplier = of_hub("http://127.0.0.1:1", None);
    let fault = load_of(&supplier, "http://127.0.0.1:1", &root)
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::NETWORK_UNREACHABLE);
    assert!(format!("{fault:?}").contains("--endpoint"), "{fault:?}");
    for (words, reason) in [
        (
            "h is a name that cannot be resolved (…)",
            ids::NAME_RESOLUTION_FAILED,
        ),
        (
            "h cannot be reached through the proxy (…)",
            ids::PROXY_FAILED,
        ),
        (
            "h showed a certificate that this machine does not trust",
            ids::TLS_UNTRUSTED,
        ),
    ] {
        let fault = super::super::faults::unreachable("https://h/x", words.to_owned());
        assert_eq!(fault.reason, reason);
    }
    let silent = Server::new(|_| Vec::new()).await;
    let quick = Manner {
        silence: Duration::from_millis(20),
        ..manner()
    };
    let supplier = Supplier::http(None, quick).unwrap();
    let load = single(&silent.url, &root, None, None);
    let fault = bring(&load, &supplier).await.unwrap_err();
    assert!(fault.causes[0].contains("said nothing"), "{fault:?}");
    assert_eq!(
        silent.asked("GET").len(),
        3,
        "as often as it was to be tried"
    );
}

#[tokio::test]
async fn links_that_a_job_planted_are_not_followed() {
    let (dir, root) = cache();
    let server = Server::new(|request| served(request, b"{}")).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let outside = dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, root.join("data")).unwrap();
    let load = single(&server.url, &root, Some(2), None);
    let fault = bring(&load, &supplier).await.unwrap_err();
    assert_eq!(fault.reason, ids::CACHE_NOT_WRITABLE);
    assert!(fault.summary.contains("symbolic link"), "{fault:?}");
    place::delete(&root.join("data"));
    std::fs::create_dir(root.join("data")).unwrap();
    symlink(outside.join("file"), &load.files[0].part).unwrap();
    assert!(bring(&load, &supplier).await.is_err());
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_that_refuses_is_named_with_what_opens_it() {
    if nix::unistd::geteuid().is_root() {
        // No bits keep root out; what is said is the same.
        let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let (_dir, root) = cache();
        let fault = super::super::faults::cannot_write(&root, &root.join("x/y"), &error);
        assert_eq!(fault.reason, ids::CACHE_NOT_WRITABLE);
        assert_eq!(
            fault.advice[0].command.as_deref(),
            Some(format!("sudo chmod 1777 {root}").as_str())
        );
        return;
    }
    let (_dir, root) = cache();
    let server = Server::new(|request| served(request, b"{}")).await;
    let supplier = Supplier::http(None, manner()).unwrap();
    let bits = |mode| std::fs::set_permissions(&root, std::fs::Permissions::from_mode(mode));
    bits(0o555).unwrap();
    let load = single(&server.url, &root, Some(2), None);
    let fault = bring(&load, &supplier).await.unwrap_err();
    bits(0o755).unwrap();
    assert_eq!(fault.reason, ids::CACHE_NOT_WRITABLE);
    assert_eq!(server.asked("GET").len(), 0, "nothing is fetched in vain");
}

#[tokio::test]
async fn two_runs_do_not_write_one_file() {
    let (_dir, root) = cache();
    let load = single("http://127.0.0.1:1", &root, Some(2), None);
    let _held = part::Part::open(&load.files[0], &root).unwrap();
    let supplier = Supplier::http(None, manner()).unwrap();
    let fault = bring(&load, &supplier).await.unwrap_err();
    assert_eq!(fault.reason, ids::RUN_BUSY);
}

#[tokio::test]
async fn something_else_of_that_name_is_left_alone() {
    let (_dir, root) = cache();
    let digest = Some(Digest::Sha256(sha256(b"{}")));
    let load = single("http://127.0.0.1:1", &root, Some(2), digest);
    let place = &load.files[0].place;
    for (content, found) in [
        (&b"{}"[..], Found::There),
        (b"[]", Found::Other),
        (b"", Found::Other),
    ] {
        leave(place, content);
        assert_eq!(survey(&load).await.unwrap(), [found], "{content:?}");
    }
}
