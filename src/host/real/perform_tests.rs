//! Effects on a temporary folder, by a host whose root rights are what the machine gives.

use super::*;
use crate::host::real::sudo::Root;
use crate::host::real::{RealOptions, Secrets};
use crate::host::{ReadHost, WriteHost};
use crate::model::{Expect, Removal, SecretFile, SecretName};
use camino::Utf8PathBuf;
use std::sync::Mutex;

struct Place {
    _dir: tempfile::TempDir,
    root: Utf8PathBuf,
    host: RealHost,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::try_from(dir.path().to_path_buf()).unwrap();
    let host = RealHost::new(RealOptions {
        kubeconfig: root.join("none/config"),
        secrets: Secrets::with_wandb_key(&"k".repeat(40), "a test"),
        interactive: false,
        supervisor_argv: None,
        patience: 1,
    });
    Place {
        _dir: dir,
        root,
        host: host.unwrap(),
    }
}

async fn perform(host: &RealHost, effect: Effect) -> (Result<Done, Fault>, Vec<Moved>) {
    let seen = Mutex::new(Vec::new());
    let progress = |moved: Moved| seen.lock().unwrap().push(moved);
    let stop = Stop::default();
    let how = Performing {
        progress: &progress,
        stop: &stop,
    };
    let done = host.perform(&Change::safe(effect, "a test"), &how).await;
    (done, seen.into_inner().unwrap())
}

fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

#[tokio::test]
async fn files_and_folders_are_made_and_taken_away() {
    let place = place();
    let (dir, file) = (place.root.join("d"), place.root.join("d/f"));
    let made = Effect::MakeDir {
        path: dir.clone(),
        mode: 0o700,
        owner: None,
        privilege: Privilege::User,
    };
    let written = Effect::WriteFile {
        path: file.clone(),
        content: "x\n".to_owned(),
        mode: 0o640,
        privilege: Privilege::User,
    };
    for effect in [made, written] {
        assert_eq!(perform(&place.host, effect).await.0, Ok(Done::default()));
    }
    assert_eq!(
        place.host.read_file(&file).await,
        Ok(Some("x\n".to_owned()))
    );
    assert_eq!(place.host.stat(&file).await.unwrap().unwrap().mode, 0o640);
    let removed = Effect::RemoveOwned {
        path: dir.clone(),
        removal: Removal::Tree,
        privilege: Privilege::User,
    };
    assert_eq!(perform(&place.host, removed).await.0, Ok(Done::default()));
    assert_eq!(place.host.stat(&dir).await, Ok(None));
}

#[tokio::test]
async fn each_line_is_progress_and_quiet_commands_have_none() {
    let place = place();
    let lines = sh("printf '10 %%\\rone\\r\\n'; echo; echo two >&2").stream(Stream::Lines);
    let (done, moved) = perform(&place.host, Effect::Run(lines)).await;
    assert_eq!(done, Ok(Done::default()));
    let mut texts: Vec<&str> = moved.iter().map(|moved| moved.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["one", "two"]);
    let (_, moved) = perform(&place.host, Effect::Run(sh("echo one"))).await;
    assert!(moved.is_empty());
}

#[tokio::test]
async fn minikubes_events_are_progress_with_a_position() {
    let place = place();
    let event = r#"{"type":"io.k8s.sigs.minikube.step","data":{"currentstep":"8","totalsteps":"19","message":"Creating docker container ...","name":"Creating Container"}}"#;
    let script = format!("echo '{event}'; echo noise; echo noise >&2");
    let command = sh(&script).stream(Stream::MinikubeEvents);
    let (_, moved) = perform(&place.host, Effect::Run(command)).await;
    let expected = Moved {
        text: "Creating docker container ...".to_owned(),
        at: Some((8, 19)),
    };
    assert_eq!(moved, [expected]);
}

