//! `nfs warm`: a model, a data set or files into the shared cache.
//!
//! Only data of the cache is written, which every job may write too. So there is no step, no journal
//! and no consent: what is there is never replaced, and a second run fetches nothing.

use super::request::{Output, Warm};
use super::session::Session;
use super::signals::while_listening;
use crate::host::real::warm::{self, Hub, Manner, Supplier};
use crate::model::{Cargo, Digest, Fault, Found, Load, Origin, WarmFile, WarmReport};
use crate::parse::hub::{self, Filter, Repo};
use crate::parse::warm_source::{self, Source};
use crate::reason::{Exit, ids};
use crate::ui;
use crate::ui::warm::{Progress, amount};
use camino::{Utf8Path, Utf8PathBuf};
use std::cell::RefCell;

/// The Hub itself.
const ENDPOINT: &str = "https://huggingface.co";

/// Runs `nfs warm`.
///
/// # Errors
/// `WARM_SOURCE_INVALID`, `CACHE_ELSEWHERE`, `NFS_FOLDER_MISSING`, and those of
/// [`warm::bring_in`].
pub async fn warm(session: &Session<'_>, wish: &Warm) -> Result<Exit, Fault> {
    match while_listening(&session.cancel, run(session, wish)).await {
        Err(fault) if fault.reason == ids::INTERRUPTED => {
            ui::say(&fault.summary);
            Ok(session.cancel.exit().unwrap_or(Exit::Interrupted))
        }
        other => other,
    }
}

async fn run(session: &Session<'_>, wish: &Warm) -> Result<Exit, Fault> {
    let root = root(session, wish)?;
    let look = async {
        let (load, supplier) = gather(wish, &root).await?;
        let there = warm::survey(&load).await?;
        Ok::<_, Fault>((load, supplier, there))
    };
    let (load, supplier, there) = tokio::select! {
        seen = look => seen?,
        () = session.cancel.stop().drain.cancelled() => {
            return Err(Fault::new(ids::INTERRUPTED, "stopped; nothing was changed"));
        }
    };
    if let Some(index) = there.iter().position(|found| *found == Found::Other) {
        return Err(warm::taken(&load.files[index].place));
    }
    let wanted: Vec<usize> = (0..there.len())
        .filter(|index| there[*index] != Found::There)
        .collect();
    let mut report = report(&load, &there);
    let free = session.reader().space(&root).await.ok();
    if wish.plan_only {
        let free = free.map(|space| space.free);
        show(session, &report, |theme| {
            ui::warm::plan(&report, free, theme)
        });
        return Ok(if wish.exit_code && !wanted.is_empty() {
            Exit::Pending
        } else {
            Exit::Ok
        });
    }
    if let Some(space) = free.filter(|space| space.free < report.bytes_to_fetch) {
        let (needed, free) = (amount(report.bytes_to_fetch), amount(space.free));
        return Err(warm::short_of_space(&root, &needed, &free));
    }
    let progress = RefCell::new(Progress::new(&report, &there, session.theme));
    let done = warm::bring_in(&load, &wanted, &supplier, session.cancel.stop(), &|haul| {
        progress.borrow_mut().told(&haul);
    })
    .await;
    progress.into_inner().finish();
    done?;
    for file in report
        .files
        .iter_mut()
        .filter(|file| file.state == "pending")
    {
        file.state = "fetched";
    }
    show(session, &report, |theme| {
        ui::warm::done(&report, &root, theme)
    });
    Ok(Exit::Ok)
}

/// The report in the form that was asked for.
fn show(session: &Session<'_>, report: &WarmReport, text: impl Fn(&ui::Theme) -> String) {
    if session.request.common.output == Output::Text {
        ui::print(&text(&session.stdout_theme()));
    } else {
        ui::print(&ui::json(report));
    }
}

/// The cache's folder on this machine.
fn root(session: &Session<'_>, wish: &Warm) -> Result<Utf8PathBuf, Fault> {
    let nfs = &session.settings.nfs;
    if let Some(into) = &wish.into {
        warm::require_root(into, true)?;
        return into.canonicalize_utf8().map_err(|error| {
            Fault::new(ids::NFS_FOLDER_MISSING, format!("{into} cannot be used"))
                .caused_by(error.to_string())
        });
    }
    if !nfs.enabled {
        return Err(warm::elsewhere(
            "there is no shared cache: `nfs.enabled` is false",
        ));
    }
    if let Some(server) = &nfs.server {
        return Err(warm::elsewhere(&format!(
            "the shared cache is a folder of {server}, not of this machine"
        )));
    }
    warm::require_root(&nfs.path, false)?;
    Ok(nfs.path.clone())
}

