//! The model of `exportfs` says and does what the real one said and did (`tests/tapes/exportfs`).

use super::super::{nfs, world::World};
use super::machine;
use crate::parse::exports;

const OURS: &str = "/srv/gpucluster 192.168.49.0/24(rw,sync,no_subtree_check,no_root_squash)\n";

macro_rules! tape {
    ($name:literal) => {
        [
            include_str!(concat!(
                "../../../../tests/tapes/exportfs/",
                $name,
                ".exports"
            )),
            include_str!(concat!(
                "../../../../tests/tapes/exportfs/",
                $name,
                ".stderr"
            )),
            include_str!(concat!(
                "../../../../tests/tapes/exportfs/",
                $name,
                ".table"
            )),
        ]
    };
}

/// Path, client and the options that decide, in no order.
fn entries(table: &str) -> Vec<(String, String, bool, bool)> {
    let mut all: Vec<_> = exports::table(table)
        .into_iter()
        .map(|e| {
            (
                e.path.clone(),
                e.client.clone(),
                e.has("rw"),
                e.has("no_root_squash"),
            )
        })
        .collect();
    all.sort();
    all
}

fn world() -> World {
    let mut world = machine("4xt4").world_snapshot();
    for dir in [
        "/etc/exports.d",
        "/srv/gpucluster",
        "/srv/homes",
        "/srv/kube",
    ] {
        world.put_dir(dir, 0o755, 0);
    }
    world.put("/etc/exports.d/gpucluster.exports", OURS, 0o644, 0);
    world
}

#[tokio::test(start_paused = true)]
async fn every_tape_is_played_as_it_was_recorded() {
    for [file, stderr, table] in [
        tape!("keyword"),
        tape!("comments"),
        tape!("syntax"),
        tape!("fsid"),
        tape!("missing"),
        tape!("prefix"),
        tape!("same"),
        tape!("rival"),
        tape!("world"),
    ] {
        let mut world = world();
        world.put("/etc/exports", file, 0o644, 0);
        let (code, said) = nfs::reload(&mut world);
        assert_eq!(said, stderr, "{file}");
        assert_eq!(code, i32::from(!stderr.is_empty()), "{file}");
        assert_eq!(
            entries(&nfs::table(&world).stdout),
            entries(table),
            "{file}"
        );
    }
}
