//! `NO_PROXY`, as Go's `httpproxy` reads it: names, addresses and ranges, parted by commas.

use std::net::Ipv4Addr;

/// A range of addresses as its first one and its bits.
fn range(text: &str) -> Option<(u32, u32)> {
    let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
    let address: Ipv4Addr = address.parse().ok()?;
    let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
    Some((u32::from(address), bits))
}

fn holds(outer: (u32, u32), inner: (u32, u32)) -> bool {
    let mask = u32::MAX.checked_shl(32 - outer.1).unwrap_or(0);
    inner.1 >= outer.1 && (outer.0 & mask) == (inner.0 & mask)
}

/// Whether everything in a range of IPv4 addresses is asked for without the proxy.
pub fn spares(exceptions: &str, subnet: &str) -> bool {
    let Some(wanted) = range(subnet) else {
        return false;
    };
    exceptions
        .split(',')
        .map(str::trim)
        .any(|entry| entry == "*" || range(entry).is_some_and(|spared| holds(spared, wanted)))
}

/// Whether the host of a proxy's URL is this very machine, which containers cannot reach so.
pub fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_spared_by_a_wider_one() {
        let no_proxy = "localhost, 127.0.0.1,192.168.0.0/16,10.96.0.0/12";
        assert!(spares(no_proxy, "192.168.49.0/24"));
        assert!(spares(no_proxy, "10.96.0.0/12"));
        assert!(!spares(no_proxy, "10.244.0.0/16"));
        assert!(!spares("192.168.49.2", "192.168.49.0/24"));
        assert!(spares("*", "10.0.0.0/8"));
        assert!(spares("0.0.0.0/0", "10.0.0.0/8"));
        assert!(!spares("", "10.0.0.0/8"));
    }

    #[test]
    fn a_proxy_on_this_machine_is_known() {
        for url in [
            "http://127.0.0.1:3128",
            "localhost:3128/",
            "http://[::1]:80",
        ] {
            assert!(is_local(url), "{url}");
        }
        assert!(!is_local("http://proxy.example:3128"));
    }
}
