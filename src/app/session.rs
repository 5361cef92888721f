//! What one command works with: settings, world, graph, history; and the run's own folder.

use super::request::{Request, World};
use super::state_dir::StateDir;
use super::{settings, world};
use crate::config::{Layout, Settings};
use crate::engine::cancel::Cancel;
use crate::engine::receipts::{History, history};
use crate::engine::{Graph, Survey, survey};
use crate::host::{ReadHost, WriteHost};
use crate::model::{Fault, StepId};
use crate::reason::ids;
use crate::step::Step;
use crate::steps::nfs_mount::Mount;
use crate::steps::{StepFlags, Wish, catalog, catalog_with_checks, catalog_with_mends};
use crate::ui::Theme;
use crate::ui::world::in_world;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one command works with.
pub struct Session<'r> {
    /// What was asked for.
    pub request: &'r Request,
    /// The settings, layered.
    pub settings: Arc<Settings>,
    /// Where state is kept.
    pub state: StateDir,
    /// The world.
    pub host: Arc<dyn WriteHost>,
    /// A person's wish to stop.
    pub cancel: Cancel,
    /// Colours and glyphs of standard error.
    pub theme: Theme,
}

impl<'r> Session<'r> {
    /// Reads the settings and opens the world.
    ///
    /// # Errors
    /// `CONFIG_INVALID`, `USAGE_UNKNOWN_MACHINE`, `STATE_UNWRITABLE`,
    /// `SIMULATED_WORLD_UNREADABLE`.
    pub fn open(request: &'r Request, theme: Theme) -> Result<Self, Fault> {
        let settings = Arc::new(settings::settings(&request.common)?.settings);
        let state = StateDir::new(&StateDir::base()?, &request.common.world);
        let host = world::open(&request.common.world, &settings, &state)?;
        Ok(Self {
            request,
            settings,
            state,
            host,
            cancel: Cancel::default(),
            theme,
        })
    }

    /// The machine, for looking only.
    pub fn reader(&self) -> &dyn ReadHost {
        self.host.reader()
    }

    /// Our places on the machine.
    pub fn layout(&self) -> Layout {
        self.settings.layout(&self.reader().identity().data_dir)
    }

    /// The whole graph.
    ///
    /// # Errors
    /// `UNEXPECTED`: the catalogue is not a graph, which is a bug.
    pub fn graph(&self, flags: StepFlags) -> Result<Graph, Fault> {
        graph_of(catalog(
            Arc::clone(&self.settings),
            flags,
            self.reader().identity(),
        ))
    }

    /// The whole graph with every check.
    ///
    /// # Errors
    /// As [`Session::graph`].
    pub fn graph_with_checks(&self, flags: StepFlags) -> Result<Graph, Fault> {
        graph_of(catalog_with_checks(
            Arc::clone(&self.settings),
            flags,
            self.reader().identity(),
        ))
    }

    /// The whole graph with everything that can be mended.
    ///
    /// # Errors
    /// As [`Session::graph`].
    pub fn graph_with_mends(&self, flags: StepFlags) -> Result<Graph, Fault> {
        graph_of(catalog_with_mends(
            Arc::clone(&self.settings),
            flags,
            self.reader().identity(),
        ))
    }

    /// What earlier runs of this profile did.
    pub fn history(&self) -> History {
        history(self.state.history(), &self.settings.profile)
    }

    /// Looks at every step of a graph.
    pub async fn survey(&self, graph: &Graph, skip: &BTreeSet<StepId>) -> Survey {
        let patience = self.settings.patience;
        survey::survey_with(graph, self.reader(), skip, patience, |_, _| {}).await
    }

    /// Colours and glyphs of standard output.
    pub fn stdout_theme(&self) -> Theme {
        Theme::stdout(super::color(self.request.common.color))
    }

    /// A text whose commands of ours name this world.
    pub fn in_world(&self, text: &str) -> String {
        let flag = self.world_flag();
        in_world(text, (!flag.is_empty()).then(|| flag.trim()))
    }

    /// The person's home directory on the machine.
    pub fn home(&self) -> &str {
        self.reader().identity().home.as_str()
    }

    fn wish(&self) -> Wish {
        let identity = self.reader().identity();
        Wish::new(Arc::clone(&self.settings), StepFlags::default(), identity)
    }

    /// The trial of a mount, where these settings have something to mount.
    pub fn nfs_mount(&self) -> Option<Arc<Mount>> {
        let wish = self.wish();
        Mount::is_wanted(&wish).then(|| Arc::new(Mount::new(Arc::new(wish))))
    }

    /// Name of the agent's service.
    pub fn agent_service(&self) -> String {
        self.wish().service_name()
    }

    /// Name of the user unit that the agent's supervisor may run as.
    pub fn agent_unit(&self) -> String {
        self.wish().unit_name()
    }

    /// Host name and distribution, as screens show them.
    pub fn host_label(&self) -> String {
        let identity = self.reader().identity();
        let name = crate::parse::os_release::os_release(&identity.os_release).name;
        // `Ubuntu 22.04.3 LTS (Jammy Jellyfish)`: the code name says nothing here.
        match name.split(" (").next().unwrap_or_default() {
            "" => identity.hostname.clone(),
            system => format!("{} ({system})", identity.hostname),
        }
    }

    /// The flag that names this world again, with a space before it.
    pub fn world_flag(&self) -> String {
        match &self.request.common.world {
            World::Simulated(machine) if machine == crate::host::sim::DEFAULT_MACHINE => {
                " --simulate".to_owned()
            }
            World::Simulated(machine) => format!(" --simulate={machine}"),
            World::Real | World::Rehearsal => String::new(),
        }
    }
}

/// A graph of these steps.
///
/// # Errors
/// `UNEXPECTED`: they are no graph, which is a bug.
pub fn graph_of(steps: Vec<Arc<dyn Step>>) -> Result<Graph, Fault> {
    Graph::new(steps).map_err(|error| {
        Fault::new(ids::UNEXPECTED, "the catalogue of steps is not a graph")
            .caused_by(error.to_string())
    })
}

/// Turns selectors into steps.
///
/// # Errors
/// `USAGE_UNKNOWN_STEP` with the nearest name.
pub fn select(graph: &Graph, selectors: &[String]) -> Result<BTreeSet<StepId>, Fault> {
    let mut chosen = BTreeSet::new();
    for selector in selectors {
        let found = graph.select(selector);
        if found.is_empty() {
            let names: BTreeSet<&str> = graph
                .ids()
                .into_iter()
                .flat_map(|id| {
                    let topic = id.as_str().split('.').next().unwrap_or_default();
                    [id.as_str(), topic]
                })
                .collect();
            let nearest = names
                .iter()
                .map(|name| (strsim::osa_distance(selector, name), *name))
                .min()
                .filter(|(distance, _)| *distance <= 3);
            let mut fault = Fault::new(
                ids::USAGE_UNKNOWN_STEP,
                format!("there is no step `{selector}`"),
            );
            fault = match nearest {
                Some((_, name)) => fault.caused_by(format!("did you mean `{name}`?")),
                None => fault.caused_by(format!(
                    "steps: {}",
                    graph
                        .ids()
                        .iter()
                        .map(|id| id.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                )),
            };
            return Err(fault);
        }
        chosen.extend(found);
    }
    Ok(chosen)
}
