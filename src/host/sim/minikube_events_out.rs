//! minikube's output with `-o json`: CloudEvents, one JSON object a line.

use serde_json::{Value, json};

/// Step names in the order of minikube's registry: the index is `currentstep`.
pub const STEPS: [&str; 20] = [
    "Initial Minikube Setup",
    "Selecting Driver",
    "Downloading Artifacts",
    "Starting Node",
    "Updating Driver",
    "Pulling Base Image",
    "Running on Localhost",
    "Local OS Release",
    "Creating Container",
    "Creating VM",
    "Running Remotely",
    "Preparing Kubernetes",
    "Generating certificates",
    "Booting control plane",
    "Configuring RBAC rules",
    "Configuring CNI",
    "Configuring Localhost Environment",
    "Verifying Kubernetes",
    "Enabling Addons",
    "Done",
];

/// `totalsteps`: the number of names less one.
pub const TOTAL: u32 = 19;

/// Collects events as lines.
#[derive(Default)]
pub struct Events {
    out: String,
    count: u32,
}

impl Events {
    /// A step: index in [`STEPS`] and what is said.
    pub fn step(&mut self, step: usize, message: &str) {
        self.push(
            "step",
            &json!({
                "currentstep": step.to_string(), "message": message,
                "name": STEPS.get(step).copied().unwrap_or_default(),
                "totalsteps": TOTAL.to_string()
            }),
        );
    }

    /// Something worth knowing.
    pub fn info(&mut self, message: &str) {
        self.push("info", &json!({"message": message}));
    }

    /// A warning: the message only, no id.
    pub fn warning(&mut self, message: &str) {
        self.push("warning", &json!({"message": message}));
    }

    /// What text mode sends to stderr; not fatal.
    pub fn soft_error(&mut self, message: &str) {
        self.push("error", &json!({"message": message}));
    }

    /// Why minikube gives up.
    pub fn error(&mut self, id: &str, code: i32, message: &str, advice: &str, issues: &str) {
        self.push(
            "error",
            &json!({
                "advice": advice, "exitcode": code.to_string(), "issues": issues,
                "message": message, "name": id, "url": ""
            }),
        );
    }

    /// Progress of the base image's download, a fraction as text.
    pub fn download(&mut self, step: usize, artifact: &str, progress: &str) {
        self.push(
            "download.progress",
            &json!({
                "artifact": artifact, "currentstep": step.to_string(), "progress": progress,
                "totalsteps": TOTAL.to_string()
            }),
        );
    }

    /// All lines, taken out.
    pub fn take_lines(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    fn push(&mut self, kind: &str, data: &Value) {
        self.count += 1;
        let event = json!({
            "specversion": "1.0",
            "id": format!("00000000-0000-4000-8000-{:012}", self.count),
            "source": "https://minikube.sigs.k8s.io/",
            "type": format!("io.k8s.sigs.minikube.{kind}"),
            "datacontenttype": "application/json",
            "data": data
        });
        self.out += &format!("{event}\n");
    }
}
