package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"
)

// The folder where Kubernetes puts a pod's credential.
const account = "/var/run/secrets/kubernetes.io/serviceaccount"

// node is the little of a Node object that routing needs.
type node struct {
	name, podCIDR, address string
	deleted                bool
}

type api struct {
	base   string
	client http.Client
}

// newAPI talks to the control plane by its name: the Service address works only once kube-proxy does.
func newAPI(endpoint string) (*api, error) {
	ca, err := os.ReadFile(account + "/ca.crt")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	return &api{base: "https://" + endpoint, client: http.Client{Transport: transport}}, nil
}

type object struct {
	Metadata struct {
		Name            string `json:"name"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Spec struct {
		PodCIDR string `json:"podCIDR"`
	} `json:"spec"`
	Status struct {
		Addresses []struct{ Type, Address string } `json:"addresses"`
	} `json:"status"`
}

func (o object) node() node {
	n := node{name: o.Metadata.Name, podCIDR: o.Spec.PodCIDR}
	for _, a := range o.Status.Addresses {
		if a.Type == "InternalIP" && n.address == "" {
			n.address = a.Address
		}
	}
	return n
}

// eachNode calls do for every node, and again for every change, until the connection ends.
func (a *api) eachNode(ctx context.Context, do func(node)) error {
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []object `json:"items"`
	}
	// A node whose network was cut would otherwise wait for ever on a dead connection.
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	body, err := a.get(ctx, url.Values{})
	if err != nil {
		return err
	}
	err = json.NewDecoder(body).Decode(&list)
	body.Close()
	if err != nil {
		return err
	}
	for _, item := range list.Items {
		do(item.node())
	}
	body, err = a.get(ctx, url.Values{"watch": {"1"}, "timeoutSeconds": {"240"}, "resourceVersion": {list.Metadata.ResourceVersion}})
	if err != nil {
		return err
	}
	defer body.Close()
	events := json.NewDecoder(body)
	for {
		var event struct {
			Type   string `json:"type"`
			Object object `json:"object"`
		}
		if err := events.Decode(&event); err != nil {
			return err
		}
		if event.Type == "ERROR" {
			return fmt.Errorf("the API server ended the watch")
		}
		changed := event.Object.node()
		changed.deleted = event.Type == "DELETED"
		do(changed)
	}
}

func (a *api) get(ctx context.Context, query url.Values) (io.ReadCloser, error) {
	// Read anew each time: Kubernetes renews the token.
	token, err := os.ReadFile(account + "/token")
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/api/v1/nodes?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	answer, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("the API server answers %s", answer.Status)
	}
	return answer.Body, nil
}
