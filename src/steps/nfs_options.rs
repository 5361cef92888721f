//! The options of our export, one by one (exports(5)):
//!
//! - `rw`: jobs fill the cache.
//! - `sync`: what a job was told is written stays written when the server loses power.
//! - `no_subtree_check`: its default, written down because older servers warn where it is not.
//! - `no_root_squash`, `root_squash`, `all_squash`: as the settings say; see [`Squash`].
//! - `anonuid`, `anongid`: who those are that are not taken for themselves: the folder's owner.
//!
//! Not among them: `insecure` (the node mounts as root, from a reserved port), `async` (loses what was
//! acknowledged), `fsid=0` (would move the paths of everything else that is exported), `crossmnt`.

use crate::config::{NOBODY, Nfs, Squash};
use crate::parse::exports::Export;

/// What is written into the file of exports.
pub fn written(nfs: &Nfs) -> Vec<String> {
    let mut options: Vec<String> = ["rw", "sync", "no_subtree_check"].map(str::to_owned).into();
    options.push(word(nfs.squash).to_owned());
    let (uid, gid) = nfs.owner_ids();
    let is_default = (uid, gid) == (NOBODY, NOBODY);
    if nfs.squash == Squash::All || (nfs.squash == Squash::Root && !is_default) {
        options.push(format!("anonuid={uid}"));
        options.push(format!("anongid={gid}"));
    }
    options
}

fn word(squash: Squash) -> &'static str {
    match squash {
        Squash::None => "no_root_squash",
        Squash::Root => "root_squash",
        Squash::All => "all_squash",
    }
}

/// Which of the written options an entry of the live table lacks. The table leaves out an `anonuid` of
/// nobody (nfs-utils, `dump_exports`), and an `all_squash` of somebody else undoes the others.
pub fn missing(export: &Export, options: &[String]) -> Vec<String> {
    let has = |option: &str| export.has(option);
    let lacks = |option: &&String| {
        let unsaid = option.split_once('=').is_some_and(|(key, id)| {
            let key = format!("{key}=");
            id == NOBODY.to_string() && !export.options.iter().any(|o| o.starts_with(&key))
        });
        !has(option) && !unsaid
    };
    let mut missing: Vec<String> = options.iter().filter(lacks).cloned().collect();
    if has("all_squash") && !options.iter().any(|option| option == "all_squash") {
        missing.push("no_all_squash".to_owned());
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::exports;

    fn nfs(squash: Squash, owner: &str) -> Nfs {
        Nfs {
            squash,
            owner: owner.to_owned(),
            ..Nfs::default()
        }
    }

    fn lacking(line: &str, nfs: &Nfs) -> Vec<String> {
        missing(&exports::table(line)[0], &written(nfs))
    }

    #[test]
    fn who_keeps_their_rights_is_written_down() {
        let written = |squash, owner| written(&nfs(squash, owner)).join(",");
        let base = "rw,sync,no_subtree_check";
        assert_eq!(
            written(Squash::None, "1000:1000"),
            format!("{base},no_root_squash")
        );
        assert_eq!(
            written(Squash::Root, "65534:65534"),
            format!("{base},root_squash")
        );
        assert_eq!(
            written(Squash::Root, "1000:100"),
            format!("{base},root_squash,anonuid=1000,anongid=100")
        );
        assert_eq!(
            written(Squash::All, "65534:65534"),
            format!("{base},all_squash,anonuid=65534,anongid=65534")
        );
    }

    #[test]
    fn the_table_says_the_same_in_other_words() {
        let all = "/a *(sync,no_subtree_check,sec=sys,rw,secure,root_squash,all_squash)";
        assert_eq!(lacking(all, &nfs(Squash::All, "65534:65534")), [""; 0]);
        assert_eq!(
            lacking(all, &nfs(Squash::All, "1000:65534")),
            ["anonuid=1000"]
        );
        assert_eq!(
            lacking(all, &nfs(Squash::None, "1:1")),
            ["no_root_squash", "no_all_squash"]
        );
        let named = "/a *(rw,sync,no_subtree_check,all_squash,anonuid=7,anongid=65534)";
        assert_eq!(
            lacking(named, &nfs(Squash::All, "65534:65534")),
            ["anonuid=65534"]
        );
    }
}
