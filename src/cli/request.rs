//! From the grammar to a request.

use super::args::{
    AgentCommand, ApplyArgs, Cli, ColorChoice, Command, FixArgs, Global, NfsCommand, OutputForm,
    QueueArgs, ShareArgs, WarmArgs,
};
use crate::app::{Apply, Color, Common, Fix, Output, Request, Slice, Verb, Warm, World};

/// Steps that `nfs setup` may change and `nfs teardown` takes back; what they need is only looked at.
const NFS_STEPS: [&str; 2] = ["nfs", "k8s.volume"];
/// Steps that `agent start` may change.
const AGENT_STEPS: [&str; 1] = ["agent"];

impl From<ApplyArgs> for Apply {
    fn from(args: ApplyArgs) -> Self {
        Self {
            yes: args.yes,
            plan_only: args.plan,
            exit_code: args.exit_code,
            print_root_commands: args.print_root_commands,
            fail_fast: args.fail_fast,
        }
    }
}

fn fix(args: FixArgs, yes: bool) -> Option<Fix> {
    args.fix.then_some(Fix {
        install: args.install,
        apply: Apply {
            yes,
            plan_only: args.plan,
            exit_code: args.exit_code,
            print_root_commands: args.print_root_commands,
            fail_fast: false,
        },
    })
}

fn common(global: Global, typed: String) -> Common {
    let mut settings = Vec::new();
    if let Some(profile) = global.profile {
        settings.push(("profile", "--profile", profile));
    }
    Common {
        config: global.config,
        settings,
        world: match global.simulate {
            Some(machine) => World::Simulated(machine),
            None if global.rehearse => World::Rehearsal,
            None => World::Real,
        },
        output: match global.output {
            OutputForm::Text => Output::Text,
            OutputForm::Json => Output::Json,
            OutputForm::Jsonl => Output::Jsonl,
            OutputForm::Table => Output::Table,
            OutputForm::Junit => Output::Junit,
        },
        color: match global.color {
            ColorChoice::Auto => Color::Auto,
            ColorChoice::Always => Color::Always,
            ColorChoice::Never => Color::Never,
        },
        verbosity: global.verbose.min(2),
        typed,
    }
}

/// Why a form of output does not go with a verb.
pub fn unfit(cli: &Cli) -> Option<&'static str> {
    let warms = matches!(
        cli.command,
        Command::Nfs {
            command: NfsCommand::Warm(_)
        }
    );
    if warms && cli.global.simulate.is_some() {
        return Some(
            "`gpucluster nfs warm` fetches real data, and a simulated machine has neither network nor \
             disk; `--plan` or `--rehearse` lists what would be fetched into this machine's cache",
        );
    }
    let of_doctor = matches!(cli.global.output, OutputForm::Table | OutputForm::Junit);
    (of_doctor && !matches!(cli.command, Command::Doctor { .. }))
        .then_some("--output table and --output junit are forms of `gpucluster doctor` alone")
}

fn queue(common: &mut Common, args: QueueArgs) {
    if let Some(queue) = args.queue {
        common.settings.push(("wandb.queue", "--queue", queue));
    }
    if let Some(entity) = args.entity {
        common.settings.push(("wandb.entity", "--entity", entity));
    }
}

fn share(common: &mut Common, args: ShareArgs) {
    let flags = [
        ("nfs.path", "--path", args.path),
        ("nfs.clients", "--clients", args.clients),
        ("nfs.squash", "--squash", args.squash),
        ("nfs.owner", "--owner", args.owner),
    ];
    for (key, flag, value) in flags {
        common
            .settings
            .extend(value.map(|value| (key, flag, value)));
    }
    if let Some((server, path)) = args.external {
        common.settings.push(("nfs.server", "--external", server));
        common.settings.push(("nfs.path", "--external", path));
    }
}

