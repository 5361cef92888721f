//! One row per known bad text, verbatim, with where it was seen. A new text seen in the field is
//! added here first.

mod host;
mod stack;

use super::diagnose;
use super::rows::rows;

#[test]
fn every_known_text_gives_its_reason() {
    for (source, reason, text) in host::TEXTS.iter().chain(stack::TEXTS) {
        assert_eq!(diagnose(text), Some(*reason), "{source}: {text}");
    }
}

#[test]
fn what_tools_print_when_all_is_well_gives_none() {
    for text in [
        "",
        "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-00000000-1111-2222-3333-444444444444)",
        "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Wrote updated config to /etc/docker/daemon.json\"",
        "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Config file does not exist; using empty config\"",
        "wandb: launch: agent NAME polling on queues q1, running 0 out of a maximum of 2 jobs",
        "Done! kubectl is now configured to use \"gpu\" cluster and \"default\" namespace by default",
        "Enabled addons: nvidia-device-plugin, storage-provisioner, default-storageclass",
        "Setting up nfs-kernel-server (1:2.6.4-3ubuntu5) ...",
        "Status: Downloaded newer image for ubuntu:24.04",
        "Error: something nobody has seen before",
        "permission denied",
        "no such file or directory",
    ] {
        assert_eq!(diagnose(text), None, "{text}");
    }
}

#[test]
fn every_row_can_be_reached() {
    // A row behind a wider one would be dead: its own words must lead to its own reason.
    let dead: Vec<String> = rows()
        .map(|row| (row, diagnose(&row.all.join(" ... "))))
        .filter(|(row, found)| *found != Some(row.reason))
        .map(|(row, found)| format!("{}, not {found:?}: {:?}", row.reason, row.all))
        .collect();
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn rows_are_written_in_lower_case() {
    for row in rows() {
        for fragment in row.all {
            assert_eq!(*fragment, fragment.to_lowercase());
        }
    }
}
