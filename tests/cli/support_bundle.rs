//! `support-bundle`: what it lists, what it asks, what it writes, and that no secret is in it.

use super::{Person, Ran};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The one archive in the person's folder.
fn archive(person: &Person) -> Option<PathBuf> {
    let entries = std::fs::read_dir(person.cwd()).unwrap().flatten();
    let mut found = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".tar.gz"));
    let first = found.next();
    assert_eq!(found.next(), None);
    first
}

/// Its files by name, unpacked by the system's tar.
fn unpacked(archive: &Path) -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let done = Command::new("tar")
        .args(["-x", "-z", "-f"])
        .arg(archive)
        .arg("-C")
        .arg(dir.path())
        .status()
        .unwrap();
    assert!(done.success());
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let name = entry.path().strip_prefix(dir.path()).unwrap().to_owned();
            let name = name.components().skip(1).collect::<PathBuf>();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            files.insert(name.display().to_string(), text);
        }
    }
    files
}

fn bundled(person: &Person, line: &str, env: &[(&str, &str)]) -> BTreeMap<String, String> {
    let ran = person.types_with(line, env);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    unpacked(&archive(person).unwrap())
}

/// Sizes differ with process ids and the like, the program with how it was built.
fn without_sizes(text: &str) -> String {
    let mut out = String::new();
    let build = text.find(" (debug, ").or(text.find(" (release, "));
    let build = build.map_or("", |at| text[at..].lines().next().unwrap());
    let text = text.replace(build, " [BUILD]");
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_size = |at: usize| {
            words[at].parse::<f64>().is_ok()
                && words.get(at + 1).is_some_and(|unit| unit.ends_with('B'))
        };
        let shown: Vec<&str> = (0..words.len())
            .map(|at| if is_size(at) { "[SIZE]" } else { words[at] })
            .collect();
        out.push_str(&shown.join(" "));
        out.push('\n');
    }
    out
}

#[test]
fn the_list_of_a_fresh_machine() {
    let person = Person::new();
    let ran = person.types("support-bundle --list --simulate");
    insta::assert_snapshot!("support-bundle-list", without_sizes(&person.screen(&ran)));
    assert_eq!(archive(&person), None);
}

#[test]
fn the_list_of_a_machine_on_which_everything_runs() {
    let person = Person::new();
    person.types("up --simulate --yes");
    let ran = person.types("support-bundle --list --simulate");
    let screen = without_sizes(&person.screen(&ran));
    insta::assert_snapshot!("support-bundle-list-after-up", screen);
}

#[test]
fn the_list_as_a_document_has_no_contents() {
    let person = Person::new();
    let ran = person.types("support-bundle --list --simulate=docker-down --output json");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["schema"], "1.0");
    assert_eq!(document["world"], "simulated:docker-down");
    let members = document["members"].as_array().unwrap();
    assert!(
        members
            .iter()
            .all(|member| member["text"].is_null() && member["bytes"].is_u64())
    );
    let missing = document["missing"].as_array().unwrap();
    let docker = missing
        .iter()
        .find(|one| one["name"] == "docker/info.json")
        .unwrap();
    assert!(
        docker["why"].as_str().unwrap().contains("Cannot connect"),
        "{docker}"
    );
}

