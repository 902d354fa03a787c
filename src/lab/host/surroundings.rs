//! What surrounds the lab on this machine and gets between it and its users: a VPN's routes, a proxy, two clocks.
//!
//! **Invariant**: only ever a warning: the lab may well run, and this says where to look when it does not.

use std::{env, fs, net::Ipv4Addr};

use bollard::models::SystemInfo;
use k8s_openapi::chrono::{DateTime, Utc};

use super::{Check, Mark, Topic};

/// Pods and Services live in these, as kind has them by default.
const INSIDE: [(Ipv4Addr, u8); 2] = [(Ipv4Addr::new(10, 244, 0, 0), 16), (Ipv4Addr::new(10, 96, 0, 0), 16)];
/// More than this between two clocks, and certificates and timelines begin to look odd.
const SKEW_S: i64 = 5;

pub(super) fn check(info: &SystemInfo) -> Vec<Check> {
    let routes = fs::read_to_string("/proc/net/route").ok().map(|table| self::routes(&table));
    let variable =
        |names: [&str; 2]| names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let proxy = variable(["HTTPS_PROXY", "https_proxy"]).or_else(|| variable(["HTTP_PROXY", "http_proxy"]));
    let direct = variable(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let time = info.system_time.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    routes
        .into_iter()
        .chain(std::iter::once(self::proxy(proxy.as_deref(), &direct)))
        .chain(time.map(|time| clocks((time.to_utc() - Utc::now()).num_seconds())))
        .collect()
}

/// A route into the lab's own ranges that is not the lab's: packets of a pod would take it.
fn routes(table: &str) -> Check {
    let others: Vec<String> = table.lines().skip(1).filter_map(overlapping).collect();
    let wanted = "none into 10.244.0.0/16 and 10.96.0.0/16";
    if others.is_empty() {
        return Check::new(Topic::Engine, "routes", "none collides", wanted);
    }
    let fix = "leave the VPN while the lab is up, or have it leave these ranges out";
    Check::new(Topic::Engine, "routes", others.join(", "), wanted).but(Mark::Warning, fix)
}

/// A line of `/proc/net/route` (addresses in hexadecimal, as they lie in memory) that leads into a range of the lab's.
fn overlapping(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (interface, target) = (words.next()?, words.next()?);
    let mask = words.nth(5)?;
    let address = |text: &str| u32::from_str_radix(text, 16).ok().map(|raw| u32::from_le_bytes(raw.to_be_bytes()));
    let (target, mask) = (address(target)?, address(mask)?);
    // The default route leads everywhere, and nowhere in particular.
    let ours = ["docker", "br-", "veth", "lo"].iter().any(|prefix| interface.starts_with(prefix));
    if mask == 0 || ours {
        return None;
    }
    let collides = INSIDE.iter().any(|(range, bits)| {
        let shared = mask & (u32::MAX << (32 - bits));
        target & shared == u32::from(*range) & shared
    });
    collides.then(|| format!("{}/{} by {interface}", Ipv4Addr::from(target), mask.count_ones()))
}

/// A proxy that does not know to leave this machine alone takes requests to 127.0.0.1 with it.
fn proxy(proxy: Option<&str>, direct: &str) -> Check {
    let wanted = "none, or one that leaves 127.0.0.1 alone";
    match proxy {
        None => Check::new(Topic::Engine, "proxy", "none", wanted),
        Some(_)
            if direct.split(',').any(|host| ["127.0.0.1", "localhost", "*", "127.0.0.0/8"].contains(&host.trim())) =>
        {
            Check::new(Topic::Engine, "proxy", "set, and leaves this machine alone", wanted)
        }
        // Not its address: it may carry a password.
        Some(_) => Check::new(Topic::Engine, "proxy", "set, and NO_PROXY does not name 127.0.0.1", wanted)
            .but(Mark::Warning, "export NO_PROXY=127.0.0.1,localhost,$NO_PROXY"),
    }
}

/// A virtual machine that slept wakes up in the past.
fn clocks(ahead_s: i64) -> Check {
    let wanted = format!("within {SKEW_S} s of this machine's");
    let check = Check::new(Topic::Engine, "engine's clock", format!("{ahead_s:+} s"), wanted);
    if ahead_s.abs() <= SKEW_S { check } else { check.but(Mark::Warning, "restart Docker: its clock was left behind") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
";

    #[test]
    fn a_vpn_that_takes_the_lab_s_ranges_is_named() {
        assert_eq!(routes(TABLE).mark, Mark::Ok);
        let vpn = routes(&format!("{TABLE}tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"));
        assert_eq!((vpn.mark, vpn.measured.as_str()), (Mark::Warning, "10.0.0.0/8 by tun0"));
        let elsewhere = routes(&format!("{TABLE}tun0\t0000640A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"));
        assert_eq!(elsewhere.mark, Mark::Ok);
    }

    #[test]
    fn a_proxy_must_leave_this_machine_alone() {
        assert_eq!(proxy(None, "").mark, Mark::Ok);
        assert_eq!(proxy(Some("http://u:p@proxy"), "example.org, 127.0.0.1").mark, Mark::Ok);
        let check = proxy(Some("http://u:p@proxy"), "example.org");
        assert_eq!(check.mark, Mark::Warning);
        assert!(!format!("{check:?}").contains("u:p"), "a password was told");
    }

    #[test]
    fn a_clock_that_was_left_behind_is_told() {
        assert_eq!(clocks(0).mark, Mark::Ok);
        assert_eq!((clocks(-3600).mark, clocks(-3600).measured), (Mark::Warning, "-3600 s".to_owned()));
    }
}
