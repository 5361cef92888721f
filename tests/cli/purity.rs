//! `doctor` on the real machine: it writes nothing, needs nothing, and believes no tool.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Tools that checks and steps ask.
const TOOLS: &[&str] = &[
    "docker",
    "nvidia-smi",
    "nvidia-ctk",
    "minikube",
    "exportfs",
    "systemctl",
    "apt-get",
    "dpkg",
    "dpkg-query",
    "python3",
    "uv",
    "timedatectl",
    "mokutil",
];

/// A folder of the test's own with a folder of programs and one of state.
struct Corner {
    tree: tempfile::TempDir,
}

impl Corner {
    fn new(script: Option<&str>) -> Self {
        let tree = tempfile::tempdir().unwrap();
        let corner = Self { tree };
        for folder in ["bin", "home", "home/.minikube", "here"] {
            std::fs::create_dir(corner.at(folder)).unwrap();
        }
        for tool in script.iter().flat_map(|_| TOOLS) {
            let path = corner.at("bin").join(tool);
            std::fs::write(&path, script.unwrap_or_default()).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        corner
    }

    fn at(&self, name: &str) -> PathBuf {
        self.tree.path().join(name)
    }

    /// `doctor` in an environment that has nothing but these.
    fn doctor(&self, words: &[&str], env: &[(&str, &Path)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gpucluster"))
            .arg("doctor")
            .args(words)
            .env_clear()
            .envs(env.iter().copied())
            .current_dir(self.at("here"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Every path with what is there and when it was last written.
    fn everything(&self) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
        let mut all = BTreeMap::new();
        let mut open = vec![self.tree.path().to_owned()];
        while let Some(path) = open.pop() {
            let meta = std::fs::symlink_metadata(&path).unwrap();
            if meta.is_dir() {
                let inside = std::fs::read_dir(&path).unwrap();
                open.extend(inside.map(|entry| entry.unwrap().path()));
            }
            all.insert(path, (meta.len(), meta.modified().unwrap()));
        }
        all
    }
}

/// Exit code, and the report as text that is safe to show.
fn report(ran: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8(ran.stdout.clone()).expect("the report is UTF-8");
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    for text in [text.as_str(), stderr.as_ref()] {
        let odd = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(odd, None, "{text:?}");
    }
    (ran.status.code(), text)
}

#[test]
fn without_home_network_root_or_any_variable_it_reports_and_writes_nothing() {
    let corner = Corner::new(None);
    let before = corner.everything();
    // Nothing at all, no HOME, and a HOME of which nothing is ours.
    let bin = corner.at("bin");
    let home = corner.at("home");
    let none: [(&str, &Path); 0] = [];
    for env in [&none[..], &[("PATH", bin.as_path())], &[("HOME", &home)]] {
        let (code, text) = report(&corner.doctor(&[], env));
        assert_eq!(code, Some(3), "{text}");
        assert!(text.contains("docker"), "{text}");
        assert!(!text.contains("crashed:"), "{text}");
        assert_eq!(corner.everything(), before);
    }
    for form in ["json", "table", "junit"] {
        let ran = corner.doctor(&["--output", form], &[("HOME", &home)]);
        assert_eq!(report(&ran).0, Some(3));
    }
    assert_eq!(corner.everything(), before);
}

#[test]
fn no_system_call_of_it_writes_outside_its_own_state() {
    let corner = Corner::new(None);
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%file", "-o"])
        .arg(corner.at("trace"))
        .arg(env!("CARGO_BIN_EXE_gpucluster"))
        .arg("doctor")
        .env("HOME", corner.at("home"))
        .env("GPUCLUSTER_STATE_DIR", corner.at("state"))
        .stdin(Stdio::null())
        .output();
    let Ok(ran) = traced else {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: there is no strace here; what doctor writes is seen by its tree alone"
        );
        return;
    };
    let trace = std::fs::read_to_string(corner.at("trace")).unwrap_or_default();
    if !trace.contains("execve") {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "SKIPPED: strace may not trace: {stderr}");
        return;
    }
    let state = corner.at("state").display().to_string();
    let writes = [
        "O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "rename", "unlink", "chmod", "symlink",
    ];
    let outside: Vec<&str> = trace
        .lines()
        .filter(|line| writes.iter().any(|word| line.contains(word)))
        .filter(|line| !line.contains("\"/dev/") && !line.contains(&state))
        .filter(|line| !line.contains(" = -1 "))
        .collect();
    assert_eq!(outside, [""; 0]);
}

/// Megabytes of every byte there is, escape sequences, and then what the memory of whoever listens
/// has come to.
const HOSTILE: &str = "#!/bin/sh
PATH=/usr/bin:/bin
printf '\\033[2J\\033[31m\\033]0;owned\\007{\"Version\": \"\\033[1A'
head -c 3000000 /dev/urandom
printf '\\n\\302\\233;31mC1\\r\\b\\b\\033[8mhidden\\n' | tee /dev/stderr
head -c 1000000 /dev/urandom >&2
grep VmHWM /proc/$PPID/status >> \"$(dirname \"$0\")/../peak\"
exit 7
";

#[test]
fn tools_that_print_megabytes_of_anything_are_shown_safely_in_little_memory() {
    let corner = Corner::new(Some(HOSTILE));
    let (bin, home, state) = (corner.at("bin"), corner.at("home"), corner.at("state"));
    let env: [(&str, &Path); 4] = [
        ("PATH", &bin),
        ("HOME", &home),
        ("GPUCLUSTER_STATE_DIR", &state),
        ("LANG", Path::new("C.UTF-8")),
    ];
    for words in [
        &["-v"][..],
        &["--output", "json"],
        &["--output", "junit"],
        &["--output", "table"],
    ] {
        let ran = corner.doctor(words, &env);
        let (code, text) = report(&ran);
        assert_eq!(code, Some(3), "{text}");
        assert!(!text.contains("crashed:"), "{text}");
        // It is a report, not a copy of what was printed.
        assert!(text.len() < 200_000, "{} bytes", text.len());
    }
    let peaks = std::fs::read_to_string(corner.at("peak")).unwrap();
    let peak = peaks
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .max();
    let peak = peak.unwrap();
    // A program with everything that debugging needs is ten MiB larger by itself.
    let limit = if cfg!(debug_assertions) { 50 } else { 40 };
    assert!(peak < limit * 1024, "{peak} KiB");
}
