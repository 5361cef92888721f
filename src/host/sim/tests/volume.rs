//! The cluster's API in memory, spoken to by the real client.

use super::*;
use crate::host::{HostError, KubeQuery, kube};
use crate::model::ObjectRef;
use serde_json::json;

fn volume(path: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "nfs-pv"},
        "spec": {
            "capacity": {"storage": "100Gi"}, "accessModes": ["ReadWriteMany"],
            "storageClassName": "", "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": "default", "name": "nfs-pvc"},
            "nfs": {"server": "192.168.49.1", "path": path}
        }
    })
}

fn claim(class: Option<&str>) -> Value {
    let mut claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "nfs-pvc", "namespace": "default"},
        "spec": {
            "accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "100Gi"}}
        }
    });
    if let Some(class) = class {
        claim["spec"]["storageClassName"] = json!(class);
        claim["spec"]["volumeName"] = json!("nfs-pv");
    }
    claim
}

async fn get(host: &SimHost, object: &Value) -> Value {
    let name = ObjectRef::of(object).unwrap();
    host.kube(&KubeQuery::Get(name)).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_claim_binds_to_its_volume_and_a_released_one_stays_unbound() {
    let host = with_cluster().await;
    let (pv, pvc) = (volume("/srv/x"), claim(Some("")));
    for object in [&pv, &pvc] {
        let object = object.clone();
        perform(&host, Effect::ApplyObject { object })
            .await
            .unwrap();
    }
    assert_eq!(get(&host, &pvc).await["status"]["phase"], "Bound");
    assert_eq!(get(&host, &pv).await["spec"]["claimRef"]["name"], "nfs-pvc");

    let object = ObjectRef::of(&pvc).unwrap();
    perform(&host, Effect::DeleteObject { object })
        .await
        .unwrap();
    assert_eq!(get(&host, &pv).await["status"]["phase"], "Released");
    let again = Effect::ApplyObject {
        object: pvc.clone(),
    };
    perform(&host, again).await.unwrap();
    assert_eq!(get(&host, &pvc).await["status"]["phase"], "Pending");
}

#[tokio::test(start_paused = true)]
async fn a_claim_without_a_class_gets_the_default_one_and_a_volume_of_its_own() {
    let host = with_cluster().await;
    perform(
        &host,
        Effect::ApplyObject {
            object: volume("/srv/x"),
        },
    )
    .await
    .unwrap();
    let pvc = claim(None);
    perform(
        &host,
        Effect::ApplyObject {
            object: pvc.clone(),
        },
    )
    .await
    .unwrap();
    let bound = get(&host, &pvc).await;
    assert_eq!(bound["spec"]["storageClassName"], "standard");
    assert!(
        bound["spec"]["volumeName"]
            .as_str()
            .unwrap()
            .starts_with("pvc-")
    );
}

#[tokio::test(start_paused = true)]
async fn immutable_fields_are_refused_in_the_real_words() {
    let host = with_cluster().await;
    let client = host.kube_client();
    kube::apply(client, &volume("/srv/x")).await.unwrap();
    let refused = kube::apply(client, &volume("/srv/y")).await.unwrap_err();
    match refused {
        HostError::Refused { code, message } => {
            assert_eq!(code, 422);
            assert!(message.contains("spec.persistentvolumesource is immutable after creation"));
        }
        other => panic!("{other:?}"),
    }
    kube::apply(client, &claim(Some(""))).await.unwrap();
    let mut other = claim(Some(""));
    other["spec"]["accessModes"] = json!(["ReadWriteOnce"]);
    assert!(matches!(
        kube::apply(client, &other).await,
        Err(HostError::Refused { code: 422, .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn applying_twice_changes_nothing_and_records_the_manager() {
    let host = with_cluster().await;
    let client = host.kube_client();
    let first = kube::apply(client, &volume("/srv/x")).await.unwrap();
    let second = kube::apply(client, &volume("/srv/x")).await.unwrap();
    assert_eq!(first["metadata"]["uid"], second["metadata"]["uid"]);
    assert_eq!(
        first["metadata"]["resourceVersion"],
        second["metadata"]["resourceVersion"]
    );
    assert_eq!(
        second["metadata"]["managedFields"][0]["manager"],
        kube::FIELD_MANAGER
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_namespace_and_a_missing_object_are_404() {
    let host = with_cluster().await;
    let mut pvc = claim(Some(""));
    pvc["metadata"]["namespace"] = json!("launch");
    assert!(matches!(
        kube::apply(host.kube_client(), &pvc).await,
        Err(HostError::Refused { code: 404, .. })
    ));
    let name = ObjectRef::of(&pvc).unwrap();
    assert_eq!(host.kube(&KubeQuery::Get(name.clone())).await, Ok(None));
    assert_eq!(kube::delete(host.kube_client(), &name).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn lists_are_picked_by_label() {
    let host = with_cluster().await;
    let list = |selector: &str| KubeQuery::List {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some("kube-system".to_owned()),
        selector: selector.to_owned(),
    };
    let count = async |selector| {
        let answer = host.kube(&list(selector)).await.unwrap().unwrap();
        answer["items"].as_array().unwrap().len()
    };
    assert_eq!(count("name=nvidia-device-plugin-ds").await, 1);
    assert_eq!(count("name=other").await, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_without_a_cluster_or_without_our_kubeconfig() {
    let host = machine("4xt4");
    assert!(matches!(
        host.kube(&KubeQuery::Ready).await,
        Err(HostError::Unreachable(_))
    ));
    let host = machine("cluster-without-gpus");
    assert!(matches!(
        host.kube(&KubeQuery::Ready).await,
        Err(HostError::Unreachable(_))
    ));
    let line = command("minikube update-context -p gpucluster").env("KUBECONFIG", KUBECONFIG);
    perform(&host, Effect::Run(line)).await.unwrap();
    assert_eq!(host.kube(&KubeQuery::Ready).await, Ok(Some(json!("ok"))));
}
