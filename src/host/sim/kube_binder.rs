//! The volume binder and the default provisioner.

use super::kube_controllers::{name_in, name_of};
use super::kube_store::{At, KubeStore};
use serde_json::{Value, json};

/// Binds claims to volumes, and releases volumes whose claim is gone.
pub fn bind(api: &mut KubeStore) {
    for mut volume in api.list("persistentvolumes", "", "") {
        let claim_ref = volume["spec"]["claimRef"].clone();
        if claim_ref["uid"].is_null() {
            continue;
        }
        let claim = api.get(&claim_at(&claim_ref));
        if claim.map_or(true, |claim| claim["metadata"]["uid"] != claim_ref["uid"]) {
            let name = name_of(&volume);
            if volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete" {
                let _ = api.delete(&At::new("persistentvolumes", "", &name));
            } else {
                volume["status"]["phase"] = json!("Released");
                api.put(&At::new("persistentvolumes", "", &name), volume);
            }
        }
    }
    for claim in api.list("persistentvolumeclaims", "", "") {
        if claim["status"]["phase"] != "Bound" {
            bind_claim(api, claim);
        }
    }
}

fn bind_claim(api: &mut KubeStore, mut claim: Value) {
    // Admission: a claim that names no class at all gets the default one.
    if claim["spec"]["storageClassName"].is_null() {
        claim["spec"]["storageClassName"] = json!("standard");
    }
    let found = api
        .list("persistentvolumes", "", "")
        .into_iter()
        .find(|volume| suits(volume, &claim));
    let volume = match found {
        Some(volume) => volume,
        None if claim["spec"]["storageClassName"] == "standard"
            && claim["spec"]["volumeName"].is_null() =>
        {
            provisioned(&claim)
        }
        None => {
            api.put(&claim_at(&reference(&claim)), claim);
            return;
        }
    };
    join(api, volume, claim);
}

fn join(api: &mut KubeStore, mut volume: Value, mut claim: Value) {
    volume["spec"]["claimRef"] = reference(&claim);
    volume["status"]["phase"] = json!("Bound");
    claim["spec"]["volumeName"] = volume["metadata"]["name"].clone();
    claim["status"] = json!({
        "phase": "Bound", "accessModes": volume["spec"]["accessModes"],
        "capacity": volume["spec"]["capacity"]
    });
    let name = name_of(&volume);
    api.put(&At::new("persistentvolumes", "", &name), volume);
    api.put(&claim_at(&reference(&claim)), claim);
}

/// Whether a free volume is the one for a claim: class, name and reservation must fit. A `Released`
/// volume never does.
fn suits(volume: &Value, claim: &Value) -> bool {
    let reserved = &volume["spec"]["claimRef"];
    let class = |v: &Value| {
        v["spec"]["storageClassName"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    };
    let wanted = claim["spec"]["volumeName"].as_str();
    let free = volume["status"]["phase"] == "Available";
    let named = wanted.is_none_or(|name| volume["metadata"]["name"] == name);
    let kept_for = reserved.is_null()
        || (reserved["name"] == claim["metadata"]["name"]
            && reserved["namespace"] == claim["metadata"]["namespace"]
            && (reserved["uid"].is_null() || reserved["uid"] == claim["metadata"]["uid"]));
    free && named && kept_for && class(volume) == class(claim)
}

/// A volume on the node's own disk, as minikube's provisioner makes it.
fn provisioned(claim: &Value) -> Value {
    let uid = claim["metadata"]["uid"].as_str().unwrap_or_default();
    let name = format!("pvc-{uid}");
    let (space, of) = (name_in(claim, "namespace"), name_of(claim));
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": claim["spec"]["resources"]["requests"],
            "hostPath": {"path": format!("/tmp/hostpath-provisioner/{space}/{of}")},
            "persistentVolumeReclaimPolicy": "Delete", "storageClassName": "standard"
        },
        "status": {}
    })
}

fn reference(claim: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claim["metadata"]["name"],
        "namespace": claim["metadata"]["namespace"], "uid": claim["metadata"]["uid"]
    })
}

fn claim_at(reference: &Value) -> At {
    let text = |key: &str| reference[key].as_str().unwrap_or_default();
    At::new("persistentvolumeclaims", text("namespace"), text("name"))
}
