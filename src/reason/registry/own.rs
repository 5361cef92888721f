//! Reasons of gpucluster itself.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::UNEXPECTED,
        Exit::Bug,
        "something happened that gpucluster does not know",
        "A case that nobody foresaw: a bug in gpucluster, or a tool that behaves in a new way.

Nothing is rolled back. What was applied stays applied, and the next run looks at the machine
afresh, so typing the same command again is safe. The log of the run, named in the message, holds
every command and its output, with secrets taken out; it belongs in a bug report.",
    )
    .advice(&[
        ("look at what holds and what does not", Some("gpucluster doctor")),
        ("collect what a bug report needs, without secrets", Some("gpucluster support-bundle")),
    ])
    .retryable(),
    Kind::new(
        ids::CONFIG_INVALID,
        Exit::Usage,
        "the configuration is not valid",
        "Settings come from four layers: built-in defaults, `gpucluster.yaml`, `GPUCLUSTER_*`
variables of the environment, and flags; the later one wins. Every problem of every layer is
reported at once, a file's with line and column, and unknown names with the closest known one.

The name of a variable is its key in upper case with `_` for the dots:

  GPUCLUSTER_WANDB_QUEUE=research      # wandb.queue
  GPUCLUSTER_CLUSTER_MEMORY=48g        # cluster.memory

Nothing has been looked at or changed.",
    )
    .advice(&[("mend the lines named above", None)]),
    Kind::new(
        ids::USAGE_UNKNOWN_STEP,
        Exit::Usage,
        "no step has that name",
        "`--only`, `--skip` and `doctor CHECK` take the id of a step, such as `nfs.export`, or the
topic before the dot, which stands for all of its steps: `nfs` is `nfs.server` and `nfs.export`.

The plan and the doctor's list show every id.",
    )
    .advice(&[("see the ids", Some("gpucluster doctor --list"))]),
    Kind::new(
        ids::USAGE_UNKNOWN_REASON,
        Exit::Usage,
        "no reason has that name",
        "`gpucluster explain` takes the name printed in `error[NAME]`, such as
`GPU_TOOLKIT_MISSING`, in any case. Without a name it lists all of them.",
    )
    .advice(&[("list every reason", Some("gpucluster explain"))]),
    Kind::new(
        ids::USAGE_UNKNOWN_MACHINE,
        Exit::Usage,
        "no simulated machine has that name",
        "`--simulate=MACHINE` takes the name of a modelled machine: healthy ones such as `4xt4` (the
default: a fresh Ubuntu with four Tesla T4), `8xh100` and `1xrtx4090`, and broken ones such as
`no-gpu`, `no-toolkit`, `old-minikube`, `driver-mismatch`, `docker-down` and `disk-full`.

