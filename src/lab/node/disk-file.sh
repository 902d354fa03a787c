#!/bin/sh
# Keeps a file without a name, and says by a file in another folder that it is there.
#
#   program AT MEBIBYTES FOLDER
exec 9>"$1/.$$"
rm -f "$1/.$$"
fallocate --length "$2MiB" /proc/self/fd/9 && : >"$3/filled" && while :; do sleep 3600 9>&-; done
