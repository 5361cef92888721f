//! `host.dns` and `host.proxy`: names are resolved, and the cluster's addresses need no proxy.

use super::files::{plain, text};
use crate::host::{HostError, Proxies, Query, Question, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::no_proxy::{is_local, spares};
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::{Wish, id};
use futures::future::join_all;
use std::sync::Arc;

/// Where Docker and minikube get images from.
const REGISTRIES: [&str; 2] = ["registry-1.docker.io", "registry.k8s.io"];
/// minikube's network of the docker driver, services and pods of its clusters.
const CLUSTER: [(&str, &str); 3] = [
    ("192.168.49.0/24", "the node"),
    ("10.96.0.0/12", "services"),
    ("10.244.0.0/16", "pods"),
];

/// `host.dns`.
pub fn dns(wish: &Arc<Wish>) -> Check {
    let asks = if wish.identity.proxies.https.is_none() {
        names(wish).into_iter().map(Question::Tool).collect()
    } else {
        Vec::new()
    };
    Check::new(
        wish,
        StepId::new("host.dns"),
        "Names of the network are resolved",
        |seeing| Box::pin(look_at_names(seeing.wish, seeing.host)),
    )
    .explains(&[id::WANDB, id::CONTAINER, id::CLUSTER, id::AGENT_ENV])
    .asks(asks)
}

/// `host.proxy`.
pub fn proxy(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.proxy"),
        "The cluster's addresses need no proxy",
        |seeing| {
            Box::pin(std::future::ready(Ok(look_at_proxies(
                &seeing.wish.identity.proxies,
            ))))
        },
    )
}

fn names(wish: &Wish) -> Vec<Query> {
    let url = wish.base_url();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let mut names: Vec<&str> = REGISTRIES.to_vec();
    // An address needs no resolver, and a word that begins with a dash would be an option.
    if host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('-') {
        names.push(host);
    }
    let query = |name: &str| Query::Resolves {
        name: name.to_owned(),
    };
    names.into_iter().map(query).collect()
}

/// Whether the kernel knows a way out: a default route of IPv4 or IPv6. `None`: it does not tell.
async fn has_route(host: &dyn ReadHost) -> Option<bool> {
    let (four, six) = tokio::join!(
        text(host, "/proc/net/route"),
        text(host, "/proc/net/ipv6_route"),
    );
    let four = four?;
    let by_four = four.lines().skip(1).any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next() == Some("00000000")
    });
    let by_six = six.unwrap_or_default().lines().any(|line| {
        let mut fields = line.split_whitespace();
        let is_default = fields
            .next()
            .is_some_and(|to| to.bytes().all(|b| b == b'0'))
            && fields.next() == Some("00");
        is_default && !line.trim_end().ends_with(" lo")
    });
    Some(by_four || by_six)
}

async fn look_at_names(wish: &Wish, host: &dyn ReadHost) -> Probe {
    if wish.identity.proxies.https.is_some() {
        return Ok(not_used("a proxy resolves the names"));
    }
    let names = names(wish);
    let (route, answers) = tokio::join!(
        has_route(host),
        join_all(names.iter().map(|query| host.query(query))),
    );
    let name = |query: &Query| match query {
        Query::Resolves { name } => name.clone(),
        other => other.name(),
    };
    let mut unknown = Vec::new();
    let mut silent = false;
    for (query, answer) in names.iter().zip(answers) {
        match answer {
            Ok(answer) if answer.ok() => {}
            Ok(_) => unknown.push(name(query)),
            Err(HostError::Hung { .. }) => {
                silent = true;
                unknown.push(name(query));
            }
            Err(error) => {
                return Err(Fault::new(
                    ids::TOOL_MISSING,
                    format!("the resolver cannot be asked: {error}"),
                ));
            }
        }
    }
    if unknown.is_empty() {
        let known: Vec<String> = names.iter().map(name).collect();
        return Ok(Observation::in_place(known.join(", ")));
    }
    if route == Some(false) {
        return Err(Fault::new(
            ids::NAME_RESOLUTION_FAILED,
            "this machine has no way to a network (no default route), so no name was resolved",
        ));
    }
    let conf = text(host, "/etc/resolv.conf").await.unwrap_or_default();
    let servers: Vec<String> = conf
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .map(|server| plain(server.trim()))
        .take(8)
        .collect();
    let verb = if silent {
        "gives no answer for"
    } else {
        "knows no"
    };
    let unresolved = unknown.join(", ");
    let ask = Advice::run(
        "ask it yourself",
        format!(
            "getent ahosts {}",
            unknown.first().map_or("", String::as_str)
        ),
    );
    let cause = match servers.as_slice() {
        [] => "/etc/resolv.conf names no server".to_owned(),
        some => format!("/etc/resolv.conf names {}", some.join(", ")),
    };
    if unknown.len() == names.len() {
        // A network without a way out looks the same from here, and it is nobody's fault.
        let text = format!(
            "the resolver {verb} {unresolved}: it is broken, or this network has no way out"
        );
        let fault = Fault::new(ids::NAME_RESOLUTION_FAILED, text);
        return Err(fault.caused_by(cause).advise(ask));
    }
    Ok(Observation::needs_human(
        Fault::new(
            ids::NAME_RESOLUTION_FAILED,
            format!("the resolver {verb} {unresolved}"),
        )
        .caused_by(cause)
        .advise(ask)
        .advise(Advice::say(
            "name a server that knows them in the network's settings (resolvectl, NetworkManager, netplan)",
        )),
    ))
}

