//! The live export table: our entry, and entries of others that touch ours.
//!
//! Which of several entries counts for a client is the server's rule: a single host before a network
//! before `*`; of two networks whichever comes first (exports(5); `lookup_export` of nfs-utils).

use super::nfs_options::missing;
use crate::model::Diff;
use crate::parse::export_files;
use crate::parse::exports::Export;
use camino::Utf8Path;
use std::net::{IpAddr, Ipv4Addr};

/// Field of a difference in the table.
pub const TABLE: &str = "export table";

/// How our entry for a client differs from what it should be. `options` are those of our file.
pub fn diff(table: &[Export], path: &Utf8Path, subnet: &str, options: &[String]) -> Option<Diff> {
    let wanted = format!("{subnet}({})", options.join(","));
    let on_path = || table.iter().filter(|export| export.path == path.as_str());
    let Some(export) = on_path().find(|export| export.client == subnet) else {
        let others: Vec<&str> = on_path().map(|export| export.client.as_str()).collect();
        let have = if others.is_empty() {
            "not exported".to_owned()
        } else {
            format!("exported to {}", others.join(", "))
        };
        return Some(Diff::new(TABLE, wanted, have));
    };
    let missing = missing(export, options);
    (!missing.is_empty())
        .then(|| Diff::new(TABLE, wanted, format!("without {}", missing.join(","))))
}

/// The files of exports in the order in which exportfs reads them; `names` are those in its folder.
pub fn files(folder: &str, names: &[String]) -> Vec<String> {
    let extra = names
        .iter()
        .filter(|name| name.ends_with(".exports") && !name.starts_with('.'))
        .map(|name| format!("{folder}/{name}"));
    std::iter::once("/etc/exports".to_owned())
        .chain(extra)
        .collect()
}

/// A line of another file that offers the same folder to the same network: the first of two counts,
/// and ours is ignored. `files` are names and texts in the order in which they are read.
pub fn rival(
    files: &[(String, String)],
    path: &Utf8Path,
    subnet: &str,
) -> Option<(String, usize, String)> {
    for (file, text) in files {
        for (number, entry) in export_files::entries(text) {
            let offered = entry.clients.iter().any(|client| client.name == subnet);
            if offered && entry.path.trim_end_matches('/') == path.as_str() {
                let line = text.lines().nth(number - 1).unwrap_or_default();
                return Some((file.clone(), number, line.trim().to_owned()));
            }
        }
    }
    None
}

/// Entries of others that matter to the cluster or to the data, in words. All others are harmless:
/// other folders, folders below ours, the same folder for hosts elsewhere.
pub fn others(table: &[Export], path: &Utf8Path, subnet: &str, options: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    for export in table {
        let (at, client) = (Utf8Path::new(&export.path), export.client.as_str());
        if at == path && client == subnet {
            continue;
        }
        let reaches_node = client == "*" || overlap(client, subnet);
        if at == path && client == "*" {
            words.push(format!("another line exports {path} to the whole world"));
        } else if at == path && reaches_node && !missing(export, options).is_empty() {
            let missing = missing(export, options).join(",");
            let counts = if client.contains('/') {
                "which of the two counts for the node is not defined"
            } else {
                "that one counts for that address"
            };
            words.push(format!(
                "another line exports {path} to {client} without {missing}, and {counts}"
            ));
        } else if at != path && path.starts_with(at) && client == "*" {
            words.push(format!(
                "another line exports {at} to the whole world, and with it {path}"
            ));
        }
        // fsid=0 makes a folder the root of all paths of NFSv4 for its clients.
        if reaches_node && export.has("fsid=0") && at != "/" {
            words.push(format!(
                "another line exports {at} to {client} with `fsid=0`: for those clients the paths of NFSv4 begin there, so that jobs do not find {path}; that line has to leave out {subnet}"
            ));
        }
    }
    words
}

/// Whether two clients, each an address or a network, have addresses in common.
pub fn overlap(one: &str, other: &str) -> bool {
    let (Some((a, a_bits)), Some((b, b_bits))) = (network(one), network(other)) else {
        return false;
    };
    let (a, b, width) = match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(u32::from(a)), u128::from(u32::from(b)), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.into(), b.into(), 128),
        _ => return false,
    };
    let rest = width - a_bits.min(b_bits);
    a.checked_shr(rest) == b.checked_shr(rest)
}

