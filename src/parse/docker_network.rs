//! `docker network inspect NAME`: the subnet of a cluster and the host's address on it.

use super::{Unreadable, json, text_at};
use serde_json::Value;
use std::net::Ipv4Addr;

/// The IPv4 side of a Docker network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// In CIDR form, such as `192.168.49.0/24`.
    pub subnet: String,
    /// The host's address on it.
    pub gateway: String,
}

/// Reads the IPv4 entry of `IPAM.Config`, which need not be the first: an IPv6 network has two.
///
/// # Errors
/// When there is no such entry. A missing gateway is taken as the subnet's first address, which is
/// what Docker gives a bridge where none is configured.
pub fn network(text: &str) -> Result<Network, Unreadable> {
    let what = "docker network inspect";
    let value = json(what, text)?;
    let entries = value
        .pointer("/0/IPAM/Config")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for entry in entries {
        let subnet = text_at(entry, "/Subnet");
        let Some((address, bits)) = subnet.split_once('/') else {
            continue;
        };
        let Ok(address) = address.parse::<Ipv4Addr>() else {
            continue;
        };
        if bits.parse::<u8>().is_ok_and(|bits| bits <= 32) {
            let gateway = text_at(entry, "/Gateway");
            let gateway = match gateway.parse::<Ipv4Addr>() {
                Ok(gateway) => gateway,
                Err(_) => Ipv4Addr::from(u32::from(address).wrapping_add(1)),
            };
            return Ok(Network {
                subnet,
                gateway: gateway.to_string(),
            });
        }
    }
    Err(Unreadable::new(what, "no IPv4 subnet in IPAM.Config", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_subnet_and_the_hosts_address_are_read() {
        let text = include_str!("../../tests/tapes/reconstructed/docker-network.json");
        let network = network(text).unwrap();
        assert_eq!(network.subnet, "192.168.49.0/24");
        assert_eq!(network.gateway, "192.168.49.1");
    }

    #[test]
    fn ipv6_may_come_first_and_a_gateway_may_be_missing() {
        let text = r#"[{"IPAM":{"Config":[{"Subnet":"fd00::/64","Gateway":"fd00::1"},{"Subnet":"192.168.58.0/24"}]}}]"#;
        let network = network(text).unwrap();
        assert_eq!(network.subnet, "192.168.58.0/24");
        assert_eq!(network.gateway, "192.168.58.1");
    }

    #[test]
    fn a_network_without_ipv4_is_an_error() {
        assert!(network("[]").is_err());
        assert!(network(r#"[{"IPAM":{"Config":null}}]"#).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = network(&text);
        }
    }
}
