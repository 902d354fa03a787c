#!/bin/sh
# The kubectl of the lab's own node (`node`), since this host has none. Files of this host go in by `-f -`.
if [ -t 0 ] && [ -t 1 ]; then tty=-it; else tty=-i; fi
exec docker exec $tty "${node:?}" kubectl --kubeconfig /etc/kubernetes/admin.conf --namespace shop "$@"
