package node

import (
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// pluginLabels finds the pod that, on a real node, tells the kubelet about GPUs.
var pluginLabels = labels.SelectorFromSet(labels.Set{"name": "nvidia-device-plugin-ds"})

// plugin is the registration of the device plugin with this kubelet. It is not
// stored in the cluster: like the real one it has to be made again after a
// restart, however long the pod has been Running in the books.
type plugin struct {
	delay time.Duration

	mu    sync.Mutex
	since time.Time // when its pod was first seen running; zero when it is not
}

// registeredGPUs is how many GPUs the node may offer now.
func (n *Node) registeredGPUs() int {
	n.gpus.mu.Lock()
	defer n.gpus.mu.Unlock()
	if n.gpus.since.IsZero() || time.Since(n.gpus.since) < n.gpus.delay {
		return 0
	}
	return n.cfg.GPUs
}

// watchPlugin notices the plugin's pod coming and going.
func (n *Node) watchPlugin() {
	running := false
	pods, err := n.pods.List(pluginLabels)
	if err != nil {
		return
	}
	for _, pod := range pods {
		if pod.Status.Phase == corev1.PodRunning && pod.DeletionTimestamp == nil {
			running = true
		}
	}
	n.gpus.mu.Lock()
	defer n.gpus.mu.Unlock()
	switch {
	case running && n.gpus.since.IsZero():
		n.gpus.since = time.Now()
		time.AfterFunc(n.gpus.delay, n.postNow)
	case !running && !n.gpus.since.IsZero():
		n.gpus.since = time.Time{}
		n.postNow()
	}
}

// postNow has the node's status posted soon; it never blocks.
func (n *Node) postNow() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}
