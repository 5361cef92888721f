package main

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"

	"gpucluster.example/controlplane/internal/etcd"
	"gpucluster.example/controlplane/internal/node"
	"gpucluster.example/controlplane/internal/pki"

	"k8s.io/client-go/tools/clientcmd/api"
)

// The networks of a minikube cluster. No packet ever flows in them.
const (
	serviceCIDR = "10.96.0.0/12"
	serviceIP   = "10.96.0.1"
	podCIDR     = "10.244.0.0/16"
)

// credentials is every identity of the cluster, each with the rights it has on
// a kubeadm cluster and no more.
type credentials struct {
	authority *pki.Authority
	server    string
	admin     *api.Config
	node      *api.Config
	// kubelet serves logs to the API server.
	kubelet pki.Pair
}

// makeCredentials makes or reuses everything under DIR/pki and writes
// DIR/admin.kubeconfig.
func makeCredentials(o *options, port int) (*credentials, error) {
	authority, err := pki.Open(filepath.Join(o.dir, "pki"))
	if err != nil {
		return nil, err
	}
	if err := authority.EnsureSigningKey("service-account"); err != nil {
		return nil, err
	}
	c := &credentials{authority: authority, server: serverURL(o.bind, port)}

	servers := map[string]pki.Request{
		"apiserver": {
			Name: "kube-apiserver",
			Hosts: []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
				"kubernetes.default.svc.cluster.local", "control-plane.minikube.internal"},
			IPs: []net.IP{net.ParseIP("127.0.0.1"), net.ParseIP(o.bind), net.ParseIP(serviceIP), net.ParseIP(node.IP)},
		},
		"kubelet": {Name: "system:node:" + o.node, Groups: []string{"system:nodes"}, Hosts: []string{node.KubeletHost}},
	}
	for file, request := range servers {
		pair, err := authority.Ensure(file, request)
		if err != nil {
			return nil, err
		}
		if file == "kubelet" {
			c.kubelet = pair
		}
	}

	if _, err := authority.Ensure("apiserver-kubelet-client", pki.Request{Name: node.KubeletClient}); err != nil {
		return nil, err
	}
	clients := []struct {
		file    string
		request pki.Request
		name    string
		path    string
		config  **api.Config
	}{
		{"admin", pki.Request{Name: o.context, Groups: []string{"system:masters"}}, o.context, "admin.kubeconfig", &c.admin},
		{"node", pki.Request{Name: "system:node:" + o.node, Groups: []string{"system:nodes"}}, "node", "pki/node.kubeconfig", &c.node},
		{"controller-manager", pki.Request{Name: "system:kube-controller-manager"}, "controller-manager", "pki/controller-manager.kubeconfig", nil},
		{"scheduler", pki.Request{Name: "system:kube-scheduler"}, "scheduler", "pki/scheduler.kubeconfig", nil},
	}
	for _, client := range clients {
		pair, err := authority.Ensure(client.file, client.request)
		if err != nil {
			return nil, err
		}
		config := authority.Kubeconfig(client.name, c.server, pair)
		if err := pki.WriteKubeconfig(filepath.Join(o.dir, client.path), config); err != nil {
			return nil, err
		}
		if client.config != nil {
			*client.config = config
		}
	}
	return c, nil
}

// serverURL is where clients on this machine reach a server bound to bind.
func serverURL(bind string, port int) string {
	host := bind
	if ip := net.ParseIP(bind); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	u := url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))}
	return u.String()
}

// The flags below are relative to DIR, the working directory of each component.

func apiserverArgs(o *options, port int) []string {
	return []string{
		"--etcd-servers=" + etcd.Endpoint,
		"--bind-address=" + o.bind,
		fmt.Sprintf("--secure-port=%d", port),
		// Recorded in the "kubernetes" Endpoints, which may not hold a loopback
		// address; nothing connects to it.
		"--advertise-address=" + node.IP,
		"--tls-cert-file=pki/apiserver.crt",
		"--tls-private-key-file=pki/apiserver.key",
		"--client-ca-file=pki/ca.crt",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=pki/service-account.pub",
		"--service-account-signing-key-file=pki/service-account.key",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--service-cluster-ip-range=" + serviceCIDR,
		"--kubelet-certificate-authority=pki/ca.crt",
		"--kubelet-client-certificate=pki/apiserver-kubelet-client.crt",
		"--kubelet-client-key=pki/apiserver-kubelet-client.key",
		// The one kind of address of the node that is a real one: node.KubeletHost.
		"--kubelet-preferred-address-types=InternalDNS",
		"--profiling=false",
	}
}

func controllerManagerArgs() []string {
	return []string{
		"--kubeconfig=pki/controller-manager.kubeconfig",
		"--secure-port=0", // no port of its own
		"--leader-elect=false",
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=pki/service-account.key",
		"--root-ca-file=pki/ca.crt",
		"--cluster-signing-cert-file=pki/ca.crt",
		"--cluster-signing-key-file=pki/ca.key",
		"--allocate-node-cidrs=true",
		"--cluster-cidr=" + podCIDR,
		"--service-cluster-ip-range=" + serviceCIDR,
		// The default of 20 a second stretches its start, in which each
		// controller gets its own service account and token, by seconds.
		"--kube-api-qps=300",
		"--kube-api-burst=600",
		// The default is under /usr, where an unprivileged user may not create it.
		"--flex-volume-plugin-dir=flexvolume",
		"--profiling=false",
	}
}

func schedulerArgs() []string {
	return []string{
		"--kubeconfig=pki/scheduler.kubeconfig",
		"--secure-port=0",
		"--leader-elect=false",
		"--profiling=false",
	}
}
