"""The second disk: gpucluster itself and everything that stands in for what a lab cannot have."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import image

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUE = {
    "config": {
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "image": "${image_uri}",
                            "resources": {"limits": {"cpu": 1, "nvidia.com/gpu": "{{gpus}}"}},
                        }
                    ],
                    "restartPolicy": "Never",
                }
            },
            "backoffLimit": 0,
            "ttlSecondsAfterFinished": 600,
        }
    },
    "template_variables": {
        "gpus": {"schema": {"type": "integer", "default": 1, "minimum": 1, "maximum": 4}}
    },
}
# Emulated, pip takes ten minutes for what uv does in two. pip itself is seen in scripts/live.
UV = "uv==0.13.9"
# The address of the stand-in and the image that needs no registry; everything else is the default.
CONFIG = """\
gpu:
  image: gpucluster-test/glibc:1
wandb:
  base_url: http://127.0.0.1:8901
"""


def wheels(wanted, say):
    """A folder with the wheels of `wanted` and all it needs, for Debian's Python."""
    name = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    folder = image.cache() / f"lab-wheels-{name}"
    with open(image.cache() / f".lab-wheels-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            say(f"downloading the wheels of {wanted}")
            partial = folder.with_suffix(".part")
            shutil.rmtree(partial, ignore_errors=True)
            subprocess.run(
                [
                    sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check",
                    "--only-binary=:all:", "--implementation=cp", "--python-version=3.11",
                    "-d", partial, wanted,
                ],
                check=True, stdin=subprocess.DEVNULL,
            )
            for wheel in partial.glob("*.whl"):
                unpacked(wheel)
            partial.rename(folder)
    return folder


def unpacked(wheel):
    """The same wheel with nothing in it compressed: to inflate it is most of an emulated installation."""
    stored = wheel.with_suffix(".stored")
    with zipfile.ZipFile(wheel) as packed, zipfile.ZipFile(stored, "w") as loose:
        for item in packed.infolist():
            content = packed.read(item)
            item.compress_type = zipfile.ZIP_STORED
            loose.writestr(item, content)
    stored.rename(wheel)


def agent_wheels(say):
    """Those of the `wandb[launch]` that everything is tested with."""
    version = (ROOT / "tests/standins/wandb-version.txt").read_text().strip()
    return wheels(f"wandb[launch]=={version}", say)


def uv(target, say):
    """The program `uv`, out of its wheel."""
    (wheel,) = wheels(UV, say).glob("uv-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("/scripts/uv"))
        target.write_bytes(packed.read(name))
    target.chmod(0o755)


def controlplane(say):
    say("building the control plane (minutes when cold)")
    built = subprocess.run(
        [ROOT / "tests/controlplane/build"], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(built.stdout.strip())


def build(work, binary, say):
    """The payload's disk in the folder `work`."""
    tree = work / "payload"
    (tree / "bin").mkdir(parents=True)
    shutil.copy(binary, tree / "bin/gpucluster")
    shutil.copy(controlplane(say), tree / "bin/controlplane")
    shutil.copytree(ROOT / "tests/standins", tree / "standins", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(__file__).parent / "guest/bin", tree / "bin", dirs_exist_ok=True)
    shutil.copy(ROOT / "scripts/live-docker", tree / "bin/live-docker")
    shutil.copytree(agent_wheels(say), tree / "wheels")
    uv(tree / "bin/uv", say)
    (tree / "queue.json").write_text(json.dumps(QUEUE))
    (tree / "gpucluster.yaml").write_text(CONFIG)
    subprocess.run(["chmod", "-R", "a+rX", tree], check=True)
    used = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    disk = work / "payload.img"
    subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-L", "payload", "-m", "0", "-E", "root_owner=0:0",
         "-d", tree, disk, f"{used // 2**20 + 64}M"],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    shutil.rmtree(tree)
    return disk
