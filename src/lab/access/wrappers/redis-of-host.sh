#!/bin/sh
# This host's redis-cli (`tool`), pointed at the lab (`port`): it has variables for the password but not for the port.
exec "${tool:?}" -h 127.0.0.1 -p "${port:?}" "$@"