#[test]
fn off_a_terminal_nothing_is_written_without_the_flag_that_is_named() {
    let person = Person::new();
    let ran = person.types("support-bundle --simulate");
    assert_eq!(ran.code, Some(6));
    assert!(
        ran.err.contains("support-bundle --simulate --yes"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("doctor.json") && ran.out.is_empty());
    assert_eq!(archive(&person), None);
}

#[test]
fn the_archive_is_private_complete_and_of_its_own_time() {
    let person = Person::new();
    person.types("up --simulate --yes");
    let ran = person.types("support-bundle --simulate --yes");
    let path = archive(&person).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(
        name.starts_with("gpucluster-support-gpucluster-20261123-15"),
        "{name}"
    );
    assert!(ran.out.contains(&name), "{}", ran.out);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let listed = Command::new("tar")
        .args(["-t", "-v", "-z", "-f"])
        .arg(&path)
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for line in listed.lines() {
        assert!(
            line.contains("0/0") && line.contains("2026-11-23"),
            "{line}"
        );
    }
    let files = unpacked(&path);
    // What was listed is what is in it, and nothing is empty of what matters.
    for line in ran
        .err
        .lines()
        .filter(|line| line.starts_with("  ") && line.trim_end().ends_with('B'))
    {
        let name = line.split_whitespace().next().unwrap();
        assert!(files.contains_key(name), "{name}");
    }
    for (name, words) in [
        ("MANIFEST", "What stays: the host's name (alder)"),
        ("facts.txt", "world         simulated:4xt4"),
        ("versions.txt", "1.17.8"),
        ("settings.txt", "wandb.queue = gpucluster   (default)"),
        ("doctor.txt", "4 × Tesla T4"),
        ("doctor.json", "\"checks\""),
        ("status.json", "\"healthy\": true"),
        ("receipt.json", "minikube.cluster"),
        ("cluster/nodes.jsonl", "nvidia.com/gpu"),
        ("cluster/device-plugin.log", "Registered device plugin"),
        ("nfs/table.txt", "/srv/gpucluster"),
        ("agent/launch-config.yaml", "queues:"),
        ("kernel/log.txt", "NVRM"),
        ("systemd/units.txt", "nfs-server"),
    ] {
        assert!(files[name].contains(words), "{name}: {}", files[name]);
    }
    assert_eq!(
        files
            .keys()
            .filter(|name| name.starts_with("runs/"))
            .count(),
        2
    );
}

#[test]
fn the_same_machine_gives_the_same_bytes() {
    let person = Person::new();
    for name in ["a.tar.gz", "b.tar.gz"] {
        // Nothing but the name of the file may tell them apart, and the command is in the facts.
        let ran = person.types(&format!("support-bundle --simulate --yes --file {name}"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    let of = |name: &str| {
        let mut files = unpacked(&person.cwd().join(name));
        let facts = files.remove("facts.txt").unwrap().replace(name, "");
        (facts, files)
    };
    let (a, b) = (of("a.tar.gz"), of("b.tar.gz"));
    assert_eq!(a.0, b.0);
    assert_eq!(a.1, b.1);
}

#[test]
fn nothing_is_overwritten_neither_a_file_nor_what_a_link_leads_to() {
    let person = Person::new();
    let precious = person.cwd().join("precious");
    std::fs::write(&precious, "precious").unwrap();
    std::os::unix::fs::symlink(&precious, person.cwd().join("link.tar.gz")).unwrap();
    for name in ["precious", "link.tar.gz"] {
        let ran = person.types(&format!("support-bundle --simulate --yes --file {name}"));
        assert_eq!(ran.code, Some(8), "{}", ran.err);
        assert!(ran.err.contains("there already"), "{}", ran.err);
    }
    assert_eq!(std::fs::read_to_string(precious).unwrap(), "precious");
}

#[test]
fn a_folder_that_takes_nothing_is_named_with_what_to_do() {
    let person = Person::new();
    let ran = person.types("support-bundle --simulate --yes --file none/there.tar.gz");
    assert_eq!(ran.code, Some(8));
    assert!(ran.err.contains("--file"), "{}", ran.err);
}

/// Secrets of every kind, planted wherever something is read from; none may come out, in no form.
#[test]
fn no_planted_secret_is_in_any_file() {
    const KEY: &str = "0123456789abcdef0123456789abcdef01234567";
    const PLANTED: &[&str] = &[
        KEY,
        "correct-horse-battery",
        "correct%2Dhorse",
        "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI\\/K7MDENG",
        "hunter2-hunter2",
        "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn",
        "netrc-password-1",
        // `user:netrc-password-1`, as a header of HTTP has it.
        "dXNlcjpuZXRyYy1wYXNzd29yZC0x",
    ];
    let person = Person::new();
    person.types("up --simulate --yes");
    std::fs::write(
        person.cwd().join("gpucluster.yaml"),
        "agent:\n  index_url: https://ada:hunter2-hunter2@index.example/simple\n",
    )
    .unwrap();
    let runs = person.state().join("simulated/4xt4/runs");
    let run = std::fs::read_dir(runs).unwrap().flatten().next().unwrap();
    let log = run.path().join("log.jsonl");
    let mut text = std::fs::read_to_string(&log).unwrap();
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----";
    for line in [
        format!("WANDB_API_KEY={KEY} and again {KEY}"),
        "Authorization: Basic dXNlcjpuZXRyYy1wYXNzd29yZC0x".to_owned(),
        "dXNlcjpuZXRyYy1wYXNzd29yZC0x alone, and netrc-password-1 too".to_owned(),
        "token hf_abcdefghijklmnopqrstuvwxyzABCDEFGH".to_owned(),
        "AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' AKIAIOSFODNN7EXAMPLE"
            .to_owned(),
        "GET https://h/x?password=correct%2Dhorse%2Dbattery".to_owned(),
        pem.to_owned(),
    ] {
        text.push_str(&serde_json::json!({"event": "said", "line": line}).to_string());
        text.push('\n');
        text.push_str(&line);
        text.push('\n');
    }
    std::fs::write(&log, text).unwrap();
    person.alter("4xt4", |world| {
        let proxies =
            "{\"proxies\":{\"https-proxy\":\"http://ada:correct-horse-battery@proxy:3128\"}}\n";
        world["files"]["/etc/docker/daemon.json"]["content"] = proxies.into();
        let mut netrc = world["files"]["/etc/group"].clone();
        netrc["uid"] = 1000.into();
        netrc["content"] = "machine h login user password netrc-password-1\n".into();
        world["files"]["/home/ubuntu/.netrc"] = netrc;
        let unit = "/home/ubuntu/.config/systemd/user/gpucluster-agent-gpucluster.service";
        world["files"][unit]["content"] =
            format!("[Service]\nEnvironment=WANDB_API_KEY={KEY} \"X_TOKEN=hunter2-hunter2\"\n")
                .into();
    });
    let env = [
        ("WANDB_API_KEY", KEY),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ),
        ("HTTPS_PROXY", "http://ada:correct-horse-battery@proxy:3128"),
    ];
    let files = bundled(&person, "support-bundle --simulate --yes", &env);
    assert!(files.len() > 25, "{:?}", files.keys());
    for (name, text) in &files {
        for secret in PLANTED {
            assert!(!text.contains(secret), "{secret} is in {name}:\n{text}");
        }
    }
    assert!(files["docker/daemon.json"].contains("http://ada:[redacted: credential"));
    assert!(
        files["MANIFEST"].contains("× W&B key"),
        "{}",
        files["MANIFEST"]
    );
    assert!(!files.keys().any(|name| name.contains("netrc")));
}

#[test]
fn of_a_long_log_both_ends_are_kept_and_the_list_says_so() {
    let person = Person::new();
    person.types("up --simulate --yes");
    let runs = person.state().join("simulated/4xt4/runs");
    let run = std::fs::read_dir(runs).unwrap().flatten().next().unwrap();
    let lines: String = (0..200_000)
        .map(|n| format!("{{\"line\":{n},\"padding\":\"....\"}}\n"))
        .collect();
    std::fs::write(run.path().join("log.jsonl"), &lines).unwrap();
    let ran = person.types("support-bundle --simulate --yes");
    assert!(ran.err.contains("cut: 5 MiB left out"), "{}", ran.err);
    let files = unpacked(&archive(&person).unwrap());
    let log = files
        .iter()
        .find(|(name, _)| name.ends_with("log.jsonl"))
        .unwrap()
        .1;
    assert!(log.len() < 600 << 10);
    assert!(
        log.starts_with("{\"line\":0,")
            && log.ends_with("{\"line\":199999,\"padding\":\"....\"}\n")
    );
    assert!(log.contains("bytes are left out here ---\n{\"line\":"));
}

#[test]
fn tools_that_hang_or_talk_nonsense_are_named_and_keep_nobody_waiting() {
    let person = Person::new();
    let faults = "silence:docker info;garbage:nvidia-smi;silence:minikube";
    let env = [("GPUCLUSTER_SIM_FAULT", faults)];
    let files = bundled(&person, "support-bundle --simulate --yes", &env);
    assert!(files["MANIFEST"].contains("`docker info` did not answer within 10 s"));
    assert!(files["gpu/nvidia-smi.csv"].contains("not what you asked for"));
    assert!(files.values().all(|text| !text.contains('\u{1b}')));
    assert!(files.contains_key("doctor.txt"));
}

#[test]
fn settings_that_are_refused_are_told_of_and_stop_nothing() {
    let person = Person::new();
    std::fs::write(person.cwd().join("gpucluster.yaml"), "wandb:\n  kueue: x\n").unwrap();
    let files = bundled(
        &person,
        "support-bundle --simulate --yes --profile gpu2",
        &[],
    );
    assert!(
        files["settings.txt"].contains("error[CONFIG_INVALID]"),
        "{}",
        files["settings.txt"]
    );
    assert!(
        files["settings.txt"].contains("kueue") && files["settings.txt"].contains("profile = gpu2")
    );
    assert!(files["gpucluster.yaml"].contains("kueue: x"));
}

#[test]
fn a_machine_that_is_not_known_is_refused() {
    let ran: Ran = Person::new().types("support-bundle --simulate=nowhere --list");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

/// This very machine, without any tool of the stack in reach and without a home.
#[test]
fn a_machine_without_anything_gives_a_bundle_too() {
    let person = Person::new();
    for (line, name) in [
        ("support-bundle", "real"),
        ("support-bundle --rehearse", "rehearsal"),
    ] {
        let mut command = person.command(&format!("{line} --yes --file {name}.tar.gz"), &[]);
        command.env_remove("HOME").env("PATH", "/nonexistent");
        let out = command.output().unwrap();
        assert_eq!(
            out.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let path = person.cwd().join(format!("{name}.tar.gz"));
        assert!(path.metadata().unwrap().size() > 500);
        let files = unpacked(&path);
        assert!(files["facts.txt"].contains(&format!("world         {name}")));
        assert!(files["MANIFEST"].contains("is not on PATH"));
    }
    // Looking makes no folder for state.
    assert!(!person.state().exists());
}