/// Address and length of prefix, which may be written as a mask for IPv4.
fn network(client: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = client
        .split_once('/')
        .map_or((client, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let bits = match prefix {
        None => longest,
        Some(mask) if address.is_ipv4() && mask.contains('.') => {
            u32::from(mask.parse::<Ipv4Addr>().ok()?).leading_ones()
        }
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= longest)?,
    };
    Some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::super::nfs_options;
    use super::*;
    use crate::config::Nfs;
    use crate::parse::exports;

    const SUBNET: &str = "192.168.49.0/24";
    const GOOD: &str = "sync,no_subtree_check,rw,no_root_squash";
    const POOR: &str = "sync,no_subtree_check,ro,root_squash";

    fn others_of(line: &str) -> Vec<String> {
        let ours = format!("/srv/gpucluster  {SUBNET}({GOOD})\n");
        let table = exports::table(&format!("{ours}{line}\n"));
        let path = Utf8Path::new("/srv/gpucluster");
        let options = nfs_options::written(&Nfs::default());
        assert_eq!(diff(&table, path, SUBNET, &options), None, "{line}");
        others(&table, path, SUBNET, &options)
    }

    #[test]
    fn entries_that_touch_ours_are_told_and_others_are_not() {
        for harmless in [
            "/home  10.0.0.0/8(rw)".to_owned(),
            // Below ours: only what is mounted there would be another export to the node.
            format!("/srv/gpucluster/models  {SUBNET}({POOR})"),
            format!("/srv  {SUBNET}({POOR})"),
            format!("/srv/gpucluster  10.1.2.3({POOR})"),
            format!("/srv/gpucluster  nas.example.org({POOR})"),
            format!("/srv/gpucluster  192.168.0.0/16({GOOD})"),
            "/  *(ro,fsid=0)".to_owned().replace("*", "10.0.0.1"),
            "/export  10.0.0.0/8(ro,fsid=0)".to_owned(),
        ] {
            assert_eq!(others_of(&harmless), Vec::<String>::new(), "{harmless}");
        }
        for (line, words) in [
            (format!("/srv/gpucluster  *({POOR})"), "to the whole world"),
            (
                format!("/srv  *({POOR})"),
                "exports /srv to the whole world, and with it",
            ),
            (
                format!("/srv/gpucluster  192.168.49.2({POOR})"),
                "to 192.168.49.2 without rw,no_root_squash, and that one counts",
            ),
            (
                format!("/srv/gpucluster  192.168.0.0/255.255.0.0({POOR})"),
                "is not defined",
            ),
            (
                "/export  *(ro,fsid=0)".to_owned(),
                "so that jobs do not find /srv/gpucluster",
            ),
        ] {
            let said = others_of(&line);
            assert_eq!(said.len(), 1, "{line}: {said:?}");
            assert!(said[0].contains(words), "{line}: {said:?}");
        }
    }

    #[test]
    fn a_line_that_takes_our_place_is_found_with_its_place() {
        let text = "# /srv/gpucluster 192.168.49.0/24(ro)\n\"/srv/gpucluster\"  10.0.0.1(rw) 192.168.49.0/24(ro)\n";
        let files = [("/etc/exports".to_owned(), text.to_owned())];
        let found = rival(&files, Utf8Path::new("/srv/gpucluster"), SUBNET).unwrap();
        assert_eq!((&*found.0, found.1), ("/etc/exports", 2));
        assert!(found.2.ends_with("192.168.49.0/24(ro)"));
        assert_eq!(rival(&files, Utf8Path::new("/srv"), SUBNET), None);
    }

    #[test]
    fn networks_overlap_by_the_shorter_prefix() {
        assert!(overlap("192.168.49.2", SUBNET));
        assert!(overlap("0.0.0.0/0", SUBNET));
        assert!(!overlap("192.168.50.0/24", SUBNET));
        assert!(!overlap("host.example.org", SUBNET));
        assert!(overlap("fd00::2", "fd00::/64"));
        assert!(overlap("::/0", "fd00::/64"));
        assert!(!overlap("fd00:0:0:1::/64", "fd00::/64"));
        assert!(!overlap("0.0.0.0/0", "::/0"));
    }
}
