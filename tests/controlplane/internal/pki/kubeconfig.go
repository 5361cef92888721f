package pki

import (
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Kubeconfig describes one user of the API server at server; context, cluster
// and user are all called name, and the certificates are embedded, so that the
// file works wherever it is copied.
func (a *Authority) Kubeconfig(name, server string, user Pair) *api.Config {
	cfg := api.NewConfig()
	cfg.Clusters[name] = &api.Cluster{Server: server, CertificateAuthorityData: a.PEM}
	cfg.AuthInfos[name] = &api.AuthInfo{ClientCertificateData: user.Cert, ClientKeyData: user.Key}
	cfg.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name, Namespace: "default"}
	cfg.CurrentContext = name
	return cfg
}

// WriteKubeconfig writes cfg to path for its owner only.
func WriteKubeconfig(path string, cfg *api.Config) error {
	data, err := clientcmd.Write(*cfg)
	if err != nil {
		return err
	}
	return WriteFile(path, data, 0o600)
}

// RESTConfig is cfg for use in this process.
func RESTConfig(cfg *api.Config) (*rest.Config, error) {
	return clientcmd.NewDefaultClientConfig(*cfg, &clientcmd.ConfigOverrides{}).ClientConfig()
}
