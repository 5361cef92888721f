"""The machine's disk: a Debian made from packages, cached by what it is made of.

Two variants: `fresh`, without any NFS package, and `nfs`, on which somebody has installed the NFS server
before. Both carry a package source of their own (a folder), so that a machine without network can install
`nfs-kernel-server` as one with network does.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUITE = "bookworm"
SIZE = "6G"
# After so long an image that is no longer built goes.
UNUSED_SECONDS = 3 * 86400

# A small server as people have it; python3-venv because Debian's python3 cannot make environments.
PACKAGES = (
    "systemd systemd-sysv dbus dbus-user-session libpam-systemd udev kmod sudo linux-image-cloud-amd64 "
    "iproute2 iptables openssh-server docker.io python3-venv ca-certificates procps psmisc apparmor"
).split()
NFS = ["nfs-kernel-server"]
VARIANTS = {"fresh": [], "nfs": NFS}


class Image:
    """Files of a built image: the disk, the kernel, its initrd and the key that opens it."""

    def __init__(self, folder):
        self.folder = folder
        self.disk = folder / "disk.img"
        self.kernel = folder / "vmlinuz"
        self.initrd = folder / "initrd"
        self.key = folder / "key"


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gpucluster-test"


def sources():
    """This machine's own Debian source, whatever its mirror; none where it is no Debian of that suite."""
    for place in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        path = Path(place)
        if path.exists() and f" {SUITE}" in path.read_text():
            return [str(path)]
    return []


def fingerprint(variant):
    """Of everything that the image is made of, but for the packages' versions."""
    parts = [variant, SUITE, SIZE, *PACKAGES, *VARIANTS[variant], *NFS]
    parts += [Path(path).read_text() for path in sources()]
    for path in sorted((HERE / "guest").rglob("*")):
        if path.is_file():
            parts += [str(path.relative_to(HERE)), path.read_text(), str(path.stat().st_mode)]
    parts.append(Path(__file__).read_text())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def build(variant, say):
    """The image, from the cache or made new (about a minute and a half)."""
    folder = cache() / f"lab-{variant}-{fingerprint(variant)}"
    if folder.exists():
        os.utime(folder)
        return Image(folder)
    for old in cache().glob(f"lab-{variant}-*"):
        # Not one that another checkout may be running from.
        if time.time() - old.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    cache().mkdir(parents=True, exist_ok=True)
    say(f"building the image `{variant}` from packages")
    with tempfile.TemporaryDirectory(dir=cache(), prefix=".lab-") as work:
        made = make(Path(work), variant)
        made.folder.rename(folder)
    return Image(folder)


def make(work, variant):
    root = work / "root"
    made = Image(work / "image")
    made.folder.mkdir()
    quiet = {"stdin": subprocess.DEVNULL, "check": True}
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", made.key], **quiet
    )
    hook = f'"{HERE}/guest/customize" "$1" "{HERE}/guest" "{made.key}.pub"'
    subprocess.run(
        [
            "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
            f"--include={','.join(PACKAGES + VARIANTS[variant])}",
            # Kept for the package source that the hook makes.
            "--skip=cleanup/apt/lists", f"--customize-hook={hook}",
            SUITE, root, *sources(),
        ],
        **quiet,
    )
    boot = root / "boot"
    shutil.copy(next(boot.glob("vmlinuz-*")), made.kernel)
    shutil.copy(next(boot.glob("initrd.img-*")), made.initrd)
    # It tells even with -q that it makes a file.
    subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-L", "root", "-d", root, made.disk, SIZE],
        **quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    shutil.rmtree(root)
    return made
