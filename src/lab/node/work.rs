//! What processes of ours do inside of a pod, as something that a keeper keeps.
//!
//! **Invariant**: whatever a process does, its end undoes it; what needs more than that is undone by the keeper's way back.

use super::{
    clock,
    keeper::{Kept, until},
    sandbox,
};
use crate::model::hold::Work;

/// Processes of ours inside of a pod's cgroup.
pub fn work(uid: &str, cgroup: &str, work: &Work) -> Kept {
    let (count, command) = match work {
        Work::Burn(count) => (*count, "while :; do :; done".to_owned()),
        Work::Fill(mebibytes) => (1, format!("exec perl -e '$x = \"x\" x ({mebibytes} * 1048576); sleep 60 while 1'")),
        Work::Throttle(bytes) => return throttle(uid, cgroup, *bytes),
        Work::Disk { mebibytes, path } => return disk(uid, *mebibytes, path),
        Work::Clock(offset) => return clock::skew(uid, cgroup, *offset),
        Work::Crash(every) => return crash(uid, every.0.as_millis() / 10),
    };
    // A child of the pod's cgroup: cgroup v2 wants processes in leaves only, and the pod's limits hold for its children.
    let blow = format!(
        "for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup; do
    [ ! -e $h{cgroup}/cgroup.procs ] || mkdir -p $h{cgroup}/batch
done
touch $d/work
alive=0
while read -r p; do if kill -0 $p 2>/dev/null; then alive=$((alive + 1)); fi; done < $d/work
while [ $alive -lt {count} ]; do
    setsid sh -c 'for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup; do
        [ ! -e $h{cgroup}/batch/cgroup.procs ] || echo $$ > $h{cgroup}/batch/cgroup.procs
    done
    {command}' </dev/null >/dev/null 2>&1 &
    echo $! >> $d/work
    alive=$((alive + 1))
done",
        command = command.replace('\'', "'\\''"),
    );
    let heal = format!(
        "w=$d/work
if [ -e $w ]; then while read -r p; do kill -9 $p 2>/dev/null || :; done < $w; fi
sleep 0.1
for h in /sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup; do rmdir $h{cgroup}/batch 2>/dev/null || :; done"
    );
    Kept { key: uid.to_owned(), blow, heal, beat: None }
}

/// A file that has no name any more, kept open: its room comes back whenever its keeper ends, however that comes about.
fn disk(uid: &str, mebibytes: u64, path: &str) -> Kept {
    let blow = format!(
        "if [ ! -e $d/work ] || ! kill -0 \"$(cat $d/work)\" 2>/dev/null; then
    config=$({containers} | head -n 1)
    [ -n \"$config\" ] || {{ echo 'its containers do not run'; exit 1; }}
    at=/proc/$(cat ${{config%/*}}/init.pid)/root{path}
    [ -d $at ] || {{ echo 'there is no folder {path} in it'; exit 1; }}
    df -Pm $at | awk 'NR == 2 {{ keep = 5120; if ($4 - {mebibytes} < keep) {{ printf \"of %d MiB that are free, %d stay free: {mebibytes} are too many\\n\", $4, keep; exit 1 }} }}'
    setsid sh -c 'exec 9>\"$1/.$$\"; rm -f \"$1/.$$\"; fallocate --length {mebibytes}MiB /proc/self/fd/9 && : > $2/filled && while :; do sleep 3600; done' sh $at $d </dev/null >$d/said 2>&1 &
    echo $! > $d/work
{filled}
fi",
        containers = sandbox::containers(uid),
        filled = until("filled", "work"),
    );
    // Its own group, so that what it sleeps in goes with it.
    let heal = "w=$d/work
[ ! -e $w ] || kill -9 -\"$(cat $w)\" 2>/dev/null || :";
    Kept { key: uid.to_owned(), blow, heal: heal.to_owned(), beat: None }
}

/// The disk under `/var` gives each container of a pod so many bytes a second. Limits are set on the containers, because cgroup v1
/// does not hand them down.
fn throttle(uid: &str, cgroup: &str, bytes: u64) -> Kept {
    let each = |v1: &str, v2: &str| {
        format!(
            "dev=$(findmnt -n -o MAJ:MIN -T /var | tr -d ' ')
[ ! -e /sys/dev/block/$dev/partition ] || dev=$(cat /sys/dev/block/$dev/../dev)
[ \"${{dev%%:*}}\" != 0 ] || {{ echo \"/var is on no block device ($dev): nothing can be throttled\"; exit 1; }}
for c in /sys/fs/cgroup/blkio{cgroup} /sys/fs/cgroup/blkio{cgroup}/*/; do
    [ ! -e $c/blkio.throttle.read_bps_device ] || for way in read write; do
        echo \"$dev {v1}\" > $c/blkio.throttle.${{way}}_bps_device || [ ! -e $c ]
    done
done
[ ! -e /sys/fs/cgroup{cgroup}/io.max ] || echo \"$dev rbps={v2} wbps={v2}\" > /sys/fs/cgroup{cgroup}/io.max"
        )
    };
    let some = format!(
        "{}
[ ! -e /sys/fs/cgroup{cgroup} ] && [ ! -e /sys/fs/cgroup/blkio{cgroup} ] || [ -e /sys/fs/cgroup{cgroup}/io.max ] || [ -e /sys/fs/cgroup/blkio{cgroup}/blkio.throttle.read_bps_device ] || {{ echo 'no cgroup controller here throttles a disk (blkio, io)'; exit 1; }}",
        each(&bytes.to_string(), &bytes.to_string())
    );
    Kept { key: uid.to_owned(), blow: some, heal: each("0", "max"), beat: None }
}

/// The first process of each container of a pod is killed, every so many hundredths of a second.
fn crash(uid: &str, every: u128) -> Kept {
    let beat = format!(
        "last=$(cat $d/last 2>/dev/null || echo 0)
[ $(($2 - last)) -ge {every} ] || exit 0
echo $2 > $d/last
for id in $({containers}); do
    kill -9 \"$(cat ${{id%/*}}/init.pid)\" 2>/dev/null || :
done",
        containers = sandbox::containers(uid),
    );
    Kept { key: uid.to_owned(), blow: ":".to_owned(), heal: ":".to_owned(), beat: Some(beat) }
}
