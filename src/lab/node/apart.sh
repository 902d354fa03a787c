#!/bin/sh
# Does a script (`does`) in a network of its own, which is gone afterwards.
printf '%s\n' "${does:?}" | unshare --net sh
