//! Which firewall this host has, and how it is told to let the cluster's network reach the NFS server.

use crate::host::ReadHost;
use crate::model::Advice;
use camino::Utf8Path;

/// Port of NFSv4; the only one it needs.
pub const PORT: u16 = 2049;

/// Who keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Firewall {
    /// ufw is enabled.
    Ufw,
    /// firewalld runs.
    Firewalld,
    /// `nftables.service` loads `/etc/nftables.conf`; with the chain there that judges what comes in.
    Nftables(Option<Chain>),
    /// Rules of somebody's own; whether `iptables-persistent` keeps them.
    Rules {
        /// `/etc/iptables/rules.v4` is there.
        kept: bool,
    },
}

/// A chain of nftables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// `inet` or `ip`.
    pub family: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
}

/// Asks the host. The rules themselves are root's to read.
pub async fn find(host: &dyn ReadHost) -> Firewall {
    let (firewalld, nftables, conf, kept) = tokio::join!(
        host.unit("firewalld"),
        host.unit("nftables"),
        host.read_file(Utf8Path::new("/etc/nftables.conf")),
        host.stat(Utf8Path::new("/etc/iptables/rules.v4")),
    );
    if ufw_is_on(host).await {
        return Firewall::Ufw;
    }
    if firewalld.is_ok_and(|unit| unit.active) {
        return Firewall::Firewalld;
    }
    if nftables.is_ok_and(|unit| unit.active) {
        return Firewall::Nftables(conf.ok().flatten().and_then(|conf| input_chain(&conf)));
    }
    Firewall::Rules {
        kept: matches!(kept, Ok(Some(_))),
    }
}

/// Whether ufw is enabled. Its configuration outlives it.
pub async fn ufw_is_on(host: &dyn ReadHost) -> bool {
    let (program, conf) = tokio::join!(
        host.which("ufw"),
        host.read_file(Utf8Path::new("/etc/ufw/ufw.conf")),
    );
    let on = |line: &str| line.trim().eq_ignore_ascii_case("ENABLED=yes");
    let conf = conf.ok().flatten().unwrap_or_default();
    matches!(program, Ok(Some(_))) && conf.lines().any(on)
}

/// `prepend` and not plain `allow`: a rule that denies the port already would come first otherwise.
pub fn ufw_command(subnet: &str) -> String {
    format!("sudo ufw prepend allow in from {subnet} to any port {PORT} proto tcp")
}

impl Firewall {
    /// What lets a cluster's network in. `network` is the name of its Docker network.
    pub fn admit(&self, subnet: &str, network: &str) -> Vec<Advice> {
        match self {
            Self::Ufw => vec![Advice::run(
                "ufw is on: open it for the cluster's network",
                ufw_command(subnet),
            )],
            // The zone is that of the network's bridge; one that is in no zone is in the default one.
            Self::Firewalld => vec![Advice::run(
                "firewalld runs: open it for the cluster's network",
                format!(
                    "sudo firewall-cmd --permanent --zone=\"$(sudo firewall-cmd --get-zone-of-interface=\"br-$(docker network inspect -f '{{{{slice .Id 0 12}}}}' {network})\" 2>/dev/null || sudo firewall-cmd --get-default-zone)\" --add-rich-rule='rule family=\"ipv4\" source address=\"{subnet}\" port port=\"{PORT}\" protocol=\"tcp\" accept' && sudo firewall-cmd --reload"
                ),
            )],
            // In nftables a rule of another table cannot accept what this chain drops.
            Self::Nftables(Some(chain)) => {
                let rule = format!("ip saddr {subnet} tcp dport {PORT} accept");
                let Chain {
                    family,
                    table,
                    name,
                } = chain;
                vec![
                    Advice::run(
                        "open it in nftables for the cluster's network, until the next reboot",
                        format!("sudo nft insert rule {family} {table} {name} {rule}"),
                    ),
                    Advice::say(format!(
                        "to keep it, write `{rule}` into chain `{name}` of table `{family} {table}` in /etc/nftables.conf, before what drops"
                    )),
                ]
            }
            Self::Nftables(None) => vec![
                Advice::run(
                    "nftables is in use: find the chain that has `hook input` and drops",
                    "sudo nft list ruleset",
                ),
                Advice::say(format!(
                    "put `ip saddr {subnet} tcp dport {PORT} accept` into it, before what drops"
                )),
            ],
            Self::Rules { kept } => {
                let keep = if *kept {
                    "`sudo netfilter-persistent save` keeps it"
                } else {
                    "keeping it is up to whatever sets this host's rules"
                };
                vec![Advice::run(
                    format!(
                        "open it in this host's firewall for the cluster's network; that lasts until the next reboot, and {keep}"
                    ),
                    format!("sudo iptables -I INPUT -p tcp -s {subnet} --dport {PORT} -j ACCEPT"),
                )]
            }
        }
    }
}

/// The first chain of a ruleset that judges what comes in over IPv4.
fn input_chain(conf: &str) -> Option<Chain> {
    let code: String = conf
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    let spaced = code.replace(['{', ';', '}'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (mut table, mut chain) = (None, None);
    for (at, word) in words.iter().enumerate() {
        let next = |n: usize| words.get(at + n).copied();
        match *word {
            "table" => {
                table = match next(1)? {
                    family @ ("inet" | "ip") => Some((family, next(2)?)),
                    "ip6" | "arp" | "bridge" | "netdev" => None,
                    name => Some(("ip", name)),
                };
                chain = None;
            }
            "chain" => chain = next(1),
            "hook" if next(1) == Some("input") => {
                if let (Some((family, table)), Some(name)) = (table, chain) {
                    return Some(Chain {
                        family: family.to_owned(),
                        table: table.to_owned(),
                        name: name.to_owned(),
                    });
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_that_judges_what_comes_in_is_found() {
        // /etc/nftables.conf as Debian's package has it, with a table of another family before.
        let conf = "#!/usr/sbin/nft -f\nflush ruleset\ntable ip6 x {\n\tchain a {\n\t\ttype filter hook input priority 0;\n\t}\n}\ntable inet filter {\n\tchain input {\n\t\t# hook input of old\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority filter;\n\t}\n}\n";
        let chain = input_chain(conf).unwrap();
        assert_eq!(
            (&*chain.family, &*chain.table, &*chain.name),
            ("inet", "filter", "input")
        );
        assert_eq!(input_chain("table inet filter {\n}\n"), None);
        assert_eq!(input_chain("table"), None);
    }

    #[test]
    fn each_firewall_has_its_own_command() {
        let line = |firewall: Firewall| {
            let advice = firewall.admit("192.168.49.0/24", "gpucluster").remove(0);
            advice.command.unwrap()
        };
        assert_eq!(
            line(Firewall::Ufw),
            "sudo ufw prepend allow in from 192.168.49.0/24 to any port 2049 proto tcp"
        );
        assert_eq!(
            line(Firewall::Rules { kept: false }),
            "sudo iptables -I INPUT -p tcp -s 192.168.49.0/24 --dport 2049 -j ACCEPT"
        );
        let chain = input_chain("table filter { chain IN { type filter hook input priority 0; } }");
        assert_eq!(
            line(Firewall::Nftables(chain)),
            "sudo nft insert rule ip filter IN ip saddr 192.168.49.0/24 tcp dport 2049 accept"
        );
        let firewalld = line(Firewall::Firewalld);
        assert!(
            firewalld.contains("-f '{{slice .Id 0 12}}' gpucluster)"),
            "{firewalld}"
        );
        assert!(
            firewalld.ends_with("&& sudo firewall-cmd --reload"),
            "{firewalld}"
        );
    }
}
