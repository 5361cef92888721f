//! Whether a port of the host answers a node: what `src/host/node_probe.sh` printed inside it.
//!
//! The words are those of bash's `/dev/tcp` and of `nc`, in the C locale; the codes of `timeout`
//! (124), of a probe that its own watchdog ended (143) and of the script itself (69).

use std::net::Ipv4Addr;

/// What became of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It was made.
    Connected,
    /// Refused: nothing listens there, or a firewall says so in the server's place.
    Refused,
    /// No answer at all: a firewall drops what is sent.
    Silent,
    /// The host answered that it does not let this through (ICMP, as firewalld does).
    Prohibited,
    /// It could not be tried; why, in the tool's words.
    Unknown(String),
}

/// What was tried, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The host's address on the node's network; `None` where the node did not tell.
    pub address: Option<Ipv4Addr>,
    /// What became of it.
    pub reach: Reach,
}

/// Reads the answer. Whatever is not known for certain is [`Reach::Unknown`]: exit code 1 is bash's,
/// docker's and `nc`'s, and a wrong alarm would stop somebody whose cluster works.
pub fn probe(code: i32, stdout: &str, stderr: &str) -> Probe {
    let address = stdout
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    let has = |words: &str| stderr.contains(words);
    let reach = match code {
        _ if address.is_none() => Reach::Unknown(last_words(stderr)),
        0 => Reach::Connected,
        124 | 143 => Reach::Silent,
        _ if has("Connection refused") => Reach::Refused,
        _ if has("No route to host") => Reach::Prohibited,
        _ if has("Connection timed out") => Reach::Silent,
        _ => Reach::Unknown(last_words(stderr)),
    };
    Probe { address, reach }
}

fn last_words(stderr: &str) -> String {
    let line = stderr.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or("no words").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // As bash 5.2 printed them in a network namespace, its firewall as named.
    const AT: &str = "192.168.49.1\n";
    const REFUSED: &str = "192.168.49.1: connect: Connection refused\n192.168.49.1: line 1: /dev/tcp/192.168.49.1/2049: Connection refused\n";
    const PROHIBITED: &str = "192.168.49.1: connect: No route to host\n192.168.49.1: line 1: /dev/tcp/192.168.49.1/2049: No route to host\n";

    fn reach(code: i32, stdout: &str, stderr: &str) -> Reach {
        probe(code, stdout, stderr).reach
    }

    #[test]
    fn the_states_of_a_port_are_told_apart() {
        assert_eq!(reach(0, AT, ""), Reach::Connected);
        assert_eq!(reach(1, AT, REFUSED), Reach::Refused);
        // -j DROP, with `timeout` in the node and without.
        assert_eq!(reach(124, AT, ""), Reach::Silent);
        assert_eq!(reach(143, AT, "Terminated\n"), Reach::Silent);
        // -j REJECT --reject-with icmp-host-prohibited or icmp-admin-prohibited.
        assert_eq!(reach(1, AT, PROHIBITED), Reach::Prohibited);
        let address = probe(0, AT, "").address.unwrap();
        assert_eq!(address.to_string(), "192.168.49.1");
    }

    #[test]
    fn what_could_not_be_tried_is_never_an_alarm() {
        let cases = [
            (69, AT, "the node has neither bash nor nc\n"),
            (69, "", "the node has no default route\n"),
            (
                1,
                "",
                "Error response from daemon: No such container: gpucluster\n",
            ),
            (
                1,
                "",
                "Error response from daemon: container 0a is not running\n",
            ),
            (
                126,
                "",
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"sh\": executable file not found in $PATH: unknown\n",
            ),
            (
                127,
                "",
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"sh\": executable file not found in $PATH\n",
            ),
            (
                1,
                AT,
                "nc: invalid option -- 'v'\nUsage: nc [-iN] [-wN] [-l] [-p PORT]\n",
            ),
            (
                1,
                AT,
                "192.168.49.1: line 1: /dev/tcp/192.168.49.1/2049: No such file or directory\n",
            ),
            // Docker itself, not the port.
            (
                1,
                "",
                "dial tcp 127.0.0.1:2375: connect: Connection refused\n",
            ),
            (124, "", ""),
        ];
        for (code, stdout, stderr) in cases {
            let reach = reach(code, stdout, stderr);
            assert!(matches!(reach, Reach::Unknown(_)), "{stderr}: {reach:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(code in any::<i32>(), out in ".*", err in ".*") {
            let _ = probe(code, &out, &err);
        }
    }
}
