//! Where the configuration file is looked for.

use crate::model::{Advice, Fault};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use std::io::{self, ErrorKind};

/// The name of the file.
pub const FILE_NAME: &str = "gpucluster.yaml";

/// Places in which the file is looked for, in this order: the current folder, then the person's
/// configuration folder (`$XDG_CONFIG_HOME/gpucluster`).
pub fn places(current: &Utf8Path, config_home: &Utf8Path) -> [Utf8PathBuf; 2] {
    [
        current.join(FILE_NAME),
        config_home.join("gpucluster").join(FILE_NAME),
    ]
}

/// Finds and reads the file through `read`. `explicit` is `--config` or `GPUCLUSTER_CONFIG`: that
/// one has to exist. Otherwise the first of `places` that exists is taken, and none is fine.
///
/// # Errors
/// `CONFIG_INVALID` where the file cannot be read.
pub fn locate(
    explicit: Option<&Utf8Path>,
    places: &[Utf8PathBuf],
    read: impl Fn(&Utf8Path) -> io::Result<String>,
) -> Result<Option<(Utf8PathBuf, String)>, Fault> {
    let unreadable = |path: &Utf8Path, error: &io::Error| {
        Fault::new(
            ids::CONFIG_INVALID,
            format!("the configuration file `{path}` cannot be read"),
        )
        .caused_by(error.to_string())
    };
    if let Some(path) = explicit {
        return match read(path) {
            Ok(text) => Ok(Some((path.to_owned(), text))),
            Err(error) => Err(unreadable(path, &error).advise(Advice::say(
                "check the path given by `--config` or GPUCLUSTER_CONFIG",
            ))),
        };
    }
    for path in places {
        match read(path) {
            Ok(text) => return Ok(Some((path.clone(), text))),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(there: &'static str) -> impl Fn(&Utf8Path) -> io::Result<String> {
        move |path| {
            if path == there {
                Ok("profile: ab".to_owned())
            } else {
                Err(io::Error::from(ErrorKind::NotFound))
            }
        }
    }

    #[test]
    fn the_current_folder_comes_before_the_configuration_folder() {
        let places = places("/w".into(), "/h/.config".into());
        let found = locate(None, &places, |_| Ok(String::new()))
            .unwrap()
            .unwrap();
        assert_eq!(found.0, "/w/gpucluster.yaml");
        let found = locate(None, &places, only("/h/.config/gpucluster/gpucluster.yaml"));
        assert_eq!(found.unwrap().unwrap().1, "profile: ab");
        assert!(locate(None, &places, only("/nowhere")).unwrap().is_none());
    }

    #[test]
    fn a_file_that_was_named_has_to_exist() {
        let fault = locate(Some("/x.yaml".into()), &[], only("/y")).unwrap_err();
        assert_eq!(fault.reason, ids::CONFIG_INVALID);
        assert!(fault.summary.contains("/x.yaml"));
    }

    #[test]
    fn a_file_that_may_not_be_read_is_not_passed_over() {
        let denied = |_: &Utf8Path| Err(io::Error::from(ErrorKind::PermissionDenied));
        assert!(locate(None, &places("/w".into(), "/h".into()), denied).is_err());
    }
}
