//! Reasons of W&B's answers, of the agent's environment, of queues and of the jobs themselves.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::WANDB_FORBIDDEN,
        Exit::NeedsHuman,
        "the W&B account may not do that there",
        "The server knows the key and refuses: `permission denied`, HTTP 403, `you do not have permission
to access the requested resource`. The account is not a member of the team, only reads in it, or the
project belongs to another entity. A wrong entity looks the same, as do projects with restricted
visibility.

  env | grep -e ^WANDB_ENTITY -e ^WANDB_PROJECT",
    )
    .advice(&[
        ("name an entity in which the key's owner may write", Some("export GPUCLUSTER_WANDB_ENTITY=<team>")),
        ("or have the team's administrator add the account", None),
    ])
    .see("https://docs.wandb.ai/guides/models/app/settings-page/teams"),
    Kind::new(
        ids::WANDB_PROJECT_UNKNOWN,
        Exit::NeedsHuman,
        "the W&B project or job does not exist",
        "The server knows entity and key, and has no project, job or artifact of that name: `project not
found`, HTTP 404, `Could not find project`. A name is `entity/project`; a job is
`entity/project/job-name:alias`.

Projects are made by the first run in them, queues live in the project `model-registry` of their
entity.",
    )
    .advice(&[
        ("look the name up on the server's page of projects", None),
        ("see which entity is used", Some("env | grep ^WANDB_")),
    ])
    .see("https://docs.wandb.ai/guides/track/project-page"),
    Kind::new(
        ids::WANDB_RATE_LIMIT,
        Exit::ChangeFailed,
        "the W&B server limits the number of requests",
        "HTTP 429, `rate limit exceeded`: too many requests in a short time from this account, by many runs
that log often, or by a loop that restarts. The client waits and tries again by itself; what gives up
meanwhile can be started again later.

  kubectl get pods --all-namespaces | grep launch-",
    )
    .advice(&[("log less often in the jobs, or run fewer at once", Some("export GPUCLUSTER_AGENT_MAX_JOBS=<number>"))])
    .see("https://docs.wandb.ai/guides/track/limits")
    .retryable(),
    Kind::new(
        ids::PYTHON_NO_PIP,
        Exit::NeedsHuman,
        "this Python has no pip",
        "`No module named pip`: Debian and Ubuntu ship pip as a package of its own, and an environment made
with `--without-pip` or by uv has none. gpucluster uses an environment of its own, for which the
package `python3-venv` is enough.

  python3 -m pip --version
  python3 -c 'import ensurepip'",
    )
    .advice(&[
        ("install it (Debian, Ubuntu)", Some("sudo apt-get install -y python3-pip python3-venv")),
        ("in an environment without it", Some("python3 -m ensurepip --upgrade")),
    ]),
    Kind::new(
        ids::PYTHON_BUILD_FAILED,
        Exit::NeedsHuman,
        "a Python package has to be compiled here and cannot be",
        "There is no ready-made wheel of the package for this Python and system, and building it needs a
compiler or headers that are missing: `command 'gcc' failed`, `Python.h: No such file or directory`,
`Failed building wheel for`. That is so with a Python that is very new, with musl (Alpine), or on a
processor other than x86_64 and aarch64. wandb's own wheels want glibc 2.28 or newer.

  python3 --version; ldd --version | head -1; uname -m",
    )
    .advice(&[
        ("use a Python for which wheels exist", Some("export GPUCLUSTER_AGENT_PYTHON=python3.12")),
        ("or install compiler and headers (Debian, Ubuntu)", Some("sudo apt-get install -y build-essential python3-dev")),
    ]),
    Kind::new(
        ids::PIP_HASH_MISMATCH,
        Exit::ChangeFailed,
        "a Python package is not the one that was expected",
        "`THESE PACKAGES DO NOT MATCH THE HASHES`: what was downloaded has another checksum than the index
or the requirements file says. A download that was cut short and kept in the cache, a mirror in the
middle of an update, or a proxy that delivers something else.

  pip cache info
  pip config list",
    )
    .advice(&[
        ("throw the cache away, then try again", Some("python3 -m pip cache purge")),
        ("with uv", Some("uv cache clean")),
    ])
    .retryable(),
    Kind::new(
        ids::PIP_INDEX_UNREACHABLE,
        Exit::ChangeFailed,
        "the Python package index cannot be reached",
        "pip or uv gets no answer from the index (pypi.org and files.pythonhosted.org, or the one that is
configured): no network, no name server, a proxy that is not set or that asks for a password, or a
company's certificate that Python does not know.

  pip config list; env | grep -i -e proxy -e ^PIP_ -e ^UV_
  curl -sSI https://pypi.org/simple/pip/ | head -1",
    )
    .advice(&[
        ("see whether it answers from here", Some("curl -sSI https://pypi.org/simple/pip/")),
        ("or name an index that this machine can reach", Some("export GPUCLUSTER_AGENT_INDEX_URL=<address>")),
    ])
    .see("https://pip.pypa.io/en/stable/topics/https-certificates/")
    .retryable(),
    Kind::new(
        ids::AGENT_PACKAGES_MISSING,
        Exit::NeedsHuman,
        "the agent's Python environment lacks packages for Kubernetes",
        "`wandb` alone cannot launch on Kubernetes: it needs the extra `launch` (kubernetes, kubernetes-asyncio,
awscli, azure and more). The agent starts and polls without them and fails every job with `No module
named`, so this shows only then.

  python3 -c 'import wandb.sdk.launch.runner.kubernetes_runner'",
    )
    .advice(&[
        ("have gpucluster make its environment anew", Some("gpucluster up")),
        ("or in an environment of your own", Some("pip install \"wandb[launch]\"")),
    ])
    .see("https://docs.wandb.ai/launch/set-up-launch/setup-launch-kubernetes"),
    Kind::new(
        ids::AGENT_NO_KUBECONFIG,
        Exit::NeedsHuman,
        "the agent finds no kubeconfig",
        "The agent looks for `~/.kube/config` of the account it runs as, and takes itself for a pod where
that file is missing: `Service host/port is not set`, `Invalid kube-config file. No configuration
found`. The variable `KUBECONFIG` alone is not enough for it. It polls all the same and fails each job.

  ls -l ~/.kube/config
  kubectl config current-context

gpucluster gives its agent a home folder of its own with that file in it.",
    )
    .advice(&[
        ("start gpucluster's agent, which has one", Some("gpucluster agent restart")),
        ("or for an agent of your own", Some("minikube update-context -p <profile> && ls -l ~/.kube/config")),
    ]),
    Kind::new(
        ids::QUEUE_CONFIG_REFUSED,
        Exit::NeedsHuman,
        "the queue's configuration cannot be used",
        "The agent or the Kubernetes API refuses what the queue asks for: an option that the agent does not
allow since 0.28.1 (`hostPath`, `securityContext`, `serviceAccountName` and others: `Unsafe
resource_args.kubernetes option`), a template variable that was never defined, so that `{{gpus}}`
reaches the API as a quantity, a `context:` key, or a queue that is not of the type Kubernetes.

The configuration's top level is `spec:`, without a `kubernetes:` around it; shared folders come by
`persistentVolumeClaim`; every variable in double braces is defined in the queue.",
    )
    .advice(&[
        ("change it on the Launch page of the server: the queue, then Edit config", None),
        ("check queue, variables and volumes", Some("gpucluster doctor")),
    ])
    .see("https://docs.wandb.ai/launch/set-up-launch/setup-queue-advanced"),
    Kind::new(
        ids::JOB_NO_WANDB_INIT,
        Exit::NeedsHuman,
        "the job ended well without ever starting a W&B run",
        "`The submitted job exited successfully but failed to call wandb.init`: the container ran and ended
with 0, and its program made no run. W&B counts that as failed. An image that only prints
`nvidia-smi` always ends so; a program with `mode=\"disabled\"` or `WANDB_MODE=offline` too.

