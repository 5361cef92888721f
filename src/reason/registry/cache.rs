//! Filling the shared cache.

use super::super::{Exit, ids};
use super::Kind;

const GATED: &str = "https://huggingface.co/docs/hub/models-gated";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::WARM_SOURCE_INVALID,
        Exit::Usage,
        "what is to be put into the cache is no source",
        "`nfs warm` takes a repository of the Hugging Face Hub, an address, or a file or folder
of this machine:

  gpucluster nfs warm hf:stabilityai/sd-turbo
  gpucluster nfs warm hf:datasets/glue@main
  gpucluster nfs warm https://example.org/data.tar --sha256 <hex> --as data/data.tar
  gpucluster nfs warm /data/imagenet

A folder is copied with its symbolic links, as long as they stay in the folder; pipes, sockets and
devices are not copied. Names in the cache are relative and have no `..`.",
    )
    .advice(&[("name `hf:ORG/MODEL`, an http(s) address, or a file or folder of this machine", None)]),
    Kind::new(
        ids::CACHE_ELSEWHERE,
        Exit::NeedsHuman,
        "the shared cache is no folder of this machine",
        "With `nfs.server` the cache is a folder of another machine, and with `nfs.enabled: false` there is
none. gpucluster writes into a folder only: mount the export here, or type the command on the machine
that serves it.

  sudo mount -t nfs <server>:<folder> /mnt
  gpucluster nfs warm hf:<org>/<model> --into /mnt",
    )
    .advice(&[
        ("mount the export on this machine", Some("sudo mount -t nfs <server>:<folder> /mnt")),
        ("then name where it is mounted", Some("gpucluster nfs warm <source> --into /mnt")),
    ]),
    Kind::new(
        ids::CACHE_NOT_WRITABLE,
        Exit::NeedsHuman,
        "a folder of the shared cache cannot be written",
        "A folder made by `gpucluster nfs setup` lets everybody add to it (mode 1777, as /tmp). One that had
files before keeps its owner and bits, and folders that a job made belong to whoever the job ran as,
mostly root. A symbolic link in the cache is never followed: every job can make one.

  ls -ld /srv/gpucluster /srv/gpucluster/huggingface

Root may write everywhere; so may everybody once the bits say so.",
    )
    .advice(&[
        ("see whose the folders are", Some("ls -ld /srv/gpucluster /srv/gpucluster/huggingface")),
        ("make the folder, where there is none", Some("gpucluster nfs setup")),
    ]),
    Kind::new(
        ids::CACHE_NAME_TAKEN,
        Exit::NeedsHuman,
        "the cache has something else of that name",
        "What is in the cache may be in use by jobs, so that nothing there is replaced by something else. A
file counts as the same when its checksum is; without a checksum, when its length is (of an address)
or its length and its time of change (of a file of this machine).

Give what is fetched another name, or take away what is there:

  gpucluster nfs warm <source> --as <name>
  rm <file>",
    )
    .advice(&[("give it another name", Some("gpucluster nfs warm <source> --as <name>"))]),
    Kind::new(
        ids::CACHE_SPACE_SHORT,
        Exit::NeedsHuman,
        "the file system of the shared cache has too little space",
        "Nothing is begun that cannot end: the sizes are known before the first byte. A model is often there
in several forms (`*.safetensors`, `*.bin`, `*.msgpack`, `*.onnx`), of which a job reads one.

  gpucluster nfs warm hf:<org>/<model> --plan --include '*.safetensors' --include '*.json'
  df -h /srv/gpucluster

`hf cache prune` with `HF_HOME=/srv/gpucluster/huggingface` takes away revisions that no branch is at
any more.",
    )
    .advice(&[
        ("see what is free", Some("df -h /srv/gpucluster")),
        ("fetch only what the job reads", Some("gpucluster nfs warm hf:<org>/<model> --plan --exclude '*.bin'")),
    ]),
    Kind::new(
        ids::CACHE_CHECKSUM_DIFFERS,
        Exit::ChangeFailed,
        "a file for the cache is not what it should be",
        "Every file of the Hub is known by a sum: SHA-256 for large ones, Git's own for the others; a file
from elsewhere by the SHA-256 that was typed. What arrived has another one. It was deleted; nothing
could use it.

A mirror that is behind or keeps broken files, a proxy that answers with a page of its own, or a file
that somebody has changed. Try again, or another endpoint:

  gpucluster nfs warm hf:<org>/<model> --endpoint https://huggingface.co",
    )
    .advice(&[
        ("try another endpoint", Some("gpucluster nfs warm hf:<org>/<model> --endpoint https://huggingface.co")),
        ("or compare the sum with what the publisher says", None),
    ])
    .retryable(),
    Kind::new(
        ids::HUB_REPOSITORY_UNKNOWN,
        Exit::NeedsHuman,
        "the Hub has no such repository, revision or file",
        "The name is misspelt, the repository was removed or renamed, or it is private: of those the Hub does
not tell anybody without a token that they exist. A mirror may lack what the Hub has.

  gpucluster nfs warm hf:<org>/<model>@<revision> --plan",
    )
    .advice(&[
        ("look it up", Some("curl -sS 'https://huggingface.co/api/models?search=<model>&limit=5'")),
        ("for a private one, give a token, typed where nobody sees it", Some("read -rs HF_TOKEN && export HF_TOKEN")),
    ]),
    Kind::new(
        ids::HUB_ACCESS_DENIED,
        Exit::NeedsHuman,
        "the Hub does not let us read the repository",
        "The repository is gated: its owner gives it only to accounts that accepted its terms (some wait for
an answer). Or it is private, or the token is wrong or may not read it.

Accept the terms on the repository's page, then give a token of that account in the environment. It
is sent to the endpoint alone, never to the storage that it sends us to, and is shown nowhere:

  read -rs HF_TOKEN && export HF_TOKEN
  gpucluster nfs warm hf:<org>/<model>

Jobs that find the files in the cache and are offline (`HF_HUB_OFFLINE=1`) need no token.",
    )
    .advice(&[
        ("accept the terms on the repository's page, then give a token of that account", Some("read -rs HF_TOKEN && export HF_TOKEN")),
    ])
    .see(GATED),
];
