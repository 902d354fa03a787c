//! A step that comes late, in the nodes of a real lab: what was released stays released.
//!
//! A tool of the nodes is replaced by one that waits, so that a renewal is under way when another process releases the fault.
//!
//! **Invariant**: the nodes have their own tools back, however a test ends.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::droplab::{finish, run, sh, start};

const NODES: &str = "$(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB)";
/// The storefront reaches no catalog.
const BROKEN: &str = "! curl -fsS --max-time 1.5 -o /dev/null $SHOP_URL/products";
const CUT: [&str; 8] = ["fault", "inject", "cut-link", "--from", "storefront", "--to", "catalog", "--ttl"];

/// A tool of every node that does something else first.
struct Replaced(&'static str);

impl Replaced {
    /// `first` is done before the tool itself; it finds the tool's arguments.
    fn with(tool: &'static str, first: &str) -> Self {
        let text = format!("#!/bin/sh\n{first}\nexec {tool}.own \"$@\"\n");
        let put = format!(
            "for n in {NODES}; do docker exec -i $n sh -euc 'rm -rf /run/e2e-*; cp -p {tool} {tool}.own; cat > {tool}.new; chmod 755 {tool}.new; mv {tool}.new {tool}' <<'TOOL' || exit 1\n{text}TOOL\ndone"
        );
        let replaced = Self(tool);
        assert!(sh(&put).0, "{tool} could not be replaced");
        replaced
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        let tool = self.0;
        sh(&format!("for n in {NODES}; do docker exec $n sh -c '[ ! -e {tool}.own ] || mv {tool}.own {tool}'; done"));
    }
}

/// What a file of this name holds, in whichever nodes have it.
fn said(name: &str) -> String {
    sh(&format!("for n in {NODES}; do docker exec $n sh -c 'cat /run/{name} 2>/dev/null || :'; done")).1
}

fn wait(what: &str, mut there: impl FnMut() -> bool) {
    let began = Instant::now();
    while !there() {
        assert!(began.elapsed() < Duration::from_secs(40), "never {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// The id of the one fault that is held.
fn held() -> String {
    let active = run(&["fault", "list", "--json"], Duration::from_secs(20)).expect_code(0).json();
    active["active"][0]["id"].as_str().expect("one fault is held").to_owned()
}

#[test]
fn l1_a_renewal_that_begins_after_the_release_does_nothing() {
    let cut = start(&[&CUT[..], &["12s"]].concat());
    wait("cut off", || sh(BROKEN).0);
    let id = held();
    // The next renewal waits before it takes the lock: it is under way, and has not begun.
    let late = r#"case " $* " in *" arm alone "*)
    echo waits >>/run/e2e-waits
    sleep 7
    code=0
    /usr/bin/flock.own "$@" >/run/e2e-out 2>&1 || code=$?
    cat /run/e2e-out >>/run/e2e-late
    cat /run/e2e-out
    exit $code ;;
esac"#;
    let _tool = Replaced::with("/usr/bin/flock", late);
    wait("a renewal under way", || said("e2e-waits").contains("waits"));
    run(&["fault", "heal", &id], Duration::from_secs(60)).expect_code(0);
    assert!(!sh(BROKEN).0, "the release waited for the late step");
    wait("the late step", || said("e2e-late").contains("overtaken by"));
    assert!(!sh(BROKEN).0, "the late step armed what was released");
    let rules = format!(
        "for n in {NODES}; do docker exec $n sh -c 'for s in /var/run/netns/cni-*; do nsenter --net=$s nft list tables; done' | grep node_filter && exit 0; done; false"
    );
    assert!(!sh(&rules).0, "rules are left: {}", sh(&rules).1);
    // Whoever held it is told, and ends.
    finish(cut, Duration::from_secs(60)).expect_code(0);
    assert!(!sh(BROKEN).0);
}

#[test]
fn l2_a_renewal_that_hangs_in_the_middle_is_ended_by_the_release() {
    let cut = start(&[&CUT[..], &["12s"]].concat());
    wait("cut off", || sh(BROKEN).0);
    let id = held();
    // The first that comes hangs with the lock of its fault, before it arms.
    let hangs = r#"if [ "$*" = "-f -" ] && mkdir /run/e2e-hung 2>/dev/null; then
    echo hangs >/run/e2e-hangs
    sleep 12
    echo went on >/run/e2e-went-on
fi"#;
    let _tool = Replaced::with("/usr/sbin/nft", hangs);
    wait("a renewal that hangs", || said("e2e-hangs").contains("hangs"));
    run(&["fault", "heal", &id], Duration::from_secs(60)).expect_code(0);
    assert!(!sh(BROKEN).0, "it is still cut off after the release");
    thread::sleep(Duration::from_secs(12));
    assert_eq!(said("e2e-went-on"), "", "what hung went on after the release");
    assert!(!sh(BROKEN).0, "what hung armed what was released");
    finish(cut, Duration::from_secs(60)).expect_code(0);
}
