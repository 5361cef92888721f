//! Whether a firewall may stand between the node and this host's NFS server.

/// What to say where ufw is on. Its rules are root's to read, so whether the port is open already
/// cannot be told; a closed one makes every mount hang (kubernetes/minikube#8054, #20442).
pub fn ufw_hint(ufw_conf: &str, subnet: &str) -> Option<String> {
    let on = ufw_conf
        .lines()
        .any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes"));
    on.then(|| {
        format!(
            "ufw is on: the node needs `sudo ufw allow in from {subnet} to any port 2049 proto tcp`, unless that is allowed already"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::ufw_hint;

    #[test]
    fn only_a_firewall_that_is_on_is_mentioned() {
        let hint = ufw_hint("# comment\nENABLED=yes\nLOGLEVEL=low\n", "192.168.49.0/24");
        assert!(hint.is_some_and(|text| text.contains("from 192.168.49.0/24 to any port 2049")));
        assert_eq!(ufw_hint("ENABLED=no\n", "192.168.49.0/24"), None);
    }
}
