#!/bin/sh
# Prints UID, name, network and cgroup of each pod of a namespace (`namespace`). One `jq` for all; containerd keeps each running
# container's OCI configuration in the folder `tasks`, and the sandbox's tells everything about a pod.
set -- "${tasks:?}"/*/config.json
[ -e "$1" ] || exit 0
# shellcheck disable=SC2016  # jq's own variable
jq -r --arg namespace "${namespace:?}" 'select(.annotations["io.kubernetes.cri.container-type"] == "sandbox")
  | select(.annotations["io.kubernetes.cri.sandbox-namespace"] == $namespace)
  | [.annotations["io.kubernetes.cri.sandbox-uid"] // (.linux.cgroupsPath | capture("pod(?<uid>[0-9a-f_-]{36})").uid | gsub("_"; "-")),
     .annotations["io.kubernetes.cri.sandbox-name"],
     (first(.linux.namespaces[] | select(.type == "network") | .path) // "-"),
     .linux.cgroupsPath] | @tsv' "$@"