/// What is to be in the cache, and who has it.
async fn gather(wish: &Warm, root: &Utf8Path) -> Result<(Load, Supplier), Fault> {
    let invalid = |why: &str| warm::invalid(&wish.source, why);
    let source = warm_source::source(&wish.source).map_err(|why| invalid(&why))?;
    let is_hub = matches!(source, Source::Hub(_));
    for (given, fits, flag, what) in [
        (!wish.include.is_empty(), is_hub, "--include", "hf:…"),
        (!wish.exclude.is_empty(), is_hub, "--exclude", "hf:…"),
        (wish.endpoint.is_some(), is_hub, "--endpoint", "hf:…"),
        (wish.name.is_some(), !is_hub, "--as", "an address or a path"),
        (wish.sha256.is_some(), !is_hub, "--sha256", "a file"),
    ] {
        if given && !fits {
            return Err(invalid(&format!("`{flag}` goes with {what} only")));
        }
    }
    if wish
        .name
        .as_deref()
        .is_some_and(|name| !warm_source::stays_inside(name))
    {
        return Err(invalid("the name of `--as` is relative and has no `..`"));
    }
    let typed = wish.sha256.as_deref().map(warm_source::sha256);
    let digest = typed.transpose().map_err(|why| invalid(&why))?;
    match source {
        Source::Hub(repo) => of_hub(wish, &repo, root).await,
        Source::Http { url, digest: named } => {
            if digest.is_some() && named.is_some() && digest != named {
                return Err(invalid("two different SHA-256 are given"));
            }
            of_address(wish, url, digest.or(named), root).await
        }
        Source::Path(path) => {
            let load = warm::copy_of(&path, root, wish.name.as_deref(), digest)?;
            Ok((load, Supplier::disk()))
        }
    }
}

async fn of_hub(wish: &Warm, repo: &Repo, root: &Utf8Path) -> Result<(Load, Supplier), Fault> {
    let variable = |name: &str| {
        let value = std::env::var(name).unwrap_or_default().trim().to_owned();
        (!value.is_empty()).then_some(value)
    };
    let endpoint = wish.endpoint.clone().or_else(|| variable("HF_ENDPOINT"));
    let endpoint = endpoint
        .as_deref()
        .unwrap_or(ENDPOINT)
        .trim_end_matches('/');
    let is_http = matches!(
        warm_source::source(endpoint),
        Ok(Source::Http { digest: None, .. })
    );
    if !is_http {
        let why = format!("the endpoint `{endpoint}` is no http(s) address");
        return Err(warm::invalid(&wish.source, &why));
    }
    let hub = Hub {
        endpoint: endpoint.to_owned(),
        token: variable("HF_TOKEN").map(Into::into),
        page: repo.page(endpoint),
        typed: repo.typed(),
    };
    let supplier = Supplier::http(Some(hub), Manner::default())?;
    let answer = supplier.text(&repo.api(endpoint)).await?;
    let filter = Filter {
        include: wish.include.clone(),
        exclude: wish.exclude.clone(),
    };
    let load = hub::load(repo, &answer, endpoint, root, &filter).map_err(|error| {
        Fault::new(
            ids::TOOL_OUTPUT_UNREADABLE,
            format!("{endpoint} does not answer as the Hub does"),
        )
        .caused_by(error.to_string())
    })?;
    if load.files.is_empty() {
        let why = "no file of it is left by `--include` and `--exclude`";
        return Err(warm::invalid(&wish.source, why));
    }
    Ok((load, supplier))
}

async fn of_address(
    wish: &Warm,
    url: String,
    digest: Option<Digest>,
    root: &Utf8Path,
) -> Result<(Load, Supplier), Fault> {
    let Some(name) = wish.name.clone().or_else(|| warm_source::name_of(&url)) else {
        return Err(warm::invalid(
            &wish.source,
            "the address ends in no name; give one with `--as NAME`",
        ));
    };
    let supplier = Supplier::http(None, Manner::default())?;
    let place = root.join(&name);
    let (size, etag) = if digest.is_some() && place.exists() {
        // Its sum will tell, also where there is no network.
        (None, None)
    } else {
        supplier.look(&url).await?
    };
    let what = match &digest {
        Some(digest) => digest.hex().to_owned(),
        None => format!("{url} {size:?} {etag:?}"),
    };
    let file = Cargo {
        part: format!("{place}.{}.incomplete", warm_source::tag(&what)).into(),
        place: place.clone(),
        name,
        size,
        digest,
        origin: Origin::Http { url, etag },
        links: Vec::new(),
    };
    let load = Load {
        title: wish.source.clone(),
        root: root.to_owned(),
        place,
        commit: None,
        files: vec![file],
        links: Vec::new(),
        references: Vec::new(),
    };
    Ok((load, supplier))
}

fn report(load: &Load, there: &[Found]) -> WarmReport {
    let (mut to_fetch, mut before) = (0, 0);
    let files = load.files.iter().zip(there).map(|(file, found)| {
        let size = file.size.unwrap_or_default();
        let had = match found {
            Found::There => size,
            Found::Part(bytes) => (*bytes).min(size),
            Found::Missing | Found::Other => 0,
        };
        before += had;
        to_fetch += size - had;
        WarmFile {
            name: file.name.clone(),
            path: file
                .links
                .first()
                .map_or(&file.place, |link| &link.at)
                .to_string(),
            size: file.size,
            state: if *found == Found::There {
                "already there"
            } else {
                "pending"
            },
            verified_by: file.digest.as_ref().map_or("length", Digest::word),
        }
    });
    let files = files.collect();
    WarmReport {
        version: 1,
        source: load.title.clone(),
        place: load.place.to_string(),
        commit: load.commit.clone(),
        files,
        bytes_to_fetch: to_fetch,
        bytes_there: before,
    }
}
