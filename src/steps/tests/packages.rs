//! Taking back an installation: what came with it goes, and nobody's work does.

use crate::host::{Query, UnitState};
use crate::model::{Prior, Receipt, Touch};
use crate::step::Step;
use crate::steps::nfs_server::NfsServer;
use crate::steps::testing::{
    TestHost, answer, planned, said, seen, stays, undone, verdict, wait, wish,
};
use std::sync::Arc;

const SERVER: &str = "nfs-kernel-server";
const OURS: [&str; 3] = [SERVER, "nfs-common", "rpcbind"];
const PURGE: &str =
    "sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y nfs-kernel-server nfs-common rpcbind";
const EXPORTS: &str = include_str!("../../../tests/tapes/apt-debian-12/etc.exports");
const TEMPLATE: &str = "/usr/share/nfs-kernel-server/conffiles/etc.exports";

fn server() -> NfsServer {
    NfsServer::new(Arc::new(wish()))
}

fn receipt() -> Receipt {
    let mut receipt = Receipt::default();
    for name in OURS {
        receipt.note("nfs.server", Touch::Package(name.into()), Prior::Absent);
    }
    let unit = Prior::Unit {
        enabled: true,
        active: true,
    };
    receipt.note("nfs.server", Touch::Unit("nfs-server".into()), unit);
    receipt
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn purges(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("Purg {name} [1]\n"))
        .collect()
}

/// As the installation left it; nothing is exported any more.
fn installed() -> TestHost {
    let states = OURS.map(|name| format!("{name} install installed\n /etc/default/{name} 0a\n"));
    TestHost::healthy()
        .with(Query::Exports, said(""))
        .with_file("/etc/exports", Some(EXPORTS))
        .with_file(TEMPLATE, Some(EXPORTS))
        .with(
            Query::PackageStates {
                packages: owned(&OURS),
            },
            said(&states.concat()),
        )
        .with(
            Query::AptUnneeded {
                without: Some(SERVER.to_owned()),
            },
            said(&purges(&OURS)),
        )
        .with(
            Query::AptPurge {
                packages: owned(&OURS),
            },
            said(&purges(&OURS)),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&OURS),
            },
            said(""),
        )
}

#[test]
fn what_came_with_the_server_goes_with_it() {
    assert_eq!(undone(&server(), &installed(), &receipt()), [PURGE]);
    assert_eq!(stays(&server(), &installed(), &receipt()), [""; 0]);
    let facts = crate::steps::testing::facts();
    let (host, receipt) = (installed(), receipt());
    let server = server();
    let changes = wait(server.undo(&host, &facts, &receipt)).unwrap();
    let unit = Touch::Unit("nfs-server".into());
    assert!(
        changes[0].touches().contains(&unit),
        "the unit is given up with its package"
    );
    let nothing = Receipt::default();
    assert!(undone(&server, &installed(), &nothing).is_empty());
}

#[test]
fn an_edited_file_is_kept_by_removing_its_package_without_a_purge() {
    let edited = format!("{EXPORTS}# a note of mine\n");
    let mine = installed().with_file("/etc/exports", Some(&edited));
    let removed = [
        "sudo DEBIAN_FRONTEND=noninteractive apt-get remove -y nfs-kernel-server nfs-common rpcbind",
        "sudo DEBIAN_FRONTEND=noninteractive dpkg --purge nfs-common rpcbind",
    ];
    assert_eq!(undone(&server(), &mine, &receipt()), removed);
    assert_eq!(
        stays(&server(), &mine, &receipt()),
        ["/etc/exports stays: it is not as its package made it, and a purge would delete it"]
    );
    // The same words may be somebody's who wrote them before us.
    let mut before = receipt();
    let prior = Prior::File {
        content: EXPORTS.to_owned(),
        mode: 0o644,
    };
    before.note("nfs.server", Touch::File("/etc/exports".into()), prior);
    assert_eq!(undone(&server(), &installed(), &before), removed);
    // A purge deletes the backup beside it too.
    let backup = installed().with_file("/etc/exports.bak", Some("# old\n"));
    assert_eq!(undone(&server(), &backup, &receipt()), removed);
    let conffile = installed().with(
        Query::EditedConfig {
            packages: owned(&OURS),
        },
        said("??5?????? c /etc/default/rpcbind\n"),
    );
    assert_eq!(
        undone(&server(), &conffile, &receipt())[1],
        "sudo DEBIAN_FRONTEND=noninteractive dpkg --purge nfs-kernel-server nfs-common"
    );
}

