//! The parts of the stack, from the machine up to the agent: the order in which `doctor` reports.

use crate::model::StepId;

/// The parts, lowest first. Each but the topics named in [`of`] is a topic of ids as well.
pub const AREAS: [&str; 9] = [
    "host", "gpu", "docker", "toolkit", "minikube", "cluster", "nfs", "wandb", "agent",
];

/// The part that a step or a check belongs to, and its place within that part: what is looked at
/// first (`gpu.pci`) stands before what builds on it (`nvidia.driver`).
pub fn of(id: StepId) -> (&'static str, u8) {
    let topic = id.as_str().split('.').next().unwrap_or_default();
    match id.as_str() {
        "nvidia.driver" => ("gpu", 1),
        // Stands on all of the toolkit.
        "gpu.container" => ("toolkit", 1),
        "minikube.cluster" => ("cluster", 0),
        // What Kubernetes hands out comes of all that the cluster is.
        "gpu.node" => ("cluster", 2),
        _ => match topic {
            "nvidia" => ("toolkit", 0),
            "k8s" => ("nfs", 1),
            "cluster" => ("cluster", 1),
            _ => (
                AREAS
                    .into_iter()
                    .find(|area| *area == topic)
                    .unwrap_or("host"),
                0,
            ),
        },
    }
}

/// Where the part stands in the stack.
pub fn rank(area: &str) -> usize {
    AREAS
        .iter()
        .position(|known| *known == area)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_driver_stands_on_the_gpus_and_the_node_on_the_cluster() {
        let order = |id| {
            let (area, place) = of(StepId::new(id));
            (rank(area), place)
        };
        let stack = [
            "host.user",
            "gpu.pci",
            "nvidia.driver",
            "docker",
            "nvidia.toolkit",
            "gpu.container",
            "minikube.binary",
            "minikube.cluster",
            "cluster.api",
            "gpu.node",
            "nfs.server",
            "k8s.volume",
            "wandb.account",
            "agent.env",
        ];
        assert!(stack.windows(2).all(|two| order(two[0]) < order(two[1])));
    }
}
