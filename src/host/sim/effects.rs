//! One effect on a simulated world, whatever its kind.

use super::bench::{Ended, Stage};
use super::{commands, durations, fetch, kube_api, services, units, wandb};
use crate::host::{Done, HostError, outcome};
use crate::model::{Change, Command, Effect, Fault, Privilege};
use crate::reason::ids;
use camino::Utf8Path;

/// Carries an effect out.
///
/// # Errors
/// [`Ended::Fault`] with a registered reason; [`Ended::Stopped`] when the person stops it.
pub async fn carry_out(
    stage: &Stage<'_>,
    change: &Change,
    kube: &kube::Client,
) -> Result<Done, Ended> {
    match &change.effect {
        Effect::MakeDir {
            path,
            mode,
            owner,
            privilege,
        } => {
            stage.bench.wait(durations::SMALL_QUERY).await;
            let made = stage
                .change(|world| world.make_dir(path, *mode, *owner, *privilege))
                .await?;
            written(made)
        }
        Effect::WriteFile {
            path,
            content,
            mode,
            privilege,
        } => {
            stage.bench.wait(durations::SMALL_QUERY).await;
            let put = stage
                .change(|world| world.write_file(path, content, *mode, *privilege))
                .await?;
            written(put)
        }
        Effect::RemoveOwned {
            path,
            removal,
            privilege,
        } => {
            stage.bench.wait(durations::SMALL_QUERY).await;
            let gone = stage
                .change(|world| {
                    world.remove(path, *removal, *privilege)?;
                    fetch::minikube_is(world, path);
                    Ok::<(), String>(())
                })
                .await?;
            written(gone)
        }
        Effect::Fetch(what) => fetch::fetch(stage, what).await,
        Effect::PutSecret { file } => {
            stage.bench.wait(durations::SMALL_QUERY).await;
            let put = stage
                .change(|world| {
                    let text = wandb::netrc(world, file);
                    world.write_file(&file.path, &text, 0o600, Privilege::User)
                })
                .await?;
            written(put)
        }
        Effect::Unit { name, want } => {
            let answer = units::bring(stage, name, *want).await?;
            let line = Command::new(change.describe().split(' ')).as_root();
            Ok(outcome::judge(&line, &answer)?)
        }
        Effect::Run(command) => {
            let ran = tokio::time::timeout(command.timeout, commands::run(stage, command)).await;
            match ran {
                Ok(answer) => {
                    let answer = answer?;
                    let read = |path: &Utf8Path| stage.look(|w| w.text(path)).ok().flatten();
                    Ok(outcome::judge_reading(command, &answer, &read)?)
                }
                Err(_) => Err(Fault::new(
                    ids::TOOL_HUNG,
                    format!(
                        "`{}` did not end within {} s",
                        command.argv.first().map_or("", String::as_str),
                        command.timeout.as_secs()
                    ),
                )
                .into()),
            }
        }
        Effect::ApplyObject { object } => {
            let applied = crate::host::kube::apply(kube, object).await;
            kept(stage).await?;
            applied.map(|_| Done::default()).map_err(refused)
        }
        Effect::DeleteObject { object } => {
            let deleted = crate::host::kube::delete(kube, object).await;
            kept(stage).await?;
            deleted.map(|()| Done::default()).map_err(refused)
        }
        Effect::Service { service } => services::bring(stage, service).await,
    }
}

/// The in-memory API alters the world behind its own lock; this keeps what it did.
async fn kept(stage: &Stage<'_>) -> Result<(), Ended> {
    stage.change(|_| ()).await
}

/// What became of a file.
pub fn written(result: Result<(), String>) -> Result<Done, Ended> {
    result.map(|()| Done::default()).map_err(|words| {
        let reason = if words.contains("No space left") {
            ids::DISK_FULL
        } else {
            ids::FILE_UNWRITABLE
        };
        let path = words.split(": ").next().unwrap_or_default().to_owned();
        Fault::new(reason, format!("{path} cannot be written"))
            .with_evidence(&words)
            .into()
    })
}

fn refused(error: HostError) -> Ended {
    kube_api::fault_of(error).into()
}

/// The fault of an injected failure: a command fails with these words on stderr.
pub fn injected(change: &Change, words: &str) -> Fault {
    let answer = commands::said(1, "", format!("{words}\n"));
    let judged = match &change.effect {
        Effect::Run(command) => outcome::judge(command, &answer).err(),
        _ => None,
    };
    judged.unwrap_or_else(|| {
        Fault::new(
            ids::CHANGE_FAILED,
            format!("`{}` failed", change.describe()),
        )
        .with_evidence(words)
    })
}

/// An effect that never ends by itself: a command runs into its limit, everything else waits for
/// the person.
///
/// # Errors
/// Always.
pub async fn hang(stage: &Stage<'_>, change: &Change) -> Result<Done, Ended> {
    let limit = match &change.effect {
        Effect::Run(command) => command.timeout.as_secs_f64(),
        _ => f64::from(u32::MAX),
    };
    stage.wait(limit).await?;
    Err(Fault::new(
        ids::TOOL_HUNG,
        format!("`{}` did not end within {limit} s", change.describe()),
    )
    .into())
}
