#!/bin/sh
# containers: prints the configuration files of a pod's containers (`uid`) that run, its sandbox left out; containerd keeps them
# in the folder `tasks`.
containers() {
    # shellcheck disable=SC2016  # jq's own variable
    jq -r --arg uid "${uid:?}" 'select(.annotations["io.kubernetes.cri.container-type"] == "container"
        and .annotations["io.kubernetes.cri.sandbox-uid"] == $uid) | input_filename' "${tasks:?}"/*/config.json
}