#[test]
fn configuration_that_was_left_before_us_is_left_again() {
    let mut receipt = receipt();
    receipt.made[2].prior = Prior::Remains;
    let installed = installed().with(
        Query::EditedConfig {
            packages: owned(&OURS[..2]),
        },
        said(""),
    );
    assert_eq!(
        undone(&server(), &installed, &receipt)[1],
        "sudo DEBIAN_FRONTEND=noninteractive dpkg --purge nfs-kernel-server nfs-common"
    );
    assert_eq!(stays(&server(), &installed, &receipt), [""; 0]);
}

#[test]
fn a_package_that_is_needed_or_wanted_by_now_stays() {
    let pair = [SERVER, "rpcbind"];
    let host = installed()
        .with(
            Query::AptUnneeded {
                without: Some(SERVER.to_owned()),
            },
            // Somebody's own orphan is none of our business.
            said(&purges(&[SERVER, "rpcbind", "libtheirs"])),
        )
        .with(
            Query::AptPurge {
                packages: owned(&pair),
            },
            said(&purges(&pair)),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&pair),
            },
            said(""),
        );
    assert_eq!(
        undone(&server(), &host, &receipt()),
        ["sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y nfs-kernel-server rpcbind"]
    );
    assert_eq!(
        stays(&server(), &host, &receipt()),
        ["nfs-common stays: by now something else needs it, or it was asked for"]
    );
}

#[test]
fn nothing_goes_where_apt_would_take_or_bring_more() {
    for more in [
        "Purg their-tool [1]\n",
        "Inst other-server (1 Debian:12 [amd64])\n",
    ] {
        let host = installed().with(
            Query::AptPurge {
                packages: owned(&OURS),
            },
            said(&(purges(&OURS) + more)),
        );
        assert!(undone(&server(), &host, &receipt()).is_empty(), "{more}");
        let said = stays(&server(), &host, &receipt()).concat();
        let name = more.split(' ').nth(1).unwrap();
        assert!(
            said.contains(&format!("apt would change {name} too")),
            "{said}"
        );
    }
    let broken = installed().with(
        Query::AptUnneeded {
            without: Some(SERVER.to_owned()),
        },
        answer(
            100,
            "",
            "E: Unmet dependencies. Try 'apt --fix-broken install'\n",
        ),
    );
    assert!(undone(&server(), &broken, &receipt()).is_empty());
    assert!(stays(&server(), &broken, &receipt())[0].contains("Unmet dependencies"));
}

#[test]
fn an_undo_cut_short_between_removal_and_purge_is_finished() {
    let host = installed()
        .with(
            Query::PackageStates {
                packages: owned(&OURS),
            },
            answer(
                1,
                "nfs-kernel-server deinstall config-files\n /etc/default/nfs-kernel-server 0a\n",
                "dpkg-query: no packages found matching rpcbind\n",
            ),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&[SERVER]),
            },
            answer(
                1,
                "",
                "dpkg: package 'nfs-kernel-server' is not installed\n",
            ),
        )
        // The package's own copy went with it; ucf's stays until the purge.
        .with_file(TEMPLATE, None)
        .with_file("/var/lib/ucf/cache/:etc:exports", Some(EXPORTS));
    assert_eq!(
        undone(&server(), &host, &receipt()),
        ["sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y nfs-kernel-server"]
    );
    let edited = host.with_file("/etc/exports", Some("/srv/x *(ro)\n"));
    assert!(undone(&server(), &edited, &receipt()).is_empty());
}

#[test]
fn configuration_is_purged_although_the_server_was_given_up_already() {
    let mut receipt = receipt();
    receipt.forget(&Touch::Package(SERVER.into()));
    let host = installed()
        .with(
            Query::PackageStates {
                packages: owned(&OURS[1..]),
            },
            said("rpcbind deinstall config-files\n /etc/default/rpcbind 0a\n"),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&["rpcbind"]),
            },
            answer(1, "", "dpkg: package 'rpcbind' is not installed\n"),
        );
    assert_eq!(
        undone(&server(), &host, &receipt),
        ["sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y rpcbind"]
    );
}

#[test]
fn what_a_removal_that_was_cut_short_condemned_goes_without_apts_word() {
    let host = installed()
        .with(
            Query::PackageStates {
                packages: owned(&OURS),
            },
            said("nfs-common purge installed\n\nrpcbind install installed\n\n"),
        )
        .with(Query::AptUnneeded { without: None }, said(""))
        .with(
            Query::AptPurge {
                packages: owned(&["nfs-common"]),
            },
            said(&purges(&["nfs-common"])),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&["nfs-common"]),
            },
            said(""),
        );
    assert_eq!(
        undone(&server(), &host, &receipt()),
        ["sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y nfs-common"]
    );
}

