//! Read-only questions: to a command, or to a server.

use super::RealHost;
use super::exec::Child;
use super::job::{Ended, Terms, follow};
use super::programs::{base_name, find};
use super::{fs, wandb};
use crate::host::{Answer, HostError, Query};
use camino::Utf8Path;
use std::io::ErrorKind;
use std::time::Duration;

/// The export table as `exportfs` keeps it, readable for everyone. `exportfs -s` prints the same, and
/// makes a lock file beside it for that (nfs-utils 2.6).
const EXPORT_TABLE: &str = "/var/lib/nfs/etab";

impl RealHost {
    pub(super) async fn ask(&self, query: &Query) -> Result<Answer, HostError> {
        match query {
            Query::WandbViewer { base_url } => {
                wandb::viewer(base_url, &self.secrets, wandb::LIMIT * self.patience).await
            }
            Query::WandbQueues { base_url, entity } => {
                let limit = wandb::LIMIT * self.patience;
                wandb::queues(base_url, entity.as_deref(), &self.secrets, limit).await
            }
            Query::WandbQueue {
                base_url,
                entity,
                queue,
            } => {
                let limit = wandb::LIMIT * self.patience;
                wandb::queue(base_url, entity, queue, &self.secrets, limit).await
            }
            Query::Exports => export_table(),
            Query::Package { name } => {
                let argv = package_question(
                    &["dpkg-query", "-W", "-f", "${Status}"],
                    &["rpm", "-q"],
                    std::slice::from_ref(name),
                    &self.identity.os_release,
                    find,
                )?;
                let answer = self.command(&argv, &[], query.limit()).await?;
                Ok(installed_or_not(answer))
            }
            Query::PackageVersions { names } => {
                let argv = package_question(
                    &[
                        "dpkg-query",
                        "-W",
                        "-f",
                        "${Package} ${Version} ${db:Status-Status}\\n",
                    ],
                    &["rpm", "-q", "--qf", "%{NAME} %{VERSION}-%{RELEASE}\\n"],
                    names,
                    &self.identity.os_release,
                    find,
                )?;
                self.command(&argv, &[], query.limit()).await
            }
            other => match other.argv() {
                Some(argv) => {
                    let env = self.question_env(other);
                    self.command(&argv, &env, other.limit()).await
                }
                None => Err(HostError::Io(format!("{} has no command", other.name()))),
            },
        }
    }

    /// minikube judges (`Kubeconfig`, `ActiveKubeContext`) by the kubeconfig it is given: ours, not
    /// the person's own.
    fn question_env(&self, query: &Query) -> Vec<(String, String)> {
        match query {
            Query::MinikubeProfiles | Query::MinikubeStatus { .. } => {
                vec![(
                    "KUBECONFIG".to_owned(),
                    self.clients.kubeconfig().to_string(),
                )]
            }
            _ => Vec::new(),
        }
    }

    /// Runs a read-only command as we are.
    pub(super) async fn command(
        &self,
        argv: &[String],
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<Answer, HostError> {
        let limit = limit * self.patience;
        let what = argv[..argv.len().min(2)].join(" ");
        let program = argv.first().map_or("", String::as_str);
        let path = find(program).ok_or_else(|| HostError::NoProgram(program.to_owned()))?;
        let mut words = argv.to_vec();
        words[0] = path.into_string();
        let terms = Terms {
            limit,
            stop: None,
            ours: true,
            redactor: &self.redactor,
        };
        let child = Child::inheriting(words, env);
        match follow(&child, &terms, &|_, _| {}).await {
            Ok(Ended::Exited(answer)) => Ok(answer),
            Ok(Ended::TimedOut(_) | Ended::Stopped(_)) => Err(HostError::Hung { what, limit }),
            Err(error) => Err(match error.kind() {
                ErrorKind::NotFound => HostError::NoProgram(program.to_owned()),
                ErrorKind::PermissionDenied => HostError::Denied(program.to_owned()),
                _ => HostError::Io(format!("{} cannot be started: {error}", base_name(program))),
            }),
        }
    }
}

/// Without root the table itself is read; no table means that nothing was ever exported.
fn export_table() -> Result<Answer, HostError> {
    let text = fs::read(Utf8Path::new(EXPORT_TABLE))?;
    if text.is_none() && find("exportfs").is_none() {
        return Err(HostError::NoProgram("exportfs".to_owned()));
    }
    Ok(Answer {
        code: 0,
        stdout: text.unwrap_or_default(),
        stderr: String::new(),
    })
}

/// The package manager's question, by what this distribution is and then by what there is: `dpkg`
/// and `rpm` may both be installed.
fn package_question<T>(
    dpkg: &[&str],
    rpm: &[&str],
    names: &[String],
    os_release: &str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<Vec<String>, HostError> {
    let pacman: &[&str] = &["pacman", "-Q"];
    let questions: [&[&str]; 3] = if ["rhel", "fedora", "suse"]
        .iter()
        .any(|family| os_release.contains(family))
    {
        [rpm, dpkg, pacman]
    } else if os_release.contains("arch") && !os_release.contains("debian") {
        [pacman, dpkg, rpm]
    } else {
        [dpkg, rpm, pacman]
    };
    questions
        .iter()
        .find(|words| find(words[0]).is_some())
        .map(|words| {
            let words = words.iter().map(|word| (*word).to_owned());
            words.chain(names.iter().cloned()).collect()
        })
        .ok_or_else(|| HostError::NoProgram("dpkg-query".to_owned()))
}

/// dpkg ends with 0 also for a package of which only its configuration is left.
fn installed_or_not(mut answer: Answer) -> Answer {
    let left_over = answer.stdout.starts_with("deinstall") || answer.stdout.starts_with("purge");
    let half = answer.stdout.contains("not-installed") || answer.stdout.contains("config-files");
    if answer.ok() && (left_over || half) {
        answer.code = 1;
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_decides_which_package_manager_is_asked() {
        let asked = |os: &str, has: &[&str]| {
            let has = |program: &str| has.contains(&program).then_some(());
            let names = ["nfs".to_owned()];
            package_question(&["dpkg-query", "-W"], &["rpm", "-q"], &names, os, has)
                .map(|words| words[0].clone())
        };
        let both = ["dpkg-query", "rpm"];
        assert_eq!(
            asked("ID=ubuntu\nID_LIKE=debian", &both).unwrap(),
            "dpkg-query"
        );
        assert_eq!(
            asked("ID=rocky\nID_LIKE=\"rhel fedora\"", &both).unwrap(),
            "rpm"
        );
        assert_eq!(asked("ID=arch", &["pacman"]).unwrap(), "pacman");
        assert!(matches!(asked("", &[]), Err(HostError::NoProgram(_))));
    }

    #[test]
    fn a_package_that_was_removed_is_not_installed() {
        let answer = |status: &str| {
            installed_or_not(Answer {
                code: 0,
                stdout: status.to_owned(),
                stderr: String::new(),
            })
        };
        assert!(answer("install ok installed").ok());
        assert!(!answer("deinstall ok config-files").ok());
        assert!(!answer("unknown ok not-installed").ok());
    }
}
