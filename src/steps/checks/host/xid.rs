//! What a number in the driver's error reports means for the machine.
//!
//! By NVIDIA's catalogue of Xid errors (docs.nvidia.com/deploy/xid-errors), told here in three sorts:
//! what a program did, what is worth watching, and what needs a reset or a person.

use crate::model::ReasonId;
use crate::reason::ids;

/// Whose trouble an Xid is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A program's: nothing is wrong with the machine.
    Program,
    /// The hardware mended itself, or one program paid for it.
    Watch,
    /// The GPU needs a reset, a reboot or a person.
    Act,
}

/// The reason whose page speaks of a number; `None`: a program's own.
pub fn reason(code: u32) -> Option<ReasonId> {
    match code {
        48 | 63 | 64 | 92 | 94 | 95 | 140 => Some(ids::GPU_MEMORY_ERRORS),
        61 | 62 | 119 | 120 => Some(ids::GPU_FIRMWARE_FAILED),
        74 => Some(ids::GPU_NVLINK_ERROR),
        79 => Some(ids::GPU_LOST),
        other => (meaning(other).0 != Sort::Program).then_some(ids::GPU_XID),
    }
}

/// What a number means, in a few words.
pub fn meaning(code: u32) -> (Sort, &'static str) {
    match code {
        13 => (Sort::Program, "a program's error in the graphics engine"),
        31 => (Sort::Program, "a program used a wrong address"),
        43 => (Sort::Program, "a program's channel was stopped"),
        45 => (Sort::Program, "a program was ended"),
        68 | 69 | 109 => (Sort::Program, "a program's error in an engine"),
        32 => (Sort::Watch, "a corrupted command over PCI Express"),
        63 => (Sort::Watch, "a bad row of memory is taken out of use"),
        92 => (Sort::Watch, "many corrected memory errors"),
        94 => (Sort::Watch, "a memory error ended one program"),
        121 => (Sort::Watch, "a corrected error of the link to the CPU"),
        46 => (Sort::Act, "the GPU stopped processing"),
        48 => (Sort::Act, "a memory error that cannot be corrected"),
        61 | 62 => (Sort::Act, "the GPU's microcontroller halted"),
        64 => (
            Sort::Act,
            "a bad row of memory could not be taken out of use",
        ),
        74 => (Sort::Act, "an error of NVLink"),
        79 => (Sort::Act, "the GPU has fallen off the bus"),
        95 => (Sort::Act, "a memory error that spread"),
        119 => (Sort::Act, "the GPU's firmware does not answer"),
        120 => (Sort::Act, "the GPU's firmware failed"),
        140 => (Sort::Act, "a memory error that was not recovered from"),
        _ => (Sort::Watch, "an error that gpucluster has no words for"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_crashed_is_not_the_machines_trouble() {
        assert_eq!(meaning(31).0, Sort::Program);
        assert_eq!(meaning(79).0, Sort::Act);
        assert_eq!(meaning(63).0, Sort::Watch);
        assert_eq!(meaning(u32::MAX).0, Sort::Watch);
    }
}
