//! Root rights, one change at a time: `sudo -n -- /absolute/path …` with a minimal environment.
//!
//! An unprivileged process may not signal a child that runs as root, so such a child is bounded by
//! `timeout` on root's side of sudo, and a wish to stop waits for it.

use super::exec::Child;
use super::faults;
use super::programs::{ROOT_PATH, base_name, find, find_for_root};
use crate::model::{Advice, Fault};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use std::time::Duration;

/// How long `timeout` waits between SIGTERM and SIGKILL, in seconds.
const GRACE: u64 = 10;

/// Exit codes by which `timeout` says that the limit was reached.
pub(super) const TIMEOUT_CODES: [i32; 2] = [124, 137];

/// How root rights are had on this machine.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// We are root.
    Already,
    /// By this `sudo`.
    Sudo(Utf8PathBuf),
    /// Not at all.
    Nowhere,
}

impl Root {
    /// Looks.
    pub fn find() -> Self {
        if nix::unistd::geteuid().is_root() {
            return Self::Already;
        }
        find("sudo").map_or(Self::Nowhere, Self::Sudo)
    }

    /// Whether we are root ourselves.
    pub fn is_already(&self) -> bool {
        matches!(self, Self::Already)
    }

    /// A child that runs `argv` as root, for at most `limit`.
    pub fn child(
        &self,
        argv: &[String],
        env: &[(String, String)],
        limit: Duration,
    ) -> Result<Child, Fault> {
        let (program, arguments) = argv
            .split_first()
            .ok_or_else(|| Fault::new(ids::UNEXPECTED, "an empty command line"))?;
        // As root ourselves, what is on our own PATH is what we would type.
        let path = match self {
            Self::Already => find(program),
            _ => find_for_root(program),
        };
        let path = path.ok_or_else(|| faults::missing(base_name(program)))?;
        let command = std::iter::once(path.into_string()).chain(arguments.iter().cloned());
        match self {
            Self::Already => Ok(Child::inheriting(command.collect(), env)),
            Self::Sudo(sudo) => {
                let mut words = vec![sudo.to_string(), "-n".to_owned(), "--".to_owned()];
                words.extend(bounded(limit)?);
                words.extend(minimal_env(env)?);
                words.extend(command);
                Ok(Child::inheriting(words, &[]))
            }
            Self::Nowhere => Err(unavailable(
                "you are not root, and `sudo` is not on PATH",
                false,
            )),
        }
    }
}

/// What tells whether commands of root run without a password being typed, and keeps a ticket alive.
///
/// Not `sudo -n -v`: that is refused unless *every* rule for the person says `NOPASSWD` (sudoers(5),
/// `verifypw`), and on cloud images one for the person does and one for the group `sudo` does not.
pub(super) fn without_asking(sudo: &Utf8Path) -> Vec<String> {
    let nothing = find_for_root("true").unwrap_or_else(|| "/bin/true".into());
    [sudo.as_str(), "-n", "--", nothing.as_str()]
        .map(str::to_owned)
        .to_vec()
}

fn tool(name: &str) -> Result<String, Fault> {
    find_for_root(name)
        .map(Utf8PathBuf::into_string)
        .ok_or_else(|| faults::missing(name))
}

fn bounded(limit: Duration) -> Result<Vec<String>, Fault> {
    Ok(vec![
        tool("timeout")?,
        "-k".to_owned(),
        GRACE.to_string(),
        limit.as_secs().max(1).to_string(),
    ])
}

fn minimal_env(env: &[(String, String)]) -> Result<Vec<String>, Fault> {
    let mut words = vec![
        tool("env")?,
        "-i".to_owned(),
        format!("PATH={ROOT_PATH}"),
        "HOME=/root".to_owned(),
        "LC_ALL=C".to_owned(),
    ];
    words.extend(env.iter().map(|(name, value)| format!("{name}={value}")));
    Ok(words)
}

/// Whether these words are sudo's own refusal, rather than the program's.
pub(super) fn is_refusal(stderr: &str) -> bool {
    const REFUSALS: [&str; 6] = [
        "a password is required",
        "a terminal is required",
        "no tty present",
        "not in the sudoers file",
        "not allowed to execute",
        "no new privileges",
    ];
    stderr.lines().any(|line| {
        (line.starts_with("sudo:") || line.contains("sudoers") || line.starts_with("Sorry, user"))
            && REFUSALS.iter().any(|refusal| line.contains(refusal))
    })
}

/// Root rights cannot be had.
pub(super) fn unavailable(why: &str, has_sudo: bool) -> Fault {
    let fault = Fault::new(
        ids::PRIVILEGE_UNAVAILABLE,
        "root rights are needed and cannot be had",
    )
    .caused_by(why);
    let fault = if has_sudo {
        fault.advise(Advice::run(
            "type your password once in this terminal, then the same command again",
            "sudo -v",
        ))
    } else {
        fault
    };
    fault.advise(Advice::run(
        "or run the commands that need root by hand, then the same command again",
        "gpucluster up --print-root-commands",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_command_is_absolute_bounded_and_has_a_minimal_environment() {
        let root = Root::Sudo("/usr/bin/sudo".into());
        let argv = ["sh", "-c", "true"].map(str::to_owned);
        let env = [("DEBIAN_FRONTEND".to_owned(), "noninteractive".to_owned())];
        let child = root.child(&argv, &env, Duration::from_secs(90)).unwrap();
        let line = child.argv.join(" ");
        assert!(line.starts_with("/usr/bin/sudo -n -- /"), "{line}");
        assert!(line.contains("timeout -k 10 90 /"), "{line}");
        assert!(line.contains("env -i PATH=/usr/local/sbin"), "{line}");
        assert!(line.contains(" DEBIAN_FRONTEND=noninteractive /"), "{line}");
        assert!(line.ends_with("/sh -c true"), "{line}");
    }

    #[test]
    fn root_itself_needs_no_sudo() {
        let argv = ["sh".to_owned()];
        let child = Root::Already.child(&argv, &[], Duration::from_secs(1));
        assert!(child.unwrap().argv[0].ends_with("/sh"));
    }

    #[test]
    fn without_sudo_the_way_out_is_told_and_it_is_true() {
        let argv = ["sh".to_owned()];
        let fault = Root::Nowhere
            .child(&argv, &[], Duration::from_secs(1))
            .unwrap_err();
        assert_eq!(fault.reason, ids::PRIVILEGE_UNAVAILABLE);
        let commands: Vec<_> = fault
            .advice
            .iter()
            .filter_map(|a| a.command.as_deref())
            .collect();
        assert_eq!(commands, ["gpucluster up --print-root-commands"]);
        assert!(unavailable("x", true).advice[0].command.as_deref() == Some("sudo -v"));
    }

    #[test]
    fn sudos_own_refusal_is_told_from_the_programs_failure() {
        for text in [
            "sudo: a password is required\n",
            "sudo: a terminal is required to read the password\n",
            "ada is not in the sudoers file.\n",
        ] {
            assert!(is_refusal(text), "{text}");
        }
        assert!(!is_refusal(
            "E: Unable to locate package; a password is required"
        ));
        assert!(!is_refusal("exportfs: /etc/exports: syntax error"));
    }
}
