//! Reasons that any tool can give.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::TOOL_MISSING,
        Exit::NeedsHuman,
        "a program that is needed is not on PATH",
        "The program was looked for in the folders of `PATH` and, for system tools, in `/usr/sbin`
and `/sbin`, and is in none of them.

If it is installed somewhere else, put that folder into `PATH` before running gpucluster. See what
the shell finds:

  type -a <program>",
    )
    .advice(&[("see what else is missing", Some("gpucluster doctor"))]),
    Kind::new(
        ids::TOOL_HUNG,
        Exit::NeedsHuman,
        "a program did not answer in time",
        "Every question put to a tool has a time limit, and this one ran into it. Known cases:
`docker version` hangs on a dead `DOCKER_HOST` (ssh or tcp) or a stuck daemon; `nvidia-smi` hangs
in state D when the GPU or its firmware is in trouble (look for `Xid` in the kernel log); any tool
hangs when a hard-mounted NFS server is gone.

  sudo dmesg | grep -i -e xid -e nvrm -e 'nfs: server'",
    )
    .advice(&[("look for trouble in the kernel log", Some("sudo dmesg | tail -50"))])
    .retryable(),
    Kind::new(
        ids::TOOL_OUTPUT_UNREADABLE,
        Exit::Bug,
        "a program answered in a form that gpucluster does not know",
        "The tool ended well, but its output could not be read: a version newer than the ones
gpucluster was tested with, a wrapper script in its place, or a message printed before the data.

Nothing is guessed from such output. The tool's own words are in the message and in the log; they
belong in a bug report, together with the tool's version.",
    )
    .advice(&[("see every check and the versions it found", Some("gpucluster doctor -v"))]),
    Kind::new(
        ids::TOOL_FAILED,
        Exit::ChangeFailed,
        "a program failed",
        "The command ended with an exit code other than 0, and its output matches no known text. Its
last lines are shown in the message; all of them are in the log.

Exit codes alone prove little: `docker run` answers 127 for a missing driver library and 126 for a
socket without permission, so the words matter more than the number.",
    )
    .advice(&[("see what holds on this machine", Some("gpucluster doctor"))])
    .retryable(),
    Kind::new(
        ids::CHANGE_FAILED,
        Exit::ChangeFailed,
        "a change could not be carried out",
        "One change of the plan failed. Steps that do not depend on it were finished, those that do
were not begun. What was applied stays, and the next run continues from what it finds.

If the same change fails again the cause is outside: read the tool's last lines in the message.",
    )
    .advice(&[("type the same command again; what is in place by then is left alone", None)])
    .retryable(),
    Kind::new(
        ids::NOT_VERIFIED,
        Exit::NotVerified,
        "the changes were applied, but the result was not seen in time",
        "Every step is looked at again after its changes until it holds or its time is over. Here
every command succeeded, and what it was to bring about was still not there at the end.

Often something is only slow: on a first start the device plugin's image is pulled after minikube
says `Done`, which takes minutes on a slow link. The message names the last thing seen.",
    )
    .advice(&[
        ("see whether it holds by now", Some("gpucluster doctor")),
        ("go on waiting: type the same command again", None),
    ])
    .retryable(),
    Kind::new(
        ids::DISK_FULL,
        Exit::NeedsHuman,
        "no space is left on the disk",
        "A cold start needs about 1 GB of downloads and several GB below Docker's data folder, where
the node's whole `/var` lives; the agent's virtual environment takes 1 GB. minikube gives up when
that disk is 99 % full (RSRC_DOCKER_STORAGE, exit 26).

The kubelet of a minikube node runs with disk eviction off, so a full disk is not reported by
Kubernetes either. See where the space is:

  df -h / /var/lib/docker
  docker system df",
    )
    .advice(&[
        ("remove stopped containers and images without a name", Some("docker system prune")),
        ("see what takes the space", Some("docker system df")),
    ]),
    Kind::new(
        ids::FILE_UNWRITABLE,
        Exit::ChangeFailed,
        "a file or folder could not be written",
        "Files are put in place atomically: a temporary file beside the target, then a rename. The
folder therefore has to be writable, not only the file.

Usual causes: the folder belongs to root after an earlier run with `sudo`, the file system is
mounted read-only, or the file is immutable (`lsattr`).",
    )
    .advice(&[("see who owns the folder named above", Some("ls -ld <folder>"))])
    .retryable(),
    Kind::new(
        ids::DOWNLOAD_FAILED,
        Exit::ChangeFailed,
        "a file could not be fetched",
        "The server could not be reached, refused, or broke off; nothing of it was put in place.

`https_proxy`, `all_proxy` and `no_proxy` are honoured, with certificates of this machine's own
store. Every address can be set to a mirror or to the path of a file that is here already:
`install.minikube_source`, `install.toolkit_repository` and `install.toolkit_key` in the settings.
See whether the address answers at all:

  curl -fIL <address>",
    )
    .advice(&[("name a mirror or a local file in the settings (`install.…_source`), or try again", None)])
    .retryable(),
    Kind::new(
        ids::DOWNLOAD_NOT_GENUINE,
        Exit::ChangeFailed,
        "what was fetched is not what it should be",
        "The release of minikube is known by its SHA-256, NVIDIA's package key by its fingerprint. What
arrived has another one, so it was thrown away before anything could use it.

A mirror that is behind or ahead, a proxy that answers with a page of its own, or a download that
somebody has changed. Another release of minikube needs its own sum: set `install.minikube_sha256`
beside `install.minikube_version`; minikube publishes it beside the binary:

  curl -fsSL <address of the binary>.sha256",
    )
    .advice(&[("compare the address and the sum in the settings with what the publisher says", None)]),
];
