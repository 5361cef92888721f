//! The kernel's NFS server: `exportfs` and its table.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::{Export, World};
use crate::host::Answer;
use crate::parse::export_files::{self, Entry};
use camino::Utf8Path;

/// `exportfs -s`: one line an export, blanks as `\040`.
pub fn table(world: &World) -> Answer {
    let lines = world.exports.iter().map(|export| {
        format!(
            "{}  {}({})\n",
            export.path.replace(' ', "\\040"),
            export.client,
            export.options
        )
    });
    said(0, lines.collect::<String>(), "")
}

/// `/proc/net/tcp` with the server's listener.
const LISTENS: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0801 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20117 1 0000000000000000 100 0 0 10 0
";

/// The server starts or stops: its table is loaded from the files or emptied.
pub fn server_is(world: &mut World, active: bool) {
    if active {
        world.put("/proc/fs/nfsd/threads", "8\n", 0o644, 0);
        world.put("/proc/net/tcp", LISTENS, 0o444, 0);
        // The unit starts with `-/usr/sbin/exportfs -r`: a bad line does not stop it.
        reload(world);
    } else {
        world.take("/proc/fs/nfsd/threads");
        world.take("/proc/net/tcp");
        world.exports.clear();
        write_etab(world);
    }
}

/// `exportfs …` as a command that changes something.
///
/// # Errors
/// When the person stops it.
pub async fn exportfs(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    if args != ["-ra"] {
        return Ok(unmodelled("exportfs", args));
    }
    stage.wait(durations::EXPORTFS).await?;
    if !root {
        return Ok(said(
            1,
            "",
            "exportfs: could not open /var/lib/nfs/.etab.lock for locking: errno 13 (Permission denied)\n",
        ));
    }
    let (code, stderr) = stage.change(reload).await?;
    Ok(said(code, "", stderr))
}

/// The files that count: `/etc/exports`, and of `/etc/exports.d` what ends in `.exports` and does
/// not start with a dot. Everything else in there is ignored without a word.
pub fn sources(names: &[String]) -> Vec<String> {
    let extra = names
        .iter()
        .filter(|name| name.ends_with(".exports") && !name.starts_with('.'))
        .map(|name| format!("/etc/exports.d/{name}"));
    std::iter::once("/etc/exports".to_owned())
        .chain(extra)
        .collect()
}

/// Loads the table from the files; exit code and standard error as `exportfs -ra` gives them.
pub fn reload(world: &mut World) -> (i32, String) {
    let names = world
        .names_in(Utf8Path::new("/etc/exports.d"))
        .unwrap_or_default();
    let mut loader = Loader::default();
    for file in sources(&names) {
        let text = world
            .files
            .get(Utf8Path::new(&file))
            .and_then(|entry| entry.content.clone())
            .unwrap_or_default();
        loader.file(&file, &text);
    }
    for path in loader
        .exports
        .iter()
        .map(|e| e.path.clone())
        .collect::<Vec<_>>()
    {
        match world.meta(Utf8Path::new(&path)) {
            None => loader.warn(
                1,
                format!("Failed to stat {path}: No such file or directory"),
            ),
            Some(meta) if !meta.is_dir => loader.warn(
                1,
                format!("{path} is not a directory. Remote access will fail"),
            ),
            Some(_) => {}
        }
    }
    world.exports = loader.exports;
    write_etab(world);
    (loader.code, loader.stderr)
}

fn write_etab(world: &mut World) {
    let lines: String = world
        .exports
        .iter()
        .map(|export| {
            format!(
                "{}\t{}({})\n",
                export.path.replace(' ', "\\040"),
                export.client,
                export.options
            )
        })
        .collect();
    world.put("/var/lib/nfs/etab", &lines, 0o644, 0);
}

/// Reads export files as `exportfs` 2.6 to 3.1 does.
#[derive(Default)]
struct Loader {
    exports: Vec<Export>,
    code: i32,
    stderr: String,
}

impl Loader {
    fn warn(&mut self, code: i32, words: String) {
        self.code = self.code.max(code);
        self.stderr += &format!("exportfs: {words}\n");
    }

    /// One file: a line that cannot be read ends it, and what came before stays loaded.
    fn file(&mut self, file: &str, text: &str) {
        // The ends of comments are not counted (`tests/tapes/exportfs/comments`).
        let mut number = 1;
        for piece in export_files::pieces(text) {
            let continued = piece.text.trim_end().matches('\n').count();
            let read = piece
                .entry
                .as_ref()
                .map_or(Ok(()), |entry| self.entry(entry));
            if let Err(words) = read {
                // As nfs-utils 2.6.2 prints them, down to the blanks (`tests/tapes/exportfs`).
                let (blank, end) = match words.split(' ').next() {
                    Some("bad") => (" ", "\n"),
                    Some("unknown") => ("", "\n"),
                    _ => ("", ""),
                };
                let number = number + continued;
                self.warn(1, format!("{file}:{blank}{number}: {words}{end}"));
                return;
            }
            number += continued + usize::from(!piece.text.contains('#'));
        }
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), String> {
        let path = &entry.path;
        for client in &entry.clients {
            if client.name == "*" && client.options.is_empty() {
                self.warn(
                    0,
                    format!("No options for {path} : suggest (sync) to avoid warning"),
                );
            }
            self.client(path, &client.name, &client.options.join(","))?;
        }
        if entry.is_broken {
            return Err("syntax error: bad option list".to_owned());
        }
        Ok(())
    }

