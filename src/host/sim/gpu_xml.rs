//! `nvidia-smi -q -x`, with the elements that are read of it, in the order of the real document.

use super::world::{SimGpu, World};

/// The whole document.
pub fn everything(world: &World) -> String {
    let gpus: String = world
        .gpus
        .gpus
        .iter()
        .enumerate()
        .map(|(index, gpu)| one(index, gpu))
        .collect();
    format!(
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM \"nvsmi_device_v12.dtd\">\n\
         <nvidia_smi_log>\n\t<driver_version>{}</driver_version>\n\t<attached_gpus>{}</attached_gpus>\n\
         {gpus}</nvidia_smi_log>\n",
        world.gpus.version,
        world.gpus.gpus.len()
    )
}

fn one(index: usize, gpu: &SimGpu) -> String {
    // Cards for desktops have neither; MIG came with the A100.
    let ecc = if gpu.name.contains("GeForce") {
        "N/A".to_owned()
    } else {
        gpu.health.ecc_uncorrected.to_string()
    };
    let mig = if gpu.name.contains("H100") {
        "Disabled"
    } else {
        "N/A"
    };
    let remaps = if gpu.name.contains("H100") {
        let pending = if gpu.health.remap_pending {
            "Yes"
        } else {
            "No"
        };
        format!(
            "<remapped_rows>\n\t\t\t<remapped_row_unc>{}</remapped_row_unc>\n\
             \t\t\t<remapped_row_pending>{pending}</remapped_row_pending>\n\
             \t\t\t<remapped_row_failure>No</remapped_row_failure>\n\t\t</remapped_rows>",
            u8::from(gpu.health.remap_pending)
        )
    } else {
        "<remapped_rows>N/A</remapped_rows>".to_owned()
    };
    let fabric = if gpu.name.contains("H100") {
        "Completed"
    } else {
        "N/A"
    };
    let retired = if gpu.health.remap_pending {
        "Yes"
    } else {
        "No"
    };
    format!(
        "\t<gpu id=\"{}\">\n\
         \t\t<product_name>{}</product_name>\n\
         \t\t<persistence_mode>Enabled</persistence_mode>\n\
         \t\t<mig_mode>\n\t\t\t<current_mig>{mig}</current_mig>\n\t\t\t<pending_mig>{mig}</pending_mig>\n\t\t</mig_mode>\n\
         \t\t<uuid>{}</uuid>\n\t\t<minor_number>{index}</minor_number>\n\
         \t\t<clocks_throttle_reasons>\n\
         \t\t\t<clocks_throttle_reason_gpu_idle>Active</clocks_throttle_reason_gpu_idle>\n\
         \t\t\t<clocks_throttle_reason_hw_slowdown>Not Active</clocks_throttle_reason_hw_slowdown>\n\
         \t\t</clocks_throttle_reasons>\n\
         \t\t<ecc_errors>\n\t\t\t<volatile>\n\t\t\t\t<dram_uncorrectable>{ecc}</dram_uncorrectable>\n\t\t\t</volatile>\n\t\t</ecc_errors>\n\
         \t\t<retired_pages>\n\t\t\t<pending_retirement>{retired}</pending_retirement>\n\t\t</retired_pages>\n\
         \t\t{remaps}\n\
         \t\t<temperature>\n\t\t\t<gpu_temp>{} C</gpu_temp>\n\t\t</temperature>\n\
         \t\t<fabric>\n\t\t\t<state>{fabric}</state>\n\t\t</fabric>\n\
         \t</gpu>\n",
        gpu.bus_id,
        gpu.name,
        gpu.uuid,
        36 + index
    )
}