The program has to call `wandb.init()`.",
    )
    .advice(&[
        ("try with an image that does", Some("wandb launch -d wandb/job_hello_world:main -p <project> -q <queue> -e <entity>")),
    ])
    .see("https://docs.wandb.ai/launch/create-and-deploy-jobs/create-launch-job"),
    Kind::new(
        ids::JOB_NOT_STARTED,
        Exit::NeedsHuman,
        "the job's run never started",
        "`The submitted run was not successfully started`: the pod ended, or was ended, before its program
called `wandb.init`. The agent does not know why. The pod's own log does; it and the job go away a
minute after the end unless the queue sets a longer `ttlSecondsAfterFinished`.

  kubectl get jobs,pods --all-namespaces
  kubectl logs <pod>",
    )
    .advice(&[
        ("read the log of the pod", Some("kubectl logs <pod>")),
        ("then put that text here", Some("kubectl logs <pod> | gpucluster explain -")),
    ])
    .retryable(),
    Kind::new(
        ids::JOB_NEEDS_BUILDER,
        Exit::NeedsHuman,
        "the job has no image and the agent cannot build one",
        "The job was made from code or a git repository, so an image has to be built from it, and the agent
has no builder (`noop`): gpucluster's agent only runs images that exist. Make an image of the code
once and submit that.

  docker build -t <image> .
  docker push <image>",
    )
    .advice(&[
        ("submit an image", Some("wandb launch -d <image> -p <project> -q <queue> -e <entity>")),
    ])
    .see("https://docs.wandb.ai/launch/create-and-deploy-jobs/create-launch-job"),
    Kind::new(
        ids::MODEL_UNAVAILABLE,
        Exit::NeedsHuman,
        "the model cannot be had from Hugging Face under that name",
        "The hub answers 401, 403 or 404: the repository is gone or misspelt (`Repository Not Found`; also
what it says of a private one), or it is gated and wants a token of an account that accepted its
terms (`Access to model X is restricted`, GatedRepoError). `runwayml/stable-diffusion-v1-5` was removed
in August 2024; the same weights are at `stable-diffusion-v1-5/stable-diffusion-v1-5`.

W&B's Stable Diffusion job takes the name from its configuration, key `model_id`.",
    )
    .advice(&[
        (
            "give the job the name that exists, with `-c` of `wandb launch`",
            Some("wandb launch -d wandb/job_stable_diffusion_inference:main -p <project> -q <queue> -c '{\"overrides\":{\"run_config\":{\"model_id\":\"stable-diffusion-v1-5/stable-diffusion-v1-5\"}}}'"),
        ),
        ("for a gated model: accept its terms on its page, then put a token into the cluster", Some("kubectl create secret generic hf-token --from-file HF_TOKEN=<file>")),
    ])
    .see("https://huggingface.co/docs/hub/models-gated"),
    Kind::new(
        ids::GPU_OUT_OF_MEMORY,
        Exit::NeedsHuman,
        "the GPU's memory does not suffice for the job",
        "`CUDA out of memory`: the program asked for more of the GPU's memory than is free. The message says
how much there is and who holds it. Either the job is too large for this GPU (batch size, precision,
length), or another process uses the same GPU.

  nvidia-smi
  nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv",
    )
    .advice(&[
        ("see who uses the memory", Some("nvidia-smi")),
        ("let the allocator waste less, in the environment of the job", Some("export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True")),
        ("or make batches smaller, or use half precision", None),
    ])
    .see("https://pytorch.org/docs/stable/notes/cuda.html#memory-management"),
];
