package node

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// ipPool hands out pod addresses. It walks the node's range instead of taking
// the lowest free one, so that an address does not return at once with another
// pod behind it. Only the worker uses it.
type ipPool struct{ last int }

func (n *Node) podIP(pod *corev1.Pod) string {
	if pod.Spec.HostNetwork {
		return IP
	}
	used := map[string]bool{}
	if pods, err := n.pods.List(labels.Everything()); err == nil {
		for _, p := range pods {
			used[p.Status.PodIP] = true
		}
	}
	const first, count = 2, 253 // .0 and .255 are reserved, .1 is the bridge
	for range count {
		n.ips.last = (n.ips.last + 1) % count
		if ip := fmt.Sprintf("10.244.0.%d", first+n.ips.last); !used[ip] {
			return ip
		}
	}
	return IP // cannot be: a node takes 110 pods
}
