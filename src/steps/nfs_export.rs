//! `nfs.export`: the cache folder is exported to the cluster's own network, and to nothing else.
//!
//! The live table is what counts: `exportfs -ra` ends with 1 for somebody else's bad line and with
//! 0 for an export it dropped (nfs-utils).

use super::look::{Todo, differs, failed, forecast, known, todo, tools, unrendered};
use super::nfs_folder::{self, DIRECTORY};
use super::nfs_options;
use super::nfs_reach::{self, Verdict};
use super::nfs_table::{self, TABLE};
use super::nfs_users::{FILE, FOLDER};
use super::{Wish, id, nfs_kernel};
use crate::config::Squash;
use crate::host::{Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Expect, Facts, Fault, Forecast, Observation,
    Owner, Prior, Privilege, Probe, Receipt, Removal, Risk, StepId, Touch,
};
use crate::parse::exports;
use crate::reason::ids;
use crate::render::{self, MANAGED_BY};
use crate::step::Step;
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

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
        let options = self.options().join(",");
        let clients = self.clients(facts)?;
        render::exports_file(self.wish.profile(), self.path(), &clients, &options)
            .map_err(unrendered)
    }

    /// What the folder becomes, in words.
    fn whose(&self, is_new: bool) -> &'static str {
        match (self.wish.settings.nfs.squash, is_new) {
            (Squash::All, true) => "the cache of every job: all of them come as its owner",
            (Squash::All, false) => {
                "it is empty, so it becomes the cache of every job: all of them come as its owner"
            }
            (_, true) => {
                "the cache of every job: anyone may add to it, only its owner may delete a thing"
            }
            (_, false) => {
                "it is empty, so it becomes the cache of every job: anyone may add to it, only its owner may delete a thing"
            }
        }
    }

    fn options(&self) -> Vec<String> {
        nfs_options::written(&self.wish.settings.nfs)
    }

    /// The cluster's own network comes first.
    fn clients(&self, facts: &Facts) -> Result<Vec<String>, Fault> {
        let subnet = known(facts.cluster_subnet(), "the cluster's network")?;
        let mut clients = vec![subnet.to_owned()];
        for client in self.wish.settings.nfs.other_clients() {
            if !clients.contains(&client) {
                clients.push(client);
            }
        }
        Ok(clients)
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

    /// It has to be named by the path that clients see: exportfs offers what a link leads to.
    fn link(&self, real: &Utf8Path) -> Fault {
        let mut fault = self.unfit(format!("it leads over a symbolic link to {real}"));
        let line = Command::new(["export", &format!("GPUCLUSTER_NFS_PATH={real}")]).line();
        fault.advice = vec![Advice::run("name the folder itself", line)];
        fault
    }

    /// Another line offers the same folder to the same network, and comes first.
    async fn rival(&self, host: &dyn ReadHost, subnet: &str) -> Option<Fault> {
        let names = host.list_dir(Utf8Path::new(FOLDER)).await.ok().flatten();
        let mut files = Vec::new();
        for file in nfs_table::files(FOLDER, &names.unwrap_or_default()) {
            if file == FILE {
                continue;
            }
            if let Ok(Some(text)) = host.read_file(Utf8Path::new(&file)).await {
                files.push((file, text));
            }
        }
        let (file, number, line) = nfs_table::rival(&files, self.path(), subnet)?;
        Some(
            Fault::new(
                ids::NFS_EXPORT_REFUSED,
                format!(
                    "{file}:{number} exports {} to {subnet} too, with other options",
                    self.path()
                ),
            )
            .caused_by("of two entries for one folder and one client the first counts")
            .with_evidence(&line)
            .advise(Advice::run(
                "take that entry out, then tell the server",
                format!("sudoedit {file} && sudo exportfs -ra"),
            )),
        )
    }
}

fn reload() -> Command {
    let command = Command::new(["exportfs", "-ra"]).as_root();
    command.timeout(Duration::from_secs(60))
}

fn tell_server(command: Command) -> Change {
    Change::safe(
        Effect::Run(command),
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
        tools([Query::Exports, nfs_reach::question(self.wish.profile())])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let subnet = known(facts.cluster_subnet(), "the cluster's network")?;
            let want = self.content(facts)?;
            let question = nfs_reach::question(self.wish.profile());
            let (real, meta, names, folder, file, table, mounts, reach) = tokio::join!(
                host.real_path(self.path()),
                host.stat(self.path()),
                host.list_dir(self.path()),
                host.stat(Utf8Path::new(FOLDER)),
                host.read_file(Utf8Path::new(FILE)),
                host.query(&Query::Exports),
                host.read_file(Utf8Path::new("/proc/self/mounts")),
                host.query(&question),
            );
            let meta = meta.map_err(failed)?;
            if meta.is_some_and(|meta| !meta.is_dir) {
                return Ok(Observation::needs_human(self.unfit("it is no directory")));
            }
            if let Ok(real) = real
                && real != self.path()
            {
                return Ok(Observation::needs_human(self.link(&real)));
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
            let reach = nfs_reach::judge(host, self.wish.profile(), subnet, reach).await;
            if let Verdict::Blocked(fault) = reach {
                return Ok(Observation::needs_human(*fault));
            }
            let nfs = &self.wish.settings.nfs;
            let (mut diffs, warning) = nfs_folder::judge(nfs, meta, names);
            if folder.map_err(failed)?.is_none() {
                diffs.push(Diff::new(FOLDER, "present", "missing"));
            }
            if file.as_deref() != Some(want.as_str()) {
                let have = if file.is_some() { "differs" } else { "missing" };
                let to = self.clients(facts)?.join(", ");
                diffs.push(Diff::new(FILE, format!("exports to {to}"), have));
            }
            let table = table.map_err(failed)?;
            let table = exports::table(&table.stdout);
            let options = self.options();
            let clients = self.clients(facts)?;
            let wrong = clients.iter().find_map(|client| {
                let diff = nfs_table::diff(&table, self.path(), client, &options)?;
                Some((client, diff))
            });
            if let Some((client, diff)) = wrong {
                if !differs(&diffs, FILE)
                    && let Some(fault) = self.rival(host, client).await
                {
                    return Ok(Observation::needs_human(fault));
                }
                diffs.push(diff);
            }
            // With the drop-in folder missing too, the plan must be told, so that is a difference.
            let nothing_yet = meta.is_none() && file.is_none() && !differs(&diffs, FOLDER);
            let mut seen = if diffs.is_empty() {
                Observation::in_place(format!("{} to {}", self.path(), clients.join(", ")))
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
            if let Verdict::Untold(notice) = reach {
                seen.warnings.push(notice);
            }
            for words in nfs_table::others(&table, self.path(), subnet, &options) {
                seen = seen.warn(words);
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
                    mode: nfs_folder::mode(&self.wish.settings.nfs),
                    owner: Some(nfs_folder::owner(&self.wish.settings.nfs)),
                    privilege: Privilege::Root,
                },
                self.whose(all || differs(diffs, DIRECTORY)),
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
            changes.push(tell_server(reload().expecting(Expect::Exported {
                path: self.path().to_owned(),
                file: FILE.into(),
            })));
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
                // The place is given up once the server has been told.
                changes.push(tell_server(reload().touching(place)));
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
