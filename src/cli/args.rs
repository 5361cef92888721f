//! The command line's grammar, and nothing else.

use camino::Utf8PathBuf;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// One command from a Linux machine with NVIDIA GPUs to a Kubernetes cluster fed by a W&B Launch
/// queue.
#[derive(Debug, Parser)]
#[command(
    name = "gpucluster",
    version,
    arg_required_else_help = true,
    propagate_version = false,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Try it without a GPU: gpucluster up --simulate",
    after_long_help = crate::ui::help::exit_codes()
)]
pub struct Cli {
    /// What every verb takes.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputForm {
    /// For people.
    Text,
    /// One JSON document on standard output.
    Json,
    /// One JSON object an event on standard output (`up`, `nfs setup`, `agent …`, `down`).
    Jsonl,
    /// One line a check on standard output (`doctor`).
    Table,
    /// JUnit XML on standard output, for CI systems (`doctor`).
    Junit,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR says no.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What every verb takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Settings file [default: ./gpucluster.yaml, then ~/.config/gpucluster/gpucluster.yaml]
    #[arg(long, global = true, value_name = "FILE", env = "GPUCLUSTER_CONFIG")]
    pub config: Option<Utf8PathBuf>,
    /// Name of the cluster and of everything of ours [default: gpucluster]
    #[arg(long, short, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Work on a simulated machine that is kept between commands: no root, no network, no Docker
    #[arg(
        long,
        global = true,
        value_name = "MACHINE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "4xt4",
        conflicts_with = "rehearse"
    )]
    pub simulate: Option<String>,
    /// Go through the whole run on this machine read-only; every change lands in a shadow
    #[arg(long, global = true)]
    pub rehearse: bool,
    /// Form of the output
    #[arg(
        long,
        short,
        global = true,
        value_name = "FORM",
        default_value = "text"
    )]
    pub output: OutputForm,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Say more (twice: everything)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How a run that changes things behaves.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// Agree to the plan beforehand; never covers deleting anything
    #[arg(long, short)]
    pub yes: bool,
    /// Show the plan and stop; nothing is changed
    #[arg(long)]
    pub plan: bool,
    /// With --plan: exit 10 when changes are pending
    #[arg(long, requires = "plan")]
    pub exit_code: bool,
    /// Print the commands that need root, to run by hand, and stop
    #[arg(long)]
    pub print_root_commands: bool,
    /// Begin nothing new after the first failure
    #[arg(long)]
    pub fail_fast: bool,
}

/// Mending what `doctor` finds.
#[derive(Debug, Args)]
pub struct FixArgs {
    /// Mend what is set up and broken: show the plan, ask, change, verify, check again
    #[arg(long)]
    pub fix: bool,
    /// With --fix: install what is missing of Docker, NVIDIA's container toolkit, minikube and the
    /// NFS server. Never the GPU driver
    #[arg(long, requires = "fix")]
    pub install: bool,
    /// With --fix: show the plan and stop; nothing is changed
    #[arg(long, requires = "fix")]
    pub plan: bool,
    /// With --plan: exit 10 when changes are pending
    #[arg(long, requires = "plan")]
    pub exit_code: bool,
    /// With --fix: print the commands that need root, to run by hand, and stop
    #[arg(long, requires = "fix")]
    pub print_root_commands: bool,
}

/// Settings that are worth a flag.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// Launch queue that the agent serves [default: gpucluster]
    #[arg(long, short, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// Entity that owns the queue [default: the key's own]
    #[arg(long, short, value_name = "ENTITY")]
    pub entity: Option<String>,
}

/// What is shared, and with whom.
#[derive(Debug, Args)]
pub struct ShareArgs {
    /// Folder to share [default: /srv/gpucluster]
    #[arg(long, value_name = "PATH", conflicts_with = "external")]
    pub path: Option<String>,
    /// Addresses and networks that may mount it besides the cluster's own
    #[arg(long, value_name = "NETWORK,…", conflicts_with = "external")]
    pub clients: Option<String>,
    /// Whose rights jobs lose in the folder: nobody's, root's or everybody's [default: none]
    #[arg(long, value_name = "none|root|all", conflicts_with = "external")]
    pub squash: Option<String>,
    /// Who owns the folder, and whom those write as that lose their rights [default: 65534:65534]
    #[arg(long, value_name = "UID:GID", conflicts_with = "external")]
    pub owner: Option<String>,
    /// Use the export of another machine
    #[arg(long, value_name = "SERVER:/PATH", value_parser = external)]
    pub external: Option<(String, String)>,
}

