//! The machines that can be simulated.

use super::machine_hardware::kernel_files;
use super::machine_parts::{
    GROUPS, GROUPS_WITHOUT_DOCKER, docker_engine, ganesha, nfs_in_use, one_gpu, os_release,
    shared_host,
};
use super::machine_troubles;
use super::machines_stack;
use super::world::{
    Disk, Driver, FORMAT, GpuStack, Minikube, NfsPort, Profile, Python, WandbServer, World,
};
use super::{docker, fetch};
use crate::host::{Identity, UnitState};
use crate::model::Fault;
use crate::reason::ids;
use std::collections::{BTreeMap, BTreeSet};

/// The machine of `--simulate` without a name.
pub const DEFAULT: &str = "4xt4";

/// Names with one line each.
const MACHINES: &[(&str, &str)] = &[
    (
        "4xt4",
        "fresh Ubuntu 22.04 with four Tesla T4; nothing set up beyond Docker, toolkit package and minikube",
    ),
    (
        "8xh100",
        "Ubuntu 24.04 with eight H100, Docker already set up for GPUs",
    ),
    (
        "1xrtx4090",
        "a workstation with one RTX 4090 and uv for Python",
    ),
    ("no-gpu", "no NVIDIA GPU and no driver"),
    (
        "no-toolkit",
        "GPUs and Docker, but no NVIDIA container toolkit",
    ),
    (
        "bare",
        "GPUs and their driver, and neither Docker, toolkit nor minikube; up --install brings them",
    ),
    ("old-minikube", "minikube 1.31.2, which knows no --gpus"),
    (
        "driver-mismatch",
        "driver libraries upgraded, older kernel module still loaded",
    ),
    (
        "no-modeset",
        "GPUs without /dev/nvidia-modeset, as on headless servers: minikube cannot start",
    ),
    (
        "cluster-without-gpus",
        "a gpucluster profile that was made without --gpus",
    ),
    ("docker-down", "Docker is installed and does not run"),
    (
        "docker-denied",
        "Docker runs; the person may not use its socket",
    ),
    (
        "disk-full",
        "no space left: image pulls and minikube start fail",
    ),
    ("no-wandb-key", "no W&B key is known"),
    ("wrong-wandb-key", "the W&B server does not take the key"),
    (
        "nfs-in-use",
        "an NFS server is installed already and serves somebody else's export",
    ),
    (
        "nfs-ganesha",
        "a server in user space, NFS-Ganesha, serves from here already",
    ),
    (
        "shared-host",
        "others export from here, one of their lines is broken, and the cache folder is theirs",
    ),
    (
        "firewalled",
        "ufw drops what containers send to the NFS server's port",
    ),
    (
        "nouveau",
        "the driver is installed, and the nouveau module has taken the GPUs",
    ),
    (
        "secure-boot",
        "Secure Boot refuses the NVIDIA module, whose key is not enrolled",
    ),
    (
        "kernel-updated",
        "a newer kernel runs for which there is no NVIDIA module",
    ),
    ("gpu-lost", "one of four GPUs has fallen off the bus"),
    (
        "ecc-errors",
        "uncorrectable errors in the memory of a GPU, which waits for a reset",
    ),
    (
        "wrong-flavour",
        "a V100 and the open kernel modules, which do not support it",
    ),
    (
        "low-inotify",
        "limits of inotify that are too low for Kubernetes",
    ),
    (
        "cdi-stale",
        "Docker injects GPUs by a CDI specification from before an upgrade of the driver",
    ),
    (
        "no-cgroups",
        "the toolkit is told to leave control groups alone, as for rootless Docker",
    ),
    ("docker-snap", "Docker is installed as a snap"),
    (
        "docker-desktop",
        "the current context is Docker Desktop's, a virtual machine without GPUs",
    ),
    ("docker-rootless", "the Docker daemon is a rootless one"),
    (
        "docker-remote",
        "DOCKER_HOST names the daemon of another machine",
    ),
    ("podman-shim", "`docker` is podman's stand-in"),
    (
        "runtime-not-restarted",
        "the nvidia runtime is in daemon.json, and Docker was not restarted since",
    ),
    (
        "minikube-home-root",
        "minikube's folder belongs to root, after `sudo -E minikube`",
    ),
    (
        "unhealthy-gpu",
        "a cluster whose device plugin took a GPU out of service after an Xid",
    ),
    (
        "stuck-pods",
        "a cluster in which jobs cannot pull their image and a pod is killed for memory",
    ),
    (
        "queue-broken",
        "the queue's configuration has its volumeMounts in the wrong place",
    ),
];

/// Every machine: name, and what is special about it.
pub fn machines() -> &'static [(&'static str, &'static str)] {
    MACHINES
}

