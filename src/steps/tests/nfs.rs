//! The shared cache, from the kernel's server to the bound claim.

use crate::host::{KubeQuery, Query, UnitState};
use crate::model::{ObjectRef, Prior, Receipt, Touch};
use crate::steps::nfs_export::NfsExport;
use crate::steps::nfs_server::NfsServer;
use crate::steps::testing::{
    EXPORTS, TestHost, answer, bound, dir, get, planned, recreating, said, seen, undone, verdict,
    wish,
};
use crate::steps::volume::Volume;
use crate::steps::{StepFlags, Wish};
use serde_json::json;
use std::sync::Arc;

const FILE: &str = "/etc/exports.d/gpucluster.exports";

fn server() -> NfsServer {
    NfsServer::new(Arc::new(wish()))
}

fn export() -> NfsExport {
    NfsExport::new(Arc::new(wish()))
}

fn volume() -> Volume {
    Volume::new(Arc::new(wish()))
}

fn with_unit(enabled: bool, active: bool) -> TestHost {
    let mut host = TestHost::healthy();
    let unit = UnitState {
        loaded: true,
        enabled,
        active,
    };
    host.units.insert("nfs-server".to_owned(), unit);
    host
}

fn uninstalled() -> TestHost {
    let mut host = TestHost::healthy();
    host.units.clear();
    let name = "nfs-kernel-server".to_owned();
    host.with(
        Query::Package { name },
        answer(
            1,
            "",
            "dpkg-query: no packages found matching nfs-kernel-server",
        ),
    )
}

#[test]
fn what_dpkg_was_torn_out_of_is_finished_first() {
    let first = |host: &TestHost| planned(&server(), host).unwrap().remove(0);
    let configure = "sudo DEBIAN_FRONTEND=noninteractive dpkg --configure -a";
    let noted = uninstalled().with_dir("/var/lib/dpkg/updates", dir(0o755, 0), &["0002"]);
    assert_eq!(first(&noted), configure);
    let name = "nfs-kernel-server".to_owned();
    let mut half =
        with_unit(false, false).with(Query::Package { name }, said("install ok half-configured"));
    assert_eq!(first(&half), configure);
    // Before the unit's file is there, too.
    half.units.clear();
    assert_eq!(first(&half), configure);
    let quiet = uninstalled().with_dir("/var/lib/dpkg/updates", dir(0o755, 0), &[]);
    assert!(first(&quiet).ends_with("apt-get update"));
}

#[test]
fn a_server_that_is_missing_is_installed_and_started() {
    assert_eq!(verdict(&server(), &uninstalled()), "absent");
    assert_eq!(
        planned(&server(), &uninstalled()).unwrap(),
        [
            "sudo DEBIAN_FRONTEND=noninteractive apt-get update",
            "sudo DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove nfs-kernel-server",
            "sudo systemctl enable --now nfs-server",
        ]
    );
    let name = "nfs-kernel-server".to_owned();
    let removed = uninstalled().with(Query::Package { name }, said("deinstall ok config-files"));
    assert_eq!(verdict(&server(), &removed), "absent");
}

#[test]
fn nothing_is_installed_where_that_was_not_allowed() {
    let flags = StepFlags {
        install: false,
        ..StepFlags::default()
    };
    let server = NfsServer::new(Arc::new(Wish { flags, ..wish() }));
    assert_eq!(
        planned(&server, &uninstalled()).unwrap_err(),
        "TOOL_MISSING"
    );
}

#[test]
fn enabled_and_active_are_two_things() {
    assert_eq!(
        verdict(&server(), &with_unit(false, true)),
        "drifted enabled at boot"
    );
    assert_eq!(
        verdict(&server(), &with_unit(true, false)),
        "drifted active"
    );
    assert_eq!(
        planned(&server(), &with_unit(true, false)).unwrap(),
        ["sudo systemctl enable --now nfs-server"]
    );
    let idle = TestHost::healthy().with_file("/proc/fs/nfsd/threads", Some("0\n"));
    assert_eq!(verdict(&server(), &idle), "drifted server threads");
}

#[test]
fn a_kernel_that_cannot_serve_is_told_before_anything_is_installed() {
    // The empty folder /proc/fs/nfsd stays, as on a kernel configured for a module that is not there.
    let host = uninstalled()
        .with_file("/proc/filesystems", Some("nodev\tsysfs\n\text4\n"))
        .with_file("/proc/sys/kernel/osrelease", Some("6.8.0-cloud\n"))
        .with_file("/proc/fs/nfsd/threads", None);
    assert_eq!(verdict(&server(), &host), "NFS_KERNEL_MISSING");
    let host = host.with_file(
        "/lib/modules/6.8.0-cloud/modules.dep",
        Some("kernel/fs/nfsd/nfsd.ko.zst: kernel/fs/lockd/lockd.ko.zst\n"),
    );
    assert_eq!(verdict(&server(), &host), "absent");
}

