package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"gpucluster.example/controlplane/internal/addons"
	"gpucluster.example/controlplane/internal/node"
	"gpucluster.example/controlplane/internal/pki"
	"gpucluster.example/controlplane/internal/proc"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

// startTimeout bounds the whole start: a stuck one must fail with a message
// that names what was awaited, not hang a test suite.
const startTimeout = 2 * time.Minute

// run is the "run" command; it returns the exit status.
func run(args []string) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	if err := supervise(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		return 1
	}
	return 0
}

// supervise runs the control plane until ctx ends (nil) or something fails.
func supervise(ctx context.Context, o *options) (err error) {
	for _, dir := range []string{o.dir, filepath.Join(o.dir, "log")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	unlock, err := lockDir(o.dir)
	if err != nil {
		return err
	}
	defer unlock()
	// A killed predecessor could not remove it.
	readyFile := filepath.Join(o.dir, "ready")
	if err := os.Remove(readyFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	logFile, err := logTo(filepath.Join(o.dir, "log", "node.log"))
	if err != nil {
		return err
	}
	defer logFile.Close()

	port, err := choosePort(o.dir, o.bind, o.port)
	if err != nil {
		return err
	}
	creds, err := makeCredentials(o, port)
	if err != nil {
		return err
	}

	// Everything of ours ends before the components do, so that none of it
	// reports errors about a server that was asked to leave.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var ours sync.WaitGroup
	var etcdProc, apiserver, controllerManager, scheduler *proc.Child
	defer func() {
		os.Remove(readyFile)
		cancel(nil)
		ours.Wait()
		stopAll(3*time.Second, scheduler, controllerManager)
		stopAll(3*time.Second, apiserver)
		stopAll(3*time.Second, etcdProc)
	}()
	// start must run on this goroutine: see proc.Start.
	start := func(child **proc.Child, name string, args ...string) error {
		c, err := proc.Start(o.dir, name, args...)
		if err != nil {
			return err
		}
		*child = c
		go func() {
			<-c.Done
			cancel(c.Err()) // without effect when we stopped it
		}()
		return nil
	}
	background := func(name string, f func(context.Context) error) {
		ours.Add(1)
		go func() {
			defer ours.Done()
			if err := f(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		}()
	}

	if err := start(&etcdProc, "etcd"); err != nil {
		return err
	}
	if err := start(&apiserver, "kube-apiserver", apiserverArgs(o, port)...); err != nil {
		return err
	}
	adminConfig, admin, err := clientFor(creds, true)
	if err != nil {
		return err
	}
	nodeConfig, _, err := clientFor(creds, false)
	if err != nil {
		return err
	}
	if err := waitFor(ctx, "kube-apiserver to be ready", func(ctx context.Context) error {
		return readyz(ctx, admin)
	}); err != nil {
		return ended(err)
	}
	if err := start(&controllerManager, "kube-controller-manager", controllerManagerArgs()...); err != nil {
		return err
	}
	if err := start(&scheduler, "kube-scheduler", schedulerArgs()...); err != nil {
		return err
	}

	n := node.New(nodeConfig, node.Config{
		Name: o.node, GPUs: o.gpus, CPUs: o.cpus, Memory: o.memory,
		JobDuration: o.jobSeconds, GPUDelay: o.gpuDelay,
		Serving: creds.kubelet, ClientCA: creds.authority.PEM,
	})
	background("node", n.Run)
	background("addons", func(ctx context.Context) error {
		return addons.Run(ctx, adminConfig, o.addons)
	})
	if err := waitFor(ctx, "the node to be ready", func(ctx context.Context) error {
		if err := node.Label(ctx, admin, o.node, o.context); err != nil {
			return err
		}
		return usable(ctx, admin, n)
	}); err != nil {
		return ended(err)
	}
	if err := pki.WriteFile(readyFile, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o644); err != nil {
		return err
	}
	<-ctx.Done()
	return ended(context.Cause(ctx))
}

// usable says whether a user could work with the cluster now. Besides the node,
// pods need the default service account, which a controller makes a moment later.
func usable(ctx context.Context, admin kubernetes.Interface, n *node.Node) error {
	if err := readyz(ctx, admin); err != nil {
		return err
	}
	if err := n.Ready(ctx); err != nil {
		return err
	}
	_, err := admin.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
	return err
}

func readyz(ctx context.Context, admin kubernetes.Interface) error {
	return admin.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
}

// waitFor polls until check succeeds; its error says what was awaited and why
// it did not come.
func waitFor(ctx context.Context, what string, check func(context.Context) error) error {
	deadline := time.Now().Add(startTimeout)
	for {
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := check(attempt)
		cancel()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %v for %s: %w", startTimeout, what, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ended turns "we were told to stop" into success.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func stopAll(grace time.Duration, children ...*proc.Child) {
	var wg sync.WaitGroup
	for _, c := range children {
		wg.Go(func() { c.Stop(grace) })
	}
	wg.Wait()
}

func clientFor(c *credentials, admin bool) (*rest.Config, *kubernetes.Clientset, error) {
	kubeconfig := c.node
	if admin {
		kubeconfig = c.admin
	}
	config, err := pki.RESTConfig(kubeconfig)
	if err != nil {
		return nil, nil, err
	}
	// Our own few requests are not worth throttling.
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	return config, client, err
}

// lockDir makes sure that a directory has one control plane at a time: two etcds
// on the same data would destroy it.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	// A killed predecessor's components may take a moment to follow it.
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return func() { f.Close() }, nil
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, fmt.Errorf("another control plane is running on %s", dir)
		}
	}
}

// choosePort returns the wanted port; for 0, the one remembered in DIR/port when
// it is free (so that kubeconfigs stay valid over a restart), else a free one.
func choosePort(dir, bind string, wanted int) (int, error) {
	file := filepath.Join(dir, "port")
	candidates := []int{wanted}
	if wanted == 0 {
		var last int
		if data, err := os.ReadFile(file); err == nil {
			fmt.Sscan(string(data), &last)
		}
		candidates = []int{last, 0}
	}
	var err error
	for _, candidate := range candidates {
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort(bind, fmt.Sprint(candidate))); err != nil {
			continue
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		return port, pki.WriteFile(file, fmt.Appendf(nil, "%d\n", port), 0o644)
	}
	return 0, err
}

// logTo sends our own log, and what client-go logs in this process, to a file.
func logTo(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(f, nil))
	slog.SetDefault(logger)
	klog.SetSlogLogger(logger)
	return f, nil
}
