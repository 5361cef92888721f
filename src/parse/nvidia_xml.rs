//! `nvidia-smi -q -x`: the state of each GPU's hardware.
//!
//! Elements came and went with drivers (`clocks_throttle_reasons` became `clocks_event_reasons`,
//! `retired_pages` gave way to `remapped_rows`), so every one is looked for by itself and what is
//! not there is `None`.

use super::Unreadable;

/// What the driver tells of a GPU's hardware.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// NVML's bus id, `00000000:00:06.0`.
    pub bus_id: String,
    /// Persistence mode.
    pub persistent: Option<bool>,
    /// MIG mode now; `None` where the GPU has none.
    pub mig: Option<bool>,
    /// MIG mode after the next reset.
    pub mig_next: Option<bool>,
    /// Uncorrectable memory errors since the driver was loaded; `None` without ECC.
    pub uncorrectable: Option<u64>,
    /// A row or a page of memory waits for a reset to be replaced.
    pub repair_pending: bool,
    /// There are no spare rows left, or the memory cannot be repaired.
    pub repair_failed: bool,
    /// Why the hardware slows its clocks down right now: `hw_thermal_slowdown` …
    pub slowed: Vec<String>,
    /// In degrees Celsius.
    pub temperature_c: Option<i32>,
    /// State of its registration with the fabric manager: `Completed`, `In Progress` …
    pub fabric: Option<String>,
    /// What the driver itself asks for: `None`, `Reset`, `Reboot`, `Drain P2P` … (drivers from 570 on).
    pub recovery: Option<String>,
}

/// Reads the document.
///
/// # Errors
/// When it names no GPU.
pub fn hardware(text: &str) -> Result<Vec<Hardware>, Unreadable> {
    let mut gpus = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<gpu id=\"") {
        let from = &rest[at + "<gpu id=\"".len()..];
        let (id, after) = from.split_once('"').unwrap_or((from, ""));
        let (section, beyond) = after.split_once("</gpu>").unwrap_or((after, ""));
        gpus.push(gpu(id, section));
        rest = beyond;
    }
    if gpus.is_empty() {
        return Err(Unreadable::new("nvidia-smi -q -x", "no GPU in it", text));
    }
    Ok(gpus)
}

fn gpu(bus_id: &str, text: &str) -> Hardware {
    let mode = inside(text, "mig_mode").unwrap_or_default();
    let ecc = inside(text, "ecc_errors").unwrap_or_default();
    let rows = inside(text, "remapped_rows").unwrap_or_default();
    let pages = inside(text, "retired_pages").unwrap_or_default();
    let yes = |text: &str, tag: &str| value(text, tag) == Some("Yes");
    Hardware {
        bus_id: word(bus_id),
        persistent: switch(text, "persistence_mode"),
        mig: switch(mode, "current_mig"),
        mig_next: switch(mode, "pending_mig"),
        uncorrectable: uncorrectable(inside(ecc, "volatile").unwrap_or_default()),
        repair_pending: yes(rows, "remapped_row_pending")
            || yes(pages, "pending_retirement")
            || yes(pages, "pending_blacklist")
            || yes(ecc, "channel_repair_pending")
            || yes(ecc, "tpc_repair_pending"),
        repair_failed: yes(rows, "remapped_row_failure") || yes(ecc, "unrepairable_memory"),
        slowed: slowed(text),
        temperature_c: inside(text, "temperature")
            .and_then(|part| value(part, "gpu_temp"))
            .and_then(|degrees| degrees.split_whitespace().next()?.parse().ok()),
        fabric: inside(text, "fabric")
            .and_then(|part| value(part, "state"))
            .map(word),
        recovery: value(text, "gpu_recovery_action").map(word),
    }
}

/// A word to be shown: short, and of letters alone.
fn word(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(40).collect()
}

/// The counters of the newest layout by part of the chip; of the oldest the total of double bits.
fn uncorrectable(volatile: &str) -> Option<u64> {
    let counters = [
        "sram_uncorrectable",
        "sram_uncorrectable_parity",
        "sram_uncorrectable_secded",
        "dram_uncorrectable",
    ];
    let count = |text: &str, tag: &str| value(text, tag).and_then(|text| text.parse::<u64>().ok());
    let known: Vec<u64> = counters
        .iter()
        .filter_map(|tag| count(volatile, tag))
        .collect();
    if known.is_empty() {
        return count(inside(volatile, "double_bit")?, "total");
    }
    Some(known.into_iter().fold(0, u64::saturating_add))
}

