#!/bin/sh
# Does a script (`does`) in bash, with the arguments that this is given.
LC_ALL=C bash -c "${does:?}" bash "$@"
