//! `nfs warm` with the real world: a cache in a temporary folder, and the Hub on the loopback device.

use super::{Person, Ran};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// `printf '{}' | git hash-object --stdin`
const CONFIG: &str = "9e26dfeeb6e641a33dae4961196235bdb965b21b";
/// `printf genuine | sha256sum`
const GENUINE: &str = "dfec22473777f0ddaea98d74045c22ae9029a8e3b75aa8fcce941aa29e5b073b";

/// A person with a cache: the folder `cache` of their own corner.
fn person() -> (Person, PathBuf) {
    let person = Person::new();
    let cache = person.cwd().join("cache");
    std::fs::create_dir(&cache).unwrap();
    settings(&person, &format!("nfs:\n  path: {}\n", cache.display()));
    (person, cache)
}

fn settings(person: &Person, text: &str) {
    std::fs::write(person.cwd().join("gpucluster.yaml"), text).unwrap();
}

/// A Hub with one small repository; gives its address and what it was asked.
fn hub() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            for line in lines.by_ref() {
                if line.unwrap().is_empty() {
                    break;
                }
            }
            let (status, body) = if first.contains("/api/models/org/model/") {
                let body = format!(
                    r#"{{"sha":"{COMMIT}","siblings":[{{"rfilename":"config.json","size":2,"blobId":"{CONFIG}"}},
                    {{"rfilename":"model.bin","size":7,"blobId":"{CONFIG}","lfs":{{"sha256":"{GENUINE}","size":7}}}}]}}"#
                );
                ("200 OK", body)
            } else if first.contains("config.json") {
                ("200 OK", "{}".to_owned())
            } else if first.contains("model.bin") {
                ("200 OK", "genuine".to_owned())
            } else {
                ("404 Not Found", String::new())
            };
            log.lock().unwrap().push(first);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    (url, asked)
}

/// The screen without the server's address, which differs from run to run.
fn screen(person: &Person, ran: &Ran, url: &str) -> String {
    person.screen(ran).replace(url, "[HUB]")
}

/// The screen without the space that is free.
fn without_free(screen: &str) -> String {
    let lines = screen.lines().map(|line| match line.split_once("; ") {
        Some((before, after)) if after.ends_with(" free") => format!("{before}; [FREE] free"),
        _ => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

fn repo(cache: &Path) -> PathBuf {
    cache.join("huggingface/hub/models--org--model")
}

#[test]
fn a_model_is_planned_fetched_and_then_already_there() {
    let (person, cache) = person();
    let (url, asked) = hub();
    let warm = |more: &str| person.types(&format!("nfs warm hf:org/model --endpoint {url}{more}"));
    let plan = warm(" --plan --exit-code");
    insta::assert_snapshot!("warm-plan", without_free(&screen(&person, &plan, &url)));
    assert_eq!(plan.code, Some(10), "{}", plan.err);
    assert!(
        !cache.join("huggingface").exists(),
        "a plan changes nothing"
    );
    let rehearsal = warm(" --rehearse");
    assert_eq!(rehearsal.code, Some(0), "{}", rehearsal.err);
    assert!(!cache.join("huggingface").exists());
    let mut ran = warm("");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Which of them is there first is nobody's promise.
    let mut lines: Vec<&str> = ran.err.split_inclusive('\n').collect();
    lines.sort_unstable();
    ran.err = lines.concat();
    insta::assert_snapshot!("warm-model", screen(&person, &ran, &url));
    let snapshot = repo(&cache).join("snapshots").join(COMMIT);
    assert_eq!(
        std::fs::read(snapshot.join("model.bin")).unwrap(),
        b"genuine"
    );
    let before = asked.lock().unwrap().len();
    let again = warm(" --output json");
    assert_eq!(again.code, Some(0), "{}", again.err);
    let report: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(report["bytes_to_fetch"], 0);
    assert_eq!(report["bytes_there"], 9);
    assert_eq!(report["files"][1]["state"], "already there");
    assert_eq!(report["files"][1]["verified_by"], "sha256");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), before + 1, "only the list: {asked:?}");
}

#[test]
fn a_file_at_an_address_and_a_folder_of_this_machine() {
    let (person, cache) = person();
    let (url, _asked) = hub();
    let line = format!("nfs warm {url}/x/model.bin#sha256={GENUINE} --as data/model.bin");
    let ran = person.types(&line);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        std::fs::read(cache.join("data/model.bin")).unwrap(),
        b"genuine"
    );
    let again = person.types(&line.replace(&url, "http://127.0.0.1:1"));
    assert_eq!(again.code, Some(0), "its sum answers: {}", again.err);
    assert!(again.out.contains("already there"), "{}", again.out);
    let wrong = "0".repeat(64);
    let ran = person.types(&format!("nfs warm {url}/x/model.bin --sha256 {wrong}"));
    assert_eq!(ran.code, Some(8), "{}", ran.err);
    insta::assert_snapshot!("warm-checksum", screen(&person, &ran, &url));
    let folder = person.cwd().join("set");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("one"), "1").unwrap();
    let ran = person.types("nfs warm set");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    insta::assert_snapshot!("warm-folder", person.screen(&ran));
    let again = person.types("nfs warm set");
    assert!(again.out.contains("set is already there"), "{}", again.out);
    std::fs::write(folder.join("one"), "22").unwrap();
    let other = person.types("nfs warm set");
    assert_eq!(other.code, Some(4), "{}", other.err);
    assert!(other.err.contains("CACHE_NAME_TAKEN"), "{}", other.err);
    assert_eq!(std::fs::read(cache.join("set/one")).unwrap(), b"1");
}

