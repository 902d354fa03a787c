// Command pod-network lets pods of different nodes talk: it writes this node's CNI configuration, keeps one route per
// other node, and masquerades what leaves the range of the pods.
//
// Invariant: it only adds what the list of nodes says, and saying it again changes nothing.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"time"
)

func main() {
	log.SetFlags(0)
	self, pods := os.Getenv("NODE_NAME"), os.Getenv("POD_SUBNET")
	api, err := newAPI(os.Getenv("CONTROL_PLANE_ENDPOINT"))
	if err != nil {
		log.Fatalf("pod-network: %v", err)
	}
	if err := masquerade(pods); err != nil {
		log.Fatalf("pod-network: %v", err)
	}
	routes := map[string]string{}
	for {
		// The watch ends every few minutes, and with every restart of the API server: begin again with a full list.
		err := api.eachNode(context.Background(), func(n node) {
			if err := apply(self, n, routes); err != nil {
				log.Printf("pod-network: %s: %v", n.name, err)
			}
		})
		log.Printf("pod-network: watching the nodes again: %v", err)
		time.Sleep(time.Second)
	}
}

// apply takes in what the API says about one node; routes remembers what was done for it.
func apply(self string, n node, routes map[string]string) error {
	if n.podCIDR == "" || n.address == "" {
		return nil // not ready to be reached yet: there will be another event
	}
	if n.name == self {
		return writeCNI(n.podCIDR)
	}
	if n.deleted {
		delete(routes, n.name)
		return run("", "ip", "route", "del", n.podCIDR)
	}
	wanted := n.podCIDR + " " + n.address
	if routes[n.name] == wanted {
		return nil
	}
	if err := run("", "ip", "route", "replace", n.podCIDR, "via", n.address); err != nil {
		return err
	}
	routes[n.name] = wanted
	log.Printf("pod-network: %s is reached at %s", n.podCIDR, n.address)
	return nil
}

// masquerade hides pods behind their node when they talk to the world outside the cluster.
func masquerade(pods string) error {
	return run(fmt.Sprintf(`add table ip pod-network
delete table ip pod-network
table ip pod-network {
	chain postrouting {
		type nat hook postrouting priority 100;
		ip saddr %[1]s ip daddr != %[1]s masquerade
	}
}
`, pods), "nft", "-f", "-")
}

func run(input, name string, arguments ...string) error {
	command := exec.Command(name, arguments...)
	command.Stdin = bytes.NewBufferString(input)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}
