//! The engine: version, architecture, cgroups, privileges, memory, disk, file watches.
//!
//! **Invariant**: memory and disk are those that the engine has, which on a desktop is a virtual machine's share.

use std::{fs, path::Path};

use bollard::models::{SystemInfo, SystemInfoCgroupVersionEnum as Cgroup};

use super::{Check, Mark, Topic, gib, surroundings};
use crate::{
    lab::{engine::docker::Engine, layout::Layout},
    log::chain,
};

const MEMORY_BYTES: u64 = 4 << 30;
const MEMORY_LEAST_BYTES: u64 = 7 << 29;
const DISK_BYTES: u64 = 10 << 30;
const DISK_LEAST_BYTES: u64 = 4 << 30;
const WATCHES: u64 = 524_288;
const INSTANCES: u64 = 512;
/// Counted on a lab of four nodes.
const INSTANCES_OF_A_LAB: u64 = 70;

pub(super) async fn check(engine: &Engine, layout: &Layout) -> Vec<Check> {
    let info = match engine.api.info().await {
        Ok(info) => info,
        Err(error) => {
            return vec![
                Check::new(Topic::Engine, "engine", chain(&error), "an answer").but(Mark::Cannot, "docker info"),
            ];
        }
    };
    let local = is_local(&info);
    let ours_is_up = engine.nodes(&layout.name).await.is_ok_and(|nodes| nodes.iter().any(|node| node.running));
    let mut checks = vec![version(&info), cgroup(&info), memory(&info), disk(&info, local)];
    if local {
        checks.extend([privilege(&info), inotify(ours_is_up)]);
    }
    checks.extend(surroundings::check(&info));
    checks
}

/// Whether the engine shares this machine's kernel, so that `/proc` tells about it.
pub(super) fn is_local(info: &SystemInfo) -> bool {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    info.kernel_version.as_deref() == Some(kernel.trim())
}

fn version(info: &SystemInfo) -> Check {
    let architecture = info.architecture.clone().unwrap_or_default();
    let measured = format!(
        "Docker {} on {}, {architecture}",
        text(info.server_version.as_ref()),
        text(info.operating_system.as_ref())
    );
    let check = Check::new(Topic::Engine, "engine", measured, "Docker 20.10 or newer, x86_64 or aarch64");
    match architecture.as_str() {
        // A snap sees no hidden folder, and the lab's state is in one.
        "x86_64" | "amd64" | "aarch64" | "arm64" if text(info.docker_root_dir.as_ref()).starts_with("/var/snap/") => {
            check.but(Mark::Warning, "use Docker's own packages: the snap cannot mount hidden folders")
        }
        "x86_64" | "amd64" | "aarch64" | "arm64" => check,
        _ => check.but(Mark::Cannot, "use a host of one of these architectures"),
    }
}

fn cgroup(info: &SystemInfo) -> Check {
    let measured = match info.cgroup_version {
        Some(Cgroup::_2) => "version 2",
        Some(Cgroup::_1) => "version 1 (Kubernetes 1.34 is the last to take it)",
        _ => "not told",
    };
    Check::new(Topic::Engine, "cgroups", measured, "version 1 or 2")
}

fn memory(info: &SystemInfo) -> Check {
    let bytes = u64::try_from(info.mem_total.unwrap_or(0)).unwrap_or(0);
    let measured = format!("{} for Docker, {} processors", gib(bytes), info.ncpu.unwrap_or(0));
    let check = Check::new(Topic::Memory, "memory", measured, format!("{}, 2 processors", gib(MEMORY_BYTES)));
    let fix = "give Docker more memory (Docker Desktop: Settings → Resources), or stop other containers";
    match bytes {
        0..MEMORY_LEAST_BYTES => check.but(Mark::Cannot, fix),
        MEMORY_LEAST_BYTES..MEMORY_BYTES => check.but(Mark::Warning, fix),
        _ if info.ncpu.unwrap_or(2) < 2 => check.but(Mark::Warning, "give Docker a second processor"),
        _ => check,
    }
}

/// Free disk where the engine keeps its images, if that is a disk of this machine.
pub(super) fn free_disk(info: &SystemInfo, local: bool) -> Option<u64> {
    let stat = rustix::fs::statvfs(Path::new(info.docker_root_dir.as_ref().filter(|_| local)?)).ok()?;
    Some(stat.f_bavail * stat.f_frsize)
}

fn disk(info: &SystemInfo, local: bool) -> Check {
    let root = text(info.docker_root_dir.as_ref());
    let wanted = format!("{} free", gib(DISK_BYTES));
    let Some(free) = free_disk(info, local) else {
        return Check::new(Topic::Disk, "disk", format!("{root} is inside Docker's own machine"), wanted);
    };
    let check = Check::new(Topic::Disk, "disk", format!("{} free in {root}", gib(free)), wanted);
    let fix = format!("free some room: `docker system df` shows what {root} holds");
    match free {
        0..DISK_LEAST_BYTES => check.but(Mark::Cannot, fix),
        DISK_LEAST_BYTES..DISK_BYTES => check.but(Mark::Warning, fix),
        _ => check,
    }
}

