package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// KubeletHost is the name under which the API server reaches the log server.
const KubeletHost = "localhost"

// KubeletClient is the user as which it does.
const KubeletClient = "kube-apiserver-kubelet-client"

// logAnnotation on a pod is what its containers have printed.
const logAnnotation = "standin/log"

// serveLogs answers "kubectl logs" on a loopback port, to the API server only.
func (n *Node) serveLogs() (stop func(), err error) {
	pair, err := tls.X509KeyPair(n.cfg.Serving.Cert, n.cfg.Serving.Key)
	if err != nil {
		return nil, err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(n.cfg.ClientCA)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n.kubeletPort = int32(listener.Addr().(*net.TCPAddr).Port)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.logs)
	// Requests end with the server, also those that follow a log.
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:     mux,
		TLSConfig:   &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients},
		ErrorLog:    log.Default(),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() {
		if err := server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			log.Print("log server: ", err)
		}
	}()
	return func() { cancel(); server.Close() }, nil
}

func (n *Node) logs(w http.ResponseWriter, r *http.Request) {
	if r.TLS.PeerCertificates[0].Subject.CommonName != KubeletClient {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	namespace, name := r.PathValue("namespace"), r.PathValue("pod")
	pod, err := n.pods.Pods(namespace).Get(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	io.WriteString(w, n.logOf(pod))
	for follow := r.FormValue("follow") == "true"; follow && pod.Status.Phase == corev1.PodRunning; {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
		if pod, err = n.pods.Pods(namespace).Get(name); err != nil {
			return
		}
	}
}

// logOf is the annotation's text, or what the device plugin says on a node like
// this one: with no GPU its pod is as healthy as ever, and only its log tells.
func (n *Node) logOf(pod *corev1.Pod) string {
	if text, ok := pod.Annotations[logAnnotation]; ok {
		return text
	}
	if !pluginLabels.Matches(labels.Set(pod.Labels)) {
		return ""
	}
	if n.cfg.GPUs == 0 {
		return "No devices found. Waiting indefinitely.\n"
	}
	return fmt.Sprintf("Registered device plugin for '%s' with Kubelet\n", gpuResource)
}
