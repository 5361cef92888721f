"""One virtual machine: boots, answers to ssh, loses its power, comes back."""

import os
import shlex
import signal
import socket
import subprocess
import time

BOOT_SECONDS = 300
MEMORY_MIB = 4096


class Gone(Exception):
    """The machine does not answer."""


class Answer:
    """What a command ended with."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


class Machine:
    """`work` is a folder for its disk, its console and its sockets."""

    def __init__(self, image, payload, work):
        self.image, self.payload, self.work = image, payload, work
        self.disk = work / "disk.qcow2"
        self.console = work / "console.log"
        self.process = None
        self.port = None
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk, self.disk],
            check=True,
        )

    def boot(self):
        """Power on, until a command can be run in it."""
        self.port = free_port()
        accelerator = "kvm" if hardware() else "tcg,thread=multi"
        with open(self.console, "ab") as console:
            self.process = subprocess.Popen(
                [
                    "qemu-system-x86_64", "-accel", accelerator, "-cpu", "max",
                    "-smp", "2", "-m", str(MEMORY_MIB), "-nographic", "-no-reboot",
                    "-kernel", self.image.kernel, "-initrd", self.image.initrd,
                    "-append", "root=/dev/vda rw console=ttyS0 quiet panic=-1",
                    # Unsafe only for a host that dies; a guest that is killed has written what it wrote.
                    "-drive", f"file={self.disk},if=virtio,format=qcow2,cache=unsafe",
                    "-drive", f"file={self.payload},if=virtio,format=raw,readonly=on",
                    # No way out: everything a run needs lies on the disks.
                    "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22",
                    "-device", "virtio-net-pci,netdev=net",
                    "-device", "virtio-rng-pci",
                ],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            )
        end = time.monotonic() + BOOT_SECONDS
        while True:
            if self.process.poll() is not None:
                raise Gone(f"qemu ended with {self.process.returncode}: see {self.console}")
            try:
                if self.run("root", ["systemctl", "is-system-running", "--wait"], timeout=BOOT_SECONDS).code < 2:
                    return
            except Gone:
                pass
            if time.monotonic() > end:
                raise Gone(f"not booted within {BOOT_SECONDS} s: see {self.console}")
            time.sleep(1)

    def ssh(self, user, master=True):
        argv = [
            "ssh", "-F", "/dev/null", "-i", self.image.key, "-p", str(self.port), "-q",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=10",
            "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=8",
        ]
        if master:
            # A handshake costs seconds under emulation.
            argv += [
                "-o", "ControlMaster=auto", "-o", "ControlPersist=yes",
                "-o", f"ControlPath={self.work}/{user}.sock",
            ]
        return [*argv, f"{user}@127.0.0.1"]

    def run(self, user, argv, timeout=600, stdin=None):
        """Runs a command (a list, or a line for the shell) as `user`."""
        line = argv if isinstance(argv, str) else shlex.join(map(str, argv))
        try:
            done = subprocess.run(
                [*self.ssh(user), line],
                input=stdin if stdin is not None else "",
                capture_output=True, text=True, errors="replace", timeout=timeout,
            )
        except subprocess.TimeoutExpired as late:
            raise Gone(f"`{line}` as {user}: no end within {timeout} s") from late
        # ssh's own code for a connection that did not come about or broke.
        if done.returncode == 255:
            raise Gone(f"`{line}` as {user}: the connection is lost")
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, user, argv):
        """Starts a command and leaves it running; its output is not looked at."""
        line = argv if isinstance(argv, str) else shlex.join(map(str, argv))
        return subprocess.Popen(
            [*self.ssh(user), line],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def log_in_again(self, user):
        """Ends the user's connection: the next command has a new login's groups."""
        subprocess.run(
            [*self.ssh(user)[:-1], "-O", "exit", f"{user}@127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def pull_the_plug(self):
        """What the guest had not synced is lost."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for user in ("root", "alice"):
            self.log_in_again(user)

    def reboot(self):
        """An orderly shutdown, and power on."""
        self.start("root", ["systemctl", "poweroff"]).wait(60)
        try:
            self.process.wait(180)
        except subprocess.TimeoutExpired as late:
            raise Gone("it does not shut down") from late
        self.pull_the_plug()
        self.boot()


def hardware():
    """Whether this machine can run virtual machines by hardware: /dev/kvm may be there without."""
    flags = open("/proc/cpuinfo").read()
    return os.access("/dev/kvm", os.W_OK) and (" vmx" in flags or " svm" in flags)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
