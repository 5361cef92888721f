//! Texts of Python, W&B, the agent, its queues and the jobs.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "pip on Debian 12, ssl-checker#31",
        PYTHON_NO_VENV,
        "error: externally-managed-environment\n\n× This environment is externally managed\n╰─> To install Python packages system-wide, try apt install\n    python3-xyz, where xyz is the package you are trying to\n    install.",
    ),
    (
        "uv pip install --system",
        PYTHON_NO_VENV,
        "error: The interpreter at /usr is externally managed, and indicates the following:\n\n  To install Python packages system-wide, try apt install python3-xyz",
    ),
    ("bash", PYTHON_MISSING, "bash: python3: command not found"),
    (
        "python",
        PYTHON_NO_PIP,
        "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\nModuleNotFoundError: No module named 'pip'",
    ),
    ("bash", PYTHON_NO_PIP, "-bash: pip: command not found"),
    (
        "pip",
        PYTHON_TOO_OLD,
        "ERROR: Package 'wandb' requires a different Python: 3.8.10 not in '>=3.10'",
    ),
    (
        "pip 23",
        PYTHON_TOO_OLD,
        "ERROR: Ignored the following versions that require a different python version: 0.27.0 Requires-Python >=3.10; 0.28.0 Requires-Python >=3.10\nERROR: Could not find a version that satisfies the requirement wandb[launch]==0.31.0\nERROR: No matching distribution found for wandb[launch]==0.31.0",
    ),
    (
        "uv",
        PYTHON_TOO_OLD,
        "  × No solution found when resolving dependencies:\n  ╰─▶ Because the current Python version (3.8.18) does not satisfy Python>=3.10 and wandb==0.31.0 depends on Python>=3.10, we can conclude that wandb==0.31.0 cannot be used.",
    ),
    (
        "pip, no compiler",
        PYTHON_BUILD_FAILED,
        "      error: command 'gcc' failed: No such file or directory\n      [end of output]\n  ERROR: Failed building wheel for psutil",
    ),
    (
        "pip, no headers",
        PYTHON_BUILD_FAILED,
        "      psutil/_psutil_common.c:9:10: fatal error: Python.h: No such file or directory",
    ),
    (
        "pip",
        PIP_HASH_MISMATCH,
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.",
    ),
    (
        "uv",
        PIP_HASH_MISMATCH,
        "error: Failed to download `wandb==0.31.0`\n  Caused by: Hash mismatch for `wandb==0.31.0`",
    ),
    (
        "pip behind a silent firewall",
        PIP_INDEX_UNREACHABLE,
        "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ConnectTimeoutError(<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>, 'Connection to pypi.org timed out. (connect timeout=15)')': /simple/wandb/",
    ),
    (
        "pip",
        AGENT_INSTALL_FAILED,
        "ERROR: Cannot install wandb==0.31.0 and protobuf==3.0 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts",
    ),
    (
        "wandb/wandb#5138",
        AGENT_PACKAGES_MISSING,
        "wandb: ERROR Kubernetes runner requires the kubernetes package. Please install it with `pip install wandb[launch]`.",
    ),
    (
        "the agent without awscli and azure",
        AGENT_PACKAGES_MISSING,
        "wandb: ERROR launch: Error running job: No module named 'azure'",
    ),
    (
        "the agent without its extra",
        AGENT_PACKAGES_MISSING,
        "ModuleNotFoundError: No module named 'kubernetes_asyncio'",
    ),
    (
        "wandb in a pod",
        WANDB_KEY_MISSING,
        "wandb: ERROR api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
    ),
    (
        "chart launch-agent",
        WANDB_KEY_MISSING,
        "Error: execution error at (launch-agent/templates/secret.yaml:8:16): Please set agent.apiKey to a W&B API key",
    ),
    (
        "wandb/wandb#7118",
        WANDB_KEY_REJECTED,
        "wandb: ERROR Error while calling W&B API: user is not logged in (<Response [401]>)",
    ),
    (
        "requests",
        WANDB_KEY_REJECTED,
        "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.wandb.ai/graphql",
    ),
    (
        "wandb login",
        WANDB_KEY_REJECTED,
        "wandb: ERROR API key verification failed. Make sure your API key is valid.",
    ),
    (
        "wandb/wandb#1003",
        WANDB_FORBIDDEN,
        "wandb: ERROR Error while calling W&B API: permission denied (<Response [403]>)",
    ),
    (
        "LilNetX#4",
        WANDB_FORBIDDEN,
        "wandb.errors.CommError: It appears that you do not have permission to access the requested resource. Please reach out to the project owner to grant you access. If you have the correct permissions, verify that there are no issues with your networking setup.(Error 403: Forbidden)",
    ),
    (
        "act-plus-plus#14",
        WANDB_PROJECT_UNKNOWN,
        "wandb: ERROR Error while calling W&B API: project not found (<Response [404]>)\nProblem at: imitate_episodes.py 148 main\nwandb: ERROR It appears that you do not have permission to access the requested resource. Please reach out to the project owner to grant you access. If you have the correct permissions, verify that there are no issues with your networking setup.(Error 404: Not Found)",
    ),
    (
        "SINBAD#5",
        WANDB_FORBIDDEN,
        "wandb.errors.CommError: It appears that you do not have permission to access the requested resource. Please reach out to the project owner to grant you access. If you have the correct permissions, verify that there are no issues with your networking setup.(Error 404: Not Found)",
    ),
    (
        "wandb",
        WANDB_ENTITY_UNKNOWN,
        "wandb: ERROR Error while calling W&B API: entity my-team not found during upsertBucket (<Response [404]>)",
    ),
    (
        "wandb",
        WANDB_RATE_LIMIT,
        "wandb: 429 encountered ({\"error\":\"rate limit exceeded\"}), retrying request",
    ),
    (
        "wandb",
        WANDB_UNREACHABLE,
        "wandb: Network error (ConnectionError), entering retry loop.",
    ),
    (
        "wandb.init",
        WANDB_UNREACHABLE,
        "wandb.errors.CommError: Run initialization has timed out after 90.0 sec. Please try increasing the timeout with the `init_timeout` setting",
    ),
    (
        "pydantic, WANDB_BASE_URL without a scheme",
        WANDB_URL_INVALID,
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nbase_url\n  Value error, Input should be a valid URL, relative URL without a base",
    ),
    (
        "wandb launch",
        WANDB_QUEUE_MISSING,
        "wandb: WARNING Unable to push to run queue nope. Queue not found.\nError: Error adding run to queue",
    ),
    (
        "kubernetes_asyncio in an agent on a host",
        AGENT_NO_KUBECONFIG,
        "wandb: ERROR launch: Error running job: Service host/port is not set.",
    ),
    (
        "kubernetes client",
        AGENT_NO_KUBECONFIG,
        "kubernetes.config.config_exception.ConfigException: Invalid kube-config file. No configuration found.",
    ),
    (
        "wandb/wandb#12103",
        QUEUE_CONFIG_REFUSED,
        "wandb: ERROR launch: Error running job: Unsafe resource_args.kubernetes option 'hostPath' is not allowed: hostPath volumes are not permitted",
    ),
    (
        "the agent, a variable that nobody defined",
        QUEUE_CONFIG_REFUSED,
        "kubernetes_asyncio.client.exceptions.ApiException: (400)\nReason: Bad Request\nHTTP response body: {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"Job in version \\\"v1\\\" cannot be handled as a Job: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'\",\"reason\":\"BadRequest\",\"code\":400}",
    ),
    (
        "the agent, 422",
        QUEUE_CONFIG_REFUSED,
        "HTTP response body: {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"Job.batch \\\"launch-ent-proj-x7k2f\\\" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: \\\"nfs-storage\\\"\",\"reason\":\"Invalid\",\"code\":422}",
    ),
    (
        "the agent, queue key `context`",
        QUEUE_CONFIG_REFUSED,
        "wandb: ERROR launch: Error running job: Specified context gpucluster was not found.",
    ),
    (
        "wandb/wandb#4637",
        QUEUE_CONFIG_REFUSED,
        "{\"errors\":[{\"message\":\"No resource configuration and no manually defined resource\",\"path\":[\"pushToRunQueueByName\"]}]}",
    ),
    (
        "wandb/wandb#7444",
        JOB_NO_WANDB_INIT,
        "The submitted job exited successfully but failed to call wandb.init",
    ),
    (
        "wandb",
        JOB_NOT_STARTED,
        "The submitted run was not successfully started",
    ),
    (
        "wandb/wandb#5925",
        JOB_NEEDS_BUILDER,
        "wandb: ERROR launch: Error running job: Attempted to build image with noop builder. Specify a builder in your launch config at ~/.config/wandb/launch-config.yaml.",
    ),
    (
        "TouchDiffusion#21",
        MODEL_UNAVAILABLE,
        "401 Client Error. (Request ID: Root=1-66d9c604-59b6335f0494a4e01485d87a;0fd52886-efef-478b-a439-1965ac586ac4)\n\nRepository Not Found for url: https://huggingface.co/api/models/runwayml/stable-diffusion-v1-5/revision/main.\nPlease make sure you specified the correct `repo_id` and `repo_type`.\nIf you are trying to access a private or gated repo, make sure you are authenticated.",
    ),
    (
        "RPG-DiffusionMaster#11",
        MODEL_UNAVAILABLE,
        "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://huggingface.co/None/resolve/main/config.json",
    ),
    (
        "transformers, a gated model",
        MODEL_UNAVAILABLE,
        "OSError: You are trying to access a gated repo.\nMake sure to have access to it at https://huggingface.co/meta-llama/Llama-3.1-8B.\n403 Client Error. (Request ID: Root=1-67)",
    ),
    (
        "PyTorch",
        GPU_OUT_OF_MEMORY,
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 14.58 GiB of which 1.44 GiB is free.",
    ),
    (
        "systemctl --user after su",
        AGENT_UNIT_FAILED,
        "Failed to connect to bus: $DBUS_SESSION_BUS_ADDRESS and $XDG_RUNTIME_DIR not defined (consider using --machine=<user>@.host --user to connect to bus of other user)",
    ),
];
