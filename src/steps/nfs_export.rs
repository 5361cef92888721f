//! `nfs.export`: the cache folder is exported to the cluster's own network, and to nothing else.
//!
//! The live table is what counts: `exportfs -ra` ends with 1 for somebody else's bad line and with
//! 0 for an export it dropped (nfs-utils).

use super::look::{Todo, differs, failed, forecast, known, todo, tools, unrendered};
use super::nfs_users::{FILE, FOLDER};
use super::{Wish, id, nfs_firewall, nfs_kernel};
use crate::host::{Meta, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Facts, Fault, Forecast, Notice, Observation,
    Owner, Prior, Privilege, Probe, Receipt, Removal, Risk, StepId, Touch,
};
use crate::parse::exports::{self, Export};
use crate::reason::ids;
use crate::render::{self, MANAGED_BY};
use crate::step::Step;
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// `nobody:nogroup`.
const NOBODY: Owner = Owner {
    uid: 65534,
    gid: 65534,
};
/// Like /tmp: whoever a job runs as may make its own cache folder at the top, and none may delete
/// another's. Plain 0777 would let any job remove every other's cache.
const MODE: u32 = 0o1777;
/// Options that must be in force.
const OPTIONS: [&str; 4] = ["rw", "sync", "no_subtree_check", "no_root_squash"];

const DIRECTORY: &str = "directory";
const TABLE: &str = "export table";

/// See the module.
pub struct NfsExport {
    wish: Arc<Wish>,
    needs: [StepId; 2],
}

impl NfsExport {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self {
            wish,
            needs: [id::NFS_SERVER, id::CLUSTER],
        }
    }

    fn path(&self) -> &Utf8Path {
        &self.wish.settings.nfs.path
    }

    fn content(&self, facts: &Facts) -> Result<String, Fault> {
        let subnet = known(facts.cluster_subnet(), "the cluster's network")?;
        render::exports_file(self.wish.profile(), self.path(), subnet).map_err(unrendered)
    }

    fn unfit(&self, why: impl Into<String>) -> Fault {
        Fault::new(
            ids::NFS_PATH_UNFIT,
            format!("{} cannot be exported", self.path()),
        )
        .caused_by(why)
        .advise(Advice::say(
            "set `nfs.path` to a folder on a local file system such as ext4 or xfs",
        ))
    }

    /// A folder of somebody's with data in it keeps its owner and bits; that is said.
    fn directory(&self, meta: Option<Meta>, empty: bool) -> (Vec<Diff>, Option<String>) {
        let Some(meta) = meta else {
            return (vec![Diff::new(DIRECTORY, "present", "missing")], None);
        };
        let mut diffs = Vec::new();
        if (meta.uid, meta.gid) != (NOBODY.uid, NOBODY.gid) {
            diffs.push(Diff::new(
                "directory owner",
                format!("{}:{}", NOBODY.uid, NOBODY.gid),
                format!("{}:{}", meta.uid, meta.gid),
            ));
        }
        if meta.mode != MODE {
            diffs.push(Diff::new(
                "directory mode",
                format!("{MODE:04o}"),
                format!("{:04o}", meta.mode),
            ));
        }
        if diffs.is_empty() || empty {
            return (diffs, None);
        }
        let warning = (meta.mode & 0o002 == 0).then(|| {
            format!(
                "{} has files and is left as it is (mode {:04o}): jobs that do not run as root cannot write there",
                self.path(),
                meta.mode
            )
        });
        (Vec::new(), warning)
    }

    fn in_table(&self, table: &[Export], subnet: &str) -> Option<Diff> {
        let wanted = format!("{subnet}({})", OPTIONS.join(","));
        let ours = |export: &&Export| export.path == self.path().as_str();
        let Some(export) = table
            .iter()
            .filter(ours)
            .find(|export| export.client == subnet)
        else {
            let others: Vec<&str> = table
                .iter()
                .filter(ours)
                .map(|export| export.client.as_str())
                .collect();
            let have = if others.is_empty() {
                "not exported".to_owned()
            } else {
                format!("exported to {}", others.join(", "))
            };
            return Some(Diff::new(TABLE, wanted, have));
        };
        let missing: Vec<&str> = OPTIONS
            .into_iter()
            .filter(|option| !export.has(option))
            .collect();
        (!missing.is_empty())
            .then(|| Diff::new(TABLE, wanted, format!("without {}", missing.join(","))))
    }
}