/// kind needs `--privileged`; an engine may grant only what its own host has.
fn privilege(info: &SystemInfo) -> Check {
    let lacking = lacking_capabilities();
    let runtime = text(info.default_runtime.as_ref());
    let measured =
        if lacking == 0 { "all capabilities".to_owned() } else { format!("{lacking} missing, runtime `{runtime}`") };
    let check =
        Check::new(Topic::Privilege, "privileged containers", measured, "all capabilities, or droplab's runtime");
    if lacking == 0 || runtime == "droplab" { check } else { check.but(Mark::Cannot, "sudo setup/engine") }
}

/// How many capabilities of this kernel are outside of the bounding set of droplab's own process.
fn lacking_capabilities() -> u32 {
    let last: Option<u32> =
        fs::read_to_string("/proc/sys/kernel/cap_last_cap").ok().and_then(|text| text.trim().parse().ok());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bounding = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("CapBnd:")?.trim(), 16).ok());
    match (last, bounding) {
        (Some(last), Some(bounding)) => (last + 1).saturating_sub(bounding.count_ones()),
        _ => 0,
    }
}

fn inotify(ours_is_up: bool) -> Check {
    let read = |name: &str| -> u64 {
        let path = format!("/proc/sys/fs/inotify/max_user_{name}");
        fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX)
    };
    limits(read("watches"), read("instances"), instances_in_use(), ours_is_up)
}

/// What these limits are good for. Only the one that is short is to be changed, and never to less than it is.
fn limits(watches: u64, instances: u64, used: u64, ours_is_up: bool) -> Check {
    let measured = format!("{watches} watches; {used} of {instances} instances in use");
    let wanted = format!("{WATCHES} watches; {INSTANCES} instances, of which a lab takes {INSTANCES_OF_A_LAB}");
    let check = Check::new(Topic::Inotify, "inotify", measured, wanted);
    // kube-proxy would end with "too many open files", and nothing in the lab would find anything.
    let none_left = !ours_is_up && instances.saturating_sub(used) < INSTANCES_OF_A_LAB;
    let enough = if none_left { INSTANCES.max((used + INSTANCES_OF_A_LAB).next_power_of_two()) } else { INSTANCES };
    let fixes = [("watches", watches, WATCHES), ("instances", instances, enough)]
        .map(|(name, there, enough)| (there < enough).then(|| format!(" fs.inotify.max_user_{name}={enough}")));
    let fix: String = fixes.into_iter().flatten().collect();
    match fix.as_str() {
        "" => check,
        _ => check.but(if none_left { Mark::Cannot } else { Mark::Warning }, format!("sudo sysctl{fix}")),
    }
}

/// How many inotify instances root's processes hold, as far as they may be seen: a lab's are all root's.
fn instances_in_use() -> u64 {
    let files = |process: fs::DirEntry| fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
    let is_inotify =
        |file: &fs::DirEntry| fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == "anon_inode:inotify");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.flat_map(files).filter(is_inotify).count() as u64
}

fn text(field: Option<&String>) -> String {
    field.cloned().unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(memory: i64) -> SystemInfo {
        SystemInfo { mem_total: Some(memory), ncpu: Some(2), ..SystemInfo::default() }
    }

    #[test]
    fn too_little_memory_is_told_apart_from_little() {
        assert_eq!(memory(&info(2 << 30)).mark, Mark::Cannot);
        assert_eq!(memory(&info(15 << 28)).mark, Mark::Warning);
        assert_eq!(memory(&info(8 << 30)).mark, Mark::Ok);
        assert!(memory(&info(2 << 30)).measured.starts_with("2.0 GiB for Docker"));
    }

    #[test]
    fn only_a_limit_that_is_short_is_to_be_changed_and_never_to_less() {
        let told = |watches, instances, used, ours_is_up| {
            let check = limits(watches, instances, used, ours_is_up);
            (check.mark, check.fix.unwrap_or_default())
        };
        let watches = "sudo sysctl fs.inotify.max_user_watches=524288".to_owned();
        assert_eq!(told(192_536, 1024, 69, false), (Mark::Warning, watches));
        let both = "sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512".to_owned();
        assert_eq!(told(8_192, 128, 100, false), (Mark::Cannot, both.clone()));
        assert_eq!(told(8_192, 128, 100, true), (Mark::Warning, both));
        let more = "sudo sysctl fs.inotify.max_user_instances=2048".to_owned();
        assert_eq!(told(WATCHES, 1024, 1000, false), (Mark::Cannot, more));
        assert_eq!(told(WATCHES, 1024, 1000, true), (Mark::Ok, String::new()));
        assert_eq!(told(u64::MAX, u64::MAX, 3, false), (Mark::Ok, String::new()));
    }

    #[test]
    fn a_foreign_architecture_cannot() {
        let other = SystemInfo { architecture: Some("riscv64".to_owned()), ..SystemInfo::default() };
        assert_eq!(version(&other).mark, Mark::Cannot);
    }
}
