//! What an installation brings besides what it names.

use super::{Query, ReadHost};
use crate::model::Command;
use crate::parse::apt;

/// The packages that a command is about to bring, by apt's own reckoning; empty where it installs
/// nothing, or where that cannot be told.
///
/// Only the moment before the installation knows them: lists that were old or empty were brought up
/// to date one change earlier.
pub async fn brought_by(host: &dyn ReadHost, command: &Command) -> Vec<String> {
    let [program, verb, .., package] = &command.argv[..] else {
        return Vec::new();
    };
    if (program.as_str(), verb.as_str()) != ("apt-get", "install") {
        return Vec::new();
    }
    let package = package.clone();
    match host.query(&Query::AptInstall { package }).await {
        Ok(answer) => apt::simulation(&answer.stdout).new,
        Err(_) => Vec::new(),
    }
}