fn look_at_proxies(proxies: &Proxies) -> Observation {
    let set: Vec<(&str, &String)> = [
        ("HTTPS_PROXY", &proxies.https),
        ("HTTP_PROXY", &proxies.http),
    ]
    .into_iter()
    .filter_map(|(name, url)| Some((name, url.as_ref()?)))
    .collect();
    if set.is_empty() {
        return not_used("no proxy is set");
    }
    let texts: Vec<String> = set
        .iter()
        .map(|(name, url)| format!("{name} is {}", plain(url)))
        .collect();
    let mut seen = Observation::in_place(texts.join(", "));
    if let Some((name, url)) = set.iter().find(|(_, url)| is_local(url)) {
        seen = seen.warn_of(Fault::new(
            ids::HOST_PROXY_LOCAL,
            format!(
                "{name} is {}, which inside a container is the container itself",
                plain(url)
            ),
        ));
    }
    let exceptions = proxies.exceptions.as_deref().unwrap_or_default();
    let missing: Vec<&(&str, &str)> = CLUSTER
        .iter()
        .filter(|(range, _)| !spares(exceptions, range))
        .collect();
    if !missing.is_empty() {
        let ranges: Vec<String> = missing
            .iter()
            .map(|(range, who)| format!("{range} ({who})"))
            .collect();
        let add: Vec<&str> = missing.iter().map(|(range, _)| *range).collect();
        let command = if exceptions.is_empty() {
            format!("export NO_PROXY=localhost,127.0.0.1,{}", add.join(","))
        } else {
            format!("export NO_PROXY=\"$NO_PROXY,{}\"", add.join(","))
        };
        seen = seen.warn_of(
            Fault::new(
                ids::HOST_PROXY_WITHOUT_EXCEPTIONS,
                format!("NO_PROXY leaves out {}", ranges.join(", ")),
            )
            .advise(Advice::run("add them", command)),
        );
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(http: &str, exceptions: Option<&str>) -> Vec<&'static str> {
        let seen = look_at_proxies(&Proxies {
            http: Some(http.to_owned()),
            https: None,
            exceptions: exceptions.map(str::to_owned),
        });
        let reasons = seen.warnings.iter().filter_map(|notice| notice.reason);
        reasons.map(|reason| reason.as_str()).collect()
    }

    #[test]
    fn a_proxy_spares_the_cluster_or_is_warned_of() {
        let all = "localhost,10.0.0.0/8,192.168.0.0/16";
        assert!(reasons("http://proxy.example:3128", Some(all)).is_empty());
        assert_eq!(
            reasons("http://proxy.example:3128", Some("10.0.0.0/8")),
            ["HOST_PROXY_WITHOUT_EXCEPTIONS"]
        );
        assert_eq!(
            reasons("http://localhost:3128", Some(all)),
            ["HOST_PROXY_LOCAL"]
        );
        let none = look_at_proxies(&Proxies::default());
        assert!(none.warnings.is_empty());
    }
}
