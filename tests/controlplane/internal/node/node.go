// Package node plays the kubelet of the cluster's only node: it keeps the Node
// and its Lease fresh, and walks pods through their lives without running them.
// It has the rights of a kubelet (Node authorizer, NodeRestriction), no others.
package node

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gpucluster.example/controlplane/internal/pki"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/component-helpers/apimachinery/lease"
	"k8s.io/utils/clock"
)

// IP is the node's address, the first one minikube would choose. It exists only
// on paper.
const IP = "192.168.49.2"

// Config says what the node has and how it behaves.
type Config struct {
	Name        string
	GPUs        int
	CPUs        int
	Memory      resource.Quantity
	JobDuration time.Duration
	GPUDelay    time.Duration
	// Serving and ClientCA are for the log server.
	Serving  pki.Pair
	ClientCA []byte
}

// Node is the stand-in for a kubelet.
type Node struct {
	cfg    Config
	client kubernetes.Interface
	pods   corelisters.PodLister
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
	ips    ipPool
	// started is when pods were set running; only the worker touches it.
	started map[types.UID]time.Time
	gpus    plugin
	// wake asks for the node's status to be posted now.
	wake        chan struct{}
	kubeletPort int32
	posted      atomic.Bool
}

// New prepares a node that talks to the API server as config says.
func New(config *rest.Config, cfg Config) *Node {
	return &Node{
		cfg:    cfg,
		client: kubernetes.NewForConfigOrDie(config),
		queue: workqueue.NewTypedRateLimitingQueue(
			workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
		started: map[types.UID]time.Time{},
		gpus:    plugin{delay: cfg.GPUDelay},
		wake:    make(chan struct{}, 1),
	}
}

// Ready returns nil once this process (not an earlier one) has reported Ready.
func (n *Node) Ready(ctx context.Context) error {
	if !n.posted.Load() {
		return fmt.Errorf("node %s has not reported yet", n.cfg.Name)
	}
	node, err := n.client.CoreV1().Nodes().Get(ctx, n.cfg.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, c := range node.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
			return nil
		}
	}
	return fmt.Errorf("node %s is not Ready", n.cfg.Name)
}

// Run plays the node until ctx ends.
func (n *Node) Run(ctx context.Context) error {
	stopLogs, err := n.serveLogs()
	if err != nil {
		return err
	}
	defer stopLogs()
	if err := n.register(ctx); err != nil {
		return err
	}

	factory := informers.NewSharedInformerFactoryWithOptions(n.client, 0,
		informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.FieldSelector = fields.OneTermEqualSelector("spec.nodeName", n.cfg.Name).String()
		}))
	pods := factory.Core().V1().Pods()
	n.pods = pods.Lister()
	enqueue := func(obj any) {
		if key, err := cache.DeletionHandlingObjectToName(obj); err == nil {
			n.queue.Add(key)
		}
	}
	if _, err := pods.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    enqueue,
		UpdateFunc: func(_, obj any) { enqueue(obj) },
		DeleteFunc: enqueue,
	}); err != nil {
		return err
	}

	var wg sync.WaitGroup
	leases := lease.NewController(clock.RealClock{}, n.client, n.cfg.Name, 40, nil,
		10*time.Second, n.cfg.Name, corev1.NamespaceNodeLease, nil)
	wg.Go(func() { leases.Run(ctx) })
	wg.Go(func() { n.reportStatus(ctx) })
	factory.Start(ctx.Done())
	wg.Go(func() {
		if cache.WaitForCacheSync(ctx.Done(), pods.Informer().HasSynced) {
			n.work(ctx)
		}
	})
	<-ctx.Done()
	n.queue.ShutDown()
	wg.Wait()
	factory.Shutdown()
	return nil
}

// work handles pods one after the other until the queue is shut down.
func (n *Node) work(ctx context.Context) {
	for {
		key, quit := n.queue.Get()
		if quit {
			return
		}
		again, err := n.sync(ctx, key)
		switch {
		case err != nil:
			slog.Info("pod will be retried", "pod", key, "error", err)
			n.queue.AddRateLimited(key)
		default:
			n.queue.Forget(key)
			if again > 0 {
				n.queue.AddAfter(key, again)
			}
		}
		n.queue.Done(key)
		n.watchPlugin()
	}
}

// Label adds what a kubelet may not say about itself (NodeRestriction forbids
// it) and kubeadm and minikube therefore add with the administrator's rights.
func Label(ctx context.Context, admin kubernetes.Interface, name, cluster string) error {
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"","minikube.k8s.io/name":%q,"minikube.k8s.io/primary":"true"}}}`, cluster)
	_, err := admin.CoreV1().Nodes().Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
