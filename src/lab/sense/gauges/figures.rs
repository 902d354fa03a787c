//! What the kernel keeps of pods, as text and as numbers: the same for both versions of cgroups.
//!
//! **Invariant**: pure; a figure that the kernel does not keep is an error, never zero.

use std::{collections::BTreeMap, time::Duration};

use super::{FIRST, Reading};
use crate::lab::node::shell::script_with;

/// What is kept of each pod, by UID.
pub(super) type Kept = BTreeMap<String, OfPod>;

/// What is kept of one pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OfPod {
    /// Scheduling periods so far, and those in which a CPU limit stopped it: of the pod and of each of its containers, for a
    /// limit may stand at either.
    pub(super) periods: BTreeMap<String, (f64, f64)>,
    /// CPU time so far, seconds.
    pub(super) cpu_s: Option<f64>,
    /// Memory in use, bytes.
    pub(super) memory: Option<f64>,
}

/// Prints what is kept of pods.
const FIGURES: &str = include_str!("figures.sh");

/// The same for these, given UID and cgroup of each.
pub(super) fn script<'a>(pods: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let words: Vec<&str> = pods.flat_map(|(uid, cgroup)| [uid, cgroup]).collect();
    script_with(FIGURES, &[], &words)
}

/// What such a script printed.
pub(super) fn read(said: &str) -> Result<Kept, String> {
    let mut kept = Kept::new();
    let mut uid = String::new();
    for line in said.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<f64>().map_err(|_| format!("`{line}` is no figure"));
        let pod = kept.entry(uid.clone()).or_default();
        match words[..] {
            ["pod", next] => next.clone_into(&mut uid),
            [group, "nr_periods", count] => pod.periods.entry(group.to_owned()).or_default().0 = number(count)?,
            [group, "nr_throttled", count] => pod.periods.entry(group.to_owned()).or_default().1 = number(count)?,
            // cgroup v2, microseconds. The pod's own has its containers' in it, so it is the largest.
            [_, "usage_usec", time] => {
                let time_s = number(time)? / 1e6;
                pod.cpu_s = Some(pod.cpu_s.map_or(time_s, |largest| largest.max(time_s)));
            }
            // cgroup v1, nanoseconds.
            ["file", "cpuacct.usage", time] => pod.cpu_s = Some(number(time)? / 1e9),
            ["file", "memory.usage_in_bytes" | "memory.current", bytes] => pod.memory = Some(number(bytes)?),
            _ => {}
        }
    }
    kept.retain(|_, pod| *pod != OfPod::default());
    Ok(kept)
}

/// The share of periods in which the limit stopped the worst pod between two looks.
pub(super) fn throttled(before: &Kept, now: &Kept) -> Reading {
    let groups = now.iter().flat_map(|(uid, pod)| pod.periods.iter().map(move |(group, counts)| (uid, group, counts)));
    let shares: Vec<f64> = groups
        .filter_map(|(uid, group, (periods, stopped))| {
            let (old_periods, old_stopped) = before.get(uid)?.periods.get(group)?;
            let passed = periods - old_periods;
            // Periods pass only while something wants to run: what rests is not stopped.
            Some(if passed > 0.0 { ((stopped - old_stopped) / passed).clamp(0.0, 1.0) } else { 0.0 })
        })
        .collect();
    if now.values().all(|pod| pod.periods.is_empty()) {
        return Err("the kernel counts no scheduling periods there".to_owned());
    }
    shares.into_iter().reduce(f64::max).ok_or_else(|| FIRST.to_owned())
}

/// How many cores all pods used between two looks; a pod that is new was not looked at before, and counts from the next time on.
pub(super) fn cores(before: &Kept, now: &Kept, passed: Duration) -> Reading {
    let mut known = 0;
    let mut used_s = 0.0;
    for (uid, pod) in now {
        let time_s = pod.cpu_s.ok_or("the kernel counts no CPU time there")?;
        if let Some(old_s) = before.get(uid).and_then(|pod| pod.cpu_s) {
            known += 1;
            used_s += (time_s - old_s).max(0.0);
        }
    }
    if known == 0 { Err(FIRST.to_owned()) } else { Ok(used_s / passed.as_secs_f64().max(1e-3)) }
}