/// Splits `SERVER:/PATH`; an address of IPv6 stands in brackets, as for mount(8).
fn external(text: &str) -> Result<(String, String), String> {
    let (server, path) = text
        .split_once(":/")
        .ok_or("it must have the form SERVER:/PATH")?;
    let bare = server
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    Ok((bare.unwrap_or(server).to_owned(), format!("/{path}")))
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring everything up: look, plan, ask, change, verify; safe to type again at any time
    #[command(after_help = "Examples:
  gpucluster up                      look, show the plan, ask, do it
  gpucluster up --plan               only the plan
  gpucluster up --simulate=8xh100    the same on a simulated machine
  gpucluster up --skip nfs           leave the shared cache to you")]
    Up {
        #[command(flatten)]
        apply: ApplyArgs,
        #[command(flatten)]
        queue: QueueArgs,
        /// Change only these steps (an id such as nfs.export, or a topic such as nfs)
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        only: Vec<String>,
        /// Take these steps on trust: neither judged nor changed
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        skip: Vec<String>,
        /// Agree to deleting and creating the cluster anew where it differs in what cannot be changed
        #[arg(long)]
        recreate_cluster: bool,
        /// Never install packages of the distribution; say which are missing
        #[arg(long)]
        no_install: bool,
        /// Install what is only advised otherwise: Docker, NVIDIA's container toolkit, minikube; start
        /// Docker, join its group and load the driver's module. Never installs the GPU driver
        #[arg(long, conflicts_with = "no_install")]
        install: bool,
    },
    /// Check everything, read-only, and say what mends it; with --fix, mend it
    #[command(group(ArgGroup::new("agreed").args(["fix", "deep"]).multiple(true)))]
    Doctor {
        /// Checks to run (an id, a topic or an area) [default: all]
        checks: Vec<String>,
        /// List the checks
        #[arg(long)]
        list: bool,
        /// Findings of these checks, and what they block, do not count
        #[arg(long, value_name = "CHECK", value_delimiter = ',')]
        ignore: Vec<String>,
        /// Warnings count as problems
        #[arg(long)]
        strict: bool,
        /// Also try out what shows only when it is done: a GPU container, a test mount; asks first
        #[arg(long)]
        deep: bool,
        /// With --fix or --deep: agree to the plan, and to the trials, beforehand
        #[arg(long, short, requires = "agreed")]
        yes: bool,
        /// Look again every so many seconds, until Ctrl-C
        #[arg(
            long,
            value_name = "SECONDS",
            num_args = 0..=1,
            require_equals = true,
            default_missing_value = "5",
            value_parser = clap::value_parser!(u64).range(1..=86_400),
            conflicts_with_all = ["deep", "fix", "list"]
        )]
        watch: Option<u64>,
        #[command(flatten)]
        fix: FixArgs,
        #[command(flatten)]
        queue: QueueArgs,
    },
    /// What runs now: cluster, GPUs, volume, agent, jobs
    Status {
        #[command(flatten)]
        queue: QueueArgs,
    },
    /// Take back what gpucluster made, in reverse; the shared folder stays
    Down {
        #[command(flatten)]
        apply: ApplyArgs,
        /// Keep the cluster and what is in it
        #[arg(long)]
        keep_cluster: bool,
        /// Delete the shared folder as well; its path must be typed, here or when asked
        #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = "")]
        delete_data: Option<String>,
    },
    /// The shared cache: NFS export, volume and claim
    Nfs {
        #[command(subcommand)]
        command: NfsCommand,
    },
    /// The W&B Launch agent
    Agent {
        #[command(subcommand)]
        command: AgentCommand,
    },
    /// Collect what somebody else needs to help into one file; secrets are taken out
    #[command(after_help = "Examples:
  gpucluster support-bundle --list   what would be in it; nothing is written
  gpucluster support-bundle          list it, ask, write it into the current folder")]
    SupportBundle {
        /// Where to [default: gpucluster-support-PROFILE-TIME.tar.gz here]; never overwritten
        #[arg(long, value_name = "PATH")]
        file: Option<Utf8PathBuf>,
        /// Agree to the list beforehand
        #[arg(long, short)]
        yes: bool,
        /// Print what would be in it and stop
        #[arg(long, conflicts_with_all = ["file", "yes"])]
        list: bool,
    },
    /// Explain a reason, or find the one behind any text: `gpucluster explain - < log`
    ///
    /// With a name: its page. Without one: the list of all. With `-`: reads a text from standard
    /// input (a log, a pod's events, a terminal full of noise) and names the root cause that it
    /// speaks of, with the line it rests on. It looks at the text alone and not at this machine.
    #[command(
        after_help = "Exit codes of `explain -`: 0 a known cause was found, 3 unknown.\n\
        With `--output json`: {\"reason\": ID or null, \"also\": [ID], \"summary\", \"advice\", ...}."
    )]
    Explain {
        /// Such as CLUSTER_HAS_NO_GPUS; `-` reads a text from standard input
        #[arg(value_name = "REASON|-")]
        reason: Option<String>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// Verbs of the shared cache.
#[derive(Debug, Subcommand)]
pub enum NfsCommand {
    /// Server, export, volume and claim; the cluster must be up
    #[command(
        after_help = "Flags hold for this run; `gpucluster.yaml` holds for every one (`nfs.path`, `nfs.clients`, …).

Examples:
  gpucluster nfs setup --path /data/cache --squash all --owner 1000:1000
                                     every job reads and writes as the user 1000
  gpucluster nfs setup --external nas.lan:/volume1/models
                                     a server that is there already; nothing is exported here"
    )]
    Setup {
        #[command(flatten)]
        apply: ApplyArgs,
        #[command(flatten)]
        share: ShareArgs,
        /// Bring up what it needs as well
        #[arg(long)]
        with_deps: bool,
        /// Take these steps on trust
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        skip: Vec<String>,
    },
    /// What is shared: server, export, clients, space, claim, and the pods that use it
    Status,
    /// Put a model, a data set or files into the shared cache: resumed, verified, once
    #[command(after_help = "Examples:
  gpucluster nfs warm hf:stabilityai/sd-turbo --plan     what would be fetched
  gpucluster nfs warm hf:stabilityai/sd-turbo --include '*.safetensors' --include '*.json'
  gpucluster nfs warm https://example.org/data.tar --sha256 HEX --as data/data.tar
  gpucluster nfs warm ~/.cache/huggingface/hub/models--stabilityai--sd-turbo

