//! What a person asked for, after the command line has been read.

use camino::Utf8PathBuf;

/// In which world it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum World {
    /// This machine.
    Real,
    /// This machine for reading; every change lands in a shadow.
    Rehearsal,
    /// A simulated machine of this name.
    Simulated(String),
}

impl World {
    /// As events name it.
    pub fn label(&self) -> String {
        match self {
            Self::Real => "real".to_owned(),
            Self::Rehearsal => "rehearsal".to_owned(),
            Self::Simulated(machine) => format!("simulated:{machine}"),
        }
    }
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object an event.
    Jsonl,
    /// One line a check (`doctor`).
    Table,
    /// JUnit XML (`doctor`).
    Junit,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` says no.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What every verb takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// Settings file named on the command line.
    pub config: Option<Utf8PathBuf>,
    /// Settings given as flags: `(dotted key, flag as typed, value)`.
    pub settings: Vec<(&'static str, &'static str, String)>,
    /// World.
    pub world: World,
    /// Form of the output.
    pub output: Output,
    /// Colour.
    pub color: Color,
    /// 0, 1 or 2.
    pub verbosity: u8,
    /// The command as it was typed, to name it again in hints.
    pub typed: String,
}

/// How a run that changes things behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apply {
    /// Agreed beforehand.
    pub yes: bool,
    /// Show the plan and stop.
    pub plan_only: bool,
    /// With `plan_only`: exit 10 when changes are pending.
    pub exit_code: bool,
    /// Print the commands that need root, to run by hand, and stop.
    pub print_root_commands: bool,
    /// Begin nothing new after the first failure.
    pub fail_fast: bool,
}

/// Which part of the graph is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Steps that must hold in the end; empty means all.
    pub goals: Vec<&'static str>,
    /// The only steps that may be changed; empty means all of the slice.
    pub change: Vec<String>,
    /// Steps taken on trust.
    pub skip: Vec<String>,
}

/// Mending what `doctor` finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// What is missing may be installed too.
    pub install: bool,
    /// How.
    pub apply: Apply,
}

/// What is put into the shared cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warm {
    /// As typed.
    pub source: String,
    /// Patterns of files that are wanted; empty means all.
    pub include: Vec<String>,
    /// Patterns of files that are not.
    pub exclude: Vec<String>,
    /// Name in the cache.
    pub name: Option<String>,
    /// What a file must be.
    pub sha256: Option<String>,
    /// The Hub or a mirror of it.
    pub endpoint: Option<String>,
    /// Folder that is the cache; `None`: the setting `nfs.path`.
    pub into: Option<Utf8PathBuf>,
    /// List what would be fetched and stop.
    pub plan_only: bool,
    /// With `plan_only`: exit 10 when something would be fetched.
    pub exit_code: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Bring a slice of the graph about.
    Up {
        /// As typed (`up`, `nfs setup`, `agent start`).
        name: &'static str,
        /// How.
        apply: Apply,
        /// Which part.
        slice: Slice,
        /// Consent to recreating what cannot be changed in place.
        recreate_cluster: bool,
        /// Packages may be installed.
        install: bool,
        /// Software that is only advised otherwise may be installed.
        tools: bool,
    },
    /// Look at everything.
    Doctor {
        /// Checks asked for; empty means all.
        checks: Vec<String>,
        /// Print the names of the checks and stop.
        list: bool,
        /// Checks whose findings do not count.
        ignore: Vec<String>,
        /// Warnings count as problems.
        strict: bool,
        /// Try out as well what only shows when it is done, after consent.
        deep: Option<Apply>,
        /// Look again every so many seconds.
        watch: Option<u64>,
        /// Mend what is broken first.
        fix: Option<Fix>,
    },
    /// What runs now.
    Status,
    /// Take back what we made.
    Down {
        /// As typed (`down`, `nfs teardown`).
        name: &'static str,
        /// How.
        apply: Apply,
        /// The only steps that are taken back; empty means all.
        only: Vec<String>,
        /// Keep the cluster.
        keep_cluster: bool,
        /// Delete the shared folder as well: `Some(path typed)`, the path possibly empty.
        delete_data: Option<String>,
    },
    /// What is shared.
    NfsStatus,
    /// Fill the shared cache.
    NfsWarm(Warm),
    /// Stop the agent.
    AgentStop {
        /// How.
        apply: Apply,
    },
    /// Stop and start the agent.
    AgentRestart {
        /// How.
        apply: Apply,
    },
    /// State of the agent.
    AgentStatus,
    /// The agent's log.
    AgentLogs,
    /// Collect what somebody else needs to help.
    SupportBundle {
        /// Where to; `None`: the current folder, under a name with profile and time.
        file: Option<Utf8PathBuf>,
        /// Agreed beforehand.
        yes: bool,
        /// Print what would be in it and stop.
        list: bool,
    },
    /// Explain a reason; `None` lists them.
    Explain {
        /// Its name.
        reason: Option<String>,
    },
}

impl Verb {
    /// As typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Up { name, .. } => name,
            Self::Doctor { fix: Some(_), .. } => "doctor --fix",
            Self::Doctor { .. } => "doctor",
            Self::Status => "status",
            Self::Down { name, .. } => name,
            Self::NfsStatus => "nfs status",
            Self::NfsWarm(_) => "nfs warm",
            Self::AgentStop { .. } => "agent stop",
            Self::AgentRestart { .. } => "agent restart",
            Self::AgentStatus => "agent status",
            Self::AgentLogs => "agent logs",
            Self::SupportBundle { .. } => "support-bundle",
            Self::Explain { .. } => "explain",
        }
    }
}

/// A whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What every verb takes.
    pub common: Common,
    /// What is to be done.
    pub verb: Verb,
}
