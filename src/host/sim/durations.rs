//! How long things take on a simulated machine, in seconds: one table, each with where it is from.
//!
//! "measured" means taken on a real machine while this project was built; "budget" is an order of
//! magnitude for things that depend on the network.

/// `docker version`, `docker info`, `docker ps`: measured, Docker 29.
pub const DOCKER_QUERY: f64 = 0.1;
/// How long `src/host/node_probe.sh` waits for an answer that a firewall drops: measured.
pub const NODE_SILENCE: f64 = 5.0;
/// `nvidia-smi` with persistence mode: measured, driver 580.
pub const NVIDIA_SMI: f64 = 0.5;
/// `nvidia-ctk --version`: measured.
pub const TOOLKIT_QUERY: f64 = 0.05;
/// `minikube version`: budget.
pub const MINIKUBE_VERSION: f64 = 0.1;
/// `minikube profile list`: it runs several `docker` commands a profile. Budget.
pub const MINIKUBE_PROFILES: f64 = 0.9;
/// `minikube status`: budget.
pub const MINIKUBE_STATUS: f64 = 0.4;
/// One request to W&B: budget.
pub const WANDB_QUERY: f64 = 0.3;
/// One request to the cluster's API: budget.
pub const KUBE_QUERY: f64 = 0.05;
/// `dpkg-query`, `exportfs -s`, `systemctl show`, reading a file: budget.
pub const SMALL_QUERY: f64 = 0.02;
/// `python3 --version` and its imports: budget.
pub const PYTHON_QUERY: f64 = 0.1;
/// `nvidia-ctk runtime configure`: measured.
pub const RUNTIME_CONFIGURE: f64 = 0.2;
/// `systemctl restart docker`: budget.
pub const DOCKER_RESTART: f64 = 5.0;
/// Any other unit: budget.
pub const UNIT_CHANGE: f64 = 1.0;
/// First pull of a 30 MB image: budget.
pub const IMAGE_PULL: f64 = 6.0;
/// A container that prints and ends: measured.
pub const CONTAINER_RUN: f64 = 1.2;
/// Pull of minikube's base image, about 0.5 GB: budget of a cold start of some 120 s in all
/// (kubernetes/minikube `site/…/benchmarks/timeToK8s` has 21 s with everything cached).
pub const BASE_IMAGE_PULL: f64 = 45.0;
/// Download of the preload, about 350 MB and silent through a pipe: as above.
pub const PRELOAD: f64 = 20.0;
/// The node's container, with the preload unpacked: as above.
pub const NODE_CONTAINER: f64 = 12.0;
/// What is left of a start: certificates, kubeadm, CNI, addons. 21 s in all when cached.
pub const KUBEADM_STEPS: [f64; 7] = [10.0, 2.0, 12.0, 1.0, 1.0, 12.0, 3.0];
/// The same when everything is cached.
pub const KUBEADM_STEPS_CACHED: [f64; 7] = [2.0, 1.0, 5.0, 0.5, 0.5, 3.0, 1.0];
/// Container of a cached start.
pub const NODE_CONTAINER_CACHED: f64 = 6.0;
/// Start of a node that runs or was stopped: budget.
pub const NODE_RESTART: f64 = 10.0;
/// `minikube delete`: budget.
pub const MINIKUBE_DELETE: f64 = 8.0;
/// `minikube update-context`, `minikube addons enable`: budget.
pub const MINIKUBE_SMALL: f64 = 1.0;
/// Pull and registration of the device plugin, which `minikube start` does not wait for: budget.
pub const DEVICE_PLUGIN: f64 = 25.0;
/// The same when its image is in the node already.
pub const DEVICE_PLUGIN_CACHED: f64 = 4.0;
/// `apt-get update`: budget.
pub const APT_UPDATE: f64 = 5.0;
/// `apt-get install nfs-kernel-server`: budget.
pub const APT_INSTALL: f64 = 20.0;
/// `apt-get --simulate`: measured (Debian 12, 0.6 s).
pub const APT_SIMULATE: f64 = 0.6;
/// `apt-get purge`: budget.
pub const APT_REMOVE: f64 = 5.0;
/// `exportfs -ra`: measured.
pub const EXPORTFS: f64 = 0.1;
/// `python3 -m venv`: measured.
pub const VENV: f64 = 4.0;
/// `uv venv`: budget.
pub const UV_VENV: f64 = 0.3;
/// Download and installation of `wandb[launch]` by pip: 85 s measured (126 downloads, 994 MB).
pub const PIP_DOWNLOAD: f64 = 55.0;
/// The second part of the above.
pub const PIP_INSTALL: f64 = 30.0;
/// The same by uv: budget.
pub const UV_INSTALL: f64 = 15.0;
/// From the start of the agent to `polling on queues`: measured, wandb 0.31.
pub const AGENT_POLLING: f64 = 2.0;
/// From the start of the agent to the end when the server cannot be reached: measured.
pub const AGENT_NO_SERVER: f64 = 20.0;
/// Start of a program by our supervisor.
pub const SERVICE_START: f64 = 0.2;
/// Stop of a program that ends at SIGTERM at once.
pub const SERVICE_STOP: f64 = 0.5;

/// A program of some sixty megabytes over a good line.
pub const DOWNLOAD: f64 = 12.0;
