package node

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"k8s.io/component-base/version"
)

const gpuResource corev1.ResourceName = "nvidia.com/gpu"

// statusInterval is well inside the 50 s after which the node-lifecycle
// controller gives a silent node up.
const statusInterval = 10 * time.Second

// register creates the Node, or adopts the one a former run left.
func (n *Node) register(ctx context.Context) error {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
		Name: n.cfg.Name,
		Labels: map[string]string{
			corev1.LabelHostname:   n.cfg.Name,
			corev1.LabelOSStable:   "linux",
			corev1.LabelArchStable: runtime.GOARCH,
		},
		Annotations: map[string]string{"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
	}}
	n.fill(node)
	_, err := n.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil // reportStatus brings it up to date
	}
	return err
}

// reportStatus posts the node's status regularly and when something changed.
func (n *Node) reportStatus(ctx context.Context) {
	ticker := time.NewTicker(statusInterval)
	defer ticker.Stop()
	for {
		again := (<-chan time.Time)(nil)
		if err := n.postStatus(ctx); err == nil {
			n.posted.Store(true)
		} else if ctx.Err() == nil {
			slog.Info("node status will be posted again", "error", err)
			again = time.After(200 * time.Millisecond)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-n.wake:
		case <-again:
		}
	}
}

func (n *Node) postStatus(ctx context.Context) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		node, err := n.client.CoreV1().Nodes().Get(ctx, n.cfg.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		n.fill(node)
		_, err = n.client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
		return err
	})
}

// fill sets the whole status of node, keeping what only its history can tell.
func (n *Node) fill(node *corev1.Node) {
	s := &node.Status
	_, hadGPUs := s.Allocatable[gpuResource]
	s.Capacity = corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewQuantity(int64(n.cfg.CPUs), resource.DecimalSI),
		corev1.ResourceMemory:           n.cfg.Memory,
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		corev1.ResourcePods:             resource.MustParse("110"),
		"hugepages-1Gi":                 resource.MustParse("0"),
		"hugepages-2Mi":                 resource.MustParse("0"),
	}
	// A kubelet never takes an extended resource back once it was registered:
	// it stays, as 0. Before that it is absent, which is not the same thing.
	if gpus := n.registeredGPUs(); gpus > 0 || hadGPUs {
		s.Capacity[gpuResource] = *resource.NewQuantity(int64(gpus), resource.DecimalSI)
	}
	s.Allocatable = s.Capacity.DeepCopy()
	s.Addresses = []corev1.NodeAddress{
		{Type: corev1.NodeInternalIP, Address: IP},
		{Type: corev1.NodeHostName, Address: n.cfg.Name},
		{Type: corev1.NodeInternalDNS, Address: KubeletHost},
	}
	s.DaemonEndpoints.KubeletEndpoint.Port = n.kubeletPort
	s.NodeInfo.KubeletVersion = version.Get().GitVersion
	s.NodeInfo.OperatingSystem = "linux"
	s.NodeInfo.Architecture = runtime.GOARCH
	s.NodeInfo.OSImage = "stand-in for tests, runs no container"
	s.NodeInfo.KernelVersion = "unknown"
	s.NodeInfo.ContainerRuntimeVersion = "standin://0"

	n.condition(s, corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available")
	n.condition(s, corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure")
	n.condition(s, corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available")
	n.condition(s, corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status")
}

func (n *Node) condition(s *corev1.NodeStatus, kind corev1.NodeConditionType, value corev1.ConditionStatus, reason, message string) {
	now := metav1.Now()
	next := corev1.NodeCondition{Type: kind, Status: value, Reason: reason, Message: message,
		LastHeartbeatTime: now, LastTransitionTime: now}
	for i, old := range s.Conditions {
		if old.Type == kind {
			if old.Status == value {
				next.LastTransitionTime = old.LastTransitionTime
			}
			s.Conditions[i] = next
			return
		}
	}
	s.Conditions = append(s.Conditions, next)
}
