//! Parts that machines are made of.

use super::units;
use super::world::{Docker, GpuHealth, SimGpu, World};
use std::collections::{BTreeMap, BTreeSet};

/// `/etc/group`: the person may use Docker and sudo.
pub const GROUPS: &str =
    "root:x:0:\nadm:x:4:ubuntu\nsudo:x:27:ubuntu\ndocker:x:998:ubuntu\nubuntu:x:1000:\n";
/// The same before `usermod -aG docker`.
pub const GROUPS_WITHOUT_DOCKER: &str =
    "root:x:0:\nadm:x:4:ubuntu\nsudo:x:27:ubuntu\ndocker:x:998:\nubuntu:x:1000:\n";

/// `/etc/os-release` of an Ubuntu.
pub fn os_release(id: &str, version: &str, codename: &str) -> String {
    format!(
        "PRETTY_NAME=\"Ubuntu {version}\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"{id}\"\nVERSION=\"{version}\"\n\
         VERSION_CODENAME={codename}\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME={codename}\n"
    )
}

/// Docker Engine as its package leaves it.
pub fn docker_engine() -> Docker {
    Docker {
        version: Some("28.5.2".to_owned()),
        running: true,
        permitted: true,
        joined: false,
        os: "Ubuntu 22.04.3 LTS".to_owned(),
        root_dir: "/var/lib/docker".to_owned(),
        rootless: false,
        runtimes: ["io.containerd.runc.v2", "runc"].map(str::to_owned).into(),
        default_runtime: "runc".to_owned(),
        hook: false,
        restarting: false,
        restarts: 0,
        networks: BTreeMap::new(),
        containers: BTreeMap::new(),
        images: BTreeSet::new(),
        context: String::new(),
        endpoint: String::new(),
        podman: false,
        daemon_host: String::new(),
    }
}

/// A GPU by its index.
pub fn one_gpu(index: u32, name: &str, memory_mib: u64) -> SimGpu {
    SimGpu {
        uuid: format!("GPU-0000000{index}-1111-2222-3333-444444444444"),
        name: name.to_owned(),
        bus_id: format!("00000000:00:{:02X}.0", 4 + index),
        memory_mib,
        health: GpuHealth::default(),
    }
}

/// Somebody serves a folder of theirs by NFS.
pub fn nfs_in_use(world: &mut World) {
    serve_nfs(world, "/srv/homes 10.0.0.0/8(rw,sync,no_subtree_check)\n");
}

fn serve_nfs(world: &mut World, exports: &str) {
    world.packages.insert("nfs-kernel-server".to_owned());
    world.packages.insert("nfs-common".to_owned());
    world.put("/etc/exports", exports, 0o644, 0);
    world.put_dir("/srv/homes", 0o755, 0);
    world.put_dir("/etc/exports.d", 0o755, 0);
    units::set(world, "nfs-server", true, true);
}

/// A server in user space has the port of NFS.
pub fn ganesha(world: &mut World) {
    const LISTENS: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0801 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31907 1 0000000000000000 100 0 0 10 0
";
    world.put("/proc/net/tcp6", LISTENS, 0o444, 0);
    units::set(world, "nfs-ganesha", true, true);
}

/// Others serve folders too, one of their lines is broken, and they fill the cache folder.
pub fn shared_host(world: &mut World) {
    serve_nfs(
        world,
        "# kept by the storage team\n\
         /srv/homes 10.0.0.0/8(rw,sync,no_subtree_check)\n\
         /srv/scans 10.0.0.0/8(rw,snyc,no_subtree_check)\n",
    );
    world.put_dir("/srv/gpucluster", 0o755, 1001);
    world.put_dir("/srv/gpucluster/models", 0o755, 1002);
    world.put("/srv/gpucluster/models/weights.bin", "\n", 0o640, 1002);
}
