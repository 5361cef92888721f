//! Reasons of W&B, Python and the agent.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::WANDB_KEY_MISSING,
        Exit::NeedsHuman,
        "no W&B API key was found",
        "The key is looked for in `WANDB_API_KEY`, then in the netrc file under the server's name, then
asked for at a terminal. It is never taken from a flag, where other accounts could see it in the
process list, and never written to a log.

For netrc, with mode 0600 (the machine is the server's host, with the port where it has one):

  machine api.wandb.ai
    login user
    password <key>",
    )
    .advice(&[
        ("read the key without echo, for this shell only", Some("read -rs WANDB_API_KEY && export WANDB_API_KEY")),
    ]),
    Kind::new(
        ids::WANDB_KEY_MALFORMED,
        Exit::NeedsHuman,
        "the W&B API key does not have a key's form",
        "A key is an optional prefix ending in `-`, then 40 or more letters, digits, `_` and `-`. What
was found is shorter or has other characters, often a copy that lost its end, a quote or a newline.

Keys longer than 40 characters need wandb 0.22.3 or newer, in the agent and in the image of the
job; older ones say `API key must be 40 characters long`.",
    )
    .advice(&[("enter it again, without echo", Some("read -rs WANDB_API_KEY && export WANDB_API_KEY"))]),
    Kind::new(
        ids::WANDB_KEY_REJECTED,
        Exit::NeedsHuman,
        "the W&B server does not accept the key",
        "The server answered that nobody is logged in with this key. It was revoked, or it belongs to
another server: a key of a private server means nothing to api.wandb.ai, and the other way round.
The environment beats netrc, so an old `WANDB_API_KEY` hides a good entry.

  env | grep ^WANDB_ | cut -d= -f1",
    )
    .advice(&[
        ("enter another key, without echo", Some("read -rs WANDB_API_KEY && export WANDB_API_KEY")),
        ("or name the server that the key belongs to", Some("export GPUCLUSTER_WANDB_BASE_URL=<address>")),
    ]),
    Kind::new(
        ids::WANDB_UNREACHABLE,
        Exit::NeedsHuman,
        "the W&B server cannot be reached",
        "The address of the setting `wandb.base_url` does not answer: no network, no such name, a
firewall, a proxy that is not set. The agent itself would take 20 seconds to say as much, in other
words (`the service process is busy`).

Where outgoing traffic is filtered, both api.wandb.ai and api.forge.coreweave.com have to be
admitted: wandb 0.31 uses the second one by default.",
    )
    .advice(&[("see whether it answers from here", Some("curl -sSI https://api.wandb.ai"))])
    .retryable(),
    Kind::new(
        ids::WANDB_URL_INVALID,
        Exit::Usage,
        "the address of the W&B server is not valid",
        "`wandb.base_url` is the address of the API, with `http://` or `https://` and no path.
`https://wandb.ai` is the web site and refused by the client; its API is `https://api.wandb.ai`. A
private server has one address for both.

An address on `localhost` works for the agent and not for its jobs: it is passed on into their
pods, where it means the pod.",
    )
    .advice(&[("use W&B's own server", Some("export GPUCLUSTER_WANDB_BASE_URL=https://api.wandb.ai"))]),
    Kind::new(
        ids::WANDB_ENTITY_UNKNOWN,
        Exit::NeedsHuman,
        "the W&B entity does not exist or is closed to this key",
        "An entity is the name of a team or an account. The server lists none of that name for this
key: it is misspelt, or the key's owner is not a member of the team. The agent would say `Error
fetching run queues for E check that you have access to this entity and project`.

Without the setting `wandb.entity` the key's default entity is used.",
    )
    .advice(&[("name an entity the key has access to", Some("export GPUCLUSTER_WANDB_ENTITY=<team>"))]),
    Kind::new(
        ids::WANDB_QUEUE_MISSING,
        Exit::NeedsHuman,
        "the Launch queue does not exist",
        "The agent serves queues by name and ends at once if one of them is missing (`Not all of
requested queues (X) found`). An entity with no queue at all even gets an empty one called
`default`, without any resources. So the queue is made first.

The queue's configuration holds what goes below `spec:` of the Kubernetes Job, and a variable for
the number of GPUs.",
    )
    .advice(&[
        ("create it on the Launch page of the server, with the type Kubernetes", None),
        ("or name a queue that exists", Some("gpucluster up --queue <queue>")),
    ])
    .see("https://wandb.ai/launch"),
    Kind::new(
        ids::PYTHON_MISSING,
        Exit::NeedsHuman,
        "Python was not found",
        "The agent is a Python program. gpucluster makes a virtual environment of its own for it and
needs a Python 3.10 or newer to begin with; the setting `agent.python` names it, by default
`python3`.",
    )
    .advice(&[("name the Python to use", Some("export GPUCLUSTER_AGENT_PYTHON=<path>"))]),
    Kind::new(
        ids::PYTHON_TOO_OLD,
        Exit::NeedsHuman,
        "Python is too old for the agent",
        "The agent's release of wandb needs Python 3.10. With an older one pip does not fail: it silently
takes an old release of wandb (0.26.1 on Python 3.9, 0.24.2 on 3.8), which speaks another protocol.

A newer Python can stand beside the old one; the setting `agent.python` names it. Where `uv` is on
PATH it can fetch one by itself.",
    )
    .advice(&[("name a newer Python", Some("export GPUCLUSTER_AGENT_PYTHON=python3.12"))]),
    Kind::new(
        ids::PYTHON_NO_VENV,
        Exit::NeedsHuman,
        "this Python cannot make virtual environments",
        "Debian and Ubuntu split `ensurepip` and `venv` off into a package of their own. Installing into
the system's Python instead is not possible there: it is marked EXTERNALLY-MANAGED.

  python3 -c 'import ensurepip, venv'",
    )
    .advice(&[("install the missing part (Debian, Ubuntu)", Some("sudo apt-get install -y python3-venv"))]),
    Kind::new(
        ids::AGENT_INSTALL_FAILED,
        Exit::ChangeFailed,
        "the agent could not be installed",
        "`wandb[launch]` is about 130 packages, 150 MB to download and 1 GB on disk. It failed because
the package index does not answer, does not have that release, or asks for another Python; or
because the disk is full.

The environment is made anew by the next run; nothing else uses it. A mirror of the index is named
by the setting `agent.index_url`, or by pip's own configuration.",
    )
    .advice(&[
        ("try again", Some("gpucluster up")),
        ("or name a package index that this machine can reach", Some("export GPUCLUSTER_AGENT_INDEX_URL=<address>")),
    ])
    .retryable(),
    Kind::new(
        ids::AGENT_START_FAILED,
        Exit::ChangeFailed,
        "the agent ended right after its start",
        "The agent was started and printed an error instead of `polling on queues`. It looks at the key,
the entity and the queue first; at the cluster only with the first job. Its own words are in the
message and in its log.",
    )
    .advice(&[("read its log", Some("gpucluster agent logs"))])
    .retryable(),
    Kind::new(
        ids::AGENT_CONFIG_REFUSED,
        Exit::ChangeFailed,
        "the agent refuses its configuration file",
        "The agent accepts no key it does not know: `Extra inputs are not permitted`. gpucluster writes
the file whole and keeps no other lines in it, so this comes from a release of wandb with another
set of keys (setting `agent.version`), or from an edit by hand.

The next `up` writes it anew.",
    )
    .advice(&[("write it anew and start the agent again", Some("gpucluster up"))]),
    Kind::new(
        ids::AGENT_NOT_POLLING,
        Exit::NotVerified,
        "the agent runs and does not poll its queue",
        "The process is alive and has not printed `polling on queues` since its start, or a fatal error
came after it. After a long loss of the network the agent can hang without ending, which is why it
is watched by what it prints and not by being alive.",
    )
    .advice(&[
        ("read its log", Some("gpucluster agent logs")),
        ("start it anew", Some("gpucluster agent restart")),
    ])
    .retryable(),
    Kind::new(
        ids::AGENT_UNIT_FOREIGN,
        Exit::NeedsHuman,
        "a systemd unit of the agent's name is somebody else's",
        "The agent runs as the user unit `gpucluster-agent-<profile>.service`. A file of that name is in
the folder of your units, and its first line does not say that gpucluster manages it, so it is never
overwritten.

Move it away, or let the agent run under gpucluster's own supervisor, which is gone after a reboot.",
    )
    .advice(&[
        ("see what it is", Some("systemctl --user cat gpucluster-agent-gpucluster.service")),
        ("or use gpucluster's own supervisor", Some("export GPUCLUSTER_AGENT_SUPERVISOR=gpucluster")),
    ]),
    Kind::new(
        ids::AGENT_UNIT_UNUSABLE,
        Exit::NeedsHuman,
        "the agent cannot be a systemd user unit on this machine",
        "The setting `agent.supervisor` is `systemd`. A user unit needs systemd as the first process
(`/run/systemd/system` exists), `systemctl` and `loginctl` on PATH, and a person who is not root.
Containers and WSL without systemd have none of that.

With `auto`, the default, gpucluster's own supervisor is used there. It outlives the session and is
gone after a reboot.",
    )
    .advice(&[("use systemd only where it runs", Some("export GPUCLUSTER_AGENT_SUPERVISOR=auto"))]),
    Kind::new(
        ids::AGENT_UNIT_FAILED,
        Exit::ChangeFailed,
        "systemd did not bring the agent's unit up or down",
        "The agent is a unit of your own service manager (`systemctl --user`), which root starts at boot
once lingering is on (`loginctl enable-linger`). Either that manager is not there (its socket is
`/run/user/<uid>/systemd/private`), or it refused the command; its words are in the message. On
Debian and Ubuntu the packages dbus and libpam-systemd bring what such a manager needs.

`Unit file … does not exist` after the file was written means that `XDG_CONFIG_HOME` or `HOME` is
another folder in your shell than in the service manager, which then reads its units from there. From
a session of `su` or cron, name the runtime folder yourself:

  XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user status",
    )
    .advice(&[
        ("see whether your service manager runs", Some("loginctl user-status")),
        ("or use gpucluster's own supervisor", Some("export GPUCLUSTER_AGENT_SUPERVISOR=gpucluster")),
    ])
    .retryable(),
];
