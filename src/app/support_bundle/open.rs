//! A session for looking, also where others refuse: with settings that are not valid, without a
//! home, without a folder for state. Whoever needs help has such a machine.

use crate::app::request::Request;
use crate::app::session::Session;
use crate::app::state_dir::StateDir;
use crate::app::{settings, world};
use crate::config::Settings;
use crate::engine::cancel::Cancel;
use crate::model::Fault;
use crate::reason::ids;
use crate::ui::Theme;
use std::path::PathBuf;
use std::sync::Arc;

/// Where state is looked for that has no place: nowhere.
const NOWHERE: &str = "/nonexistent/gpucluster";

/// Opens it, and says what was in the way.
///
/// # Errors
/// `USAGE_UNKNOWN_MACHINE`, and what even looking needs.
pub fn open(request: &Request, theme: Theme) -> Result<(Session<'_>, Vec<Fault>), Fault> {
    let fault = match Session::open(request, theme) {
        Ok(session) => return Ok((session, Vec::new())),
        Err(fault) if fault.reason == ids::USAGE_UNKNOWN_MACHINE => return Err(fault),
        Err(fault) => fault,
    };
    let settings = match settings::settings(&request.common) {
        Ok(layered) => layered.settings,
        Err(_) => defaults(request),
    };
    let settings = Arc::new(settings);
    let base = StateDir::base().unwrap_or_else(|_| PathBuf::from(NOWHERE));
    let state = StateDir::new(&base, &request.common.world);
    let host = world::open_for_looking(&request.common.world, &settings, &state)?;
    let session = Session {
        request,
        settings,
        state,
        host,
        cancel: Cancel::default(),
        theme,
    };
    Ok((session, vec![fault]))
}

/// The defaults, for the profile that was asked for, if that is one.
fn defaults(request: &Request) -> Settings {
    let mut settings = Settings::default();
    let named = request
        .common
        .settings
        .iter()
        .find(|(key, ..)| *key == "profile");
    let plain =
        |name: &str| name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if let Some((_, _, name)) = named.filter(|(_, _, name)| plain(name)) {
        settings.profile.clone_from(name);
    }
    settings
}
