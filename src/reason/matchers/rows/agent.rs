//! Python, pip, W&B, the Launch agent, its queues and jobs.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(PYTHON_NO_VENV, &["ensurepip is not available"]),
    row(PYTHON_NO_VENV, &["no module named ensurepip"]),
    row(PYTHON_NO_VENV, &["no module named 'ensurepip'"]),
    row(PYTHON_NO_VENV, &["no module named venv"]),
    row(PYTHON_NO_VENV, &["no module named 'venv'"]),
    row(PYTHON_NO_VENV, &["externally-managed-environment"]),
    row(PYTHON_NO_VENV, &["this environment is externally managed"]),
    row(
        PYTHON_NO_VENV,
        &["is externally managed, and indicates the following"],
    ),
    row(PYTHON_MISSING, &["python3: command not found"]),
    row(PYTHON_MISSING, &["python3: not found"]),
    row(
        PYTHON_MISSING,
        &["env: 'python3': no such file or directory"],
    ),
    row(PYTHON_NO_PIP, &["no module named 'pip'"]).not(&[
        "no module named 'pipx",
        "no module named 'pipenv",
        "no module named 'pipelin",
        "no module named 'pip.",
        "no module named 'pip_",
    ]),
    row(PYTHON_NO_PIP, &["pip: command not found"]),
    row(PYTHON_NO_PIP, &["pip3: command not found"]),
    row(PYTHON_TOO_OLD, &["requires a different python"]),
    row(
        PYTHON_TOO_OLD,
        &["requires python >=", "but the running python is"],
    ),
    row(
        PYTHON_TOO_OLD,
        &[
            "because the current python version (",
            ") does not satisfy python>=",
        ],
    ),
    row(
        PYTHON_TOO_OLD,
        &[
            "versions that require a different python version",
            ".0 requires-python >=3.9",
        ],
    ),
    row(
        PYTHON_TOO_OLD,
        &[
            "versions that require a different python version",
            ".0 requires-python >=3.10",
        ],
    ),
    row(
        PYTHON_TOO_OLD,
        &[
            "versions that require a different python version",
            ".0 requires-python >=3.11",
        ],
    ),
    row(
        PYTHON_TOO_OLD,
        &[
            "versions that require a different python version",
            ".0 requires-python >=3.12",
        ],
    ),
    row(PYTHON_BUILD_FAILED, &["error: command 'gcc' failed"]),
    row(
        PYTHON_BUILD_FAILED,
        &["error: command", "-linux-gnu-gcc", "failed"],
    ),
    row(PYTHON_BUILD_FAILED, &["unable to execute 'gcc'"]),
    row(
        PYTHON_BUILD_FAILED,
        &["python.h: no such file or directory"],
    ),
    row(PYTHON_BUILD_FAILED, &["error: can't find rust compiler"]),
    row(
        PIP_HASH_MISMATCH,
        &["these packages do not match the hashes"],
    ),
    row(PIP_HASH_MISMATCH, &["hash mismatch for `"]),
    row(
        AGENT_PACKAGES_MISSING,
        &["no module named 'kubernetes_asyncio"],
    ),
    row(AGENT_PACKAGES_MISSING, &["no module named 'kubernetes'"]),
    row(AGENT_PACKAGES_MISSING, &["no module named 'azure"]),
    row(
        AGENT_PACKAGES_MISSING,
        &["please install it with `pip install wandb[launch]`"],
    ),
    row(
        AGENT_PACKAGES_MISSING,
        &["try running pip install wandb[launch]"],
    ),
    row(WANDB_KEY_MISSING, &["no api key configured"]),
    row(WANDB_KEY_MISSING, &["api_key not configured (no-tty)"]),
    row(
        WANDB_KEY_MISSING,
        &["please set agent.apikey to a w&b api key"],
    ),
    row(WANDB_KEY_MALFORMED, &["api key must have 40+ characters"]),
    row(WANDB_KEY_MALFORMED, &["api key must be 40 characters long"]),
    row(WANDB_KEY_MALFORMED, &["api key may only contain"]),
    row(WANDB_KEY_REJECTED, &["user is not logged in"]),
    row(WANDB_KEY_REJECTED, &["api key verification failed"]),
    row(
        WANDB_KEY_REJECTED,
        &["401 client error: unauthorized for url: https://api.wandb.ai"],
    ),
    row(
        WANDB_KEY_REJECTED,
        &["401 client error: unauthorized for url: https://api.forge.coreweave.com"],
    ),
    row(WANDB_KEY_REJECTED, &["wandb", "invalid_api_key"]),
    row(WANDB_ENTITY_UNKNOWN, &["error fetching run queues for"]),
    row(
        WANDB_ENTITY_UNKNOWN,
        &["entity ", "not found during upsertbucket"],
    ),
    row(
        WANDB_PROJECT_UNKNOWN,
        &["project not found (<response [404]>)"],
    ),
    row(
        WANDB_FORBIDDEN,
        &["you do not have permission to access the requested resource"],
    ),
    row(WANDB_PROJECT_UNKNOWN, &["could not find project", "wandb"]),
    row(
        WANDB_FORBIDDEN,
        &["error while calling w&b api: permission denied"],
    ),
    row(WANDB_FORBIDDEN, &["permission denied (<response [403]>)"]),
    row(
        WANDB_FORBIDDEN,
        &["403 client error: forbidden for url: https://api.wandb.ai"],
    ),
    row(
        WANDB_FORBIDDEN,
        &["returned error 403", "permission denied"],
    ),
    row(
        WANDB_RATE_LIMIT,
        &["429 encountered (", "rate limit exceeded"],
    ),
    row(WANDB_RATE_LIMIT, &["wandb", "returned error 429"]),
    row(WANDB_RATE_LIMIT, &["filestream rate limit exceeded"]),
    row(WANDB_URL_INVALID, &["is not a valid server address"]),
    row(
        WANDB_URL_INVALID,
        &["base_url", "input should be a valid url"],
    ),
    row(
        WANDB_URL_INVALID,
        &["input should be a valid url, relative url without a base"],
    ),
    row(WANDB_QUEUE_MISSING, &["not all of requested queues"]),
    row(
        WANDB_QUEUE_MISSING,
        &["unable to push to run queue", "queue not found"],
    ),
    row(AGENT_CONFIG_REFUSED, &["invalid launch agent config"]),
    row(AGENT_CONFIG_REFUSED, &["agent config error in field"]),
    row(
        AGENT_CONFIG_REFUSED,
        &["could not find use specified launch config file"],
    ),
    row(
        AGENT_CONFIG_REFUSED,
        &["please set launchconfig to the contents of your agent config file"],
    ),
    row(AGENT_NO_KUBECONFIG, &["service host/port is not set."]),
    row(
        AGENT_NO_KUBECONFIG,
        &["invalid kube-config file. no configuration found"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["unsafe resource_args.kubernetes option"],
    ),
    row(QUEUE_CONFIG_REFUSED, &["this agent is configured to lock"]),
    row(
        QUEUE_CONFIG_REFUSED,
        &["specified context", "was not found.", "launch"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["resource name not among available resources"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["no resource configuration and no manually defined resource"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["http response body", "cannot be handled as a job"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["error running job", "job.batch \"launch-", "is invalid"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["http response body", "job.batch", "launch-", "is invalid"],
    ),
    row(
        QUEUE_CONFIG_REFUSED,
        &["value for ", "must be of type integer", "error"],
    ),
    row(QUEUE_CONFIG_REFUSED, &["does not support overriding"]),
    row(
        JOB_NO_WANDB_INIT,
        &["exited successfully but failed to call wandb.init"],
    ),
    row(JOB_NEEDS_BUILDER, &["with noop builder"]),
    row(JOB_NEEDS_BUILDER, &["attempted to build", "noop builder"]),
    row(
        MODEL_UNAVAILABLE,
        &["repository not found for url: https://huggingface.co"],
    ),
    row(
        MODEL_UNAVAILABLE,
        &["cannot access gated repo for url https://huggingface.co"],
    ),
    row(MODEL_UNAVAILABLE, &["access to model", "is restricted"]),
    row(
        MODEL_UNAVAILABLE,
        &["you are trying to access a gated repo"],
    ),
    row(
        MODEL_UNAVAILABLE,
        &["401 client error: unauthorized for url: https://huggingface.co"],
    ),
    row(
        MODEL_UNAVAILABLE,
        &["403 client error: forbidden for url: https://huggingface.co"],
    ),
    row(
        MODEL_UNAVAILABLE,
        &["is not a local folder and is not a valid model identifier listed on"],
    ),
    row(GPU_OUT_OF_MEMORY, &["cuda out of memory"]),
    row(GPU_OUT_OF_MEMORY, &["cuda error: out of memory"]),
    row(GPU_OUT_OF_MEMORY, &["cuda_error_out_of_memory"]),
    row(
        AGENT_UNIT_FAILED,
        &["failed to connect to bus", "$xdg_runtime_dir not defined"],
    ),
    row(
        AGENT_UNIT_FAILED,
        &["failed to connect to bus: no medium found"],
    ),
    row(AGENT_UNIT_FAILED, &["failed to connect to user scope bus"]),
    // What the network, the pod or the index may be the cause of.
    symptom(
        WANDB_UNREACHABLE,
        &["the service process is busy and did not respond in time"],
    ),
    symptom(
        WANDB_UNREACHABLE,
        &[
            "failed to verify credentials with",
            "failed to execute api request",
        ],
    ),
    symptom(
        WANDB_UNREACHABLE,
        &["wandb: network error (", "entering retry loop"],
    ),
    symptom(
        WANDB_UNREACHABLE,
        &[
            "httpsconnectionpool(host='api.wandb.ai'",
            "max retries exceeded",
        ],
    ),
    symptom(
        WANDB_UNREACHABLE,
        &["run initialization has timed out after"],
    ),
    symptom(AGENT_START_FAILED, &["could not start launch agent"]),
    symptom(
        AGENT_START_FAILED,
        &["to launch an agent please specify a queue"],
    ),
    symptom(
        PIP_INDEX_UNREACHABLE,
        &[
            "retrying (retry(total=0",
            "connection broken by",
            "/simple/",
        ],
    ),
    symptom(
        PIP_INDEX_UNREACHABLE,
        &["could not fetch url", "/simple/", "- skipping"],
    ),
    symptom(
        PIP_INDEX_UNREACHABLE,
        &["httpsconnectionpool(host='pypi.org'"],
    ),
    symptom(
        PIP_INDEX_UNREACHABLE,
        &["httpsconnectionpool(host='files.pythonhosted.org'"],
    ),
    symptom(
        PIP_INDEX_UNREACHABLE,
        &["failed to fetch: `https://pypi.org"],
    ),
    symptom(PYTHON_BUILD_FAILED, &["failed building wheel for"]),
    symptom(PYTHON_BUILD_FAILED, &["could not build wheels for"]),
    symptom(
        PYTHON_BUILD_FAILED,
        &["failed to build installable wheels for some pyproject.toml based projects"],
    ),
    symptom(
        AGENT_INSTALL_FAILED,
        &["no matching distribution found for"],
    ),
    symptom(
        AGENT_INSTALL_FAILED,
        &["could not find a version that satisfies the requirement"],
    ),
    symptom(AGENT_INSTALL_FAILED, &["could not install packages due to"]),
    symptom(AGENT_INSTALL_FAILED, &["no solution found when resolving"]),
    symptom(AGENT_INSTALL_FAILED, &["resolutionimpossible"]),
    symptom(
        JOB_NOT_STARTED,
        &["the submitted run was not successfully started"],
    ),
];
