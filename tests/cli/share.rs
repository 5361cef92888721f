//! The shared cache by itself: `nfs setup`, `nfs status` and `nfs teardown`.

use super::{Person, differences};
use serde_json::{Value, json};

const EXPORTS: &str = "/etc/exports.d/gpucluster.exports";

fn person_with_a_cluster() -> Person {
    let person = Person::new();
    let up = person.types("up --simulate");
    assert_eq!(up.code, Some(0), "{}", up.err);
    person
}

fn objects(world: &mut Value) -> &mut Value {
    &mut world["minikube"]["profiles"]["gpucluster"]["api"]["objects"]
}

/// A pod of a job that mounts the claim.
fn pod_appears(person: &Person, namespace: &str, name: &str, phase: &str) {
    person.alter("4xt4", |world| {
        objects(world)[format!("pods/{namespace}/{name}")] = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"volumes": [
                {"name": "cache", "persistentVolumeClaim": {"claimName": "nfs-pvc"}},
            ]},
            "status": {"phase": phase},
        });
    });
}

#[test]
fn teardown_takes_the_share_back_alone_and_setup_brings_it_again() {
    let person = Person::new();
    person.types("doctor --simulate");
    let fresh = person.world("4xt4");
    assert_eq!(person.types("up --simulate").code, Some(0));
    let teardown = person.types("nfs teardown --simulate");
    assert_eq!(teardown.code, Some(0), "{}", teardown.err);
    let mut world = person.world("4xt4");
    assert!(world["files"][EXPORTS].is_null());
    assert_eq!(world["exports"], json!([]));
    assert_eq!(world["packages"], fresh["packages"]);
    let kept = objects(&mut world).as_object().unwrap().clone();
    assert!(!kept.keys().any(|key| key.starts_with("persistentvolume")));
    assert!(kept.contains_key("nodes//gpucluster"));
    assert_eq!(person.types("agent status --simulate").code, Some(0));
    assert!(world["files"]["/srv/gpucluster"].is_object());

    let again = person.types("nfs teardown --simulate");
    assert_eq!(again.code, Some(0));
    assert!(again.err.contains("nothing to take back"), "{}", again.err);
    assert_eq!(differences(&person.world("4xt4"), &world), [""; 0]);

    let setup = person.types("nfs setup --simulate");
    assert_eq!(setup.code, Some(0), "{}", setup.err);
    let whole = person.types("up --simulate");
    assert!(whole.err.contains("nothing to change"), "{}", whole.err);
    assert_eq!(person.types("down --simulate").code, Some(0));
    let mut end = person.world("4xt4");
    assert_eq!(end["packages"], fresh["packages"]);
    assert!(end["files"][EXPORTS].is_null());
    assert!(objects(&mut end).is_null());
}

#[test]
fn teardown_is_refused_while_a_pod_uses_the_claim() {
    let person = person_with_a_cluster();
    pod_appears(&person, "default", "launch-ended", "Succeeded");
    pod_appears(&person, "default", "launch-runs", "Running");
    pod_appears(&person, "other", "a-claim-of-that-name", "Running");
    let world = person.world("4xt4");
    let refused = person.types("nfs teardown --simulate --yes");
    assert_eq!(refused.code, Some(4), "{}", refused.err);
    assert!(
        refused.err.contains("error[VOLUME_IN_USE]"),
        "{}",
        refused.err
    );
    let words = "1 pod uses the claim default/nfs-pvc: launch-runs\n";
    assert!(refused.err.contains(words), "{}", refused.err);
    insta::assert_snapshot!("nfs-teardown-refused", person.screen(&refused));
    assert_eq!(differences(&person.world("4xt4"), &world), [""; 0]);

    for preview in ["--plan", "--print-root-commands"] {
        let ran = person.types(&format!("nfs teardown --simulate {preview}"));
        assert_eq!(ran.code, Some(4), "{preview}: {}", ran.err);
        assert!(ran.err.contains("error[VOLUME_IN_USE]"), "{}", ran.err);
        assert!(!ran.out.contains("exportfs"), "{}", ran.out);
    }

    let status = person.types("nfs status --simulate");
    assert_eq!(status.code, Some(0), "{}", status.out);
    insta::assert_snapshot!("nfs-status-used", person.screen(&status));

    person.alter("4xt4", |world| {
        objects(world)["pods/default/launch-runs"]["status"]["phase"] = json!("Failed");
    });
    let goes = person.types("nfs teardown --simulate --yes");
    assert_eq!(goes.code, Some(0), "{}", goes.err);
}