/// A fresh machine.
///
/// # Errors
/// `USAGE_UNKNOWN_MACHINE`, with the names that exist.
pub fn build(name: &str) -> Result<World, Fault> {
    let mut world = match name {
        "8xh100" => base(8, "NVIDIA H100 80GB HBM3", 81_559, "580.159.04"),
        "1xrtx4090" => base(1, "NVIDIA GeForce RTX 4090", 24_564, "570.124.06"),
        "wrong-flavour" => base(1, "Tesla V100-SXM2-16GB", 16_384, "580.159.04"),
        "no-gpu" => base(0, "", 0, "525.105.17"),
        _ => base(4, "Tesla T4", 15_360, "525.105.17"),
    };
    match name {
        "4xt4" => {}
        "8xh100" => large(&mut world),
        "1xrtx4090" => workstation(&mut world),
        "no-gpu" => {
            world.gpus.driver = Driver::NotInstalled;
            world.toolkit = None;
        }
        "no-toolkit" => without_toolkit(&mut world),
        "bare" => bare(&mut world),
        "old-minikube" => world.minikube.version = Some("v1.31.2".to_owned()),
        "driver-mismatch" => world.gpus.driver = Driver::Mismatch,
        "no-modeset" => world.gpus.modeset = false,
        "cluster-without-gpus" => cluster_without_gpus(&mut world),
        "docker-down" => {
            docker::daemon_stops(&mut world);
            world.units.insert("docker".to_owned(), unit(true, false));
        }
        "docker-denied" => {
            world.docker.permitted = false;
            world.put("/etc/group", GROUPS_WITHOUT_DOCKER, 0o644, 0);
        }
        "disk-full" => world.disk.free = 200 << 20,
        "no-wandb-key" => world.wandb.key_known = false,
        "wrong-wandb-key" => world.wandb.key_valid = false,
        "nfs-in-use" => nfs_in_use(&mut world),
        "nfs-ganesha" => ganesha(&mut world),
        "shared-host" => shared_host(&mut world),
        "firewalled" => {
            world.nfs_port = NfsPort::Dropped;
            let conf = "# /etc/ufw/ufw.conf\n#\nENABLED=yes\nLOGLEVEL=low\n";
            world.put("/etc/ufw/ufw.conf", conf, 0o644, 0);
        }
        trouble if machine_troubles::is_known(trouble) => {}
        name if machines_stack::shape(&mut world, name) => {}
        _ => {
            let names: Vec<&str> = MACHINES.iter().map(|(name, _)| *name).collect();
            return Err(Fault::new(
                ids::USAGE_UNKNOWN_MACHINE,
                format!("there is no simulated machine `{name}`"),
            )
            .caused_by(format!("machines are: {}", names.join(", "))));
        }
    }
    world.machine = name.to_owned();
    kernel_files(&mut world);
    machine_troubles::bring(name, &mut world);
    fetch::put_minikube(&mut world);
    Ok(world)
}

fn without_toolkit(world: &mut World) {
    world.toolkit = None;
    world.packages.remove("nvidia-container-toolkit");
}

/// Only the driver is there. The account was put into the group `docker` when it was made.
fn bare(world: &mut World) {
    without_toolkit(world);
    world.identity.hostname = "willow".to_owned();
    world.packages.remove("docker-ce");
    world.units.remove("docker");
    world.docker.version = None;
    world.docker.running = false;
    world.files.remove(camino::Utf8Path::new("/etc/docker"));
    world.minikube.version = None;
}

fn unit(enabled: bool, active: bool) -> UnitState {
    UnitState {
        loaded: true,
        enabled,
        active,
    }
}

