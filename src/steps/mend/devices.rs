//! `gpu.devices`: the driver's device files that are made only on request.
//!
//! `nvidia-smi` works without `/dev/nvidia-uvm`, and CUDA does not; minikube's node asks for
//! `/dev/nvidia-modeset` (kubernetes/minikube#20934). Neither is made where no display runs.

use crate::host::ReadHost;
use crate::model::{
    Advice, Change, Command, Diff, Effect, Facts, Fault, Observation, Probe, StepId, Touch,
};
use crate::reason::ids;
use crate::step::Step;
use crate::steps::id;
use crate::steps::look::{Todo, failed, todo};
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::time::Duration;

const UVM: &str = "/dev/nvidia-uvm";
const MODESET: &str = "/dev/nvidia-modeset";

/// Comes with the driver: loads the modules and makes the files (`-u` unified memory, `-c=0` the
/// first GPU's, `-m` modeset).
const MODPROBE: &str = "nvidia-modprobe -u -c=0 -m";
/// The toolkit's own way, where the driver's is not installed.
const CTK: &str = "nvidia-ctk system create-device-nodes --control-devices --load-kernel-modules";

/// See the module.
pub struct Devices;

impl Step for Devices {
    fn id(&self) -> StepId {
        StepId::new("gpu.devices")
    }

    fn title(&self) -> &'static str {
        "The driver's device files are there"
    }

    fn needs(&self) -> &[StepId] {
        &[id::DRIVER]
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let (uvm, modeset, modprobe, ctk) = tokio::join!(
                host.stat(Utf8Path::new(UVM)),
                host.stat(Utf8Path::new(MODESET)),
                host.which("nvidia-modprobe"),
                host.which("nvidia-ctk"),
            );
            let mut missing = Vec::new();
            if uvm.map_err(failed)?.is_none() {
                missing.push(UVM);
            }
            if modeset.map_err(failed)?.is_none() {
                missing.push(MODESET);
            }
            if missing.is_empty() {
                return Ok(Observation::in_place(format!("{UVM} and {MODESET}")));
            }
            let words = format!("missing: {}", missing.join(" and "));
            let by = match (modprobe.map_err(failed)?, ctk.map_err(failed)?) {
                (Some(_), _) => MODPROBE,
                (None, Some(_)) => CTK,
                (None, None) => {
                    let fault = Fault::new(ids::GPU_MODESET_MISSING, words);
                    return Ok(Observation::needs_human(fault.advise(Advice::say(
                        "install nvidia-modprobe, which belongs to the driver",
                    ))));
                }
            };
            let made = |path: &&str| Diff::new(*path, by, "missing");
            Ok(Observation::drifted(
                words,
                missing.iter().map(made).collect(),
            ))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let Todo::Mend(diffs @ [first, ..]) = todo(seen)? else {
            return Ok(Vec::new());
        };
        let mut make = Command::new(first.want.split(' '))
            .as_root()
            .timeout(Duration::from_secs(120));
        for diff in diffs {
            make = make.touching(Touch::File(diff.field.as_str().into()));
        }
        let mut change = Change::safe(
            Effect::Run(make),
            "loads the driver's own modules and makes their device files; GPUs in use notice nothing",
        );
        change.caution = Some("gone at the next boot".to_owned());
        Ok(vec![change])
    }
}
