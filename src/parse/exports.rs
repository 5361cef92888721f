//! The live table of NFS exports: the lines of `/var/lib/nfs/etab`, or of `exportfs -s`. Both are `PATH CLIENT(OPTION,…)`; etab has a tab between.
//!
//! `exportfs -v` is not read: it breaks long paths over two lines (nfs-utils).

/// One path offered to one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Directory.
    pub path: String,
    /// Host, network or `*`.
    pub client: String,
    /// Options in force.
    pub options: Vec<String>,
}

impl Export {
    /// Whether an option is in force.
    pub fn has(&self, option: &str) -> bool {
        self.options.iter().any(|have| have == option)
    }
}

/// Reads the table. Lines of another shape are skipped: a foreign line must not hide ours.
pub fn table(text: &str) -> Vec<Export> {
    text.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Export> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let (path, rest) = line.split_once([' ', '\t'])?;
    let (client, options) = rest.trim().split_once('(')?;
    let client = match client {
        "<world>" | "" => "*",
        other => other,
    };
    Some(Export {
        path: unescape(path),
        client: client.to_owned(),
        options: options
            .trim_end_matches(')')
            .split(',')
            .map(str::to_owned)
            .collect(),
    })
}

/// `\040` is how a space is written in these tables.
fn unescape(text: &str) -> String {
    // Byte by byte: a letter outside ASCII may be written as several escapes.
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend(rest[..at].bytes());
        let digits = rest.get(at + 1..at + 4);
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &rest[at + 4..];
            }
            None => {
                out.push(b'\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.extend(rest.bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// The line of a file that `exportfs` means by a number, counted as people count, and its text.
///
/// exportfs does not count the ends of comments (nfs-utils 2.6.2, `tests/tapes/exportfs/comments`), so
/// several lines may go by one number: the one with the word in quotes is meant, or else the first.
pub fn line_meant<'a>(text: &'a str, number: usize, complaint: &str) -> Option<(usize, &'a str)> {
    let word = complaint.split('"').nth(1);
    let mut counted = 1;
    let mut meant: Option<(usize, &str)> = None;
    for (index, line) in text.lines().enumerate() {
        let entry = line.split('#').next().unwrap_or_default().trim();
        if counted == number && !entry.is_empty() {
            if word.is_some_and(|word| entry.contains(word)) {
                return Some((index + 1, line.trim()));
            }
            meant = meant.or(Some((index + 1, line.trim())));
        }
        if !line.contains('#') {
            counted += 1;
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_tables_read_alike() {
        let exportfs = "/srv/gpucluster  192.168.49.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n";
        let etab = "/srv/gpucluster\t192.168.49.0/24(rw,sync,wdelay,hide,nocrossmnt,secure,no_root_squash,no_all_squash,no_subtree_check,secure_locks,acl,no_pnfs,anonuid=65534,anongid=65534,sec=sys,rw,secure,no_root_squash,no_all_squash)\n";
        for text in [exportfs, etab] {
            let table = table(text);
            assert_eq!(table.len(), 1);
            assert_eq!(table[0].path, "/srv/gpucluster");
            assert_eq!(table[0].client, "192.168.49.0/24");
            assert!(table[0].has("rw") && table[0].has("no_root_squash"));
        }
    }

    #[test]
    fn spaces_are_unescaped_and_the_world_is_a_star() {
        let table = table("/srv/a\\040b  *(rw,sync)\n/srv/c <world>(ro)");
        assert_eq!(table[0].path, "/srv/a b");
        assert_eq!(table[0].client, "*");
        assert_eq!(table[1].client, "*");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (table(&text), line_meant(&text, 1, ""));
        }
    }

    #[test]
    fn the_line_that_exportfs_means_is_found_behind_comments() {
        let file = include_str!("../../tests/tapes/exportfs/comments.exports");
        let meant = line_meant(file, 2, "unknown keyword \"snyc\"");
        assert_eq!(meant, Some((4, "/srv/kube 10.0.0.0/8(rw,snyc)")));
        // Without a word the first that goes by the number.
        assert_eq!(line_meant(file, 2, "syntax error").map(|(n, _)| n), Some(3));
        assert_eq!(line_meant("/a *\n/b *\n", 2, "").map(|(n, _)| n), Some(2));
        assert_eq!(line_meant("/a *\n", 7, ""), None);
    }
}
