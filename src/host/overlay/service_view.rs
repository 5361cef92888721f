//! Services of ours, through the shadow.

use super::super::{HostError, Performing, ServiceState, Stop};
use super::{Overlay, sim};
use crate::model::{Change, Effect, ServiceSpec, ServiceWant};
use camino::Utf8Path;

impl Overlay {
    /// How a service is: as a rehearsed change left it, else as it really is. One that really waits
    /// for its cluster is started by its supervisor once a rehearsed change has brought the cluster
    /// up; so it is started in the shadow, as it was written down.
    pub(super) async fn service_view(
        &self,
        name: &str,
        dir: &Utf8Path,
    ) -> Result<ServiceState, HostError> {
        if let Some(state) = self.shadowed(name) {
            return Ok(state);
        }
        let state = self.real.service(name, dir).await?;
        if state.waiting.is_none() || !self.shadow().cluster {
            return Ok(state);
        }
        let text = self.real.read_file(&dir.join("service.json")).await?;
        let spec = text.and_then(|text| serde_json::from_str::<ServiceSpec>(&text).ok());
        let Some(spec) = spec else { return Ok(state) };
        let _turn = self.turn.lock().await;
        let service = ServiceWant::Running(spec);
        let start = Change::safe(Effect::Service { service }, "its cluster is up");
        let stop = Stop::default();
        let how = Performing {
            progress: &|_| (),
            stop: &stop,
        };
        // What cannot be started goes on waiting, for all that is known here.
        let _ = self.carry_out(&start, &how).await;
        Ok(self.shadowed(name).unwrap_or(state))
    }

    fn shadowed(&self, name: &str) -> Option<ServiceState> {
        let shadow = self.shadow();
        let now = self.bench.now_ms();
        // A cluster that no rehearsed change has touched is the real one, which is there.
        let watching = shadow.cluster;
        let known = shadow.services.contains(name);
        known.then(|| sim::service_state(&self.bench.world(), name, now, watching))
    }
}
