//! The CSV of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`.

use super::Unreadable;
use crate::model::Gpu;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The GPU.
    pub gpu: Gpu,
    /// Version of the driver.
    pub driver_version: String,
    /// Whether a field says that the GPU is lost or needs a reset.
    pub lost: bool,
}

/// Reads the table; columns index, uuid, name, pci.bus_id, driver_version,
/// memory.total, memory.used, utilization.gpu, temperature.gpu; more may follow.
///
/// Lines before the table (the infoROM warning of exit code 14) are skipped. Values a GPU does not
/// have (`[N/A]`, `[Not Supported]`, `[Unknown Error]`, `N/A` …) are `None`.
///
/// # Errors
/// When no line is a row.
pub fn rows(text: &str) -> Result<Vec<Row>, Unreadable> {
    let rows: Vec<Row> = text.lines().filter_map(row).collect();
    if rows.is_empty() {
        return Err(Unreadable::new("nvidia-smi", "no GPU in the table", text));
    }
    Ok(rows)
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let [
        index,
        uuid,
        name,
        bus_id,
        driver,
        memory,
        used,
        utilization,
        temperature,
        ..,
    ] = cells.as_slice()
    else {
        return None;
    };
    let lost = |cell: &&str| matches!(*cell, "[GPU is lost]" | "[GPU requires reset]");
    Some(Row {
        gpu: Gpu {
            index: index.parse().ok()?,
            uuid: (*uuid).to_owned(),
            name: (*name).to_owned(),
            bus_id: (*bus_id).to_owned(),
            memory_mib: memory.parse().ok(),
            memory_used_mib: used.parse().ok(),
            utilization_percent: utilization.parse().ok(),
            temperature_c: temperature.parse().ok(),
        },
        driver_version: (*driver).to_owned(),
        lost: cells.iter().any(lost),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_real_h100_is_read() {
        let text = include_str!("../../tests/tapes/nvidia-smi-h100/query-noheader-nounits.csv");
        let rows = rows(text).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].driver_version, "580.159.04");
        assert_eq!(rows[0].gpu.name, "NVIDIA H100 80GB HBM3");
        assert_eq!(rows[0].gpu.memory_mib, Some(81559));
        assert_eq!(rows[0].gpu.temperature_c, Some(39));
    }

    #[test]
    fn values_a_gpu_does_not_have_are_none() {
        let text = "0, GPU-a, NVIDIA GB10, 0000000F:01:00.0, 580.65, [N/A], [Not Supported], N/A, 41\n\
                    1, GPU-b, Tesla T4, 00000000:01:00.0, 580.65, [GPU is lost], [GPU is lost], [Unknown Error], [GPU is lost]";
        let rows = rows(text).unwrap();
        assert_eq!(rows[0].gpu.memory_mib, None);
        assert_eq!(rows[0].gpu.utilization_percent, None);
        assert!(!rows[0].lost);
        assert!(rows[1].lost);
    }

    #[test]
    fn a_warning_before_the_table_does_not_hide_it() {
        let text = "WARNING: infoROM is corrupted at gpu 0000:01:00.0\n\
                    0, GPU-a, Tesla T4, 00000000:01:00.0, 525.105.17, 15360, 2, 0, 41";
        assert_eq!(rows(text).unwrap().len(), 1);
    }

    #[test]
    fn a_refused_query_is_an_error_with_its_words() {
        let text = include_str!("../../tests/tapes/nvidia-smi-h100/query-invalid-field.txt");
        let error = rows(text).unwrap_err();
        assert!(error.text.contains("is not a valid field to query"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = rows(&text);
        }
    }
}
