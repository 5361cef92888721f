//! The laws of a whole life on the simulated machine: up, up again, slices, down.

use super::{Person, differences};

#[test]
fn up_converges_and_up_again_changes_nothing() {
    let person = Person::new();
    let first = person.types("up --simulate");
    assert_eq!(first.code, Some(0), "{}", first.err);
    let world = person.world("4xt4");
    let second = person.types("up --simulate");
    assert_eq!(second.code, Some(0));
    assert!(second.err.contains("nothing to change"), "{}", second.err);
    assert_eq!(differences(&person.world("4xt4"), &world), [""; 0]);
    assert_eq!(person.types("status --simulate").code, Some(0));
    assert_eq!(person.types("doctor --simulate").code, Some(0));
}

#[test]
fn down_returns_the_world_to_where_it_was() {
    for machine in ["4xt4", "8xh100", "1xrtx4090"] {
        let person = Person::new();
        // Looking makes the machine without changing it.
        person.types(&format!("doctor --simulate={machine}"));
        let before = person.world(machine);
        assert_eq!(
            person.types(&format!("up --simulate={machine}")).code,
            Some(0)
        );
        assert_ne!(person.world(machine), before);
        let down = person.types(&format!("down --simulate={machine}"));
        assert_eq!(down.code, Some(0), "{}", down.err);
        let after = person.world(machine);
        let unit = &after["units"]["nfs-server"];
        assert!(unit["active"] != true && unit["enabled"] != true, "{unit}");
        let ours = after["files"]
            .as_object()
            .unwrap()
            .keys()
            .find(|path| path.contains("gpucluster"));
        assert_eq!(ours.filter(|path| !path.starts_with("/srv")), None);
        assert_eq!(
            differences(&strip_kept(after), &strip_kept(before)),
            [""; 0],
            "{machine}"
        );
        let again = person.types(&format!("down --simulate={machine}"));
        assert_eq!(again.code, Some(0));
        assert!(again.err.contains("nothing of ours"), "{}", again.err);
    }
}

/// What stays on purpose, or cannot be taken back: the shared folder; what tools cache; what apt
/// leaves of a package that is removed and not purged (its files below /etc and /var, packages that
/// came with it, the kernel's nfsd); that the restarted Docker daemon found the toolkit's hook.
fn strip_kept(mut world: serde_json::Value) -> serde_json::Value {
    const PATHS: [&str; 7] = [
        "/srv",
        "/etc/exports",
        "/proc/fs",
        "/var/lib/nfs",
        "/home/ubuntu/.local",
        "/var/cache",
        "/home/ubuntu/.minikube",
    ];
    // The folders of the person's units, empty.
    const FOLDERS: [&str; 3] = [
        "/home/ubuntu/.config",
        "/home/ubuntu/.config/systemd",
        "/home/ubuntu/.config/systemd/user",
    ];
    if let Some(files) = world["files"].as_object_mut() {
        files.retain(|path, _| {
            !FOLDERS.contains(&path.as_str()) && !PATHS.iter().any(|kept| path.starts_with(kept))
        });
    }
    for (outer, inner) in [
        ("docker", "images"),
        ("docker", "hook"),
        ("minikube", "cached"),
        ("units", "nfs-server"),
    ] {
        if let Some(map) = world[outer].as_object_mut() {
            map.remove(inner);
        }
    }
    if let Some(packages) = world["packages"].as_array_mut() {
        packages.retain(|name| name != "nfs-common");
    }
    world
}

#[test]
fn down_with_the_path_typed_deletes_the_data_and_another_path_does_not() {
    let person = Person::new();
    assert_eq!(person.types("up --simulate").code, Some(0));
    let wrong = person.types("down --simulate --yes --delete-data=/srv/other");
    assert_eq!(wrong.code, Some(6), "{}", wrong.err);
    let bare = person.types("down --simulate --yes --delete-data");
    assert_eq!(
        bare.code,
        Some(6),
        "--yes does not cover deleting data: {}",
        bare.err
    );
    assert!(person.world("4xt4")["files"]["/srv/gpucluster"].is_object());
    let right = person.types("down --simulate --yes --delete-data=/srv/gpucluster");
    assert_eq!(right.code, Some(0), "{}", right.err);
    assert!(person.world("4xt4")["files"]["/srv/gpucluster"].is_null());
}