#[test]
fn a_server_that_somebody_else_uses_by_now_stays_and_that_is_said() {
    let said_of = |host: &TestHost| {
        assert!(undone(&server(), host, &receipt()).is_empty());
        stays(&server(), host, &receipt()).concat()
    };
    let table = installed().with(Query::Exports, said("/home  10.0.0.0/8(rw,sync)\n"));
    assert_eq!(
        said_of(&table),
        "the NFS server stays: /home is exported to 10.0.0.0/8"
    );
    let written = installed().with_file("/etc/exports", Some("/home *(ro)\n"));
    assert_eq!(
        said_of(&written),
        "the NFS server stays: /etc/exports has exports"
    );
}

#[test]
fn a_machine_that_mounts_over_nfs_keeps_what_it_mounts_with() {
    let host = installed()
        .with_file(
            "/proc/self/mounts",
            Some("filer:/x /mnt/x nfs4 rw 0 0\n/dev/sda1 / ext4 rw 0 0\n"),
        )
        .with(
            Query::AptPurge {
                packages: owned(&[SERVER]),
            },
            said(&purges(&[SERVER])),
        )
        .with(
            Query::EditedConfig {
                packages: owned(&[SERVER]),
            },
            said(""),
        );
    assert_eq!(
        undone(&server(), &host, &receipt()),
        ["sudo DEBIAN_FRONTEND=noninteractive apt-get purge -y nfs-kernel-server"]
    );
    assert_eq!(
        stays(&server(), &host, &receipt()),
        ["nfs-common and rpcbind stay: this machine mounts /mnt/x over NFS"]
    );
}

#[test]
fn a_server_that_was_there_is_only_brought_back_to_its_state() {
    for (enabled, active, want) in [
        (
            false,
            false,
            "sudo systemctl disable --now nfs-server (disruptive)",
        ),
        (false, true, "sudo systemctl disable nfs-server"),
        (true, false, "sudo systemctl stop nfs-server (disruptive)"),
    ] {
        let mut receipt = Receipt::default();
        let prior = Prior::Unit { enabled, active };
        receipt.note("nfs.server", Touch::Unit("nfs-server".into()), prior);
        assert_eq!(undone(&server(), &installed(), &receipt), [want]);
        // Whoever took the package away took the unit with it.
        let mut gone = installed();
        gone.units.clear();
        assert!(undone(&server(), &gone, &receipt).is_empty());
    }
}

fn uninstalled(simulated: &str, code: i32) -> TestHost {
    let mut host = TestHost::healthy();
    host.units.insert("nfs-server".into(), UnitState::default());
    host.with(
        Query::Package {
            name: SERVER.to_owned(),
        },
        answer(1, "", ""),
    )
    .with(
        Query::AptInstall {
            package: SERVER.to_owned(),
        },
        answer(code, simulated, "E: Unable to locate package\n"),
    )
}

#[test]
fn what_comes_with_the_server_is_told_and_noted_beforehand() {
    let tape = include_str!("../../../tests/tapes/apt-debian-12/install-fresh.txt");
    let host = uninstalled(tape, 0);
    let look = seen(&server(), &host);
    assert_eq!(
        look.headline,
        "package nfs-kernel-server is not installed; netbase, nfs-common and 31 more come with it"
    );
    let changes = server()
        .plan(&look, &crate::steps::testing::facts())
        .unwrap();
    let touches = changes[1].touches();
    let packages = touches
        .iter()
        .filter(|touch| matches!(touch, Touch::Package(_)));
    assert_eq!(packages.count(), 34);
    assert!(touches.contains(&Touch::File("/etc/exports".into())));
    let old = uninstalled("", 100);
    assert_eq!(
        seen(&server(), &old).headline,
        "package nfs-kernel-server is not installed; what comes with it is known after apt-get update"
    );
    assert_eq!(planned(&server(), &old).unwrap().len(), 3);
}

#[test]
fn an_installation_that_would_remove_something_is_a_persons_decision() {
    let host = uninstalled(
        "Remv nfs-ganesha [4.3-1]\nInst nfs-kernel-server (1 x)\n",
        0,
    );
    assert_eq!(verdict(&server(), &host), "PACKAGE_INSTALL_FAILED");
    let host = uninstalled("Inst libc6 [1] (2 x)\nInst nfs-kernel-server (1 x)\n", 0);
    let look = seen(&server(), &host);
    assert!(look.warnings[0].text.contains("upgrade libc6"), "{look:?}");
}

#[test]
fn an_installed_server_asks_apt_nothing() {
    let host = TestHost::healthy();
    seen(&server(), &host);
    let asked = format!("{:?}", host.asked.lock().unwrap());
    assert!(!asked.contains("Apt"), "{asked}");
}
