//! NVIDIA's container toolkit from NVIDIA's own packages: the key that is pinned, the repository, the
//! packages; and how they are taken back.
//!
//! Source of the repository's form: the toolkit's installation guide
//! (`docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html`).

use super::apt::{self, Reach, TakenBack, Unwanted};
use super::packages::{self, TOOLKIT};
use super::{Wish, id};
use crate::host::ReadHost;
use crate::model::{
    Change, Command, Effect, Fetch, Prior, Privilege, Proof, Receipt, Removal, Touch,
};
use crate::parse::os_release::Family;
use camino::{Utf8Path, Utf8PathBuf};

/// Where the repository and its key are kept.
struct Places {
    key: &'static str,
    list: &'static str,
}

fn places(family: Family) -> Option<Places> {
    let (key, list) = match family {
        Family::Debian => (
            // apt takes an armored key by its ending.
            "/usr/share/keyrings/nvidia-container-toolkit-keyring.asc",
            "/etc/apt/sources.list.d/nvidia-container-toolkit.list",
        ),
        Family::RedHat => (
            "/etc/pki/rpm-gpg/RPM-GPG-KEY-nvidia-container-toolkit",
            "/etc/yum.repos.d/nvidia-container-toolkit.repo",
        ),
        Family::Suse => (
            "/etc/pki/rpm-gpg/RPM-GPG-KEY-nvidia-container-toolkit",
            "/etc/zypp/repos.d/nvidia-container-toolkit.repo",
        ),
        Family::Arch | Family::Other => return None,
    };
    Some(Places { key, list })
}

/// Whether there is a way to install it here.
pub fn is_known(family: Family) -> bool {
    family != Family::Other
}

/// Whether a repository with it is set up already, by whomever. Two entries of one repository with
/// different keys are an error of apt's.
pub async fn has_repository(host: &dyn ReadHost, wish: &Wish) -> bool {
    let Some(places) = places(wish.os.family) else {
        return true;
    };
    let ours = wish.settings.install.toolkit_repository.as_str();
    let folder = Utf8Path::new(places.list).parent();
    let folder = folder.unwrap_or(Utf8Path::new("/etc"));
    let names = host.list_dir(folder).await.ok().flatten();
    for name in names.unwrap_or_default() {
        let text = host.read_file(&folder.join(name)).await.ok().flatten();
        let lines = text.unwrap_or_default();
        let mut lines = lines
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'));
        if lines.any(|line| line.contains("libnvidia-container/") || line.contains(ours)) {
            return true;
        }
    }
    false
}

/// A repository on this machine is named by a URL of its own kind.
fn url(repository: &str) -> String {
    if repository.starts_with('/') {
        format!("file:{repository}")
    } else {
        repository.to_owned()
    }
}

fn list(wish: &Wish, places: &Places) -> String {
    let repository = url(&wish.settings.install.toolkit_repository);
    let key = places.key;
    match wish.os.family {
        Family::Debian => {
            format!("# Made by gpucluster.\ndeb [signed-by={key}] {repository}/deb/$(ARCH) /\n")
        }
        _ => format!(
            "# Made by gpucluster.\n[nvidia-container-toolkit]\nname=nvidia-container-toolkit\n\
             baseurl={repository}/rpm/$basearch\nenabled=1\nrepo_gpgcheck=1\ngpgcheck=0\n\
             gpgkey=file://{key}\n"
        ),
    }
}

/// The key and the repository, where there is none yet.
pub fn repository(wish: &Wish) -> Vec<Change> {
    let Some(places) = places(wish.os.family) else {
        return Vec::new();
    };
    let install = &wish.settings.install;
    let key = Effect::Fetch(Fetch {
        from: install.toolkit_key.clone(),
        proof: Proof::Key(install.toolkit_fingerprint.to_uppercase()),
        path: places.key.into(),
        mode: 0o644,
        privilege: Privilege::Root,
    });
    let list = Effect::WriteFile {
        path: places.list.into(),
        content: list(wish, &places),
        mode: 0o644,
        privilege: Privilege::Root,
    };
    let mut changes = vec![
        Change::safe(
            key,
            "NVIDIA's packages are signed with this key; it counts for this repository only",
        ),
        Change::safe(list, "NVIDIA's own repository of the toolkit"),
    ];
    if wish.os.family == Family::Suse {
        // zypper would otherwise take whatever key the repository itself offers.
        let import = Command::new(["rpm", "--import", places.key]).as_root();
        changes.push(Change::safe(
            Effect::Run(import),
            "zypper trusts the keys that rpm knows",
        ));
    }
    changes
}