#[test]
fn slices_need_what_comes_before_them_and_then_do_only_their_part() {
    let person = Person::new();
    let early = person.types("agent start --simulate --yes");
    assert_eq!(early.code, Some(4), "{}", early.err);
    assert!(early.err.contains("DEPENDENCY_NOT_READY"), "{}", early.err);
    let cluster = person.types("up --simulate --only docker,nvidia,gpu,minikube");
    assert_eq!(cluster.code, Some(0), "{}", cluster.err);
    let nfs = person.types("nfs setup --simulate");
    assert_eq!(nfs.code, Some(0), "{}", nfs.err);
    let agent = person.types("agent start --simulate");
    assert_eq!(agent.code, Some(0), "{}", agent.err);
    let whole = person.types("up --simulate");
    assert!(whole.err.contains("nothing to change"), "{}", whole.err);
}

#[test]
fn with_deps_a_slice_brings_what_it_needs() {
    let person = Person::new();
    let ran = person.types("nfs setup --simulate --with-deps");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        person.types("agent status --simulate").code,
        Some(3),
        "no agent was asked for"
    );
}

#[test]
fn the_agent_stops_starts_and_restarts() {
    let person = Person::new();
    assert_eq!(person.types("up --simulate").code, Some(0));
    assert_eq!(person.types("agent status --simulate").code, Some(0));
    assert_eq!(person.types("agent stop --simulate").code, Some(0));
    assert_eq!(person.types("agent status --simulate").code, Some(3));
    let again = person.types("agent stop --simulate");
    assert!(again.err.contains("not running"), "{}", again.err);
    assert_eq!(person.types("agent start --simulate").code, Some(0));
    let restart = person.types("agent restart --simulate");
    assert_eq!(restart.code, Some(0), "{}", restart.err);
    assert_eq!(person.types("agent status --simulate").code, Some(0));
    let logs = person.types("agent logs --simulate");
    assert!(logs.out.contains("polling on queues"), "{}", logs.out);
    let down = person.types("down --simulate");
    assert_eq!(down.code, Some(0), "{}", down.err);
}

#[test]
fn an_existing_cluster_without_gpus_is_recreated_only_when_asked() {
    let person = Person::new();
    let up = person.types("up --simulate=cluster-without-gpus --yes");
    assert_eq!(up.code, Some(4), "{}", up.err);
    assert!(up.err.contains("CLUSTER_HAS_NO_GPUS"), "{}", up.err);
    let recreate = person.types("up --simulate=cluster-without-gpus --yes --recreate-cluster");
    assert_eq!(recreate.code, Some(0), "{}", recreate.err);
}

#[test]
fn a_skipped_step_is_neither_judged_nor_changed() {
    let person = Person::new();
    let ran = person.types("up --simulate --skip nfs");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let world = person.world("4xt4");
    assert!(world["files"]["/etc/exports.d/gpucluster.exports"].is_null());
}

#[test]
fn consent_is_asked_for_where_somebody_can_be_hurt() {
    let person = Person::new();
    let asks = [("GPUCLUSTER_SIM_ASK", "1")];
    let ran = person.types_with("up --simulate", &asks);
    assert_eq!(ran.code, Some(6));
    insta::assert_snapshot!(person.screen(&ran));
    let before = person.world("4xt4");
    assert_eq!(
        person.types_with("up --simulate --yes", &asks).code,
        Some(0)
    );
    assert_ne!(person.world("4xt4"), before);
    assert_eq!(person.types_with("down --simulate", &asks).code, Some(6));
}

#[test]
fn a_plan_changes_nothing_and_tells_by_its_exit_code() {
    let person = Person::new();
    person.types("doctor --simulate");
    let before = person.world("4xt4");
    assert_eq!(person.types("up --simulate --plan").code, Some(0));
    assert_eq!(
        person.types("up --simulate --plan --exit-code").code,
        Some(10)
    );
    let root = person.types("up --simulate --print-root-commands");
    assert!(
        root.out.contains("sudo nvidia-ctk runtime configure"),
        "{}",
        root.out
    );
    assert_eq!(person.world("4xt4"), before);
    person.types("up --simulate");
    assert_eq!(
        person.types("up --simulate --plan --exit-code").code,
        Some(0)
    );
}

