//! Flags of `minikube start`.

use super::minikube::at_least;

/// What was asked for.
pub struct Flags {
    /// Name of the profile.
    pub profile: String,
    /// `--driver`.
    pub driver: String,
    /// `--container-runtime`.
    pub runtime: String,
    /// `--gpus`, if it was given.
    pub gpus: Option<String>,
    /// `--cpus`; 0 is `no-limit`.
    pub cpus: u32,
    /// `--memory` in MiB; 0 is `no-limit`.
    pub memory: u64,
    /// `--kubernetes-version`.
    pub kubernetes: Option<String>,
    /// `--force`.
    pub force: bool,
}

/// Reads the flags that are modelled; every other is refused as minikube refuses unknown ones.
///
/// # Errors
/// minikube's words after `Error: `.
pub fn parse(args: &[&str], version: &str) -> Result<Flags, String> {
    let mut flags = Flags {
        profile: "minikube".to_owned(),
        driver: "docker".to_owned(),
        runtime: "docker".to_owned(),
        gpus: None,
        cpus: 2,
        memory: 3072,
        kubernetes: None,
        force: false,
    };
    let mut words = args.iter();
    while let Some(&word) = words.next() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None if ["-p", "-o", "--profile", "--output"].contains(&word) => {
                (word, words.next().copied())
            }
            None => (word, None),
        };
        let text = || {
            value
                .map(str::to_owned)
                .ok_or(format!("flag needs an argument: {flag}"))
        };
        match flag {
            "-p" | "--profile" => flags.profile = text()?,
            "-o" | "--output" if value == Some("json") => {}
            "--driver" => flags.driver = text()?,
            "--container-runtime" => flags.runtime = text()?,
            "--gpus" if at_least(version, (1, 32)) => flags.gpus = Some(text()?),
            "--cpus" => flags.cpus = number(&text()?)?,
            "--memory" => flags.memory = megabytes(&text()?)?,
            "--kubernetes-version" => flags.kubernetes = Some(text()?),
            "--force" => flags.force = true,
            "--wait" | "--wait-timeout" | "--interactive" | "--embed-certs" | "--user"
            | "--base-image" | "--keep-context" => {}
            _ => return Err(format!("unknown flag: {flag}")),
        }
    }
    Ok(flags)
}

fn number(text: &str) -> Result<u32, String> {
    match text {
        "no-limit" | "max" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| format!("invalid argument \"{text}\" for \"--cpus\" flag")),
    }
}

fn megabytes(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    if ["no-limit", "max"].contains(&lower.as_str()) {
        return Ok(0);
    }
    let digits: String = lower.chars().take_while(char::is_ascii_digit).collect();
    let size: u64 = digits
        .parse()
        .map_err(|_| format!("invalid argument \"{text}\" for \"--memory\" flag"))?;
    match &lower[digits.len()..] {
        "" | "m" | "mb" | "mib" => Ok(size),
        "g" | "gb" | "gib" => Ok(size * 1024),
        _ => Err(format!("invalid argument \"{text}\" for \"--memory\" flag")),
    }
}
