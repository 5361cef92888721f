//! Whole pastes: terminals, `kubectl describe`, logs in which the cause stands beside its
//! consequences. Put together from the outputs of the tools; names and addresses are made up.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "describe pod: the server refuses the mount, the time-outs follow from it (kubernetes#108963)",
        NFS_EXPORT_REFUSED,
        r#"$ kubectl describe pod todo-db-759d4c6cd8-2jfv4
Name:             todo-db-759d4c6cd8-2jfv4
Namespace:        default
Node:             minikube/192.168.49.2
Status:           Pending
Containers:
  db:
    State:          Waiting
      Reason:       ContainerCreating
    Ready:          False
Tolerations:      node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                  node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
Events:
  Type     Reason       Age                 From               Message
  ----     ------       ----                ----               -------
  Normal   Scheduled    11m                 default-scheduler  Successfully assigned default/todo-db-759d4c6cd8-2jfv4 to minikube
  Warning  FailedMount  4m50s               kubelet            Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[kube-api-access-qdkr6 secret data]: timed out waiting for the condition
  Warning  FailedMount  65s (x13 over 11m)  kubelet            MountVolume.SetUp failed for volume "pv01" : mount failed: exit status 32
Mounting command: mount
Mounting arguments: -t nfs 192.168.43.16:/nfs_share /var/lib/kubelet/pods/c9c0e520-2c9c-4970-b41e-90d4d6d38ead/volumes/kubernetes.io~nfs/pv01
Output: mount.nfs: access denied by server while mounting 192.168.43.16:/nfs_share
  Warning  FailedMount  21s (x4 over 9m20s)  kubelet  Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-qdkr6 secret]: timed out waiting for the condition