/// Bytes in use, all pods.
pub(super) fn memory(now: &Kept) -> Reading {
    now.values().map(|pod| pod.memory.ok_or_else(|| "the kernel counts no memory there".to_owned())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V2: &str = "pod u-1
/sys/fs/cgroup/kubelet/podu-1/ usage_usec 2000000
/sys/fs/cgroup/kubelet/podu-1/ nr_periods 100
/sys/fs/cgroup/kubelet/podu-1/ nr_throttled 10
/sys/fs/cgroup/kubelet/podu-1/c1/ usage_usec 1900000
/sys/fs/cgroup/kubelet/podu-1/c1/ nr_periods 100
/sys/fs/cgroup/kubelet/podu-1/c1/ nr_throttled 30
file memory.current 1048576
pod u-2
";
    const V1: &str = "pod u-1
/sys/fs/cgroup/cpu/kubelet/podu-1/ nr_periods 100
/sys/fs/cgroup/cpu/kubelet/podu-1/ nr_throttled 10
/sys/fs/cgroup/cpu/kubelet/podu-1/ throttled_time 9
/sys/fs/cgroup/cpu/kubelet/podu-1/c1/ nr_periods 100
/sys/fs/cgroup/cpu/kubelet/podu-1/c1/ nr_throttled 30
file cpuacct.usage 2000000000
file memory.usage_in_bytes 1048576
";

    #[test]
    fn both_versions_of_cgroups_tell_the_same() {
        let (one, two) = (read(V1).unwrap(), read(V2).unwrap());
        assert_eq!(one.keys().collect::<Vec<_>>(), ["u-1"], "of a pod of which nothing is kept nothing is known");
        assert_eq!(two.keys().collect::<Vec<_>>(), ["u-1"]);
        for kept in [&one["u-1"], &two["u-1"]] {
            assert_eq!((kept.cpu_s, kept.memory), (Some(2.0), Some(1_048_576.0)));
            assert_eq!(kept.periods.values().copied().collect::<Vec<_>>(), [(100.0, 10.0), (100.0, 30.0)]);
        }
        assert!(read("pod u-1\nfile memory.current max\n").is_err());
    }

    #[test]
    fn the_worst_pod_since_the_last_look_counts() {
        let before = read(V2).unwrap();
        let later = V2.replace("nr_periods 100", "nr_periods 110").replace("nr_throttled 30", "nr_throttled 35");
        assert_eq!(throttled(&before, &read(&later).unwrap()), Ok(0.5));
        assert_eq!(throttled(&before, &before), Ok(0.0), "what rests is not stopped");
        assert_eq!(throttled(&Kept::new(), &before), Err(FIRST.to_owned()));
        let silent = read("pod u-1\nfile memory.current 7\n").unwrap();
        assert!(throttled(&silent, &silent).is_err(), "no count is no zero");
    }

    #[test]
    fn cores_and_memory_are_of_all_pods() {
        let before = read(V2).unwrap();
        let now =
            read(&format!("{}pod u-3\nfile cpuacct.usage 9000000000\n", V2.replace("2000000", "2500000"))).unwrap();
        assert_eq!(cores(&before, &now, Duration::from_secs(1)), Ok(0.5), "u-3 was not there before");
        assert_eq!(cores(&Kept::new(), &now, Duration::from_secs(1)), Err(FIRST.to_owned()));
        assert_eq!(memory(&before), Ok(1_048_576.0));
        assert!(memory(&now).is_err(), "u-3 tells no memory");
    }

    #[test]
    fn the_script_is_one_that_a_shell_runs() {
        let folder = tempfile::tempdir().unwrap();
        let group = folder.path().join("cpu/kubelet/podu-1");
        std::fs::create_dir_all(group.join("c1")).unwrap();
        std::fs::create_dir_all(folder.path().join("kubelet/podu-1")).unwrap();
        std::fs::write(group.join("cpu.stat"), "nr_periods 5\nnr_throttled 2\n").unwrap();
        std::fs::write(group.join("c1/cpu.stat"), "nr_periods 5\nnr_throttled 1\n").unwrap();
        std::fs::write(folder.path().join("kubelet/podu-1/memory.current"), "77\n").unwrap();
        let script = script([("u-1", "/kubelet/podu-1"), ("u-9", "/kubelet/podu-9")].into_iter());
        let script = script.replace("/sys/fs/cgroup", &folder.path().display().to_string());
        let done = std::process::Command::new("sh").args(["-euc", &script]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        let kept = read(&String::from_utf8(done.stdout).unwrap()).unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept["u-1"].memory, Some(77.0));
        assert_eq!(kept["u-1"].periods.values().copied().collect::<Vec<_>>(), [(5.0, 2.0), (5.0, 1.0)]);
    }
}