fn reload() -> Change {
    reload_for(None)
}

/// With the place that is given up once the server has been told.
fn reload_for(place: Option<Touch>) -> Change {
    let mut command = Command::new(["exportfs", "-ra"]).as_root();
    command.touches.extend(place);
    Change::safe(
        Effect::Run(command.timeout(Duration::from_secs(60))),
        "the server takes the files over when it is told to",
    )
}

impl Step for NfsExport {
    fn id(&self) -> StepId {
        id::NFS_EXPORT
    }

    fn title(&self) -> &'static str {
        "The cache is exported to the cluster"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn prefetch(&self) -> Vec<Question> {
        tools([Query::Exports])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let subnet = known(facts.cluster_subnet(), "the cluster's network")?;
            let want = self.content(facts)?;
            let (meta, names, folder, file, table, mounts, ufw) = tokio::join!(
                host.stat(self.path()),
                host.list_dir(self.path()),
                host.stat(Utf8Path::new(FOLDER)),
                host.read_file(Utf8Path::new(FILE)),
                host.query(&Query::Exports),
                host.read_file(Utf8Path::new("/proc/self/mounts")),
                host.read_file(Utf8Path::new("/etc/ufw/ufw.conf")),
            );
            let meta = meta.map_err(failed)?;
            if meta.is_some_and(|meta| !meta.is_dir) {
                return Ok(Observation::needs_human(self.unfit("it is no directory")));
            }
            if let Ok(Some(mounts)) = mounts
                && let Some(kind) = nfs_kernel::filesystem(&mounts, self.path())
                && let Some(why) = nfs_kernel::why_not_exportable(kind)
            {
                return Ok(Observation::needs_human(self.unfit(why)));
            }
            let file = file.map_err(failed)?;
            if let Some(text) = &file
                && !text.starts_with(MANAGED_BY)
            {
                return Ok(Observation::needs_human(
                    Fault::new(
                        ids::NFS_EXPORT_REFUSED,
                        format!("{FILE} exists and was not written by gpucluster"),
                    )
                    .advise(Advice::run(
                        "keep it under another name",
                        format!("sudo mv {FILE} {FOLDER}/other.exports"),
                    )),
                ));
            }
            let empty = !matches!(&names, Ok(Some(names)) if !names.is_empty());
            let (mut diffs, warning) = self.directory(meta, empty);
            if folder.map_err(failed)?.is_none() {
                diffs.push(Diff::new(FOLDER, "present", "missing"));
            }
            if file.as_deref() != Some(want.as_str()) {
                let have = if file.is_some() { "differs" } else { "missing" };
                diffs.push(Diff::new(FILE, format!("exports to {subnet}"), have));
            }
            let table = table.map_err(failed)?;
            let table = exports::table(&table.stdout);
            diffs.extend(self.in_table(&table, subnet));
            // With the drop-in folder missing too, the plan must be told, so that is a difference.
            let nothing_yet = meta.is_none() && file.is_none() && !differs(&diffs, FOLDER);
            let mut seen = if diffs.is_empty() {
                Observation::in_place(format!("{} to {subnet}", self.path()))
            } else if nothing_yet {
                Observation::absent(format!("{} is not exported", self.path()))
            } else {
                let fields: Vec<&str> = diffs.iter().map(|diff| diff.field.as_str()).collect();
                let headline = format!("differs: {}", fields.join(", "));
                Observation::drifted(headline, diffs)
            };
            if let Some(warning) = warning {
                seen = seen.warn(warning);
            }
            if let Ok(Some(conf)) = ufw
                && let Some(hint) = nfs_firewall::ufw_hint(&conf, subnet)
            {
                seen.warnings.push(Notice::info(hint));
            }
            if table
                .iter()
                .any(|e| e.path == self.path().as_str() && e.client == "*")
            {
                seen = seen.warn(format!(
                    "another line exports {} to the whole world",
                    self.path()
                ));
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        let diffs = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => &[][..],
            Todo::Mend(diffs) => diffs,
        };
        let all = diffs.is_empty();
        let mut changes = Vec::new();
        if all || diffs.iter().any(|diff| diff.field.starts_with(DIRECTORY)) {
            changes.push(Change::safe(
                Effect::MakeDir {
                    path: self.path().to_owned(),
                    mode: MODE,
                    owner: Some(NOBODY),
                    privilege: Privilege::Root,
                },
                "the cache of every job: anyone may add to it, only its owner may delete a thing",
            ));
        }
        if differs(diffs, FOLDER) {
            changes.push(Change::safe(
                Effect::MakeDir {
                    path: FOLDER.into(),
                    mode: 0o755,
                    owner: Some(Owner { uid: 0, gid: 0 }),
                    privilege: Privilege::Root,
                },
                "the folder of drop-ins that exportfs reads",
            ));
        }
        if all || differs(diffs, FILE) {
            changes.push(Change::safe(
                Effect::WriteFile {
                    path: FILE.into(),
                    content: self.content(facts)?,
                    mode: 0o644,
                    privilege: Privilege::Root,
                },
                "a file of our own; /etc/exports is not touched",
            ));
        }
        if all || differs(diffs, FILE) || differs(diffs, TABLE) {
            changes.push(reload());
        }
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        let root = |kind, text: String| forecast(kind, Privilege::Root, Risk::Safe, text);
        vec![
            root(
                EffectKind::MakeDir,
                format!("make directory {}", self.path()),
            ),
            root(
                EffectKind::MakeDir,
                format!("make directory {FOLDER}, if it is missing"),
            ),
            root(EffectKind::WriteFile, format!("write {FILE}")),
            root(EffectKind::Run, "exportfs -ra".to_owned()),
        ]
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let mut changes = Vec::new();
            let file = Utf8Path::new(FILE);
            let remove = |path: &Utf8Path, removal| Effect::RemoveOwned {
                path: path.to_owned(),
                removal,
                privilege: Privilege::Root,
            };
            let now = host.read_file(file).await.map_err(failed)?;
            let place = Touch::File(file.to_owned());
            if now.is_some_and(|text| text.starts_with(MANAGED_BY)) {
                match receipt.prior(&place) {
                    Some(Prior::Absent) => changes.push(Change::safe(
                        remove(file, Removal::File),
                        "it was written by gpucluster",
                    )),
                    Some(Prior::File { content, mode }) => changes.push(Change::safe(
                        Effect::WriteFile {
                            path: file.to_owned(),
                            content: content.clone(),
                            mode: *mode,
                            privilege: Privilege::Root,
                        },
                        "as it was before",
                    )),
                    _ => {}
                }
            }
            // The folder goes once the file has: some packages bring none (Debian's), and it was made
            // for the file. Whatever else is in there by now keeps it.
            let folder = Touch::Dir(FOLDER.into());
            let own_name = file.file_name().unwrap_or_default();
            let names = host.list_dir(Utf8Path::new(FOLDER)).await.map_err(failed)?;
            let is_empty = names.is_some_and(|names| names.iter().all(|name| name == own_name));
            let folder_goes = receipt.is_ours(&folder)
                && is_empty
                && !matches!(receipt.prior(&place), Some(Prior::File { .. }));
            // Still ours without our file: an earlier undo was cut short before the server was told.
            let cut_short = changes.is_empty()
                && matches!(
                    receipt.prior(&place),
                    Some(Prior::Absent | Prior::File { .. })
                )
                && host.which("exportfs").await.map_err(failed)?.is_some();
            if cut_short || !changes.is_empty() {
                changes.push(reload_for(Some(place)));
            }
            if folder_goes {
                changes.push(Change::safe(
                    remove(Utf8Path::new(FOLDER), Removal::EmptyDir),
                    "it was made by gpucluster, and nothing is in it",
                ));
            }
            if self.wish.flags.delete_data && receipt.is_ours(&Touch::Dir(self.path().to_owned())) {
                changes.push(Change::destructive(
                    remove(self.path(), Removal::Tree),
                    "deleting the shared data was asked for",
                    format!("everything in {} is lost", self.path()),
                ));
            }
            Ok(changes)
        })
    }
}
