package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gpucluster.example/controlplane/internal/addons"

	"k8s.io/apimachinery/pkg/api/resource"
)

// options is the command line of "controlplane run".
type options struct {
	dir        string
	port       int
	bind       string
	context    string
	node       string
	gpus       int
	cpus       int
	memory     resource.Quantity
	addons     []string
	jobSeconds time.Duration
	gpuDelay   time.Duration
}

// parseOptions reads and checks the command line. It returns flag.ErrHelp when
// help was asked for (and printed).
func parseOptions(args []string) (*options, error) {
	o := &options{}
	var memory, addonList string
	var jobSeconds, gpuDelay float64
	fs := flag.NewFlagSet("controlplane run", flag.ContinueOnError)
	fs.StringVar(&o.dir, "dir", "", "directory for state, certificates and logs (required)")
	fs.IntVar(&o.port, "port", 0, "port of the API server; 0: the one used last time on this directory if it is free, else any free one")
	fs.StringVar(&o.bind, "bind", "127.0.0.1", "address the API server listens on")
	fs.StringVar(&o.context, "context", "gpucluster", "name of the context, cluster and user in admin.kubeconfig")
	fs.StringVar(&o.node, "node", "", "name of the node (default: the context's name, as minikube does)")
	fs.IntVar(&o.gpus, "gpus", 0, "GPUs the device plugin finds on the node")
	fs.IntVar(&o.cpus, "cpus", 8, "CPUs of the node")
	fs.StringVar(&memory, "memory", "16Gi", "memory of the node")
	fs.StringVar(&addonList, "addons", "", "comma-separated: "+strings.Join(addons.Names(), ","))
	fs.Float64Var(&jobSeconds, "job-seconds", 3, "how long a pod that does not restart runs before it ends")
	fs.Float64Var(&gpuDelay, "gpu-delay", 1, "seconds between the device plugin's pod running and its GPUs being allocatable")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if o.dir == "" {
		return nil, errors.New("--dir is required")
	}
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return nil, err
	}
	if net.ParseIP(o.bind) == nil {
		return nil, fmt.Errorf("--bind %q is not an IP address", o.bind)
	}
	if o.gpus < 0 || o.cpus < 1 {
		return nil, errors.New("--gpus must be 0 or more and --cpus 1 or more")
	}
	if o.memory, err = resource.ParseQuantity(memory); err != nil {
		return nil, fmt.Errorf("--memory %q: %w", memory, err)
	}
	if o.node == "" {
		o.node = o.context
	}
	for _, name := range strings.Split(addonList, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(addons.Names(), name) {
			return nil, fmt.Errorf("--addons: unknown addon %q (known: %s)", name, strings.Join(addons.Names(), ", "))
		}
		o.addons = append(o.addons, name)
	}
	o.jobSeconds = time.Duration(jobSeconds * float64(time.Second))
	o.gpuDelay = time.Duration(gpuDelay * float64(time.Second))
	return o, nil
}