#[test]
fn an_unknown_distribution_is_advised_only() {
    let mut identity = crate::steps::testing::identity();
    identity.os_release = "ID=nixos\n".to_owned();
    let wish = Wish::new(wish().settings, StepFlags::default(), &identity);
    let server = NfsServer::new(Arc::new(wish));
    assert_eq!(verdict(&server, &uninstalled()), "NFS_PACKAGE_UNKNOWN");
}

fn unexported() -> TestHost {
    let mut host = TestHost::healthy()
        .with(Query::Exports, said(""))
        .with_file(FILE, None);
    host.dirs.remove(camino::Utf8Path::new("/srv/gpucluster"));
    host
}

#[test]
fn the_folder_is_made_and_exported_to_the_clusters_network() {
    assert_eq!(verdict(&export(), &unexported()), "absent");
    assert_eq!(
        planned(&export(), &unexported()).unwrap(),
        [
            "sudo make directory /srv/gpucluster",
            "sudo write /etc/exports.d/gpucluster.exports",
            "sudo exportfs -ra",
        ]
    );
    let mut bare = unexported();
    bare.dirs.remove(camino::Utf8Path::new("/etc/exports.d"));
    assert_eq!(
        planned(&export(), &bare).unwrap(),
        [
            "sudo make directory /srv/gpucluster",
            "sudo make directory /etc/exports.d",
            "sudo write /etc/exports.d/gpucluster.exports",
            "sudo exportfs -ra",
        ]
    );
}

proptest::proptest! {
    #[test]
    fn what_is_written_is_what_the_table_shows(path in "/[ -~]{0,30}") {
        let client = "192.168.49.0/24";
        let text = crate::render::exports_file("p", path.as_str().into(), &[client.to_owned()], "rw").unwrap();
        let table = crate::parse::exports::table(&text);
        proptest::prop_assert_eq!(table.len(), 1);
        proptest::prop_assert_eq!(&table[0].path, &path);
        proptest::prop_assert_eq!(&table[0].client, client);
    }
}

#[test]
fn every_way_an_export_drifts_is_seen() {
    let table = |text| TestHost::healthy().with(Query::Exports, said(text));
    let moved = EXPORTS.replace("192.168.49", "192.168.58");
    let cases = [
        (
            TestHost::healthy().with_file(FILE, Some(&moved)),
            "drifted /etc/exports.d/gpucluster.exports",
        ),
        (
            TestHost::healthy().with_file(FILE, Some("/srv *(rw)\n")),
            "NFS_EXPORT_REFUSED",
        ),
        (table(""), "drifted export table"),
        (
            table("/srv/gpucluster  192.168.49.0/24(sync,no_subtree_check,ro,root_squash)\n"),
            "drifted export table",
        ),
        (
            TestHost::healthy().with_dir("/srv/gpucluster", dir(0o755, 0), &[]),
            "drifted directory owner, directory mode",
        ),
        (
            TestHost::healthy().with_file("/proc/self/mounts", Some("overlay / overlay rw 0 0\n")),
            "NFS_PATH_UNFIT",
        ),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&export(), &host), want);
    }
    assert_eq!(
        planned(&export(), &table("")).unwrap(),
        ["sudo exportfs -ra"]
    );
}

#[test]
fn a_folder_with_somebodys_files_keeps_its_owner() {
    let host = TestHost::healthy().with_dir("/srv/gpucluster", dir(0o755, 1000), &["models"]);
    let seen = seen(&export(), &host);
    assert!(seen.is_in_place());
    assert!(
        seen.warnings[0]
            .text
            .contains("left as it is (owner 1000:1000, mode 0755)")
    );
}

#[test]
fn an_export_to_the_world_by_another_line_is_said() {
    let line = "/srv/gpucluster  192.168.49.0/24(sync,no_subtree_check,rw,no_root_squash)\n/srv/gpucluster  *(ro,sync)\n";
    let host = TestHost::healthy().with(Query::Exports, said(line));
    let seen = seen(&export(), &host);
    assert!(seen.is_in_place());
    assert!(seen.warnings[0].text.contains("whole world"));
}

#[test]
fn the_data_goes_only_when_that_was_asked_for() {
    let mut receipt = Receipt::default();
    let file = Touch::File(FILE.into());
    receipt.note("nfs.export", file, Prior::Absent);
    let data = Touch::Dir("/srv/gpucluster".into());
    receipt.note("nfs.export", data, Prior::Absent);
    let kept = [
        "sudo remove /etc/exports.d/gpucluster.exports",
        "sudo exportfs -ra",
    ];
    assert_eq!(undone(&export(), &TestHost::healthy(), &receipt), kept);
    let flags = StepFlags {
        delete_data: true,
        ..StepFlags::default()
    };
    let export = NfsExport::new(Arc::new(Wish { flags, ..wish() }));
    assert_eq!(
        undone(&export, &TestHost::healthy(), &receipt)[2],
        "sudo remove /srv/gpucluster and everything in it (destructive)"
    );
}

