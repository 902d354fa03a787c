#!/bin/sh
# What disk.sh started ends. Its own group, so that what it sleeps in goes with it. Wants ours.sh.
! ours work || kill -9 -"$(cat "${d:?}/work")" 2>/dev/null || :
