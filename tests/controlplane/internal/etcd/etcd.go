// Package etcd runs an embedded single-member etcd.
package etcd

import (
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// Endpoint is where kube-apiserver finds etcd, and where etcd listens.
//
// It is a unix socket inside a directory only its owner may enter: etcd has no
// password here, and a loopback port would hand the whole cluster (secrets
// included) to every local user. The path is relative to the run directory,
// kube-apiserver's working directory, so that the length of that directory's
// name never meets the limit of ~100 bytes for socket paths.
const Endpoint = "unix://" + Socket

// Socket is the file behind Endpoint.
const Socket = dir + "/" + clientSocket

const (
	dir          = "etcd"
	clientSocket = "client.sock"
)

// Main is the "etcd" role of the binary; it returns the exit status.
func Main(args []string) int {
	if len(args) > 0 {
		fmt.Fprintln(os.Stderr, "etcd: takes no arguments; data and sockets are in ./"+dir)
		return 2
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		return 1
	}
	return 0
}

func serve() error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// The peer socket's address is cut at the first slash, so it has to be a
	// plain file name.
	if err := os.Chdir(dir); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)

	cfg := embed.NewConfig()
	cfg.Name = "standin"
	cfg.Dir = "data"
	cfg.LogLevel = "warn"
	cfg.WarningUnaryRequestDuration = embed.DefaultWarningUnaryRequestDuration // unset, it warns of every request
	// Nothing here must outlive a power cut, only the death of a process: the
	// page cache is enough, and the test tier does not wait for slow disks.
	cfg.UnsafeNoFsync = true
	cfg.ListenClientUrls = []url.URL{mustParse("unix://" + clientSocket)}
	cfg.ListenPeerUrls = []url.URL{mustParse("unix://peer.sock")}
	// What is advertised is only recorded, never dialled, in a cluster of one;
	// it must look like host:port and stay the same across restarts.
	cfg.AdvertiseClientUrls = []url.URL{mustParse("http://localhost:2379")}
	cfg.AdvertisePeerUrls = []url.URL{mustParse("http://localhost:2380")}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)

	server, err := embed.StartEtcd(cfg)
	if err != nil {
		return err
	}
	select {
	case <-stop:
		// Close hands leadership over and drains connections first; both can
		// wait for peers and clients that are gone already.
		closed := make(chan struct{})
		go func() { server.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(2 * time.Second):
		}
		return nil
	case err := <-server.Err():
		return err
	case <-server.Server.StopNotify():
		return fmt.Errorf("stopped by itself")
	}
}

func mustParse(s string) url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return *u
}