#[tokio::test]
async fn a_failed_command_is_a_fault_with_its_last_words() {
    let place = place();
    let (done, _) = perform(&place.host, Effect::Run(sh("echo zzz >&2; exit 7"))).await;
    let fault = done.unwrap_err();
    assert_eq!(fault.reason, ids::CHANGE_FAILED);
    assert!(fault.summary.contains("exit code 7"), "{fault}");
    assert_eq!(fault.evidence, ["zzz"]);
    let none = Command::new(["no-such-program-anywhere"]);
    let (done, _) = perform(&place.host, Effect::Run(none)).await;
    assert_eq!(done.unwrap_err().reason, ids::TOOL_MISSING);
    let fewer = sh("echo 'GPU 0: T4 (UUID: GPU-1)'").expecting(Expect::Gpus(4));
    let (done, _) = perform(&place.host, Effect::Run(fewer)).await;
    assert_eq!(done.unwrap_err().reason, ids::GPU_CONTAINER_SEES_FEWER);
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_and_told_apart() {
    let place = place();
    let command = sh("sleep 600").timeout(Duration::from_millis(100));
    let (done, _) = perform(&place.host, Effect::Run(command)).await;
    assert_eq!(done.unwrap_err().reason, ids::TOOL_HUNG);
}

#[tokio::test]
async fn a_wish_to_stop_is_an_interruption() {
    let place = place();
    let stop = Stop::default();
    let drain = stop.drain.clone();
    let progress = move |_: Moved| drain.cancel();
    let how = Performing {
        progress: &progress,
        stop: &stop,
    };
    let command = sh("echo up; sleep 600").stream(Stream::Lines);
    let change = Change::safe(Effect::Run(command), "a test");
    let fault = place.host.perform(&change, &how).await.unwrap_err();
    assert_eq!(fault.reason, ids::INTERRUPTED);
}

#[tokio::test]
async fn the_key_is_put_in_place_and_never_shown() {
    let place = place();
    let file = SecretFile {
        path: place.root.join("home/.netrc"),
        machine: "api.wandb.ai".to_owned(),
        secret: SecretName::WandbKey,
    };
    let (done, _) = perform(&place.host, Effect::PutSecret { file: file.clone() }).await;
    assert_eq!(done, Ok(Done::default()));
    let state = place.host.secret_state(&file).await.unwrap();
    assert_eq!(state, crate::host::SecretState::Equal);
    let shown = sh(&format!("cat {} >&2; exit 1", file.path));
    let (done, _) = perform(&place.host, Effect::Run(shown)).await;
    let fault = format!("{:?}", done.unwrap_err());
    assert!(fault.contains("password [secret]") && !fault.contains("kkkk"));
}

#[tokio::test]
async fn without_a_kubeconfig_an_object_cannot_be_applied() {
    let place = place();
    let object =
        serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}});
    let (done, _) = perform(&place.host, Effect::ApplyObject { object }).await;
    let fault = done.unwrap_err();
    assert_eq!(fault.reason, ids::CLUSTER_UNREACHABLE);
    assert!(fault.causes[0].contains("none/config"), "{fault:?}");
}

/// A host that is not root and has this for a `sudo`.
fn with_sudo(script: &str) -> Place {
    let mut place = place();
    let sudo = place.root.join("sudo");
    fs::write(&sudo, format!("#!/bin/sh\n{script}\n").as_bytes(), 0o755).unwrap();
    place.host.root = Root::Sudo(sudo);
    place
}

#[tokio::test]
async fn files_of_root_go_through_sudo_and_leave_nothing_beside_them() {
    let place = with_sudo("printf '%s\\n' \"$*\" >> $(dirname $0)/asked; shift 2; exec \"$@\"");
    let file = place.root.join("exports.d/gpucluster.exports");
    let made = Effect::MakeDir {
        path: place.root.join("data"),
        mode: 0o1777,
        owner: None,
        privilege: Privilege::Root,
    };
    let content = "# managed\n/srv 10.0.0.0/8(rw)\n".to_owned();
    let written = Effect::WriteFile {
        path: file.clone(),
        content: content.clone(),
        mode: 0o644,
        privilege: Privilege::Root,
    };
    // Once more is the same again.
    for effect in [made.clone(), made, written.clone(), written] {
        // Only root may give a file to root; where the tests are not, that is what fails.
        let (done, _) = perform(&place.host, effect).await;
        if !nix::unistd::geteuid().is_root() && done.is_err() {
            return;
        }
        assert_eq!(done, Ok(Done::default()));
    }
    assert_eq!(fs::read(&file), Ok(Some(content)));
    assert_eq!(fs::stat(&file).unwrap().unwrap().mode, 0o644);
    let names = fs::list(&place.root.join("exports.d")).unwrap().unwrap();
    assert_eq!(names, ["gpucluster.exports"]);
    let mode = fs::stat(&place.root.join("data")).unwrap().unwrap().mode;
    assert_eq!(mode, 0o1777);
    let asked = fs::read(&place.root.join("asked")).unwrap().unwrap();
    assert!(asked.lines().all(|line| line.starts_with("-n -- /")));
    assert!(!asked.contains("10.0.0.0"), "content is no argument");
    let removed = Effect::RemoveOwned {
        path: file.clone(),
        removal: Removal::File,
        privilege: Privilege::Root,
    };
    assert_eq!(perform(&place.host, removed).await.0, Ok(Done::default()));
    assert_eq!(fs::stat(&file), Ok(None));
}