#[test]
fn no_screen_event_journal_or_world_file_outside_its_place_holds_the_key() {
    let person = Person::new();
    person.types("up --simulate -vv --output jsonl");
    person.types("status --simulate --output json");
    person.types("doctor --simulate --output json -vv");
    person.types("agent logs --simulate");
    let world = person.world("4xt4");
    let netrc = world["files"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(path, _)| path.ends_with("/.netrc"));
    let netrc = netrc.unwrap().1["content"].as_str().unwrap();
    let key = netrc
        .split_whitespace()
        .skip_while(|word| *word != "password")
        .nth(1)
        .unwrap();
    assert!(key.len() >= 40);
    let mut files = 0;
    for entry in std::fs::read_dir(person.state().join("simulated/4xt4/runs")).unwrap() {
        for file in std::fs::read_dir(entry.unwrap().path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains(key));
            files += 1;
        }
    }
    assert!(files >= 2, "journal and log of a run");
}

#[test]
fn after_a_reboot_the_agent_waits_for_its_cluster_and_polls_when_it_is_back() {
    let person = Person::new();
    assert_eq!(person.types("up --simulate").code, Some(0));
    // minikube's node has no restart policy; the agent's unit starts by itself.
    person.alter("4xt4", |world| {
        world["docker"]["containers"]["gpucluster"]["running"] = false.into();
    });
    let waits = person.types("agent status --simulate");
    assert_eq!(waits.code, Some(3));
    assert!(
        waits.out.contains("the agent is waiting for the cluster"),
        "{}",
        waits.out
    );
    let json = person.types("agent status --simulate --output json").out;
    assert!(
        json.contains("\"state\": \"waiting for the cluster\""),
        "{json}"
    );
    assert!(json.contains("\"restarts\": 0"), "{json}");
    let up = person.types("up --simulate");
    assert_eq!(up.code, Some(0), "{}", up.err);
    assert!(!up.err.contains("start agent-gpucluster ("), "{}", up.err);
    assert_eq!(person.types("agent status --simulate").code, Some(0));
}

#[test]
fn a_stopped_agent_is_not_started_at_boot_until_it_is_started_again() {
    let link = "/home/ubuntu/.config/systemd/user/default.target.wants/\
                gpucluster-agent-gpucluster.service";
    let person = Person::new();
    person.types("up --simulate");
    assert!(person.world("4xt4")["files"][link].is_object());
    let stop = person.types("agent stop --simulate");
    assert!(stop.err.contains("after a reboot too"), "{}", stop.err);
    assert!(person.world("4xt4")["files"][link].is_null());
    person.types("agent start --simulate");
    assert!(person.world("4xt4")["files"][link].is_object());
}

#[test]
fn what_keeps_the_agent_running_can_be_changed_both_ways() {
    let person = Person::new();
    let before = {
        person.types("doctor --simulate");
        person.world("4xt4")
    };
    let own = [("GPUCLUSTER_AGENT_SUPERVISOR", "gpucluster")];
    let unit_of = |person: &Person| {
        person.world("4xt4")["services"]["agent-gpucluster"]["unit"]
            .as_str()
            .map(str::to_owned)
    };
    let up = person.types_with("up --simulate", &own);
    assert_eq!(up.code, Some(0), "{}", up.err);
    assert!(!up.err.contains("linger"), "{}", up.err);
    assert_eq!(unit_of(&person), None);
    for (env, unit) in [
        (&[][..], Some("gpucluster-agent-gpucluster.service")),
        (&own[..], None),
        (&[][..], Some("gpucluster-agent-gpucluster.service")),
    ] {
        let up = person.types_with("up --simulate", env);
        assert_eq!(up.code, Some(0), "{}", up.err);
        assert_eq!(unit_of(&person).as_deref(), unit);
        let again = person.types_with("up --simulate", env);
        assert!(again.err.contains("nothing to change"), "{}", again.err);
    }
    assert_eq!(person.types("down --simulate").code, Some(0));
    let after = person.world("4xt4");
    assert_eq!(
        differences(&strip_kept(after), &strip_kept(before)),
        [""; 0]
    );
}
