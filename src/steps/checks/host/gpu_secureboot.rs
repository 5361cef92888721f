//! `gpu.secureboot`: Secure Boot lets the NVIDIA module in.

use super::files::{exists, plain, word};
use super::pci::bus;
use super::{MODULE, SECURE_BOOT};
use crate::host::{Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::kernel_log;
use crate::parse::kernel_module::{Module, modinfo};
use crate::parse::os_release::Family;
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::{Wish, id};
use std::sync::Arc;

/// The firmware's variable: four bytes of attributes, then 1 or 0. All of them are UTF-8.
const VARIABLE: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        SECURE_BOOT,
        "Secure Boot lets the NVIDIA module in",
        |seeing| Box::pin(look(seeing.wish, seeing.host)),
    )
    .explains(&[MODULE, id::DRIVER])
}

async fn look(wish: &Wish, host: &dyn ReadHost) -> Probe {
    let variable = camino::Utf8Path::new(VARIABLE);
    let (firmware, variable, loaded, nouveau, built, bus) = tokio::join!(
        exists(host, "/sys/firmware/efi"),
        host.read_file(variable),
        word(host, "/sys/module/nvidia/version"),
        exists(host, "/sys/module/nouveau"),
        super::gpu_module::is_built(host),
        bus(host),
    );
    let on = match variable.ok().flatten() {
        Some(bytes) => bytes.ends_with('\u{1}'),
        None if firmware => return Ok(not_used("the firmware does not tell of Secure Boot")),
        None => return Ok(not_used("this machine was not booted by UEFI")),
    };
    if !on {
        return Ok(Observation::in_place("Secure Boot is off"));
    }
    if loaded.is_some() {
        return Ok(Observation::in_place(
            "Secure Boot is on, and the NVIDIA module is loaded",
        ));
    }
    if bus.is_none_or(|bus| bus.gpus.is_empty()) {
        return Ok(Observation::in_place(
            "Secure Boot is on; there is no NVIDIA GPU",
        ));
    }
    if nouveau || built != Some(true) {
        return Ok(Observation::in_place(
            "Secure Boot is on; the kernel was given no NVIDIA module yet",
        ));
    }
    let (module, log) = tokio::join!(host.query(&Query::NvidiaModule), kernel_log(host));
    let module = module.ok().and_then(|answer| modinfo(&answer.stdout));
    let module = module.map(|module| Module {
        signer: module.signer.map(|signer| plain(&signer)),
        ..module
    });
    let refused = log.as_deref().and_then(kernel_log::refused_module);
    match (&module, refused) {
        (Some(module), _) if module.signer.is_none() => {
            Ok(Observation::needs_human(refusal(wish, Some(module), "")))
        }
        (module, Some(line)) => Ok(Observation::needs_human(refusal(
            wish,
            module.as_ref(),
            line,
        ))),
        (
            Some(Module {
                signer: Some(key), ..
            }),
            None,
        ) => Ok(Observation::in_place(format!(
            "Secure Boot is on; the module is signed by `{key}`"
        ))),
        _ => Ok(Observation::in_place("Secure Boot is on")),
    }
}

/// The kernel's messages: all of them, or those of the journal. `None`: we may read neither.
pub async fn kernel_log(host: &dyn ReadHost) -> Option<String> {
    if let Ok(answer) = host.query(&Query::KernelRing).await
        && answer.ok()
    {
        return Some(answer.stdout);
    }
    let answer = host.query(&Query::KernelJournal).await.ok()?;
    // 1 means that nothing matches, also where nothing may be read; the words tell.
    let words = answer.text();
    let hidden = [
        "insufficient permissions",
        "not seeing messages",
        "No journal files",
    ]
    .iter()
    .any(|mark| words.contains(mark));
    let empty = answer.code == 1 && words.contains("-- No entries --");
    ((answer.ok() || empty) && !hidden).then_some(answer.stdout)
}

fn refusal(wish: &Wish, module: Option<&Module>, line: &str) -> Fault {
    let fault = Fault::new(
        ids::GPU_SECURE_BOOT,
        "Secure Boot is on and refuses the NVIDIA module",
    )
    .with_evidence(line);
    let fault = match module.map(|module| &module.signer) {
        Some(Some(key)) => {
            fault.caused_by(format!("it is signed by `{key}`, which is not enrolled"))
        }
        Some(None) => fault.caused_by("the module is not signed at all"),
        None => fault,
    };
    let (enrol, signed) = match (wish.os.family, wish.os.id.as_str()) {
        (Family::Debian, "ubuntu") => (
            Some("sudo mokutil --import /var/lib/shim-signed/mok/MOK.der"),
            Some("sudo ubuntu-drivers install --gpgpu"),
        ),
        (Family::Debian, "debian") => (Some("sudo mokutil --import /var/lib/dkms/mok.pub"), None),
        (Family::RedHat, _) => (Some("sudo mokutil --import /var/lib/dkms/mok.pub"), None),
        _ => (None, None),
    };
    let reboot = "reboot, and choose `Enroll MOK` at the console";
    let fault = match enrol {
        Some(command) => fault.advise(Advice::run(
            format!("enrol DKMS's own key, {reboot}"),
            command,
        )),
        None => fault.advise(Advice::say(format!(
            "enrol the key that signs the module (`mokutil --import`), {reboot}"
        ))),
    };
    match signed {
        Some(command) => fault.advise(Advice::run(
            "or use the modules that the distribution has signed",
            command,
        )),
        None => fault,
    }
}
