package main

import (
	"bytes"
	"log"
	"net"
	"os"
	"strconv"
	"text/template"
)

const cniPath = "/etc/cni/net.d/10-droplab.conflist"

// A veth pair per pod with a route to it (ptp), addresses counted off the node's own range, hostPorts by portmap.
var cniTemplate = template.Must(template.New("cni").Parse(`{
  "cniVersion": "0.4.0",
  "name": "droplab",
  "plugins": [
    {
      "type": "ptp",
      "mtu": {{.MTU}},
      "ipam": {
        "type": "host-local",
        "dataDir": "/run/cni-addresses",
        "ranges": [[{"subnet": "{{.PodCIDR}}"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`))

// writeCNI makes the node ready for pods: the container runtime waits for this file.
func writeCNI(podCIDR string) error {
	var text bytes.Buffer
	if err := cniTemplate.Execute(&text, struct{ MTU, PodCIDR string }{strconv.Itoa(mtu()), podCIDR}); err != nil {
		return err
	}
	if old, err := os.ReadFile(cniPath); err == nil && bytes.Equal(old, text.Bytes()) {
		return nil
	}
	// Renamed into place, for the runtime reads the folder whenever it changes.
	if err := os.WriteFile(cniPath+".new", text.Bytes(), 0o644); err != nil {
		return err
	}
	log.Printf("pod-network: pods of this node get addresses of %s", podCIDR)
	return os.Rename(cniPath+".new", cniPath)
}

// mtu is that of the node's own way out: a larger packet of a pod's would not get through.
func mtu() int {
	if out, err := net.InterfaceByName("eth0"); err == nil {
		return out.MTU
	}
	return 1500
}