A simulated machine needs no root, no network and no Docker; nothing real is touched.",
    )
    .advice(&[("try the default machine", Some("gpucluster up --simulate"))]),
    Kind::new(
        ids::STATE_UNWRITABLE,
        Exit::NeedsHuman,
        "the state folder cannot be written",
        "gpucluster keeps its lock, the journals of its runs and their logs below
`$XDG_STATE_HOME/gpucluster` (by default `~/.local/state/gpucluster`). Without it a run could
neither tell what was cut short nor what to undo, so nothing is begun.

Usual causes: the folder belongs to root after a run with `sudo`, the disk is full, or the home
directory is read-only. See who owns it:

  ls -ld ~/.local/state ~/.local/state/gpucluster",
    )
    .advice(&[
        ("if it belongs to root after a run with sudo, take it back", Some("sudo chown -R \"$USER\" ~/.local/state/gpucluster")),
        ("or keep state elsewhere", Some("export GPUCLUSTER_STATE_DIR=<folder>")),
    ]),
    Kind::new(
        ids::RUN_BUSY,
        Exit::Busy,
        "another run of this profile holds the lock",
        "Two runs that change the same machine at once would undo each other's work, so a changing
verb takes a lock per profile. The kernel frees it when the other process ends, however it ends:
there is no stale lock to delete.

Read-only verbs (`status`, `doctor`, `up --plan`) take no lock and work meanwhile.",
    )
    .advice(&[("watch what the other run does, and type the command again when it has ended", Some("gpucluster status"))])
    .retryable(),
    Kind::new(
        ids::NOT_CONFIRMED,
        Exit::NotConfirmed,
        "the plan was not confirmed",
        "A plan is carried out only after it was shown and accepted, at the prompt or by `--yes`.
Without a terminal there is nobody to ask: the plan is printed and the run ends.

`--yes` never covers what loses something. Making the cluster anew has its own flag,
`--recreate-cluster`, and deleting the data folder has `--delete-data`.",
    )
    .advice(&[("accept the plan beforehand", Some("gpucluster up --yes"))]),
    Kind::new(
        ids::NOT_CONSENTED,
        Exit::NotConfirmed,
        "a step needs a change that the accepted plan did not hold",
        "Before a step is changed the machine is looked at again. If it has changed since the plan
was shown, in such a way that something else, something by root or something more harmful would be
needed, the run stops there: consent covers what was shown and no more.

What was carried out before stays. Another run shows the new plan.",
    )
    .advice(&[("see the plan as it is now", Some("gpucluster up --plan"))])
    .retryable(),
    Kind::new(
        ids::PRIVILEGE_UNAVAILABLE,
        Exit::NoPrivilege,
        "root rights are needed and could not be had",
        "gpucluster runs as the person who typed it. Single changes, tagged `sudo` in the plan, need
root: configuring Docker's runtime, installing the NFS server, writing the export. For these it
asks `sudo` once, in the foreground, before anything is changed.

It fails where `sudo` is missing, where the person is not in the sudoers file, or without a
terminal when no password-less rule or valid ticket exists. Nothing has been changed.",
    )
    .advice(&[
        ("print the commands that need root, for somebody who has it", Some("gpucluster up --print-root-commands")),
        ("or get a ticket first, in this very terminal", Some("sudo -v")),
    ]),
    Kind::new(
        ids::INTERRUPTED,
        Exit::Interrupted,
        "stopped on request",
        "A first Ctrl-C (or SIGTERM, or a closed terminal) begins nothing new and gives running
commands ten seconds to end; a second one ends them at once. Short writes are always finished, so
no file is left half-written.

The machine is looked at again by the next run: typing the same command again resumes, whatever
was cut short.",
    )
    .advice(&[("resume by typing the same command again", None)])
    .retryable(),
    Kind::new(
        ids::RUNNING_AS_ROOT,
        Exit::NeedsHuman,
        "gpucluster was started as root",
        "minikube refuses its docker driver to root unless forced, and forcing also switches off its
checks of Docker, disk and memory (DRV_AS_ROOT, exit 57). Under `sudo` the files in `~/.minikube`
and `~/.kube` end up owned by root, and later runs of the person fail with exit 37.

Run it as an ordinary member of the group `docker`; changes that need root ask for it one by one.",
    )
    .advice(&[("type the command again without sudo", Some("gpucluster up"))]),
    Kind::new(
        ids::DEPENDENCY_NOT_READY,
        Exit::NeedsHuman,
        "something this command builds on is not in place",
        "`agent start` and the other verbs of one topic change only their own steps. What these
build on (Docker, the toolkit, the cluster) is looked at and not changed.

`gpucluster up` brings everything about; `--with-deps` lets a topic's verb do the same for what
it needs.",
    )
    .advice(&[("bring everything up", Some("gpucluster up"))]),
    Kind::new(
        ids::CANNOT_REHEARSE,
        Exit::ChangeFailed,
        "a change has no model to rehearse it with",
        "`--rehearse` carries a plan out against a shadow of this machine: reads fall through to the
real one, changes land in the shadow. A command whose effect is not modelled ends the rehearsal,
because a guess would prove nothing.

Nothing real was changed. `--plan` shows what is known without acting at all.",
    )
    .advice(&[("see the plan without carrying anything out", Some("gpucluster up --plan"))]),
    Kind::new(
        ids::SIMULATED_WORLD_UNREADABLE,
        Exit::NeedsHuman,
        "the simulated machine kept in the state folder cannot be read",
        "A simulated machine is kept as a file in the state folder, so that `up --simulate` and a
later `status --simulate` speak of the same one. The file was written by another version of
gpucluster or was cut short by a full disk.

It holds nothing of value. Taking the simulated machine down starts it afresh.",
    )
    .advice(&[("forget the simulated machines", Some("rm -r ~/.local/state/gpucluster/simulated"))]),
    Kind::new(
        ids::CHECK_CRASHED,
        Exit::Bug,
        "a check of gpucluster broke",
        "A check met something that its authors did not foresee and ended in a panic: a bug in
gpucluster. It says nothing about the machine; the other checks went on, and what they say holds.

The words of the panic are in the message and belong in a bug report. Until it is mended the check
can be left out of the verdict:

  gpucluster doctor --ignore <check>",
    )
    .advice(&[("see the other checks, and report this one", Some("gpucluster doctor -v"))]),
    Kind::new(
        ids::CHECK_HUNG,
        Exit::NeedsHuman,
        "a check did not end in time",
        "Every check has a deadline, beyond the limits of the questions it asks, and this one ran into
it. The usual cause is a file system whose server is gone: a look at a file there never returns.
The other checks went on.

  grep nfs /proc/mounts                # a dead server among these?
  sudo dmesg | grep 'not responding'

Where the machine is only slow, the setting `patience` multiplies every limit:

  GPUCLUSTER_PATIENCE=4 gpucluster doctor",
    )
    .advice(&[("look for mounts whose server is gone", Some("sudo dmesg | grep 'not responding'"))])
    .retryable(),
];