"#,
    ),
    (
        "describe pod: a firewall",
        NFS_PORT_BLOCKED,
        r#"Events:
  Type     Reason       Age                  From               Message
  ----     ------       ----                 ----               -------
  Normal   Scheduled    6m                   default-scheduler  Successfully assigned default/launch-ent-proj-x7k2f-q2w4e to gpucluster
  Warning  FailedMount  104s (x2 over 3m58s) kubelet            Unable to attach or mount volumes: unmounted volumes=[nfs-storage], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition
  Warning  FailedMount  63s (x2 over 3m9s)   kubelet            MountVolume.SetUp failed for volume "gpucluster-nfs" : mount failed: exit status 32
Mounting command: mount
Mounting arguments: -t nfs -o hard,nfsvers=4.2,noatime 192.168.49.1:/srv/gpucluster /var/lib/kubelet/pods/6c3b/volumes/kubernetes.io~nfs/gpucluster-nfs
Output: mount.nfs: Connection timed out for 192.168.49.1:/srv/gpucluster on /var/lib/kubelet/pods/6c3b/volumes/kubernetes.io~nfs/gpucluster-nfs
"#,
    ),
    (
        "describe pod: no NFS client in the node (oomichi/try-kubernetes#49)",
        NFS_CLIENT_MISSING,
        r#"Sep 19 21:23:15.975: INFO: At 2018-09-19 21:18:00 +0000 UTC - event for pod-subpath-test-nfspvc-f47f: {kubelet k8s-node01} FailedMount: MountVolume.SetUp failed for volume "nfs-gcppr" : mount failed: exit status 32
Mounting command: systemd-run
Mounting arguments: --description=Kubernetes transient mount for /var/lib/kubelet/pods/7c537d37-bc51-11e8-a146-fa163e420595/volumes/kubernetes.io~nfs/nfs-gcppr --scope -- mount -t nfs 10.244.1.117:/exports /var/lib/kubelet/pods/7c537d37/volumes/kubernetes.io~nfs/nfs-gcppr
Output: Running scope as unit run-r3952e22ef17a46ebb658f354bece0dfe.scope.
mount: wrong fs type, bad option, bad superblock on 10.244.1.117:/exports,
       missing codepage or helper program, or other error
       (for several filesystems (e.g. nfs, cifs) you might
       need a /sbin/mount.<type> helper program)
"#,
    ),
    (
        "describe pod: version 3 without statd (kubernetes#16033)",
        NFS_LOCKS_MISSING,
        r#"FailedMount Unable to mount volumes for pod "zubuntu-qyal8_default": Mount failed: exit status 32
Mounting arguments: gprfc028:/home/nfs/export1 /var/lib/kubelet/pods/5ebd9fe8-780b-11e5-969d-d4bed9b38fad/volumes/kubernetes.io~nfs/test-nfs-1 nfs []
Output: Job for rpc-statd.service failed. See "systemctl status rpc-statd.service" and "journalctl -xe" for details.
mount.nfs: rpc.statd is not running but is required for remote locking.
mount.nfs: Either use '-o nolock' to keep locks local, or start statd.
mount.nfs: an incorrect mount option was specified
"#,
    ),
    (
        "systemctl status: an exported folder is gone, so the server did not start (nextcloudpi#804)",
        NFS_FOLDER_MISSING,
        r#"root@rock64:~# systemctl status nfs-server.service
● nfs-server.service - NFS server and services
   Loaded: loaded (/lib/systemd/system/nfs-server.service; enabled; vendor preset: enabled)
   Active: failed (Result: exit-code) since Wed 2019-02-13 16:42:23 EST; 10min ago
  Process: 894 ExecStartPre=/usr/sbin/exportfs -r (code=exited, status=1/FAILURE)

Feb 13 16:42:23 rock64 systemd[1]: Starting NFS server and services...
Feb 13 16:42:23 rock64 exportfs[894]: exportfs: Failed to stat /media/myCloudDrive/ncdata/bob/files/shared: No such file or directory
Feb 13 16:42:23 rock64 systemd[1]: nfs-server.service: Control process exited, code=exited status=1
Feb 13 16:42:23 rock64 systemd[1]: Failed to start NFS server and services.
Feb 13 16:42:24 rock64 systemd[1]: nfs-server.service: Failed with result 'exit-code'.
"#,
    ),
    (
        "apt install: the kernel has no nfsd, so the service and dpkg fail",
        NFS_KERNEL_MISSING,
        r#"Setting up nfs-kernel-server (1:2.6.4-3ubuntu5) ...
Created symlink /etc/systemd/system/multi-user.target.wants/nfs-server.service → /usr/lib/systemd/system/nfs-server.service.
modprobe: FATAL: Module nfsd not found in directory /lib/modules/5.15.0-1064-kvm
A dependency job for nfs-server.service failed. See 'journalctl -xe' for details.
nfs-server.service is a disabled or a static unit, not starting it.
dpkg: error processing package nfs-kernel-server (--configure):
 installed nfs-kernel-server package post-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 nfs-kernel-server
E: Sub-process /usr/bin/dpkg returned an error code (1)
"#,
    ),
    (
        "pod pending and the plugin's log: the node sees no GPU",
        GPU_NOT_ALLOCATABLE,
        r#"$ kubectl describe pod gpu-test | tail -4
Events:
  Type     Reason            Age   From               Message
  ----     ------            ----  ----               -------
  Warning  FailedScheduling  12s   default-scheduler  0/1 nodes are available: 1 Insufficient nvidia.com/gpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.
$ kubectl -n kube-system logs -l name=nvidia-device-plugin-ds
I1204 07:31:31.764138       1 main.go:235] "Starting NVIDIA Device Plugin" version=<
	3c378193
 >
