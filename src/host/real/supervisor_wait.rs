//! The supervisor before its program: it waits for the cluster.

use super::super::gate::{Closed, Gate};
use super::{Supervisor, Woke};
use tokio::time::sleep;

impl Supervisor {
    /// Waits until the cluster can take jobs; says once what it waits for.
    pub(super) async fn wait_for(&mut self, gate: &Gate) -> Woke<()> {
        loop {
            match self.unless_asked(gate.look()).await {
                Woke::Done(Ok(())) => {
                    if self.state.waiting.take().is_some() {
                        self.log.put("--- gpucluster: the cluster answers ---");
                    }
                    return Woke::Done(());
                }
                Woke::Done(Err(closed)) => self.wait_because(&closed),
                Woke::Asked | Woke::Lost(_) => return Woke::Asked,
            }
            if let Woke::Asked = self.unless_asked(sleep(gate.pace.waiting)).await {
                return Woke::Asked;
            }
        }
    }

    fn wait_because(&mut self, closed: &Closed) {
        if self.state.waiting.as_deref() == Some(closed.why) {
            return;
        }
        let Closed { why, detail } = closed;
        self.log
            .put(&format!("--- gpucluster: waiting: {why} ({detail}) ---"));
        self.state.waiting = Some((*why).to_owned());
        let _ = self.folder.put_state(&self.state);
    }
}
