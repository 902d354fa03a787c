#!/bin/sh
# Does a script (`does`) inside of a pod's container (`container`), with what it needs to find programs. Wants containers.sh.
# shellcheck disable=SC2016  # jq's own variable
config=$(containers | xargs -r jq -r --arg name "${container:?}" \
    'select(.annotations["io.kubernetes.cri.container-name"] == $name) | input_filename' | tail -n 1)
[ -n "$config" ] || {
    echo "its container $container does not run"
    exit 1
}
printf '%s\n' "${does:?}" | nsenter --target "$(cat "${config%/*}/init.pid")" --mount --net --uts --ipc --pid env -i \
    "$(jq -r '[.process.env[] | select(startswith("PATH="))][0]' "$config")" LANG=C.UTF-8 sh -eu