I1204 07:31:31.764549       1 main.go:317] Loading configuration.
I1204 07:31:31.765419       1 main.go:356] Retrieving plugins.
E1204 07:31:31.765587       1 factory.go:112] Incompatible strategy detected auto
E1204 07:31:31.765600       1 factory.go:113] If this is a GPU node, did you configure the NVIDIA Container Toolkit?
E1204 07:31:31.765611       1 factory.go:114] You can check the prerequisites at: https://github.com/NVIDIA/k8s-device-plugin#prerequisites
I1204 07:31:31.765648       1 main.go:381] No devices found. Waiting indefinitely.
"#,
    ),
    (
        "a GPU was withdrawn for an error of NVLink, so the next job finds none",
        GPU_NVLINK_ERROR,
        r#"I0310 11:58:01.000000       1 server.go:253] Registered device plugin for 'nvidia.com/gpu' with Kubelet
I0310 12:00:00.000000       1 health.go:159] XidCriticalError: Xid=74 on Device=GPU-7540a9b3-eeb9-1214-1526-f93c9ea826a8; marking device as unhealthy.
I0310 12:00:00.000123       1 server.go:277] 'nvidia.com/gpu' device marked unhealthy: GPU-7540a9b3-eeb9-1214-1526-f93c9ea826a8
$ kubectl get events
LAST SEEN   TYPE      REASON             OBJECT      MESSAGE
14s         Warning   FailedScheduling   pod/train   0/1 nodes are available: 1 Insufficient nvidia.com/gpu.
"#,
    ),
    (
        "device plugin cannot be pulled: Docker Hub's limit, not the GPU",
        IMAGE_RATE_LIMIT,
        r#"Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  60s                default-scheduler  Successfully assigned default/launch-e-p-1 to gpucluster
  Normal   Pulling    20s (x3 over 59s)  kubelet            Pulling image "wandb/job_hello_world:main"
  Warning  Failed     18s (x3 over 57s)  kubelet            Failed to pull image "wandb/job_hello_world:main": Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit
  Warning  Failed     18s (x3 over 57s)  kubelet            Error: ErrImagePull
  Normal   BackOff    5s (x4 over 56s)   kubelet            Back-off pulling image "wandb/job_hello_world:main"
  Warning  Failed     5s (x4 over 56s)   kubelet            Error: ImagePullBackOff
"#,
    ),
    (
        "describe pod: the image does not exist",
        IMAGE_NOT_FOUND,
        r#"  Warning  Failed     12s (x2 over 27s)  kubelet  Failed to pull image "wandb/job_helo_world:main": Error response from daemon: pull access denied for wandb/job_helo_world, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
  Warning  Failed     12s (x2 over 27s)  kubelet  Error: ErrImagePull
  Normal   BackOff    1s (x2 over 26s)   kubelet  Back-off pulling image "wandb/job_helo_world:main"
  Warning  Failed     1s (x2 over 26s)   kubelet  Error: ImagePullBackOff
"#,
    ),
    (
        "describe pod: killed for memory, hence the loop",
        CONTAINER_OUT_OF_MEMORY,
        r#"    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Tue, 10 Mar 2026 12:00:00 +0000
    Restart Count:  4
Events:
  Type     Reason   Age                   From     Message
  ----     ------   ----                  ----     -------
  Warning  BackOff  9s (x12 over 2m30s)   kubelet  Back-off restarting failed container launch0 in pod train-0_default(4b1c)
"#,
    ),
    (
        "CoreDNS in a loop, hence its crashes (coredns#2795)",
        CLUSTER_DNS_BROKEN,
        r#"NAME                       READY   STATUS             RESTARTS      AGE
coredns-85767f454b-b5fcq   0/1     CrashLoopBackOff   5 (61s ago)   4m
.:53
2019-04-17T00:18:44.485Z [INFO] plugin/reload: Running configuration MD5 = fe280f2b52a55a24ba57f2b4328c2777
2019-04-17T00:18:44.485Z [INFO] CoreDNS-1.5.0
2019-04-17T00:18:44.486Z [FATAL] plugin/loop: Loop (127.0.0.1:34614 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 6074102630077018525.5798689655824409358.
"#,
    ),
    (
        "the network plugin fails, so the node is not ready and nothing is scheduled (minikube#12954)",
        POD_NETWORK_BROKEN,
        r#"Events:
  Type     Reason                  Age                From               Message
  ----     ------                  ----               ----               -------
  Warning  FailedScheduling        71s (x2 over 71s)  default-scheduler  0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.
  Normal   Scheduled               68s                default-scheduler  Successfully assigned default/mytl-mariadb-0 to minikube
  Warning  FailedCreatePodSandBox  65s                kubelet            Failed to create pod sandbox: rpc error: code = Unknown desc = [failed to set up sandbox container "93726108b6ff22a75ac11f8b1d68e102eb7485c8b67612e5bde4691b1b900c3d" network for pod "mytl-mariadb-0": networkPlugin cni failed to set up pod "mytl-mariadb-0_default" network: failed to set bridge addr: could not add IP address to "cni0": permission denied]
"#,
    ),
    (
        "minikube start: the toolkit is missing, the provisioning error follows from it (minikube#19463)",
        GPU_TOOLKIT_MISSING,
        r#"😄  minikube v1.38.1 on Ubuntu 24.04
✨  Using the docker driver based on user configuration
👍  Starting "minikube" primary control-plane node in "minikube" cluster
🚜  Pulling base image v0.0.50 ...
🔥  Creating docker container (CPUs=2, Memory=16000MB) ...
🤦  StartHost failed, but will try again: creating host: create: creating: create kic node: create container: docker run -d -t --privileged --gpus all: exit status 125
stdout:
a7c9f5

stderr:
docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].

😿  Failed to start docker container. Running "minikube delete" may fix it: creating host: create: creating: create kic node

❌  Exiting due to GUEST_PROVISION: error provisioning guest: Failed to start host: creating host: create: creating: create kic node: create container
"#,
    ),
    (
        "minikube start: kubelet and Docker disagree, so the kubelet never comes up",
        CLUSTER_CGROUP_UNFIT,
        r#"[kubelet-check] Initial timeout of 40s passed.
[kubelet-check] It seems like the kubelet isn't running or healthy.
[kubelet-check] The HTTP call equal to 'curl -sSL http://localhost:10248/healthz' failed with error: Get "http://localhost:10248/healthz": dial tcp 127.0.0.1:10248: connect: connection refused.

Mar 10 12:00:00 minikube kubelet[2210]: E0310 12:00:00.000000    2210 run.go:74] "command failed" err="failed to run Kubelet: misconfiguration: kubelet cgroup driver: \"systemd\" is different from docker cgroup driver: \"cgroupfs\""

