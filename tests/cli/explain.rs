//! `explain -`: any text on standard input, and the root cause or an honest "unknown".

use super::{Person, Ran};
use std::io::Write;
use std::process::Stdio;

/// Types a command with these bytes on its standard input.
fn pastes(person: &Person, line: &str, input: &[u8]) -> Ran {
    let mut child = person
        .command(line, &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const FULL: &[u8] = b"alice@alder:~$ minikube start -p gpu\n\
    \x1b[31mtar: ./lib/docker/overlay2/7f: Cannot mkdir: No space left on device\x1b[0m\n\
    \xff\xfe\x00 X Exiting due to GUEST_PROVISION: error provisioning guest\n";

#[test]
fn a_text_gives_its_root_cause() {
    let person = Person::new();
    insta::assert_snapshot!(
        "explain-pasted",
        person.screen(&pastes(&person, "explain -", FULL))
    );
    insta::assert_snapshot!(
        "explain-pasted-json",
        person.screen(&pastes(&person, "explain - --output json", FULL))
    );
}

#[test]
fn what_is_not_known_is_called_unknown() {
    let person = Person::new();
    let ran = pastes(&person, "explain -", b"all is well\n");
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!("explain-unknown", person.screen(&ran));
    let ran = pastes(&person, "explain - --output json", b"");
    assert_eq!(ran.code, Some(3));
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["reason"], serde_json::Value::Null);
    assert_eq!(json["also"], serde_json::json!([]));
}

#[test]
fn megabytes_of_noise_and_no_state() {
    let person = Person::new();
    let mut noise: Vec<u8> = (0u32..3_000_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    noise.extend_from_slice(b"\nError response from daemon: AMD CDI spec not found\n");
    let ran = pastes(&person, "explain -", &noise);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.starts_with("GPU_TOOLKIT_INCOMPLETE"), "{}", ran.out);
    assert!(
        ran.out.contains("bytes between them were not"),
        "{}",
        ran.out
    );
    assert!(!person.state().exists(), "explain keeps no state");
}

#[test]
fn pages_and_the_list_are_data_too() {
    let person = Person::new();
    let page = person.types("explain docker_not_running --output json");
    let page: serde_json::Value = serde_json::from_str(&page.out).unwrap();
    assert_eq!(page["reason"], "DOCKER_NOT_RUNNING");
    assert!(page["advice"][0]["command"].is_string());
    let list = person.types("explain --output json");
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    assert!(list["reasons"].as_array().unwrap().len() > 100);
}

#[test]
fn its_help_tells_the_exit_codes() {
    let person = Person::new();
    insta::assert_snapshot!(
        "help-explain",
        person.screen(&person.types("explain --help"))
    );
}
