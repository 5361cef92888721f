//! A CDI specification (`nvidia-ctk cdi generate`): which devices it gives out, and for which version
//! of the driver it was made.

use super::Unreadable;
use crate::model::parse_tool_version;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a specification says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// `kind`, such as `nvidia.com/gpu`.
    pub kind: String,
    /// Names of its devices.
    pub devices: Vec<String>,
    /// Device nodes on the host.
    pub nodes: BTreeSet<String>,
    /// Version of the driver whose libraries it mounts.
    pub driver: Option<String>,
}

/// Reads a specification, YAML or JSON.
///
/// # Errors
/// When it is neither, or has no `kind`.
pub fn spec(text: &str) -> Result<Spec, Unreadable> {
    let what = "CDI specification";
    let value: Value = serde_yaml::from_str(text)
        .map_err(|error| Unreadable::new(what, error.to_string(), text))?;
    let Some(kind) = value.get("kind").and_then(Value::as_str) else {
        return Err(Unreadable::new(what, "no `kind`", text));
    };
    let mut spec = Spec {
        kind: kind.to_owned(),
        ..Spec::default()
    };
    edits(value.get("containerEdits"), &mut spec);
    let devices = value.get("devices").and_then(Value::as_array);
    for device in devices.into_iter().flatten() {
        if let Some(name) = device.get("name").and_then(Value::as_str) {
            spec.devices.push(name.to_owned());
        }
        edits(device.get("containerEdits"), &mut spec);
    }
    Ok(spec)
}

fn edits(edits: Option<&Value>, spec: &mut Spec) {
    let list = |key: &str| {
        let list = edits.and_then(|edits| edits.get(key));
        list.and_then(Value::as_array).into_iter().flatten()
    };
    for node in list("deviceNodes") {
        let path = node.get("hostPath").or_else(|| node.get("path"));
        if let Some(path) = path.and_then(Value::as_str).filter(|path| !path.is_empty()) {
            spec.nodes.insert(path.to_owned());
        }
    }
    for mount in list("mounts") {
        let path = mount.get("hostPath").and_then(Value::as_str);
        if let Some(version) = path.and_then(library_version) {
            spec.driver.get_or_insert(version);
        }
    }
}

/// The driver's version in the name of one of its main libraries: `libcuda.so.550.54.15`.
fn library_version(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let version = ["libcuda.so.", "libnvidia-ml.so."]
        .iter()
        .find_map(|library| name.strip_prefix(library))?;
    // `libcuda.so.1` names no version.
    let whole = version.contains('.') && parse_tool_version(version).is_some();
    whole.then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const H100: &str = include_str!("../../tests/tapes/nvidia-cdi-h100.yaml");

    #[test]
    fn the_specification_of_an_h100_names_its_driver() {
        let spec = spec(H100).unwrap();
        assert_eq!(spec.kind, "nvidia.com/gpu");
        assert_eq!(spec.driver.as_deref(), Some("550.54.15"));
        assert_eq!(spec.devices.len(), 3);
        assert!(spec.nodes.contains("/dev/nvidia0") && spec.nodes.contains("/dev/nvidia-uvm"));
    }

    #[test]
    fn json_is_read_too_and_what_is_no_specification_is_not() {
        let json = r#"{"cdiVersion":"0.5.0","kind":"vendor.com/net","devices":[{"name":"eth0"}]}"#;
        assert_eq!(spec(json).unwrap().driver, None);
        assert!(spec("- a\n- b\n").is_err());
        assert!(spec("\t: {").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = spec(&text);
        }
    }
}