❌  Exiting due to K8S_KUBELET_NOT_RUNNING: wait: kubeadm init: Process exited with status 1
💡  Suggestion: Check output of 'journalctl -xeu kubelet', try passing --extra-config=kubelet.cgroup-driver=systemd to minikube start
"#,
    ),
    (
        "minikube start: downloads through a name server that does not answer",
        NAME_RESOLUTION_FAILED,
        r#"👍  Starting "minikube" primary control-plane node in "minikube" cluster
🚜  Pulling base image v0.0.50 ...
❗  minikube was unable to download gcr.io/k8s-minikube/kicbase:v0.0.50, but successfully downloaded nothing else
❌  Exiting due to INET_CACHE_KUBECTL: Failed to cache kubectl: download failed: https://dl.k8s.io/release/v1.35.1/bin/linux/amd64/kubectl?checksum=file:https://dl.k8s.io/release/v1.35.1/bin/linux/amd64/kubectl.sha256: getter: &{Ctx:context.Background}: invalid checksum: Error downloading checksum file: Get "https://dl.k8s.io/release/v1.35.1/bin/linux/amd64/kubectl.sha256": dial tcp: lookup dl.k8s.io on 10.0.0.2:53: no such host
"#,
    ),
    (
        "kubectl after a reboot, then minikube status: the node is stopped",
        CLUSTER_STOPPED,
        r#"$ kubectl get pods
The connection to the server 192.168.49.2:8443 was refused - did you specify the right host or port?
$ minikube status -p gpucluster
gpucluster
type: Control Plane
host: Stopped
kubelet: Stopped
apiserver: Stopped
kubeconfig: Stopped
"#,
    ),
    (
        "apt: another process holds the lock, so the package is not there",
        PACKAGE_LOCKED,
        r#"+ sudo apt-get update
E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1187 (apt-get)
N: Be aware that removing the lock file is not a solution and may break your system.
E: Unable to lock directory /var/lib/apt/lists/
+ sudo apt-get install -y nfs-kernel-server
Reading package lists... Done
E: Unable to locate package nfs-kernel-server
"#,
    ),
    (
        "apt: the toolkit's key is missing, so its package is unknown",
        PACKAGE_KEY_MISSING,
        r#"Err:8 https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease
  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY DDCAE044F796ECB0
Reading package lists... Done
W: GPG error: https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY DDCAE044F796ECB0
E: The repository 'https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease' is not signed.
Reading package lists... Done
Building dependency tree... Done
E: Unable to locate package nvidia-container-toolkit
"#,
    ),
    (
        "pip: the index is out of reach, so there is no version",
        PIP_INDEX_UNREACHABLE,
        r#"WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ReadTimeoutError("HTTPSConnectionPool(host='pypi.org', port=443): Read timed out. (read timeout=15)")': /simple/wandb/
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ReadTimeoutError("HTTPSConnectionPool(host='pypi.org', port=443): Read timed out. (read timeout=15)")': /simple/wandb/
ERROR: Could not find a version that satisfies the requirement wandb[launch] (from versions: none)
ERROR: No matching distribution found for wandb[launch]
"#,
    ),
    (
        "pip: a company's certificate",
        TLS_UNTRUSTED,
        r#"  Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'SSLError(SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:852)'),)': /simple/numpy/
  Could not fetch URL https://pypi.org/simple/numpy/: There was a problem confirming the ssl certificate: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple/numpy/ (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1007)'))) - skipping
ERROR: No matching distribution found for numpy
"#,
    ),
    (
        "the agent's log: a queue configuration that is refused, the item then fails",
        QUEUE_CONFIG_REFUSED,
        r#"wandb: Starting launch agent ✨
wandb: launch: agent agent000016 polling on queues q1, running 0 out of a maximum of 2 jobs
wandb: launch: Launch agent received job:
wandb: {'runQueueItemId': 'UnVuUXVldWVJdGVtOjEz',
wandb:  'runSpec': {'docker': {'docker_image': 'wandb/job_hello_world:main'}}}
wandb: ERROR launch: Error running job: Unsafe resource_args.kubernetes option 'serviceAccountName' is not allowed: custom service accounts are not permitted
wandb: launch: agent agent000016 polling on queues q1, running 0 out of a maximum of 2 jobs
"#,
    ),
    (
        "a job's log: the model is gone",
        MODEL_UNAVAILABLE,
        r#"wandb: Currently logged in as: jane (ent). Use `wandb login --relogin` to force relogin
wandb: Tracking run with wandb version 0.16.0
Traceback (most recent call last):
  File "/usr/local/lib/python3.8/dist-packages/huggingface_hub/utils/_errors.py", line 261, in hf_raise_for_status
    response.raise_for_status()
requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://huggingface.co/runwayml/stable-diffusion-v1-5/resolve/main/model_index.json

The above exception was the direct cause of the following exception:

huggingface_hub.utils._errors.RepositoryNotFoundError: 404 Client Error. (Request ID: Root=1-66d78048-4f415f04)

Repository Not Found for url: https://huggingface.co/runwayml/stable-diffusion-v1-5/resolve/main/model_index.json.
Please make sure you specified the correct `repo_id` and `repo_type`.
"#,
    ),
    (
        "a pod without its secret",
        POD_CONFIG_MISSING,
        r#"NAME                     READY   STATUS                       RESTARTS   AGE
launch-agent-demo-0      0/1     CreateContainerConfigError   0          62s
Events:
  Normal   Pulled     2s (x5 over 54s)  kubelet            Container image "wandb/launch-agent:0.25.1" already present on machine
  Warning  Failed     2s (x5 over 54s)  kubelet            Error: secret "wandb-api-key-demo" not found
"#,
    ),
    (
        "describe pvc: the volume remembers another claim",
        VOLUME_NOT_BOUND,
        r#"Name:          nfs-pvc
Status:        Pending
Volume:        nfs-pv
Events:
  Type     Reason         Age               From                         Message
  ----     ------         ----              ----                         -------
  Warning  FailedBinding  3s (x5 over 58s)  persistentvolume-controller  volume "nfs-pv" already bound to a different claim.
---
  Warning  FailedScheduling  9s  default-scheduler  0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.
"#,
    ),
];