A job that mounts the claim at $HOME/.cache finds models where huggingface_hub looks for them.
HF_TOKEN is sent to the endpoint alone. Ctrl-C is safe: the same command goes on from there.")]
    Warm(WarmArgs),
    /// Take server, export, volume and claim back; the cluster and the shared folder stay
    #[command(
        after_help = "Refused while pods use the claim. What gpucluster did not make is not touched."
    )]
    Teardown {
        #[command(flatten)]
        apply: ApplyArgs,
        /// Delete the shared folder as well; its path must be typed, here or when asked
        #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = "")]
        delete_data: Option<String>,
    },
}

/// What is put into the shared cache.
#[derive(Debug, Args)]
pub struct WarmArgs {
    /// hf:ORG/MODEL[@REVISION], hf:datasets/ORG/NAME[@REVISION], an http(s) address with or without
    /// #sha256=HEX, or a file or folder of this machine
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// Only files of the repository that match (repeatable; `*` matches `/` too)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files of the repository that match (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Name in the cache, of an address or a path [default: its own]
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// What the file must be
    #[arg(long, value_name = "HEX")]
    pub sha256: Option<String>,
    /// The Hub or a mirror of it [default: HF_ENDPOINT, then https://huggingface.co]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Folder on this machine that is the cache [default: the setting nfs.path]
    #[arg(long, value_name = "DIR")]
    pub into: Option<Utf8PathBuf>,
    /// List what would be fetched and stop; nothing is changed
    #[arg(long)]
    pub plan: bool,
    /// With --plan: exit 10 when something would be fetched
    #[arg(long, requires = "plan")]
    pub exit_code: bool,
}

/// Verbs of the agent.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Install and start it; the cluster must be up
    Start {
        #[command(flatten)]
        apply: ApplyArgs,
        #[command(flatten)]
        queue: QueueArgs,
        /// Bring up what it needs as well
        #[arg(long)]
        with_deps: bool,
        /// Take these steps on trust
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        skip: Vec<String>,
    },
    /// Stop it; its jobs run on
    Stop {
        #[command(flatten)]
        apply: ApplyArgs,
    },
    /// Stop it and start it again
    Restart {
        #[command(flatten)]
        apply: ApplyArgs,
        #[command(flatten)]
        queue: QueueArgs,
    },
    /// Whether it runs and polls
    Status,
    /// What it said since it was started last
    Logs,
    /// The supervisor itself; started by gpucluster
    #[command(hide = true)]
    Supervise {
        /// Folder of the service
        #[arg(long)]
        dir: Utf8PathBuf,
    },
}