    fn client(&mut self, path: &str, client: &str, options: &str) -> Result<(), String> {
        if let Some((_, prefix)) = client.split_once('/')
            && prefix
                .parse::<u8>()
                .map_or(true, |bits| bits > longest_prefix(client))
        {
            // Said twice, and the entry is left out.
            for _ in 0..2 {
                self.warn(1, format!("Invalid prefix `{prefix}' for {client}"));
            }
            return Ok(());
        }
        let export = Export {
            path: path.trim_end_matches('/').to_owned(),
            client: client.to_owned(),
            options: printed_options(options)?,
        };
        let known = self
            .exports
            .iter()
            .find(|e| e.path == export.path && e.client == export.client);
        match known {
            Some(same) if same.options == export.options => {
                let entry = format!("exportfs: \t{client}:{}", export.path);
                self.warn(1, format!("duplicated export entries:\n{entry}\n{entry}"));
            }
            // The first counts.
            Some(first) => {
                let entry = |options: &str| {
                    format!("exportfs: \t{client}:{} ({})", export.path, flags(options))
                };
                let (first, second) = (entry(&first.options), entry(&export.options));
                self.warn(
                    1,
                    format!("incompatible duplicated export entries:\n{second} [IGNORED]\n{first}"),
                );
            }
            None => self.exports.push(export),
        }
        Ok(())
    }
}

fn longest_prefix(client: &str) -> u8 {
    if client.contains(':') { 128 } else { 32 }
}

/// The options as the kernel's flags (`NFSEXP_*`), as far as a model needs them.
fn flags(options: &str) -> String {
    let has = |option: &str| options.split(',').any(|have| have == option);
    let bits = [
        ("ro", 0x1),
        ("insecure", 0x2),
        ("root_squash", 0x4),
        ("all_squash", 0x8),
        ("async", 0x10),
        ("wdelay", 0x20),
        ("no_subtree_check", 0x400),
    ];
    let sum: u32 = bits
        .iter()
        .filter(|(o, _)| has(o))
        .map(|(_, bit)| bit)
        .sum();
    format!("{sum:#x}")
}

/// The options as `exportfs -s` prints them with nfsd loaded.
fn printed_options(options: &str) -> Result<String, String> {
    let (mut rw, mut sync, mut subtree, mut secure, mut root_squash, mut all_squash) = (
        "ro",
        "sync",
        "no_subtree_check",
        "secure",
        "root_squash",
        "no_all_squash",
    );
    let (mut wdelay, mut ids) = ("wdelay", String::new());
    for option in options.split(',').map(str::trim).filter(|o| !o.is_empty()) {
        match option {
            "rw" => rw = "rw",
            "ro" => rw = "ro",
            "sync" => sync = "sync",
            "async" => sync = "async",
            "subtree_check" => subtree = "subtree_check",
            "no_subtree_check" => subtree = "no_subtree_check",
            "secure" => secure = "secure",
            "insecure" => secure = "insecure",
            "root_squash" => root_squash = "root_squash",
            "no_root_squash" => root_squash = "no_root_squash",
            "all_squash" => all_squash = "all_squash",
            "no_all_squash" => all_squash = "no_all_squash",
            "wdelay" => wdelay = "wdelay",
            "no_wdelay" => wdelay = "no_wdelay",
            "hide" | "acl" | "no_acl" | "sec=sys" | "mountpoint" | "crossmnt" => {}
            _ => match option.split_once('=') {
                // nobody is the default, which is not printed (nfs-utils, `dump_exports`).
                Some(("anonuid" | "anongid", "65534")) => {}
                Some(("fsid" | "anonuid" | "anongid", number)) if number.parse::<u32>().is_ok() => {
                    ids += &format!("{option},");
                }
                Some((key @ ("anonuid" | "anongid"), value)) => {
                    return Err(format!("bad {key} \"{value}\""));
                }
                Some(("fsid", _)) => return Err(format!("bad fsid \"{option}\"")),
                _ => return Err(format!("unknown keyword \"{option}\"")),
            },
        }
    }
    Ok(format!(
        "{sync},{wdelay},hide,{subtree},{ids}sec=sys,{rw},{secure},{root_squash},{all_squash}"
    ))
}