/// The tutorial's machine: 16 cores, 60 GB, GPUs, Docker with the toolkit's package beside it,
/// installed after the daemon was started, so that it knows neither hook nor runtime.
fn base(gpus: u32, gpu: &str, memory_mib: u64, driver: &str) -> World {
    let release = os_release("22.04", "22.04.3 LTS (Jammy Jellyfish)", "jammy");
    let mut world = World {
        format: FORMAT,
        machine: String::new(),
        epoch_ms: 1_795_446_000_000,
        identity: identity(&release),
        files: BTreeMap::new(),
        links: BTreeMap::new(),
        units: [("docker".to_owned(), unit(true, true))].into(),
        unit_troubles: BTreeMap::new(),
        packages: ["python3-venv", "docker-ce", "nvidia-container-toolkit"]
            .map(str::to_owned)
            .into(),
        auto: BTreeSet::new(),
        remains: BTreeSet::new(),
        docker: docker_engine(),
        gpus: GpuStack {
            driver: Driver::Ok,
            version: driver.to_owned(),
            modeset: true,
            gpus: (0..gpus)
                .map(|index| one_gpu(index, gpu, memory_mib))
                .collect(),
        },
        toolkit: Some("1.17.8".to_owned()),
        minikube: Minikube {
            version: Some("v1.38.1".to_owned()),
            ..Minikube::default()
        },
        exports: Vec::new(),
        nfs_port: NfsPort::Open,
        python: Python {
            version: Some("3.10.12".to_owned()),
            venv: true,
            uv: false,
            wandb: BTreeMap::new(),
        },
        wandb: WandbServer {
            reachable: true,
            key_known: true,
            key_valid: true,
            entity: "ada".to_owned(),
            teams: BTreeSet::new(),
            queues: [("ada".to_owned(), ["gpucluster".to_owned()].into())].into(),
            queue_configs: BTreeMap::new(),
        },
        services: BTreeMap::new(),
        disk: Disk {
            free: 210 << 30,
            total: 291 << 30,
        },
        log: Vec::new(),
    };
    for (dir, mode, uid) in [
        ("/", 0o755, 0),
        ("/etc", 0o755, 0),
        ("/etc/docker", 0o755, 0),
        ("/srv", 0o755, 0),
        ("/tmp", 0o1777, 0),
        ("/var/lib", 0o755, 0),
        // logind's own (`StateDirectory=systemd/linger`).
        ("/var/lib/systemd", 0o755, 0),
        ("/var/lib/systemd/linger", 0o755, 0),
        ("/home", 0o755, 0),
        ("/home/ubuntu", 0o750, 1000),
        ("/run/systemd/system", 0o755, 0),
    ] {
        world.put_dir(dir, mode, uid);
    }
    world.put("/etc/group", GROUPS, 0o644, 0);
    world.put("/etc/os-release", &release, 0o644, 0);
    world
}

fn identity(os_release: &str) -> Identity {
    Identity {
        hostname: "alder".to_owned(),
        os_release: os_release.to_owned(),
        user: "ubuntu".to_owned(),
        uid: 1000,
        gid: 1000,
        home: "/home/ubuntu".into(),
        data_dir: "/home/ubuntu/.local/share/gpucluster".into(),
        cpus: 16,
        memory_mib: 60 * 1024,
        executable: "/usr/local/bin/gpucluster".into(),
        config_home: None,
        proxies: crate::host::Proxies::default(),
    }
}

fn large(world: &mut World) {
    let release = os_release("24.04", "24.04.2 LTS (Noble Numbat)", "noble");
    world.put("/etc/os-release", &release, 0o644, 0);
    world.identity.os_release = release;
    world.identity.hostname = "hawthorn".to_owned();
    (world.identity.cpus, world.identity.memory_mib) = (192, 2048 * 1024);
    world.docker.os = "Ubuntu 24.04.2 LTS".to_owned();
    world.python.version = Some("3.12.3".to_owned());
    let json = "{\n    \"runtimes\": {\n        \"nvidia\": {\n            \"args\": [],\n            \
                \"path\": \"nvidia-container-runtime\"\n        }\n    }\n}";
    world.put("/etc/docker/daemon.json", json, 0o644, 0);
    docker::daemon_starts(world);
    world.disk = Disk {
        free: 12 << 40,
        total: 14 << 40,
    };
}

fn workstation(world: &mut World) {
    world.identity.hostname = "rowan".to_owned();
    world.identity.memory_mib = 64 * 1024;
    world.python.uv = true;
    world.docker.containers.insert(
        "postgres".to_owned(),
        super::world::Container {
            image: "postgres:16".to_owned(),
            running: true,
            restart_always: true,
            gpus: false,
            labels: BTreeMap::new(),
        },
    );
}

/// Somebody ran `minikube start -p gpucluster` by hand, without GPUs.
fn cluster_without_gpus(world: &mut World) {
    let json = "{\n    \"runtimes\": {\n        \"nvidia\": {\n            \"args\": [],\n            \
                \"path\": \"nvidia-container-runtime\"\n        }\n    }\n}";
    world.put("/etc/docker/daemon.json", json, 0o644, 0);
    docker::daemon_starts(world);
    super::minikube_node::make_node(world, "gpucluster", false);
    super::minikube::fill_cache(world);
    let config = world.identity.home.join(".kube/config");
    world.minikube.profiles.insert(
        "gpucluster".to_owned(),
        Profile {
            gpus: String::new(),
            driver: "docker".to_owned(),
            runtime: "docker".to_owned(),
            cpus: 2,
            memory: 15_300,
            kubernetes: "v1.35.1".to_owned(),
            addons: ["default-storageclass", "storage-provisioner"]
                .map(str::to_owned)
                .into(),
            control_plane: true,
            broken: false,
            service_restarts: 0,
            last_step: None,
            last_error: None,
            kubeconfig: None,
            plugin_ready_ms: None,
            unhealthy_gpus: 0,
            api: super::kube_store::KubeStore::default(),
        },
    );
    super::minikube::set_context(world, "gpucluster", &config);
    if let Some(profile) = world.minikube.profiles.get_mut("gpucluster") {
        // The context is in the person's own kubeconfig, which is not the one we ask with.
        profile.kubeconfig = None;
    }
}
