//! `doctor`: every step and every check, looked at and judged; nothing changes but what `--deep`
//! tries out after consent.

mod deep;
pub mod examine;
mod watch;

use super::request::{Output, Verb};
use super::session::Session;
use super::signals::while_listening;
use crate::model::{Checkup, Fault};
use crate::reason::Exit;
use crate::steps::{Remedy, remedy};
use crate::ui;
use crate::ui::doctor::Detail;
use crate::ui::{Theme, Tone};
use examine::{Wanted, examine};

/// Runs `doctor`.
///
/// # Errors
/// Wrong names of checks, and a catalogue that is no graph.
pub async fn doctor(session: &Session<'_>) -> Result<Exit, Fault> {
    let Verb::Doctor {
        list, deep, watch, ..
    } = &session.request.verb
    else {
        return Ok(Exit::Bug);
    };
    let wanted = Wanted::of(session)?;
    if *list {
        list_checks(session, &wanted);
        return Ok(Exit::Ok);
    }
    if let Some(seconds) = watch {
        return while_listening(&session.cancel, watch::watch(session, *seconds)).await;
    }
    if let Some(apply) = deep {
        return deep::deep(session, apply).await;
    }
    let looking = examine(session, &wanted);
    let seen = while_listening(&session.cancel, async {
        tokio::select! {
            seen = looking => Some(seen),
            () = session.cancel.stop().drain.cancelled() => None,
        }
    })
    .await;
    let Some(seen) = seen else {
        return Ok(session.cancel.exit().unwrap_or(Exit::Interrupted));
    };
    let checkup = seen.checkup(&wanted);
    ui::print(&shown(session, &wanted, &checkup, &session.stdout_theme()));
    Ok(verdict(&checkup))
}

/// The report in the form that was asked for.
fn shown(session: &Session<'_>, wanted: &Wanted, checkup: &Checkup, theme: &Theme) -> String {
    let text = match session.request.common.output {
        Output::Text => {
            let detail = match session.request.common.verbosity {
                0 if wanted.is_everything() => Detail::Folded,
                0 => Detail::EachCheck,
                _ => Detail::Everything,
            };
            let mut text = ui::doctor::report(checkup, theme, detail);
            if !matches!(session.request.verb, Verb::Doctor { fix: Some(_), .. }) {
                text.push_str(&mendable(checkup, theme));
            }
            text
        }
        Output::Table => ui::doctor::table(checkup),
        Output::Junit => ui::doctor::junit(checkup),
        Output::Json | Output::Jsonl => return ui::json(&ui::doctor::json(checkup)),
    };
    session.in_world(&text)
}

/// Where to see what can be mended here of the problems there are.
fn mendable(checkup: &Checkup, theme: &Theme) -> String {
    let problems = checkup.problems();
    let faults = problems.iter().filter_map(|found| found.fault.as_ref());
    let remedies: Vec<Remedy> = faults.filter_map(|fault| remedy(fault.reason)).collect();
    let install = match remedies.as_slice() {
        [] => return String::new(),
        some if some.contains(&Remedy::Install) => " --install",
        _ => "",
    };
    let line = format!("gpucluster doctor --fix{install} --plan shows what gpucluster can mend");
    format!("{}\n", theme.paint(Tone::Note, &line))
}

/// The checks in the order of the stack, with what each needs.
fn list_checks(session: &Session<'_>, wanted: &Wanted) {
    let checks = wanted.listed();
    match session.request.common.output {
        Output::Json | Output::Jsonl => ui::print(&ui::json(&ui::doctor::list_json(&checks))),
        Output::Text | Output::Table | Output::Junit => {
            ui::print(&ui::doctor::list(&checks, &session.stdout_theme()));
        }
    }
}

fn verdict(checkup: &Checkup) -> Exit {
    if checkup.healthy() {
        Exit::Ok
    } else {
        Exit::Problems
    }
}
