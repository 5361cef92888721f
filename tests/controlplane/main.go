// Command controlplane is a real single-node Kubernetes control plane for tests.
//
// It is one multi-call binary. "controlplane run" is the supervisor: it makes
// the certificates, plays the node, and re-executes itself once per component
// (etcd, kube-apiserver, kube-controller-manager, kube-scheduler). Components
// are separate processes, not goroutines, because each of them owns process-wide
// state (flags, klog, signal handlers, feature gates, os.Exit on fatal errors)
// that it was never meant to share.
package main

import (
	"fmt"
	"os"
	"runtime"

	"gpucluster.example/controlplane/internal/etcd"

	"k8s.io/component-base/cli"
	"k8s.io/component-base/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	_ "k8s.io/component-base/metrics/prometheus/restclient" // request metrics, as in the upstream binaries
)

const usage = `usage:
  controlplane run --dir DIR [flags]   run a control plane until SIGTERM ("run --help" lists the flags)
  controlplane version                 print the Kubernetes version
`

// init pins the main goroutine to the main thread: the parent-death signal that
// ties the components to the supervisor fires when the *thread* that forked them
// ends, and only the main thread is sure to live as long as the process.
func init() { runtime.LockOSThread() }

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	role := os.Args[1]
	// Each upstream command parses os.Args itself.
	componentArgs := os.Args[1:]
	switch role {
	case "run":
		os.Exit(run(os.Args[2:]))
	case "etcd":
		os.Exit(etcd.Main(os.Args[2:]))
	case "kube-apiserver":
		os.Args = componentArgs
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Args = componentArgs
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	case "kube-scheduler":
		os.Args = componentArgs
		os.Exit(cli.Run(scheduler.NewSchedulerCommand()))
	case "version", "--version":
		fmt.Println(version.Get().GitVersion)
	case "help", "--help", "-h":
		fmt.Print(usage)
	default:
		fmt.Fprintf(os.Stderr, "controlplane: unknown command %q\n%s", role, usage)
		os.Exit(2)
	}
}