fn slice(goal: &'static str, own: &[&str], with_deps: bool, skip: Vec<String>) -> Slice {
    let change = if with_deps {
        Vec::new()
    } else {
        own.iter().map(|step| (*step).to_owned()).collect()
    };
    Slice {
        goals: vec![goal],
        change,
        skip,
    }
}

fn up(name: &'static str, apply: ApplyArgs, slice: Slice) -> Verb {
    Verb::Up {
        name,
        apply: apply.into(),
        slice,
        recreate_cluster: false,
        install: true,
        tools: false,
    }
}

fn warm(args: WarmArgs, rehearse: bool) -> Warm {
    Warm {
        source: args.source,
        include: args.include,
        exclude: args.exclude,
        name: args.name,
        sha256: args.sha256,
        endpoint: args.endpoint,
        into: args.into,
        plan_only: args.plan || rehearse,
        exit_code: args.exit_code,
    }
}

/// What the parsed line asks for. `None` for verbs that need no settings and no machine.
pub fn request(cli: Cli, typed: String) -> Option<Request> {
    let mut common = common(cli.global, typed);
    let verb = match cli.command {
        Command::Up {
            apply,
            queue: q,
            only,
            skip,
            recreate_cluster,
            no_install,
            install,
        } => {
            queue(&mut common, q);
            Verb::Up {
                name: "up",
                apply: apply.into(),
                slice: Slice {
                    goals: Vec::new(),
                    change: only,
                    skip,
                },
                recreate_cluster,
                install: !no_install,
                tools: install,
            }
        }
        Command::Doctor {
            checks,
            list,
            ignore,
            strict,
            deep,
            yes,
            watch,
            fix: mending,
            queue: q,
        } => {
            queue(&mut common, q);
            Verb::Doctor {
                checks,
                list,
                ignore,
                strict,
                deep: deep.then(|| Apply {
                    yes,
                    ..Apply::default()
                }),
                watch,
                fix: fix(mending, yes),
            }
        }
        Command::Status { queue: q } => {
            queue(&mut common, q);
            Verb::Status
        }
        Command::Down {
            apply,
            keep_cluster,
            delete_data,
        } => Verb::Down {
            name: "down",
            apply: apply.into(),
            only: Vec::new(),
            keep_cluster,
            delete_data,
        },
        Command::Nfs { command } => match command {
            NfsCommand::Setup {
                apply,
                share: s,
                with_deps,
                skip,
            } => {
                share(&mut common, s);
                up(
                    "nfs setup",
                    apply,
                    slice("k8s.volume", &NFS_STEPS, with_deps, skip),
                )
            }
            NfsCommand::Status => Verb::NfsStatus,
            NfsCommand::Warm(args) => Verb::NfsWarm(warm(args, common.world == World::Rehearsal)),
            NfsCommand::Teardown { apply, delete_data } => Verb::Down {
                name: "nfs teardown",
                apply: apply.into(),
                only: NFS_STEPS.map(str::to_owned).into(),
                keep_cluster: true,
                delete_data,
            },
        },
        Command::Agent { command } => match command {
            AgentCommand::Start {
                apply,
                queue: q,
                with_deps,
                skip,
            } => {
                queue(&mut common, q);
                up(
                    "agent start",
                    apply,
                    slice("agent", &AGENT_STEPS, with_deps, skip),
                )
            }
            AgentCommand::Stop { apply } => Verb::AgentStop {
                apply: apply.into(),
            },
            AgentCommand::Restart { apply, queue: q } => {
                queue(&mut common, q);
                Verb::AgentRestart {
                    apply: apply.into(),
                }
            }
            AgentCommand::Status => Verb::AgentStatus,
            AgentCommand::Logs => Verb::AgentLogs,
            AgentCommand::Supervise { .. } => return None,
        },
        Command::SupportBundle { file, yes, list } => Verb::SupportBundle { file, yes, list },
        Command::Explain { reason } => Verb::Explain { reason },
        Command::Completions { .. } | Command::Man => return None,
    };
    Some(Request { common, verb })
}