#[test]
fn ctrl_c_leaves_what_was_fetched_and_the_next_run_goes_on() {
    let (person, cache) = person();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/file", listener.local_addr().unwrap());
    let line = format!("nfs warm {url} --sha256 {GENUINE}");
    let child = person
        .command(&line, &[])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first question is for the length, the second for the file, which never ends.
    let mut held = Vec::new();
    for sent in ["genuine", "gen"] {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        assert!(lines.any(|line| line.is_empty()));
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\n";
        stream
            .write_all(format!("{head}{sent}").as_bytes())
            .unwrap();
        held.push(stream);
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(
        said.contains("the same command goes on from there"),
        "{said}"
    );
    assert!(!cache.join("file").exists());
    drop(held);
    drop(listener);
    let (hub, _asked) = hub();
    let ran = person.types(&format!(
        "nfs warm {hub}/model.bin --as file --sha256 {GENUINE}"
    ));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let left: Vec<_> = std::fs::read_dir(&cache).unwrap().collect();
    assert_eq!(left.len(), 1, "the leftover was continued: {left:?}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_fetched() {
    let (person, _cache) = person();
    let mut screens = String::new();
    let mut types = |line: &str, code: i32| {
        let ran = person.types(line);
        assert_eq!(ran.code, Some(code), "{line}\n{}", ran.err);
        screens.push_str(&format!("$ gpucluster {line}\n{}\n", person.screen(&ran)));
    };
    types("nfs warm hf:a/b/c", 2);
    types("nfs warm no/such/file", 2);
    types("nfs warm set --include *.bin", 2);
    types("nfs warm hf:org/model --endpoint nowhere", 2);
    types("nfs warm hf:org/model --simulate", 2);
    types("nfs warm set --into no/such/folder", 8);
    settings(&person, "nfs:\n  path: /no/such/folder\n");
    types("nfs warm hf:org/model", 8);
    settings(&person, "nfs:\n  server: 10.0.0.7\n");
    types("nfs warm hf:org/model", 4);
    insta::assert_snapshot!("warm-refusals", screens);
}

#[test]
fn without_the_hub_a_mirror_is_named_and_the_token_is_not() {
    let (person, cache) = person();
    let (url, _asked) = hub();
    let env = [("HF_TOKEN", "hf_secret"), ("HF_ENDPOINT", url.as_str())];
    let ran = person.types_with("nfs warm hf:org/other", &env);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    insta::assert_snapshot!("warm-unknown", screen(&person, &ran, &url));
    assert!(!ran.err.contains("hf_secret") && !ran.out.contains("hf_secret"));
    let ran = person.types("nfs warm hf:org/model --endpoint http://127.0.0.1:1");
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    insta::assert_snapshot!("warm-unreachable", person.screen(&ran));
    assert_eq!(std::fs::read_dir(cache).unwrap().count(), 0);
}
