//! The part of a distribution's archive that a simulated machine can install from.
//!
//! What the packages bring, need and leave behind was read off Debian 12 (`tests/tapes`); what a
//! fresh machine still lacks of it is Ubuntu 22.04's.

/// A package of the archive.
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// What it cannot be without.
    pub needs: &'static [&'static str],
    /// Configuration that dpkg keeps: compared when asked, deleted by a purge.
    pub conffiles: &'static [Config],
    /// Configuration that its scripts keep: a purge deletes it **whatever is in it**.
    pub scripted: &'static [Config],
}

/// A configuration file as a package makes it, where none is there.
pub struct Config {
    /// Where.
    pub path: &'static str,
    /// Its content.
    pub text: &'static str,
    /// Where the package keeps a copy, while it is installed.
    pub template: Option<&'static str>,
}

const fn plain(path: &'static str, text: &'static str) -> Config {
    Config {
        path,
        text,
        template: None,
    }
}

const ARCHIVE: &[Package] = &[
    Package {
        name: "keyutils",
        needs: &[],
        conffiles: &[plain(
            "/etc/request-key.conf",
            "create\tuser\tdebug:*\tnegate\t/bin/keyctl negate %k 30 %S\n",
        )],
        scripted: &[],
    },
    Package {
        name: "libnfsidmap1",
        needs: &[],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "rpcbind",
        needs: &[],
        conffiles: &[plain(
            "/etc/default/rpcbind",
            "OPTIONS=\"\"\nOPTIONS=\"-w\"\n",
        )],
        scripted: &[],
    },
    Package {
        name: "nfs-common",
        needs: &["keyutils", "libnfsidmap1", "rpcbind"],
        conffiles: &[],
        scripted: &[Config {
            path: "/etc/nfs.conf",
            text: "[nfsd]\n# threads=8\n",
            template: Some("/usr/share/nfs-common/conffiles/nfs.conf"),
        }],
    },
    Package {
        name: "nfs-kernel-server",
        needs: &["keyutils", "nfs-common"],
        conffiles: &[],
        scripted: &[Config {
            path: "/etc/exports",
            text: EXPORTS,
            template: Some("/usr/share/nfs-kernel-server/conffiles/etc.exports"),
        }],
    },
    Package {
        name: "python3-venv",
        needs: &[],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "runc",
        needs: &[],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "containerd",
        needs: &["runc"],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "docker.io",
        needs: &["containerd"],
        conffiles: &[plain(
            "/etc/default/docker",
            "# Here in Debian, this file is sourced by:\n",
        )],
        scripted: &[],
    },
    Package {
        name: "libnvidia-container1",
        needs: &[],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "libnvidia-container-tools",
        needs: &["libnvidia-container1"],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "nvidia-container-toolkit-base",
        needs: &[],
        conffiles: &[],
        scripted: &[],
    },
    Package {
        name: "nvidia-container-toolkit",
        needs: &["libnvidia-container-tools", "nvidia-container-toolkit-base"],
        conffiles: &[],
        scripted: &[],
    },
];

/// Whether a package comes from NVIDIA's repository and not from the distribution.
pub fn is_nvidias(name: &str) -> bool {
    name.contains("nvidia-container")
}

/// `/etc/exports` as the package makes it.
const EXPORTS: &str = "\
# /etc/exports: the access control list for filesystems which may be exported
#\t\tto NFS clients.  See exports(5).
#
# Example for NFSv2 and NFSv3:
# /srv/homes       hostname1(rw,sync,no_subtree_check) hostname2(ro,sync,no_subtree_check)
#
# Example for NFSv4:
# /srv/nfs4        gss/krb5i(rw,sync,fsid=0,crossmnt,no_subtree_check)
# /srv/nfs4/homes  gss/krb5i(rw,sync,no_subtree_check)
#
";

/// A package by its name.
pub fn find(name: &str) -> Option<&'static Package> {
    ARCHIVE.iter().find(|package| package.name == name)
}

/// What a package cannot be without.
pub fn needs(name: &str) -> &'static [&'static str] {
    find(name).map_or(&[], |package| package.needs)
}

/// Every name.
pub fn names() -> impl Iterator<Item = &'static str> {
    ARCHIVE.iter().map(|package| package.name)
}

impl Package {
    /// All of its configuration.
    pub fn config(&self) -> impl Iterator<Item = &'static Config> {
        self.conffiles.iter().chain(self.scripted)
    }
}