/// The reasons of slow clocks that speak of heat or of power supply, not those of a wish.
fn slowed(text: &str) -> Vec<String> {
    let names = [
        ("clocks_event_reasons", "clocks_event_reason"),
        ("clocks_throttle_reasons", "clocks_throttle_reason"),
    ];
    let causes = [
        "hw_thermal_slowdown",
        "hw_power_brake_slowdown",
        "sw_thermal_slowdown",
    ];
    let Some((part, prefix)) = names
        .iter()
        .find_map(|(section, prefix)| Some((inside(text, section)?, prefix)))
    else {
        return Vec::new();
    };
    let is_active = |cause: &&str| value(part, &format!("{prefix}_{cause}")) == Some("Active");
    let active = causes.iter().copied().filter(is_active);
    active.map(str::to_owned).collect()
}

/// `Enabled` or `Disabled`.
fn switch(text: &str, tag: &str) -> Option<bool> {
    match value(text, tag)? {
        "Enabled" => Some(true),
        "Disabled" => Some(false),
        _ => None,
    }
}

/// The text of an element without children; `None` where the GPU has no such value.
fn value<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let found = inside(text, tag)?.trim();
    let none = found.is_empty() || found.starts_with('[') || found == "N/A" || found.contains('<');
    (!none).then_some(found)
}

/// What is between the first `<tag>` and the `</tag>` behind it.
fn inside<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(&format!("<{tag}>"))?;
    Some(after.split_once(&format!("</{tag}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const H100: &str = include_str!("../../tests/tapes/nvidia-smi-h100/q-x.xml");

    #[test]
    fn a_real_h100_is_whole() {
        let gpus = hardware(H100).unwrap();
        assert_eq!(
            gpus,
            [Hardware {
                bus_id: "00000000:00:06.0".to_owned(),
                persistent: Some(true),
                mig: Some(false),
                mig_next: Some(false),
                uncorrectable: Some(0),
                temperature_c: Some(39),
                recovery: Some("None".to_owned()),
                ..Hardware::default()
            }]
        );
    }

    #[test]
    fn trouble_is_found_in_the_elements_of_any_driver() {
        let text = H100
            .replace("<remapped_row_pending>No", "<remapped_row_pending>Yes")
            .replace(
                "<clocks_event_reason_hw_thermal_slowdown>Not Active",
                "<clocks_event_reason_hw_thermal_slowdown>Active",
            )
            .replacen("<dram_uncorrectable>0", "<dram_uncorrectable>3", 1);
        let gpu = hardware(&text).unwrap().remove(0);
        assert!(gpu.repair_pending && !gpu.repair_failed);
        assert_eq!(gpu.slowed, ["hw_thermal_slowdown"]);
        assert_eq!(gpu.uncorrectable, Some(3));
        let old = "<gpu id=\"0000:01:00.0\"><ecc_errors><volatile><double_bit><total>1</total>\
                   </double_bit></volatile></ecc_errors><retired_pages><pending_retirement>Yes\
                   </pending_retirement></retired_pages><clocks_throttle_reasons>\
                   <clocks_throttle_reason_sw_thermal_slowdown>Active</clocks_throttle_reason_sw_thermal_slowdown>\
                   </clocks_throttle_reasons></gpu>";
        let gpu = hardware(old).unwrap().remove(0);
        assert_eq!(gpu.uncorrectable, Some(1));
        assert!(gpu.repair_pending);
        assert_eq!(gpu.slowed, ["sw_thermal_slowdown"]);
        assert_eq!(gpu.persistent, None);
    }

    #[test]
    fn a_refusal_is_no_document() {
        assert!(hardware("Unable to determine the device handle for GPU0").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*", cut in 0..40_000_usize) {
            let _ = hardware(&text);
            let _ = hardware(&H100.chars().take(cut).collect::<String>());
        }
    }
}