fn pv() -> KubeQuery {
    get("v1", "PersistentVolume", None, "nfs-pv")
}

fn pvc() -> KubeQuery {
    get("v1", "PersistentVolumeClaim", Some("default"), "nfs-pvc")
}

const APPLIED: [&str; 2] = [
    "apply PersistentVolume nfs-pv",
    "apply PersistentVolumeClaim default/nfs-pvc",
];

#[test]
fn the_claim_is_applied_after_its_volume() {
    let host = TestHost::healthy()
        .with_object(pv(), None)
        .with_object(pvc(), None);
    assert_eq!(verdict(&volume(), &host), "absent");
    assert_eq!(planned(&volume(), &host).unwrap(), APPLIED);
    let mut settings = (*wish().settings).clone();
    settings.namespace = "launch".to_owned();
    let named = Volume::new(Arc::new(Wish {
        settings: Arc::new(settings),
        ..wish()
    }));
    let host = host
        .with_object(get("v1", "Namespace", None, "launch"), None)
        .with_object(
            get("v1", "PersistentVolumeClaim", Some("launch"), "nfs-pvc"),
            None,
        );
    assert_eq!(planned(&named, &host).unwrap()[0], "apply Namespace launch");
}

#[test]
fn a_claim_that_is_not_bound_yet_is_waited_for() {
    let [_, mut claim] = bound(&wish());
    claim["status"]["phase"] = json!("Pending");
    let pending = TestHost::healthy().with_object(pvc(), Some(claim.clone()));
    assert_eq!(verdict(&volume(), &pending), "underway");
    claim["metadata"]["deletionTimestamp"] = json!("2026-11-23T15:00:00Z");
    let going = TestHost::healthy().with_object(pvc(), Some(claim));
    assert_eq!(verdict(&volume(), &going), "underway");
}

#[test]
fn fields_that_can_change_are_applied_and_others_need_consent() {
    let [mut volume_object, _] = bound(&wish());
    volume_object["spec"]["mountOptions"] = json!(["nfsvers=3"]);
    let options = TestHost::healthy().with_object(pv(), Some(volume_object.clone()));
    assert_eq!(
        verdict(&volume(), &options),
        "drifted PersistentVolume spec.mountOptions"
    );
    assert_eq!(planned(&volume(), &options).unwrap(), APPLIED);

    volume_object["spec"]["nfs"]["server"] = json!("192.168.58.1");
    let moved = TestHost::healthy().with_object(pv(), Some(volume_object));
    assert_eq!(planned(&volume(), &moved).unwrap_err(), "VOLUME_IMMUTABLE");
    let recreating = Volume::new(Arc::new(recreating()));
    assert_eq!(
        planned(&recreating, &moved).unwrap(),
        [
            "delete PersistentVolumeClaim default/nfs-pvc (destructive)",
            "delete PersistentVolume nfs-pv (destructive)",
            APPLIED[0],
            APPLIED[1],
        ]
    );
}

#[test]
fn a_released_volume_of_ours_is_made_anew_and_anothers_is_not() {
    let [mut object, _] = bound(&wish());
    object["status"]["phase"] = json!("Released");
    let ours = TestHost::healthy()
        .with_object(pv(), Some(object.clone()))
        .with_object(pvc(), None);
    assert_eq!(
        planned(&volume(), &ours).unwrap(),
        [
            "delete PersistentVolume nfs-pv (disruptive)",
            APPLIED[0],
            APPLIED[1],
        ]
    );
    object["metadata"]["labels"] = json!({});
    let foreign = TestHost::healthy()
        .with_object(pv(), Some(object))
        .with_object(pvc(), None);
    assert_eq!(verdict(&volume(), &foreign), "VOLUME_RELEASED");
}

#[test]
fn objects_in_a_cluster_of_ours_go_with_it() {
    let mut receipt = Receipt::default();
    let name = ObjectRef::new("v1", "PersistentVolume", None, "nfs-pv");
    receipt.note("k8s.volume", Touch::Object(name), Prior::Absent);
    assert_eq!(
        undone(&volume(), &TestHost::healthy(), &receipt),
        ["delete PersistentVolume nfs-pv (disruptive)"]
    );
    let cluster = Touch::Cluster("gpucluster".to_owned());
    receipt.note("minikube.cluster", cluster, Prior::Absent);
    assert!(undone(&volume(), &TestHost::healthy(), &receipt).is_empty());
}