/// The packages.
pub fn packages(wish: &Wish) -> Vec<Change> {
    let install = packages::install(wish.os.family, TOOLKIT).into_iter();
    install
        .map(|command| {
            Change::safe(
                Effect::Run(command),
                "the toolkit with its library and tools, all at one version",
            )
        })
        .collect()
}

/// What goes now of what was installed, and why the rest stays.
pub async fn take_back(host: &dyn ReadHost, wish: &Wish, receipt: &Receipt) -> TakenBack {
    let mut back = TakenBack::default();
    if receipt.packages(id::TOOLKIT).next().is_some() {
        if wish.os.family == Family::Debian {
            let unwanted = Unwanted {
                step: id::TOOLKIT,
                asked: TOOLKIT,
                with_it: Touch::Package(TOOLKIT.to_owned()),
                reach: Reach::All,
            };
            back = apt::take_back(host, receipt, unwanted).await;
        } else if let Some(command) = packages::remove(wish.os.family, TOOLKIT) {
            back.changes.push(Change::safe(
                Effect::Run(command),
                "it was installed by gpucluster",
            ));
        }
    }
    let Some(places) = places(wish.os.family) else {
        return back;
    };
    for path in [places.list, places.key].map(Utf8PathBuf::from) {
        let ours = receipt.prior(&Touch::File(path.clone())) == Some(&Prior::Absent);
        if ours && matches!(host.stat(&path).await, Ok(Some(_))) {
            back.changes.push(Change::safe(
                Effect::RemoveOwned {
                    path,
                    removal: Removal::File,
                    privilege: Privilege::Root,
                },
                "it was put there by gpucluster",
            ));
        }
    }
    back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::os_release::os_release;
    use crate::steps::testing::wish;

    fn on(os: &str) -> Wish {
        Wish {
            os: os_release(os),
            ..wish()
        }
    }

    fn words(changes: &[Change]) -> Vec<String> {
        changes.iter().map(Change::describe).collect()
    }

    #[test]
    fn the_key_comes_first_and_only_the_pinned_one() {
        for os in [
            "ID=debian\n",
            "ID=fedora\n",
            "ID=opensuse-leap\nID_LIKE=suse\n",
        ] {
            let changes = repository(&on(os));
            let Effect::Fetch(key) = &changes[0].effect else {
                panic!("{os}: {changes:?}")
            };
            let pinned = "C95B321B61E88C1809C4F759DDCAE044F796ECB0";
            assert_eq!(key.proof, Proof::Key(pinned.to_owned()));
            let Effect::WriteFile { content, .. } = &changes[1].effect else {
                panic!("{os}: {changes:?}")
            };
            assert!(content.contains(key.path.as_str()), "{content}");
        }
        assert!(repository(&on("ID=arch\n")).is_empty(), "it has its own");
    }

    #[test]
    fn each_family_has_its_own_list_and_a_mirror_may_be_a_folder() {
        let mut debian = on("ID=ubuntu\nID_LIKE=debian\n");
        let mut settings = (*debian.settings).clone();
        settings.install.toolkit_repository = "/opt/mirror".to_owned();
        debian.settings = std::sync::Arc::new(settings);
        let places = places(Family::Debian).unwrap();
        assert_eq!(
            list(&debian, &places).lines().last().unwrap(),
            "deb [signed-by=/usr/share/keyrings/nvidia-container-toolkit-keyring.asc] \
             file:/opt/mirror/deb/$(ARCH) /"
        );
        let fedora = on("ID=fedora\n");
        let text = list(&fedora, &super::places(Family::RedHat).unwrap());
        assert!(text.contains(
            "baseurl=https://nvidia.github.io/libnvidia-container/stable/rpm/$basearch\n"
        ));
        assert!(text.contains("repo_gpgcheck=1\n"), "{text}");
        let suse = words(&repository(&on("ID=opensuse-leap\nID_LIKE=suse\n")));
        assert!(
            suse[2].starts_with("rpm --import /etc/pki/rpm-gpg/"),
            "{suse:?}"
        );
        assert_eq!(
            words(&packages(&fedora)),
            ["dnf install -y nvidia-container-toolkit"]
        );
    }
}