#[test]
fn a_namespace_of_ours_stays_with_its_jobs_until_the_cluster_goes() {
    let env = [("GPUCLUSTER_NAMESPACE", "jobs")];
    let person = Person::new();
    assert_eq!(person.types_with("up --simulate", &env).code, Some(0));
    let teardown = person.types_with("nfs teardown --simulate", &env);
    assert_eq!(teardown.code, Some(0), "{}", teardown.err);
    let said = "Namespace jobs stays: jobs run there";
    assert!(teardown.err.contains(said), "{}", teardown.err);
    let mut world = person.world("4xt4");
    assert!(objects(&mut world)["namespaces//jobs"].is_object());
    assert!(objects(&mut world)["persistentvolumeclaims/jobs/nfs-pvc"].is_null());
}

#[test]
fn what_went_with_a_cluster_that_somebody_deleted_does_not_keep_the_export() {
    let person = person_with_a_cluster();
    person.alter("4xt4", |world| {
        world["minikube"]["profiles"] = json!({});
        world["docker"]["containers"] = json!({});
    });
    let teardown = person.types("nfs teardown --simulate --yes");
    assert_eq!(teardown.code, Some(0), "{}", teardown.err);
    assert!(person.world("4xt4")["files"][EXPORTS].is_null());
}

#[test]
fn the_data_goes_only_with_its_path_typed() {
    let person = person_with_a_cluster();
    let wrong = person.types("nfs teardown --simulate --yes --delete-data=/srv/other");
    assert_eq!(wrong.code, Some(6), "{}", wrong.err);
    let hint = "gpucluster nfs teardown --simulate --delete-data=/srv/gpucluster";
    assert!(wrong.err.contains(hint), "{}", wrong.err);
    assert!(person.world("4xt4")["files"][EXPORTS].is_object());
    let right = person.types("nfs teardown --simulate --yes --delete-data=/srv/gpucluster");
    assert_eq!(right.code, Some(0), "{}", right.err);
    assert!(person.world("4xt4")["files"]["/srv/gpucluster"].is_null());
}

#[test]
fn another_machine_that_serves_is_named_and_not_looked_into() {
    let env = [("GPUCLUSTER_NFS_SERVER", "nas.example.org")];
    let person = Person::new();
    assert_eq!(person.types_with("up --simulate", &env).code, Some(0));
    let status = person.types_with("nfs status --simulate", &env);
    assert_eq!(status.code, Some(0), "{}", status.out);
    insta::assert_snapshot!("nfs-status-elsewhere", person.screen(&status));
}

#[test]
fn an_export_to_somebody_else_is_no_share() {
    let person = person_with_a_cluster();
    person.alter("4xt4", |world| {
        world["exports"][0]["client"] = json!("10.0.0.0/8");
    });
    let status = person.types("nfs status --simulate");
    assert_eq!(status.code, Some(3));
    let verdict = "/srv/gpucluster is not exported to the cluster's network";
    assert!(status.out.contains(verdict), "{}", status.out);
}

#[test]
fn an_undo_can_be_previewed_for_scripts() {
    let person = person_with_a_cluster();
    let world = person.world("4xt4");
    let commands = person.types("nfs teardown --simulate --print-root-commands");
    assert_eq!(commands.code, Some(0), "{}", commands.err);
    assert!(commands.out.contains("exportfs -ra"), "{}", commands.out);
    let pending = person.types("down --simulate --plan --exit-code");
    assert_eq!(pending.code, Some(10), "{}", pending.err);
    assert_eq!(differences(&person.world("4xt4"), &world), [""; 0]);
    person.types("down --simulate");
    let nothing = person.types("down --simulate --plan --exit-code");
    assert_eq!(nothing.code, Some(0), "{}", nothing.err);
}

#[test]
fn the_screens_of_the_share() {
    let person = Person::new();
    let before = person.types("nfs status --simulate");
    assert_eq!(before.code, Some(3));
    insta::assert_snapshot!("nfs-status-before", person.screen(&before));
    assert_eq!(person.types("up --simulate").code, Some(0));
    for (name, line) in [
        ("nfs-status", "nfs status --simulate"),
        ("nfs-status-json", "nfs status --simulate --output json"),
        ("nfs-teardown-plan", "nfs teardown --simulate --plan"),
        ("nfs-teardown", "nfs teardown --simulate"),
        ("help-nfs-teardown", "nfs teardown --help"),
    ] {
        insta::assert_snapshot!(name, person.screen(&person.types(line)));
    }
}

