#!/bin/sh
# Does a script (`does`) in one pod's network (`network`), as long as that is there.
[ ! -e "${network:?}" ] || printf '%s\n' "${does:?}" | nsenter --net="$network" sh -eu
