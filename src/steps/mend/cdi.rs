//! `toolkit.cdi`: CDI specifications name files of the driver that is installed.
//!
//! They list libraries with their version, so one that was written before an upgrade of the driver
//! names files that are gone. What is in `/var/run/cdi` is written anew at every boot by the
//! toolkit's `nvidia-cdi-refresh`; what is in `/etc/cdi` stays as it is.

use crate::host::ReadHost;
use crate::model::{
    Change, Command, Diff, Effect, Facts, Fault, Observation, Probe, StepId, Touch,
};
use crate::step::Step;
use crate::steps::id;
use crate::steps::look::{Todo, failed, known, todo};
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::time::Duration;

/// Where Docker and the toolkit look for them.
const SPECS: [&str; 2] = ["/etc/cdi/nvidia.yaml", "/var/run/cdi/nvidia.yaml"];

/// See the module.
pub struct Specification;

/// The driver's version in the name of a library that a specification mounts.
fn driver_of(spec: &str) -> Option<&str> {
    ["libcuda.so.", "libnvidia-ml.so."]
        .iter()
        .flat_map(|library| spec.split(library).skip(1))
        .filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
            let version = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            // `libcuda.so.1` is a link to it.
            version.contains('.').then_some(version)
        })
        .next()
}

impl Step for Specification {
    fn id(&self) -> StepId {
        StepId::new("toolkit.cdi")
    }

    fn title(&self) -> &'static str {
        "CDI specifications fit the driver"
    }

    fn needs(&self) -> &[StepId] {
        &[id::DRIVER]
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let driver = known(facts.driver_version(), "the version of the driver")?;
            if host.which("nvidia-ctk").await.map_err(failed)?.is_none() {
                return Ok(Observation::in_place("nothing here writes them"));
            }
            let mut diffs = Vec::new();
            for path in SPECS {
                let spec = host.read_file(Utf8Path::new(path)).await.map_err(failed)?;
                if let Some(version) = spec.as_deref().and_then(driver_of)
                    && version != driver
                {
                    diffs.push(Diff::new(path, driver, version));
                }
            }
            Ok(match &diffs[..] {
                [] => Observation::in_place("none names another driver"),
                [diff, ..] => Observation::drifted(
                    format!(
                        "{} names files of driver {}, and {driver} is installed",
                        diff.field, diff.have
                    ),
                    diffs,
                ),
            })
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let Todo::Mend(diffs) = todo(seen)? else {
            return Ok(Vec::new());
        };
        let write = |diff: &Diff| {
            let output = format!("--output={}", diff.field);
            let command = Command::new(["nvidia-ctk", "cdi", "generate", output.as_str()])
                .as_root()
                .timeout(Duration::from_secs(120))
                .touching(Touch::File(diff.field.as_str().into()));
            Change::safe(
                Effect::Run(command),
                "lists the driver's files anew, as they are now; containers that run keep theirs",
            )
        };
        Ok(diffs.iter().map(write).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_is_read_from_the_names_of_its_libraries() {
        let spec = "mounts:\n- hostPath: /usr/lib/libcuda.so.1\n- hostPath: /usr/lib/libcuda.so.550.54.15\n";
        assert_eq!(driver_of(spec), Some("550.54.15"));
        assert_eq!(
            driver_of("/lib/libnvidia-ml.so.535.129.03"),
            Some("535.129.03")
        );
        for other in [
            "",
            "libcuda.so.1",
            "libcuda.so.",
            "deviceNodes: /dev/nvidia0",
        ] {
            assert_eq!(driver_of(other), None, "{other}");
        }
    }
}
