//! What values of the shared cache may be. Each check says what is wrong in words that follow the key's
//! name.

use std::net::IpAddr;

type Check = Result<(), String>;

/// Addresses and networks. Names are refused: whom they mean is DNS's to say when the server starts.
pub(super) fn clients(text: &str) -> Check {
    for client in text.split(',').map(str::trim) {
        client_fits(client)?;
    }
    Ok(())
}

fn client_fits(client: &str) -> Check {
    let wrong = || {
        Err(format!(
            "must be addresses or networks such as `10.0.0.0/8,fd00::/64`, not `{client}`"
        ))
    };
    let (address, prefix) = match client.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (client, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return wrong();
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    match prefix.map(str::parse::<u8>) {
        Some(Ok(0)) => Err(format!(
            "would let every machine that reaches this one mount the folder (`{client}`)"
        )),
        None => Ok(()),
        Some(Ok(bits)) if bits <= longest => Ok(()),
        Some(_) => wrong(),
    }
}

pub(super) fn squash(text: &str) -> Check {
    match text {
        "none" | "root" | "all" => Ok(()),
        _ => Err(format!("must be `none`, `root` or `all`, not `{text}`")),
    }
}

pub(super) fn owner(text: &str) -> Check {
    let ids = text.split_once(':');
    match ids.map(|(uid, gid)| (uid.parse::<u32>(), gid.parse::<u32>())) {
        Some((Ok(0), _)) => Err("must not be root: it would own what every job writes".to_owned()),
        // -1 is no id (chown(2)).
        Some((Ok(uid), Ok(gid))) if uid != u32::MAX && gid != u32::MAX => Ok(()),
        _ => Err(format!(
            "must be two numbers such as `1000:1000`, not `{text}`"
        )),
    }
}

pub(super) fn version(text: &str) -> Check {
    match text {
        "4.2" | "4.1" | "4.0" | "3" => Ok(()),
        _ => Err(format!("must be `4.2`, `4.1`, `4.0` or `3`, not `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_addresses_and_never_the_world() {
        for good in [
            "10.0.0.0/8",
            "10.1.2.3",
            "fd00::/64,::1",
            "10.0.0.1, 10.0.0.2",
        ] {
            assert_eq!(clients(good), Ok(()), "{good}");
        }
        for bad in [
            "*",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/33",
            "nas.example.org",
            "10.0.0.1,",
            "10.0.0.1(rw)",
            "10.0.0.1 *",
        ] {
            assert!(clients(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn owners_are_pairs_of_numbers_and_not_root() {
        assert_eq!(owner("1000:1000"), Ok(()));
        assert_eq!(owner("65534:0"), Ok(()));
        for bad in ["0:0", "1000", "alice:alice", "-1:1", "4294967295:1", ""] {
            assert!(owner(bad).is_err(), "{bad}");
        }
    }
}
