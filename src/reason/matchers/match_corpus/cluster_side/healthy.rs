//! What the tools of the cluster side print when all is well, or when somebody only looks.

pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "kubectl get pods -A",
        "NAMESPACE     NAME                                   READY   STATUS    RESTARTS      AGE\nkube-system   coredns-66bff467f8-z74w2               1/1     Running   1 (3h ago)    9d\nkube-system   nvidia-device-plugin-daemonset-jz8px   1/1     Running   0             9d\ndefault       launch-ent-proj-x7k2f-q2w4e            0/1     Completed 0             4m",
    ),
    (
        "kubectl get nodes",
        "NAME         STATUS   ROLES           AGE   VERSION\ngpucluster   Ready    control-plane   9d    v1.35.1",
    ),
    (
        "kubectl describe node",
        "Taints:             <none>\nUnschedulable:      false\nConditions:\n  Type             Status  LastHeartbeatTime                 Reason                       Message\n  MemoryPressure   False   Tue, 10 Mar 2026 12:00:00 +0000   KubeletHasSufficientMemory   kubelet has sufficient memory available\n  DiskPressure     False   Tue, 10 Mar 2026 12:00:00 +0000   KubeletHasNoDiskPressure     kubelet has no disk pressure\n  PIDPressure      False   Tue, 10 Mar 2026 12:00:00 +0000   KubeletHasSufficientPID      kubelet has sufficient PID available\n  Ready            True    Tue, 10 Mar 2026 12:00:00 +0000   KubeletReady                 kubelet is posting ready status\nCapacity:\n  cpu:                8\n  nvidia.com/gpu:     4\nAllocatable:\n  cpu:                8\n  nvidia.com/gpu:     4",
    ),
    (
        "kubectl describe pod",
        "Status:           Running\n    State:          Running\n      Started:      Tue, 10 Mar 2026 12:00:00 +0000\n    Ready:          True\n    Restart Count:  0\n    Limits:\n      nvidia.com/gpu:  1\nVolumes:\n  nfs-storage:\n    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)\n    ClaimName:  nfs-pvc\n    ReadOnly:   false\nTolerations:      node.kubernetes.io/not-ready:NoExecute op=Exists for 300s\n                  node.kubernetes.io/unreachable:NoExecute op=Exists for 300s\nEvents:\n  Normal  Scheduled  10s   default-scheduler  Successfully assigned default/x to gpucluster\n  Normal  Pulling    9s    kubelet            Pulling image \"wandb/job_hello_world:main\"\n  Normal  Pulled     5s    kubelet            Successfully pulled image \"wandb/job_hello_world:main\" in 4s (4s including waiting)\n  Normal  Created    5s    kubelet            Created container launch0\n  Normal  Started    5s    kubelet            Started container launch0",
    ),
    (
        "kubectl get pv,pvc",
        "NAME                              CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM             STORAGECLASS   AGE\npersistentvolume/gpucluster-nfs   100Gi      RWX            Retain           Bound    default/nfs-pvc                  9d\n\nNAME                            STATUS   VOLUME           CAPACITY   ACCESS MODES   STORAGECLASS   AGE\npersistentvolumeclaim/nfs-pvc   Bound    gpucluster-nfs   100Gi      RWX                           9d",
    ),
    (
        "kubectl apply",
        "persistentvolume/gpucluster-nfs created\npersistentvolumeclaim/nfs-pvc unchanged\njob.batch/train configured",
    ),
    (
        "kubectl cluster-info",
        "Kubernetes control plane is running at https://192.168.49.2:8443\nCoreDNS is running at https://192.168.49.2:8443/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.",
    ),
    (
        "minikube start",
        "😄  [gpucluster] minikube v1.38.1 on Ubuntu 24.04\n✨  Using the docker driver based on user configuration\n📌  Using Docker driver with root privileges\n👍  Starting \"gpucluster\" primary control-plane node in \"gpucluster\" cluster\n🚜  Pulling base image v0.0.50 ...\n💾  Downloading Kubernetes v1.35.1 preload ...\n    > preloaded-images-k8s-v18-v1...:  349.13 MiB / 349.13 MiB  100.00% 33.12 M\n🔥  Creating docker container (CPUs=no-limit, Memory=no-limit) ...\n🐳  Preparing Kubernetes v1.35.1 on Docker 28.5.2 ...\n🔗  Configuring bridge CNI (Container Networking Interface) ...\n🔎  Verifying Kubernetes components...\n    ▪ Using image nvcr.io/nvidia/k8s-device-plugin:v0.18.2\n🌟  Enabled addons: nvidia-device-plugin, storage-provisioner, default-storageclass\n🏄  Done! kubectl is now configured to use \"gpucluster\" cluster and \"default\" namespace by default",
    ),
    (
        "minikube start --force as root",
        "❗  minikube skips various validations when --force is supplied; this may lead to unexpected behavior\n✨  Using the docker driver based on user configuration\n🛑  The \"docker\" driver should not be used with root privileges. If you wish to continue as root, use --force.\n💡  If you are running minikube within a VM, consider using --driver=none:\n📘    https://minikube.sigs.k8s.io/docs/reference/drivers/none/\n🏄  Done! kubectl is now configured to use \"minikube\" cluster and \"default\" namespace by default",
    ),
    (
        "minikube status",
        "gpucluster\ntype: Control Plane\nhost: Running\nkubelet: Running\napiserver: Running\nkubeconfig: Configured\n",
    ),
    (
        "minikube status -o json",
        r#"{"Name":"gpu","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Configured","Worker":false}"#,
    ),
    (
        "minikube profile list",
        "|------------|--------|---------|--------------|------|---------|--------|-------|----------------|--------------------|\n|  Profile   | Driver | Runtime |      IP      | Port | Version | Status | Nodes | Active Profile | Active Kubecontext |\n|------------|--------|---------|--------------|------|---------|--------|-------|----------------|--------------------|\n| gpucluster | docker | docker  | 192.168.49.2 | 8443 | v1.35.1 | OK     |     1 |                | *                  |",
    ),
    (
        "minikube delete",
        "🔥  Deleting \"gpucluster\" in docker ...\n🔥  Deleting container \"gpucluster\" ...\n🔥  Removing /home/u/.minikube/machines/gpucluster ...\n💀  Removed all traces of the \"gpucluster\" cluster.",
    ),
    (
        "device plugin",
        "I0310 12:00:00.000000       1 main.go:235] \"Starting NVIDIA Device Plugin\" version=<\n\t3c378193\n >\nI0310 12:00:00.000100       1 main.go:356] Retrieving plugins.\nI0310 12:00:00.100000       1 server.go:195] Starting GRPC server for 'nvidia.com/gpu'\nI0310 12:00:00.100500       1 server.go:139] Starting to serve 'nvidia.com/gpu' on /var/lib/kubelet/device-plugins/nvidia-gpu.sock\nI0310 12:00:00.101000       1 server.go:146] Registered device plugin for 'nvidia.com/gpu' with Kubelet",
    ),
    (
        "CoreDNS",
        ".:53\n[INFO] plugin/reload: Running configuration SHA512 = 6e77f21cd6946b87\nCoreDNS-1.11.3\nlinux/amd64, go1.21.11, a6338e9\n[INFO] 127.0.0.1:47890 - 50345 \"HINFO IN 842.518. udp 57 false 512\" NXDOMAIN qr,rd,ra 132 0.020837s",
    ),
    (
        "the agent",
        "wandb: Starting launch agent ✨\nwandb: [wandb.login()] Loaded credentials for https://api.wandb.ai from WANDB_API_KEY.\nwandb: WARNING launch: Agent is running on team entity (ent). Members of this team will be able to run code on this device.\nwandb: launch: agent agent000016 polling on queues q1, running 2 out of a maximum of 2 jobs\nwandb: launch: Launch agent received job:\nwandb: {'runQueueItemId': 'UnVuUXVldWVJdGVtOjEz', 'runSpec': {'docker': {'docker_image': 'wandb/job_hello_world:main'}}}\nwandb: launch: Job finished with ID: launch-ent-proj-l28fh\nwandb: launch: Shutting down, active jobs:",
    ),
    (
        "a run",
        "wandb: Currently logged in as: jane (ent) to https://api.wandb.ai. Use `wandb login --relogin` to force relogin\nwandb: Tracking run with wandb version 0.31.0\nwandb: Run data is saved locally in /app/wandb/run-20260310_120000-x7k2f\nwandb: Syncing run x7k2f\nwandb: 🚀 View run at https://wandb.ai/ent/proj/runs/x7k2f",
    ),
    (
        "pip install",
        "Collecting wandb[launch]\n  Downloading wandb-0.31.0-py3-none-manylinux_2_28_x86_64.whl (20.1 MB)\nRequirement already satisfied: pip in ./venv/lib/python3.12/site-packages (24.0)\nInstalling collected packages: kubernetes-asyncio, awscli, azure-identity, wandb\nSuccessfully installed awscli-1.42.0 kubernetes-asyncio-34.3.3 wandb-0.31.0\n\n[notice] A new release of pip is available: 24.0 -> 25.3\n[notice] To update, run: pip install --upgrade pip",
    ),
    (
        "pip's caution, not an error",
        "Successfully installed urllib3-2.2.1\nWARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager. It is recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv",
    ),
    (
        "uv pip install",
        "Using Python 3.12.3 environment at: venv\nResolved 128 packages in 1.02s\nPrepared 126 packages in 20.11s\nInstalled 126 packages in 3.50s\n + wandb==0.31.0",
    ),
    (
        "exportfs -v",
        "/srv/gpucluster\n\t\t192.168.49.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)",
    ),
    (
        "exportfs -ra of nfs-utils 2.6: only a note",
        "exportfs: /etc/exports [1]: Neither 'subtree_check' or 'no_subtree_check' specified for export \"192.168.49.0/24:/srv/x\".\n  Assuming default behaviour ('no_subtree_check').\n  NOTE: this default has changed since nfs-utils version 1.0.x",
    ),
    (
        "showmount -e",
        "Export list for 192.168.49.1:\n/srv/gpucluster 192.168.49.0/24",
    ),
    (
        "systemctl status nfs-server",
        "● nfs-server.service - NFS server and services\n     Loaded: loaded (/usr/lib/systemd/system/nfs-server.service; enabled; preset: enabled)\n     Active: active (exited) since Tue 2026-03-10 12:00:00 UTC; 2 days ago\n    Process: 812 ExecStartPre=/usr/sbin/exportfs -r (code=exited, status=0/SUCCESS)\n    Process: 815 ExecStart=/bin/sh -c /usr/sbin/nfsdctl autostart || /usr/sbin/rpc.nfsd (code=exited, status=0/SUCCESS)\n\nMar 10 12:00:00 alder systemd[1]: Starting nfs-server.service - NFS server and services...\nMar 10 12:00:00 alder systemd[1]: Finished nfs-server.service - NFS server and services.",
    ),
    (
        "mount",
        "192.168.49.1:/srv/gpucluster on /mnt type nfs4 (rw,noatime,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,hard,proto=tcp,timeo=600,retrans=2,sec=sys,clientaddr=192.168.49.2,local_lock=none,addr=192.168.49.1)",
    ),
    (
        "apt install",
        "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\nThe following additional packages will be installed:\n  keyutils libnfsidmap1 nfs-common rpcbind\nThe following NEW packages will be installed:\n  keyutils libnfsidmap1 nfs-common nfs-kernel-server rpcbind\n0 upgraded, 5 newly installed, 0 to remove and 3 not upgraded.\nNeed to get 569 kB of archives.\nSetting up rpcbind (1.2.6-7ubuntu2) ...\nSetting up nfs-kernel-server (1:2.6.4-3ubuntu5) ...\nProcessing triggers for man-db (2.12.0-4build2) ...",
    ),
    (
        "apt update",
        "Hit:1 http://archive.ubuntu.com/ubuntu noble InRelease\nGet:2 http://security.ubuntu.com/ubuntu noble-security InRelease [126 kB]\nFetched 126 kB in 1s (120 kB/s)\nReading package lists... Done\nW: http://example.org/dists/noble/InRelease: Key is stored in legacy trusted.gpg keyring (/etc/apt/trusted.gpg), see the DEPRECATION section in apt-key(8) for details.",
    ),
    (
        "dnf install, key imported on the way",
        "warning: /var/cache/dnf/docker-ce-stable/packages/containerd.io.rpm: Header V4 RSA/SHA512 Signature, key ID 621e9f35: NOKEY\nImporting GPG key 0x621E9F35:\n Userid     : \"Docker Release (CE rpm) <docker@docker.com>\"\nKey imported successfully\nRunning transaction check\nTransaction check succeeded.\nComplete!",
    ),
    (
        "docker inspect",
        "\"State\": {\n    \"Status\": \"running\",\n    \"Running\": true,\n    \"OOMKilled\": false,\n    \"Dead\": false,\n    \"ExitCode\": 0,\n    \"Error\": \"\"\n}",
    ),
    (
        "a warning of PodSecurity that refuses nothing",
        "Warning: would violate PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)\npod/x created",
    ),
    (
        "kube-scheduler while the control plane starts",
        "E0310 12:00:00.000000       1 reflector.go:166] \"Unhandled Error\" err=\"failed to list *v1.Node: nodes is forbidden: User \\\"system:kube-scheduler\\\" cannot list resource \\\"nodes\\\" in API group \\\"\\\" at the cluster scope\"\nI0310 12:00:02.000000       1 shared_informer.go:320] Caches are synced for client-ca",
    ),
    (
        "helm upgrade",
        "Release \"demo\" has been upgraded. Happy Helming!\nNAME: demo\nSTATUS: deployed\nREVISION: 2",
    ),
    (
        "wandb launch",
        "wandb: launch: Launching run into ent/proj\nwandb: launch: Added run to queue q1.\nwandb: launch: Launch spec: {'resource': 'kubernetes', 'resource_args': {'kubernetes': {'spec': {'template': {'spec': {'containers': [{'resources': {'limits': {'nvidia.com/gpu': 2}}}]}}}}}}",
    ),
    (
        "kernel: an NFS server that came back",
        "nfs: server 192.168.49.1 OK",
    ),
];
