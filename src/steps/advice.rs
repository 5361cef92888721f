//! Advice that is true for this distribution.

use crate::model::Advice;
use crate::parse::os_release::{Family, OsRelease};

/// How Docker is installed here.
pub fn install_docker(os: &OsRelease, user: &str) -> Vec<Advice> {
    let install = match os.family {
        Family::Debian => Advice::run(
            "install Docker from the distribution, or from https://docs.docker.com/engine/install/",
            "sudo apt-get install -y docker.io",
        ),
        Family::RedHat if os.id == "fedora" => Advice::run(
            "install Docker from the distribution",
            "sudo dnf install -y moby-engine && sudo systemctl enable --now docker",
        ),
        Family::Suse => Advice::run(
            "install Docker from the distribution",
            "sudo zypper install -y docker && sudo systemctl enable --now docker",
        ),
        Family::Arch => Advice::run(
            "install Docker from the distribution",
            "sudo pacman -S --needed docker && sudo systemctl enable --now docker",
        ),
        Family::RedHat | Family::Other => {
            Advice::say("install the Docker engine: https://docs.docker.com/engine/install/")
        }
    };
    let mut advice = vec![install];
    // Root needs no group.
    if user != "root" {
        advice.push(join_group(user));
    }
    advice
}

/// How a user gets at the daemon's socket.
pub fn join_group(user: &str) -> Advice {
    Advice::run(
        "let your account use Docker; it takes effect at the next login (`newgrp docker` until then)",
        format!("sudo usermod -aG docker {user}"),
    )
}

/// How the driver is installed here. Never done by gpucluster: it needs a reboot.
pub fn install_driver(os: &OsRelease) -> Advice {
    match (os.family, os.id.as_str()) {
        (Family::Debian, "ubuntu") => Advice::run(
            "install the driver, then reboot",
            "sudo ubuntu-drivers install --gpgpu",
        ),
        (Family::Debian, "debian") => Advice::run(
            "install the driver (components contrib, non-free and non-free-firmware), then reboot",
            "sudo apt-get install -y nvidia-driver firmware-misc-nonfree",
        ),
        (Family::Arch, _) => Advice::run(
            "install the driver, then reboot",
            "sudo pacman -S --needed nvidia-open nvidia-utils",
        ),
        _ => Advice::say(
            "install the driver as https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/ says, then reboot",
        ),
    }
}

/// How the container toolkit is installed here, once NVIDIA's repository is set up.
pub fn install_toolkit(os: &OsRelease) -> Vec<Advice> {
    let packages = "nvidia-container-toolkit nvidia-container-toolkit-base \
                    libnvidia-container-tools libnvidia-container1";
    let repository = "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html";
    let (first, command) = match os.family {
        Family::Debian => (
            format!("set up NVIDIA's package repository first: {repository}"),
            format!("sudo apt-get update; sudo apt-get install -y {packages}"),
        ),
        Family::RedHat => (
            format!("set up NVIDIA's package repository first: {repository}"),
            format!("sudo dnf install -y {packages}"),
        ),
        Family::Suse => (
            format!("set up NVIDIA's package repository first: {repository}"),
            format!("sudo zypper --gpg-auto-import-keys install -y {packages}"),
        ),
        Family::Arch => (
            "the toolkit is in the distribution's own repository".to_owned(),
            "sudo pacman -S --needed nvidia-container-toolkit".to_owned(),
        ),
        Family::Other => {
            return vec![Advice::say(format!(
                "install the NVIDIA container toolkit: {repository}"
            ))];
        }
    };
    vec![
        Advice::say(first),
        Advice::run("then install the toolkit", command),
    ]
}

/// How minikube is installed here.
///
/// The release is the one whose source was read for this program; any from 1.32.0 on will do.
pub fn install_minikube() -> Vec<Advice> {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => {
            return vec![Advice::say(format!(
                "minikube's GPU support knows amd64 and arm64; this machine is {other}"
            ))];
        }
    };
    let url = format!(
        "https://github.com/kubernetes/minikube/releases/download/v1.38.1/minikube-linux-{arch}"
    );
    vec![
        Advice::run("download it", format!("curl -fLo minikube {url}")),
        Advice::run(
            "install it",
            "sudo install -m 0755 minikube /usr/local/bin/minikube",
        ),
    ]
}

/// Which package brings `venv` here.
pub fn install_venv(os: &OsRelease, python: &str, version: &str) -> Advice {
    match os.family {
        Family::Debian => {
            // `python3` is served by python3-venv; another interpreter by its own package.
            let minor: Vec<&str> = version.split('.').take(2).collect();
            let package = if python == "python3" {
                "python3-venv".to_owned()
            } else {
                format!("python{}-venv", minor.join("."))
            };
            Advice::run(
                "install Python's venv module, or uv (https://docs.astral.sh/uv/)",
                format!("sudo apt-get install -y {package}"),
            )
        }
        _ => Advice::say(
            "install Python's ensurepip and venv modules, or uv (https://docs.astral.sh/uv/)",
        ),
    }
}
