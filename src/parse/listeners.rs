//! `/proc/net/tcp`: who listens on a port of this host (proc(5)).

use std::net::Ipv4Addr;

/// The addresses at which a port is listened on; `0.0.0.0` is all of them. The kernel's own
/// listeners, such as those of its NFS server, are in the table too.
pub fn addresses(table: &str, port: u16) -> Vec<Ipv4Addr> {
    const LISTEN: &str = "0A";
    table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let (local, state) = (fields.next()?, fields.nth(1)?);
            let (address, have) = local.split_once(':')?;
            let listens = state == LISTEN && u16::from_str_radix(have, 16) == Ok(port);
            // A word of the machine's own byte order, as the address lies in its memory.
            let word = u32::from_str_radix(address, 16).ok()?;
            listens.then(|| Ipv4Addr::from(word.to_ne_bytes()))
        })
        .collect()
}

/// Whether anybody listens on a port, at whatever address; `table` may be that of IPv6 (`/proc/net/tcp6`).
pub fn is_taken(table: &str, port: u16) -> bool {
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().and_then(|local| local.split_once(':'));
        let have = local.and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
        fields.nth(1) == Some("0A") && have == Some(port)
    })
}

/// The addresses that have a connection to a port of this host, each once: of an NFS server, who has it
/// mounted. Without root, where `/proc/fs/nfsd/clients` cannot be read.
pub fn peers(table: &str, port: u16) -> Vec<Ipv4Addr> {
    const ESTABLISHED: &str = "01";
    let mut peers: Vec<Ipv4Addr> = table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let (local, remote, state) = (fields.next()?, fields.next()?, fields.next()?);
            let ours = u16::from_str_radix(local.split_once(':')?.1, 16) == Ok(port);
            let word = u32::from_str_radix(remote.split_once(':')?.0, 16).ok()?;
            (ours && state == ESTABLISHED).then(|| Ipv4Addr::from(word.to_ne_bytes()))
        })
        .collect();
    peers.sort_unstable();
    peers.dedup();
    peers
}

#[cfg(test)]
mod tests {
    use super::*;

    // As Linux 6 printed it, with a listener on 2049 and a connection to it.
    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0801 00000000:0000 0A 00000000:00000004 00:00000000 00000000     0        0 741313 5 00000000e7ac0d6d 100 0 0 10 0
   1: 0131A8C0:0801 0231A8C0:9552 08 00000000:00000001 00:00000000 00000000     0        0 0 1 000000003b13c3f7 20 4 0 10 -1
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn listeners_are_told_from_connections() {
        assert_eq!(addresses(TABLE, 2049), [Ipv4Addr::UNSPECIFIED]);
        assert_eq!(addresses(TABLE, 8080), [Ipv4Addr::LOCALHOST]);
        assert_eq!(addresses(TABLE, 22), Vec::<Ipv4Addr>::new());
        assert_eq!(addresses("", 22), Vec::<Ipv4Addr>::new());
        assert!(is_taken(TABLE, 2049) && !is_taken(TABLE, 22) && !is_taken("", 2049));
        let six = "   0: 00000000000000000000000000000000:0801 00000000000000000000000000000000:0000 0A 00000000:00000000\n";
        assert!(is_taken(six, 2049) && !is_taken(six, 111));
    }

    #[test]
    fn who_has_a_connection_is_listed_once() {
        let table = TABLE.replace(" 08 ", " 01 ");
        let table = format!("{table}{}", table.lines().nth(2).unwrap());
        assert_eq!(peers(&table, 2049).len(), 1);
        assert!(peers(TABLE, 2049).is_empty());
    }
}
