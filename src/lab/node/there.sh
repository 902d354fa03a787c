#!/bin/sh
# Does a script (`does`) as long as a pod's network (`network`) is there: one that is gone took the fault with it.
if [ -e "${network:?}" ]; then
    # What one pod's script sets is not the next one's.
    (eval "${does?}")
fi
