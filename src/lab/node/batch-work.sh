#!/bin/sh
# Goes into a cgroup and works there until it is killed; without that cgroup nobody would find it again, and it does not work.
#
#   program CGROUP burn               counts as fast as it can
#   program CGROUP fill MEBIBYTES     holds so much memory
inside=
for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/cpuacct /sys/fs/cgroup/memory /sys/fs/cgroup; do
    [ ! -e "$h$1/cgroup.procs" ] || { echo $$ >"$h$1/cgroup.procs" && inside=1; }
done
[ -n "$inside" ] || exit 1
case $2 in
burn) while :; do :; done ;;
fill) exec perl -e '$x = "x" x ($ARGV[0] * 1048576); sleep 60 while 1' "$3" ;;
esac