#[tokio::test]
async fn a_refusal_of_sudo_is_missing_privilege_and_says_the_way_out() {
    let place = with_sudo("echo 'sudo: a password is required' >&2; exit 1");
    let (done, _) = perform(&place.host, Effect::Run(sh("true").as_root())).await;
    let fault = done.unwrap_err();
    assert_eq!(fault.reason, ids::PRIVILEGE_UNAVAILABLE);
    assert_eq!(fault.advice[0].command.as_deref(), Some("sudo -v"));
    let fault = place.host.obtain_root().await.unwrap_err();
    assert_eq!(fault.reason, ids::PRIVILEGE_UNAVAILABLE);
    assert_eq!(fault.evidence, ["sudo: a password is required"]);
}

#[tokio::test]
async fn a_command_of_root_has_only_the_environment_it_was_given_and_its_limit() {
    let place = with_sudo("shift 2; exec \"$@\"");
    let script = "test \"$WORD\" = given && test \"$HOME\" = /root && test -z \"$USER$CARGO\"";
    let command = sh(script).as_root().env("WORD", "given");
    let (done, _) = perform(&place.host, Effect::Run(command)).await;
    assert_eq!(done, Ok(Done::default()));
    let command = sh("exec sleep 600")
        .as_root()
        .timeout(Duration::from_secs(1));
    let (done, _) = perform(&place.host, Effect::Run(command)).await;
    assert_eq!(done.unwrap_err().reason, ids::TOOL_HUNG);
}

#[tokio::test]
async fn commands_that_run_without_a_password_are_enough_although_a_ticket_is_refused() {
    // As sudo behaves where one rule of two says NOPASSWD (seen with sudo 1.9.13 on Debian 12).
    let place = with_sudo("test \"$2\" != -v && shift 2 && exec \"$@\"");
    assert_eq!(place.host.obtain_root().await, Ok(()));
}

#[tokio::test]
async fn a_ticket_is_kept_while_a_long_command_runs_and_none_is_asked_for_without_one() {
    let mut place = with_sudo("printf '%s\\n' \"$*\" >> $(dirname $0)/asked");
    place.host.keep_ticket = Duration::from_millis(5);
    let asked = place.root.join("asked");
    let quick = Effect::Run(sh("sleep 0.1"));
    assert_eq!(perform(&place.host, quick).await.0, Ok(Done::default()));
    assert_eq!(fs::read(&asked), Ok(None), "nobody gave us a ticket");
    assert_eq!(place.host.obtain_root().await, Ok(()));
    // It ends when the ticket has been used again.
    let until = format!("while [ \"$(wc -l < {asked})\" -lt 3 ]; do sleep 0.01; done");
    let long = Effect::Run(sh(&until).timeout(Duration::from_secs(60)));
    assert_eq!(perform(&place.host, long).await.0, Ok(Done::default()));
    let text = fs::read(&asked).unwrap().unwrap();
    let harmless = |line: &str| line.starts_with("-n -- /") && line.ends_with("/true");
    assert!(text.lines().all(harmless), "{text}");
}

#[tokio::test]
async fn a_unit_needs_systemd_and_that_is_said() {
    let place = place();
    if units::has_systemd() {
        return;
    }
    let effect = Effect::Unit {
        name: "docker".to_owned(),
        want: UnitWant::Restarted,
    };
    let (done, _) = perform(&place.host, effect).await;
    let fault = done.unwrap_err();
    assert_eq!(fault.reason, ids::TOOL_MISSING);
    assert!(fault.summary.contains("systemd"));
    assert_eq!(
        place.host.unit("docker").await,
        Ok(crate::host::UnitState::default())
    );
}

#[tokio::test]
async fn a_file_is_put_in_place_whole_or_not_at_all() {
    let place = place();
    let source = place.root.join("source");
    fs::write(&source, b"x\n", 0o600).unwrap();
    let path = place.root.join("bin/tool");
    let effect = |sum: &str| {
        Effect::Fetch(Fetch {
            from: source.to_string(),
            proof: crate::model::Proof::Sha256(sum.to_owned()),
            path: path.clone(),
            mode: 0o755,
            privilege: Privilege::User,
        })
    };
    let (done, _) = perform(&place.host, effect(&"0".repeat(64))).await;
    assert_eq!(done.unwrap_err().reason, ids::DOWNLOAD_NOT_GENUINE);
    assert_eq!(place.host.stat(&place.root.join("bin")).await, Ok(None));
    // `printf 'x\n' | sha256sum`
    let sum = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac";
    let (done, _) = perform(&place.host, effect(sum)).await;
    assert_eq!(done, Ok(Done::default()));
    assert_eq!(place.host.stat(&path).await.unwrap().unwrap().mode, 0o755);
    assert_eq!(
        place.host.read_file(&path).await,
        Ok(Some("x\n".to_owned()))
    );
}
