//! `support-bundle`: everything that somebody else needs to help, in one file without secrets. It is
//! listed before it is written, and nothing else is changed.

mod cluster;
mod collect;
mod known;
mod machine;
mod open;
mod ours;
mod stack;
mod text;

pub use open::open;

use super::Output;
use super::request::Verb;
use super::session::Session;
use super::signals::while_listening;
use crate::host::real;
use crate::model::{Advice, Bundle, Fault, civil};
use crate::reason::{Exit, ids};
use crate::ui::prompt::Prompt;
use crate::ui::{self, Theme};
use camino::{Utf8Path, Utf8PathBuf};
use std::time::Duration;

/// The file that tells what the others are.
const MANIFEST: &str = "MANIFEST";

/// How long a question that was broken off may take to end its line.
const QUESTION_ENDS: Duration = Duration::from_secs(1);

/// Version of gpucluster and how it was built.
fn version() -> String {
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    format!(
        "{} ({build}, {}-{})",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS
    )
}

/// Runs `support-bundle`. `troubles`: why a session could be opened only for looking.
///
/// # Errors
/// `FILE_UNWRITABLE`, also where the file is there already; `NOT_CONFIRMED`.
pub async fn support_bundle(session: &Session<'_>, troubles: &[Fault]) -> Result<Exit, Fault> {
    let Verb::SupportBundle { file, yes, list } = &session.request.verb else {
        return Ok(Exit::Bug);
    };
    let made_ms = session.reader().now_ms();
    let folder = folder(&session.settings.profile, made_ms);
    let path = match file {
        Some(path) => path.clone(),
        None => Utf8PathBuf::from(format!("{folder}.tar.gz")),
    };
    if !list && std::fs::symlink_metadata(&path).is_ok() {
        return Err(real::occupied(&path));
    }
    ui::say("collecting; nothing is changed …");
    let work = async {
        tokio::select! {
            bundle = gather(session, folder, made_ms, troubles) => Some(bundle),
            () = session.cancel.stop().drain.cancelled() => None,
        }
    };
    let Some(bundle) = while_listening(&session.cancel, work).await else {
        return Ok(session.cancel.exit().unwrap_or(Exit::Interrupted));
    };
    let text = session.request.common.output == Output::Text;
    if *list {
        if text {
            ui::print(&ui::support_bundle::list(&bundle, &session.stdout_theme()));
        } else {
            ui::print(&ui::json(&bundle));
        }
        return Ok(Exit::Ok);
    }
    ui::say(&ui::support_bundle::list(&bundle, &session.theme));
    if !yes && let Some(exit) = refused(session, &path).await? {
        return Ok(exit);
    }
    let size = write(&path, &bundle)?;
    if text {
        ui::print(&ui::support_bundle::written(
            &path,
            size,
            &session.stdout_theme(),
        ));
    } else {
        ui::print(&ui::json(
            &serde_json::json!({"file": path, "bytes": size, "bundle": bundle}),
        ));
    }
    Ok(Exit::Ok)
}

/// `gpucluster-support-PROFILE-YYYYMMDD-HHMM`.
fn folder(profile: &str, made_ms: u64) -> String {
    let (year, month, day) = civil(made_ms / 86_400_000);
    let minutes = made_ms / 60_000 % 1440;
    format!(
        "gpucluster-support-{profile}-{year:04}{month:02}{day:02}-{:02}{:02}",
        minutes / 60,
        minutes % 60
    )
}

async fn gather(session: &Session<'_>, folder: String, made_ms: u64, troubles: &[Fault]) -> Bundle {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let redactor = known::redactor(session, &environment).await;
    let mut sources = ours::sources(session, &environment, troubles);
    sources.extend(machine::sources(session));
    sources.extend(stack::sources(session));
    sources.extend(cluster::sources(session));
    let (members, missing) = collect::collect(sources, &redactor).await;
    let identity = session.reader().identity();
    let home = identity.home.as_str();
    let missing = missing.into_iter().map(|mut one| {
        if home.len() > 1 {
            one.why = one.why.replace(home, "~");
        }
        one
    });
    Bundle {
        schema: Bundle::SCHEMA,
        folder,
        made_ms,
        version: version(),
        world: session.request.common.world.label(),
        profile: session.settings.profile.clone(),
        host: identity.hostname.clone(),
        user: identity.user.clone(),
        members,
        missing: missing.collect(),
    }
}

/// Asks; `Some` is how it ends without an agreement.
async fn refused(session: &Session<'_>, path: &Utf8Path) -> Result<Option<Exit>, Fault> {
    let prompt = Prompt::new(session.theme);
    if !prompt.can_ask() {
        return Err(Fault::new(
            ids::NOT_CONFIRMED,
            "there is no terminal to agree to the list on; nothing was written",
        )
        .advise(Advice::run(
            "agree to the list above",
            format!("{} --yes", session.request.common.typed),
        )));
    }
    let question = format!("Write {path}?");
    // A thread of its own: signals must be heard while a person thinks.
    let mut asked = tokio::task::spawn_blocking(move || prompt.agree(&question));
    let work = async {
        tokio::select! {
            answer = &mut asked => answer.ok().flatten(),
            () = session.cancel.stop().drain.cancelled() => {
                if tokio::time::timeout(QUESTION_ENDS, &mut asked).await.is_err() {
                    ui::say("");
                }
                None
            }
        }
    };
    Ok(match while_listening(&session.cancel, work).await {
        Some(true) => None,
        Some(false) => {
            ui::say("nothing was written");
            Some(Exit::NotConfirmed)
        }
        None => Some(session.cancel.exit().unwrap_or(Exit::Interrupted)),
    })
}

fn write(path: &Utf8Path, bundle: &Bundle) -> Result<u64, Fault> {
    let manifest = ui::support_bundle::list(bundle, &Theme::plain());
    let members = bundle
        .members
        .iter()
        .map(|member| (member.name.as_str(), member.text.as_str()));
    let files = std::iter::once((MANIFEST, manifest.as_str())).chain(members);
    real::write_tarball(path, &bundle.folder, bundle.made_ms, files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_profile_and_minute() {
        assert_eq!(
            folder("gpu2", 1_795_446_000_123),
            "gpucluster-support-gpu2-20261123-1500"
        );
    }
}
