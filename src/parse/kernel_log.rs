//! The kernel's messages, as `dmesg` and `journalctl -k` print them.

use std::collections::BTreeMap;

/// An error report of the NVIDIA driver: `NVRM: Xid (PCI:0000:07:00): 79, …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xid {
    /// Its number, by which NVIDIA's catalogue knows it.
    pub code: u32,
    /// The GPU's place on the bus without its function, lower case: `0000:07:00`.
    pub at: String,
    /// How often it was reported.
    pub times: u32,
    /// The last such line from `NVRM` on.
    pub line: String,
}

/// Every kind of report by GPU, in the order in which they were first seen.
pub fn xids(text: &str) -> Vec<Xid> {
    let mut found: Vec<Xid> = Vec::new();
    let mut known: BTreeMap<(u32, String), usize> = BTreeMap::new();
    for (code, at, line) in text.lines().filter_map(report) {
        let index = *known.entry((code, at.clone())).or_insert_with(|| {
            found.push(Xid {
                code,
                at,
                times: 0,
                line: String::new(),
            });
            found.len() - 1
        });
        if let Some(xid) = found.get_mut(index) {
            xid.times = xid.times.saturating_add(1);
            xid.line = line.chars().take(300).collect();
        }
    }
    found
}

/// Drivers before 400 name the GPU without `PCI:`; newer ones add `GPU-I:` and the like inside.
fn report(line: &str) -> Option<(u32, String, &str)> {
    let from = line.find("NVRM: Xid (")?;
    let line = &line[from..];
    let (place, rest) = line.strip_prefix("NVRM: Xid (")?.split_once(')')?;
    let at = place.strip_prefix("PCI:").unwrap_or(place);
    let at = at.split_whitespace().next().unwrap_or_default();
    let digits: String = rest
        .trim_start_matches([':', ' '])
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let at = at.trim_end_matches(',').to_ascii_lowercase();
    Some((digits.parse().ok()?, at, line.trim_end()))
}

/// The kernel refused a module for its signature. It does not say which module.
pub fn refused_module(text: &str) -> Option<&str> {
    text.lines()
        .find(|line| line.contains("Loading of") && line.contains("is rejected"))
        .map(str::trim)
}

/// Why the driver did not take a GPU that it was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This branch or flavour of the driver does not know the GPU.
    Unfit,
    /// The GPU did not come up (`RmInitAdapter failed`).
    NotInitialised,
}

/// The line in which the driver says so. The texts are of nvidia.ko (NVIDIA/open-gpu-kernel-modules,
/// `nv.c` and `osinit.c`).
pub fn refused_gpu(text: &str) -> Option<(Refusal, &str)> {
    let unfit = [
        "is not supported by open",
        "is not supported by the NVIDIA",
        "requires use of the NVIDIA open kernel modules",
        "Legacy drivers",
    ];
    let mut failed = None;
    for line in text.lines().filter(|line| line.contains("NVRM")) {
        if unfit.iter().any(|words| line.contains(words)) {
            return Some((Refusal::Unfit, line.trim()));
        }
        if line.contains("RmInitAdapter failed") {
            failed = Some((Refusal::NotInitialised, line.trim()));
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reports_of_old_and_new_drivers_are_counted_by_gpu() {
        let text = "\
[    5.1] nvidia: loading out-of-tree module taints kernel.
[ 4909.922970] NVRM: Xid (0000:01:00): 13, 0005 00000000 0000502d 00000104
Nov 20 10:00:00 alder kernel: NVRM: Xid (PCI:0000:BA:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.
Nov 20 10:00:01 alder kernel: NVRM: Xid (PCI:0000:BA:00): 79, pid=1234, GPU has fallen off the bus.
[  1.0] NVRM: Xid (PCI:0000:10:1c): 63, pid=1896, Row Remapper: New row marked for remapping, reset gpu to activate.
[  1.1] NVRM: Xid (PCI:0000:10:1c GPU-I:05): 31, pid=99, name=python3, Ch 00000008
";
        let seen: Vec<(u32, String, u32)> = xids(text)
            .into_iter()
            .map(|xid| (xid.code, xid.at, xid.times))
            .collect();
        let want = |code, at: &str, times| (code, at.to_owned(), times);
        assert_eq!(
            seen,
            [
                want(13, "0000:01:00", 1),
                want(79, "0000:ba:00", 2),
                want(63, "0000:10:1c", 1),
                want(31, "0000:10:1c", 1),
            ]
        );
        assert!(
            xids(text)[1]
                .line
                .starts_with("NVRM: Xid (PCI:0000:BA:00): 79")
        );
    }

    #[test]
    fn a_refused_module_is_seen() {
        let line = "[ 12.3] Loading of module with unavailable key is rejected";
        assert_eq!(refused_module(line), Some(line));
        assert_eq!(refused_module("all is well"), None);
    }

    #[test]
    fn a_gpu_that_the_driver_does_not_know_is_told_from_one_that_did_not_come_up() {
        let unknown = "[ 2.1] NVRM: The NVIDIA GPU 0000:00:04.0 (PCI ID: 10de:1db6)\n\
                       [ 2.2] NVRM: installed in this system is not supported by open\n\
                       [ 2.2] NVRM: nvidia.ko because it does not include the required GPU\n\
                       [ 2.3] NVRM: System Processor (GSP).\n";
        assert_eq!(refused_gpu(unknown).unwrap().0, Refusal::Unfit);
        let failed = "NVRM: GPU 0000:00:04.0: RmInitAdapter failed! (0x24:0xffff:1220)";
        assert_eq!(refused_gpu(failed), Some((Refusal::NotInitialised, failed)));
        assert_eq!(
            refused_gpu("NVRM: loading NVIDIA UNIX Open Kernel Module"),
            None
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(NVRM: Xid \\()?.*") {
            let _ = xids(&text);
        }
    }
}
