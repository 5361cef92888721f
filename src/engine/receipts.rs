//! Reading what earlier runs made, from their journals.

use super::journal::{self, Past, Record};
use crate::model::{Notice, Receipt};
use std::io::ErrorKind;
use std::path::Path;

/// What the journals of a profile say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// What we made and have not undone.
    pub receipt: Receipt,
    /// The runs, oldest first.
    pub runs: Vec<Past>,
    /// Journals that could not be read, said once each.
    pub notices: Vec<Notice>,
}

/// Reads every journal of `profile` below the folder of runs. A missing folder is no history.
pub fn history(runs: &Path, profile: &str) -> History {
    let mut history = History::default();
    let mut names: Vec<_> = std::fs::read_dir(runs)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    names.sort();
    let mut pasts = Vec::new();
    for dir in names {
        let bytes = match std::fs::read(dir.join(journal::FILE_NAME)) {
            Ok(bytes) => bytes,
            // A folder without a journal: a run that died before its first line, or no run at all.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                continue;
            }
            Err(error) => {
                history.notices.push(unread(&dir, &error));
                continue;
            }
        };
        // A power cut may leave a file without a line, before which nothing was changed.
        if bytes.is_empty() {
            continue;
        }
        match journal::read(&String::from_utf8_lossy(&bytes)) {
            Ok(past) if past.header.profile == profile => pasts.push(past),
            Ok(_) => {}
            Err(why) => history.notices.push(unread(&dir, &why)),
        }
    }
    // Names sort by the minute; runs within one minute are ordered by their start.
    pasts.sort_by_key(|past| past.header.started_ms);
    for past in &pasts {
        replay(past, &mut history.receipt);
    }
    history.runs = pasts;
    history
}

fn unread(dir: &Path, why: &dyn std::fmt::Display) -> Notice {
    Notice::info(format!(
        "the journal of run {} is not read: {why}",
        dir.file_name().unwrap_or_default().to_string_lossy()
    ))
}

/// Applies one run to the receipt.
fn replay(past: &Past, receipt: &mut Receipt) {
    let mut open: Vec<(&str, usize, &Record)> = Vec::new();
    for record in &past.records {
        match record {
            Record::Intent {
                step,
                index,
                touches,
                ..
            } => {
                open.push((step, *index, record));
                if !past.header.undo {
                    for (touch, prior) in touches {
                        receipt.note(step, touch.clone(), prior.clone());
                    }
                }
            }
            Record::Outcome {
                step,
                index,
                ok,
                nothing_left,
                ..
            } => {
                let at = open.iter().position(|(s, i, _)| s == step && i == index);
                let intent = at.map(|at| open.remove(at).2);
                if let (
                    true,
                    Some(Record::Intent {
                        touches,
                        destructive,
                        ..
                    }),
                ) = (ok, intent)
                {
                    // What an undo, or a deletion that was asked for, took away is gone; whatever
                    // comes to that place afterwards is judged afresh.
                    if past.header.undo || *destructive {
                        touches.iter().for_each(|(touch, _)| receipt.forget(touch));
                    }
                }
                // An undo that failed undid nothing, even where the place is empty: the server may
                // still have to be told that the file is gone.
                if !past.header.undo {
                    nothing_left.iter().for_each(|touch| receipt.forget(touch));
                }
            }
            Record::End { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Prior, Touch};
    use std::io::Write;

    fn past(undo: bool, records: Vec<Record>) -> Past {
        Past {
            header: journal::Header {
                format: journal::FORMAT.into(),
                run: "r".into(),
                verb: "up".into(),
                profile: "p".into(),
                version: "0".into(),
                pid: 1,
                started_ms: 0,
                undo,
            },
            records,
        }
    }

    fn intent(touch: &Touch, prior: Prior, destructive: bool) -> Record {
        Record::Intent {
            step: "s".into(),
            index: 0,
            text: "t".into(),
            destructive,
            touches: vec![(touch.clone(), prior)],
            at_ms: 0,
        }
    }

    fn outcome(ok: bool, nothing_left: Vec<Touch>) -> Record {
        Record::Outcome {
            step: "s".into(),
            index: 0,
            ok,
            reason: None,
            nothing_left,
            ms: 0,
        }
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_said() {
        let runs = tempfile::tempdir().unwrap();
        for name in ["a-folder", "empty", "garbage"] {
            std::fs::create_dir(runs.path().join(name)).unwrap();
        }
        std::fs::create_dir(runs.path().join("a-folder").join(journal::FILE_NAME)).unwrap();
        for (name, text) in [("empty", ""), ("garbage", "x")] {
            let path = runs.path().join(name).join(journal::FILE_NAME);
            let mut options = std::fs::File::options();
            let mut file = options.create_new(true).write(true).open(path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        let history = history(runs.path(), "p");
        assert_eq!(history.notices.len(), 2, "{:?}", history.notices);
        assert_eq!(history.receipt, Receipt::default());
    }

    #[test]
    fn the_first_prior_counts_and_an_undo_clears_it() {
        let touch = Touch::Cluster("p".into());
        let mut receipt = Receipt::default();
        // Killed in the middle: an intent alone makes it ours.
        replay(
            &past(false, vec![intent(&touch, Prior::Absent, false)]),
            &mut receipt,
        );
        let again = vec![intent(&touch, Prior::Present, false), outcome(true, vec![])];
        replay(&past(false, again), &mut receipt);
        assert!(receipt.is_ours(&touch));
        let failed = vec![
            intent(&touch, Prior::Present, false),
            outcome(false, vec![]),
        ];
        replay(&past(true, failed), &mut receipt);
        assert!(receipt.is_ours(&touch), "an undo that failed undid nothing");
        let undone = vec![intent(&touch, Prior::Present, false), outcome(true, vec![])];
        replay(&past(true, undone), &mut receipt);
        assert_eq!(receipt, Receipt::default());
    }

    #[test]
    fn a_failed_change_that_left_nothing_is_not_ours() {
        let touch = Touch::Package("nfs-kernel-server".into());
        let mut receipt = Receipt::default();
        let records = vec![
            intent(&touch, Prior::Absent, false),
            outcome(false, vec![touch.clone()]),
        ];
        replay(&past(false, records), &mut receipt);
        assert!(!receipt.is_ours(&touch));
    }

    #[test]
    fn an_undo_that_failed_at_an_empty_place_is_not_done() {
        let touch = Touch::File("/etc/exports.d/gpucluster.exports".into());
        let mut receipt = Receipt::default();
        let made = vec![intent(&touch, Prior::Absent, false), outcome(true, vec![])];
        replay(&past(false, made), &mut receipt);
        let failed = vec![
            intent(&touch, Prior::Absent, false),
            outcome(false, vec![touch.clone()]),
        ];
        replay(&past(true, failed), &mut receipt);
        assert!(receipt.is_ours(&touch));
    }

    #[test]
    fn a_cluster_recreated_with_consent_is_ours() {
        let touch = Touch::Cluster("p".into());
        let mut receipt = Receipt::default();
        let records = vec![
            intent(&touch, Prior::Present, true),
            outcome(true, vec![]),
            intent(&touch, Prior::Absent, false),
            outcome(true, vec![]),
        ];
        replay(&past(false, records), &mut receipt);
        assert!(receipt.is_ours(&touch));
    }
}