#[test]
fn setup_says_with_whom_and_as_whom_it_shares() {
    let person = person_with_a_cluster();
    assert_eq!(person.types("nfs teardown --simulate").code, Some(0));
    let line = "nfs setup --simulate --clients 10.0.0.0/8,fd00::1 --squash all --owner 1000:1000";
    let setup = person.types(line);
    assert_eq!(setup.code, Some(0), "{}", setup.err);
    let world = person.world("4xt4");
    let file = world["files"][EXPORTS]["content"].as_str().unwrap();
    let options = "rw,sync,no_subtree_check,all_squash,anonuid=1000,anongid=1000";
    assert_eq!(
        file.lines().last().unwrap(),
        format!(
            "/srv/gpucluster 192.168.49.0/24({options}) 10.0.0.0/8({options}) fd00::1/128({options})"
        )
    );
    let kept = "for good, in gpucluster.yaml:\n  nfs:\n    clients: 10.0.0.0/8,fd00::1\n    squash: all\n    owner: 1000:1000\n";
    assert!(setup.err.contains(kept), "{}", setup.err);
    let again = person.types(line);
    assert!(again.err.contains("nothing to change"), "{}", again.err);
    // A flag holds for its run: the settings are back, and nobody wrote into the folder yet.
    let plan = person.types("nfs setup --simulate --plan");
    assert!(plan.err.contains("differs"), "{}", plan.err);
}

#[test]
fn setup_ends_with_a_mount_from_the_node_that_writes() {
    let person = person_with_a_cluster();
    let setup = person.types("nfs setup --simulate");
    assert_eq!(setup.code, Some(0), "{}", setup.err);
    assert!(
        setup.err.contains("unchanged nfs.mount: holds"),
        "{}",
        setup.err
    );
    assert!(
        !person
            .types("nfs setup --simulate --rehearse")
            .err
            .contains("nfs.mount")
    );
    // Somebody takes the right to write away below us: only the mount shows it.
    person.alter("4xt4", |world| {
        let export = &mut world["exports"][0]["options"];
        *export = json!(export.as_str().unwrap().replace("rw", "rw,ro"));
    });
    let setup = person.types("nfs setup --simulate");
    assert_eq!(setup.code, Some(4), "{}", setup.err);
    let words =
        "error[VOLUME_NOT_WRITABLE]: the node mounts 192.168.49.1:/srv/gpucluster and cannot";
    assert!(setup.err.contains(words), "{}", setup.err);
    assert!(setup.err.contains("Read-only file system"), "{}", setup.err);
}

#[test]
fn the_world_is_no_client_and_root_no_owner() {
    let person = Person::new();
    for (flags, words) in [
        ("--clients *", "must be addresses or networks"),
        ("--clients 0.0.0.0/0", "would let every machine"),
        ("--squash some", "must be `none`, `root` or `all`"),
        ("--owner 0:0", "must not be root"),
        ("--path /etc", "is a folder of the system"),
    ] {
        let refused = person.types(&format!("nfs setup --simulate {flags}"));
        assert_eq!(refused.code, Some(2), "{flags}: {}", refused.err);
        assert!(refused.err.contains(words), "{flags}: {}", refused.err);
    }
}

#[test]
fn a_server_that_is_there_already_is_mounted_and_not_set_up() {
    let person = Person::new();
    let flags = "--external nas.lan:/volume1";
    let plan = person.types(&format!("nfs setup --simulate --plan --with-deps {flags}"));
    assert!(!plan.err.contains("exportfs"), "{}", plan.err);
    assert!(plan.err.contains("PersistentVolume"), "{}", plan.err);
    // There is no such server beside a simulated machine, which a bound claim would not show.
    let setup = person.types(&format!("nfs setup --simulate --with-deps {flags}"));
    assert_eq!(setup.code, Some(4), "{}", setup.err);
    let words =
        "error[NFS_ELSEWHERE_REFUSED]: the node cannot mount nas.lan:/volume1, write and read";
    assert!(setup.err.contains(words), "{}", setup.err);
    assert!(setup.err.contains("showmount -e nas.lan"), "{}", setup.err);
    let mut world = person.world("4xt4");
    let nfs = &objects(&mut world)["persistentvolumes//nfs-pv"]["spec"]["nfs"];
    assert_eq!(*nfs, json!({"server": "nas.lan", "path": "/volume1"}));
    assert!(world["files"][EXPORTS].is_null());
}
