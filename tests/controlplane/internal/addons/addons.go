// Package addons installs what "minikube addons" would: each addon is a manifest
// in manifests/, applied with server-side apply, again at every start.
package addons

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

//go:embed manifests/*.yaml
var manifests embed.FS

const storageProvisioner = "storage-provisioner"

// Names lists the addons there are.
func Names() []string {
	return []string{"nvidia-device-plugin", storageProvisioner, "default-storageclass"}
}

// Run applies the addons called names and does the work of those that have a
// controller, until ctx ends.
func Run(ctx context.Context, config *rest.Config, names []string) error {
	for _, name := range names {
		if err := apply(ctx, config, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if !slices.Contains(names, storageProvisioner) {
		return nil
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	return provision(ctx, client)
}

func apply(ctx context.Context, config *rest.Config, name string) error {
	data, err := manifests.ReadFile("manifests/" + name + ".yaml")
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	discoveryClient, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	groups, err := restmapper.GetAPIGroupResources(discoveryClient)
	if err != nil {
		return err
	}
	mapper := restmapper.NewDiscoveryRESTMapper(groups)
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		kind := object.GroupVersionKind()
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			return err
		}
		// A cluster-wide kind has no namespace, and none is what it takes.
		resource := client.Resource(mapping.Resource).Namespace(object.GetNamespace())
		if err := retry(ctx, func() error {
			_, err := resource.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "addons", Force: true})
			return err
		}); err != nil {
			return fmt.Errorf("%s %s: %w", kind.Kind, object.GetName(), err)
		}
	}
}

// retry rides out the first seconds of a cluster, when a pod may still be
// refused because its namespace's service account is not there yet.
func retry(ctx context.Context, f func() error) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := f()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
