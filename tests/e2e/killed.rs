//! SIGKILL at each state of a fault's journal: what has an expiry ends by itself within its time to live, and the next
//! `droplab heal` leaves nothing.
//!
//! The moment is chosen from outside: the journal is watched, and the process is killed as soon as the state's line is there. Where it
//! was really hit is read from the journal afterwards; tried again until every state was hit.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use crate::droplab::{run, sh, start};

/// The states in which a fault may be when its process dies.
const STATES: [&str; 4] = ["planned", "injecting", "injected", "healing"];
/// The least that Kafka takes for a session, so that one number does for all.
const TTL: Duration = Duration::from_secs(6);
/// How often a state is aimed at: the shortest lasts some milliseconds.
const TRIES: u32 = 12;

/// Everything that a fault holds, asked of the nodes and servers themselves: rules that still match, helpers, sessions, members.
const HELD: &str = r#"
for n in $(docker ps -q --filter label=io.x-k8s.kind.cluster=$DROPLAB_LAB); do
    docker exec $n sh -c '
        for d in /run/node-tasks/x*/*; do [ ! -d "$d" ] || echo "helper $d"; done
        held() { nft list table ip node_filter; nft list table netdev node_filter; }
        { held; for n in /var/run/netns/cni-*; do nsenter --net=$n nft list ruleset; done; } 2>/dev/null | grep "expires" || :'
done
psql -AtXqc "select 'session ' || application_name from pg_stat_activity where application_name like 'report-x%'"
"#;

fn held() -> String {
    let (looked, found) = sh(HELD);
    assert!(looked, "nobody could look at what is held: {found}");
    found
}

/// Journals of this fault that droplab has written so far.
fn journals(fault: &str) -> BTreeSet<PathBuf> {
    let runs = fs::read_dir(::droplab::home::folder().join("runs")).into_iter().flatten().flatten();
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_prefix(fault).is_some_and(|rest| rest.starts_with("-2"))
    };
    runs.map(|entry| entry.path()).filter(named).map(|path| path.join("journal.jsonl")).collect()
}

/// The state in the last whole line that has one; a journal that has just been begun has planned its fault.
fn state(journal: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(journal).ok()?;
    if !text.contains("\"event\":\"fault\"") {
        return Some("planned".to_owned());
    }
    let states = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    states
        .filter(|event| event["event"] == "fault")
        .filter_map(|event| Some(event["state"].as_str()?.to_owned()))
        .last()
}

/// Begin a fault and kill it in this state; the state in which it was hit.
fn killed_in(wanted: &str, fault: &str, arguments: &[&str]) -> Option<String> {
    let before = journals(fault);
    let ttl = format!("{}s", TTL.as_secs());
    let mut child = start(&[&["fault", "inject", fault], arguments, &["--for", "400ms", "--ttl", &ttl]].concat());
    let began = Instant::now();
    let mut journal = None;
    while began.elapsed() < Duration::from_secs(120) && child.try_wait().unwrap().is_none() {
        journal = journal.or_else(|| journals(fault).difference(&before).next().cloned());
        if journal.as_ref().and_then(state).as_deref() == Some(wanted) {
            break;
        }
        thread::sleep(Duration::from_micros(500));
    }
    let _ = child.kill();
    child.wait().unwrap();
    journal.as_ref().and_then(state)
}

pub(crate) fn at_each_state(fault: &str, example: &str) {
    let arguments = shlex::split(example).expect("quotes are closed");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut hit = BTreeSet::new();
    for wanted in STATES {
        for _ in 0..TRIES {
            if hit.contains(wanted) {
                break;
            }
            let Some(state) = killed_in(wanted, fault, &arguments) else { continue };
            if STATES.contains(&state.as_str()) && hit.insert(state.clone()) {
                // Nobody heals: what has an expiry must end without.
                let began = Instant::now();
                while !held().is_empty() {
                    assert!(began.elapsed() < TTL + Duration::from_secs(3), "{fault} killed when {state}: {}", held());
                    thread::sleep(Duration::from_millis(200));
                }
            }
            run(&["heal"], Duration::from_secs(240)).expect_code(0);
            let active = run(&["fault", "list", "--active", "--json"], Duration::from_secs(30)).expect_code(0).json();
            assert_eq!(active["active"].as_array().map(Vec::len), Some(0), "{fault} killed when {state}");
        }
    }
    println!("{fault}: killed when {}", hit.iter().cloned().collect::<Vec<_>>().join(", "));
    // What is over at once has no way back, and so nothing to heal.
    let wanted = STATES
        .iter()
        .filter(|state| **state != "healing" || !["kill-pod", "kill-backends", "send-record"].contains(&fault));
    for state in wanted {
        assert!(hit.contains(*state), "{fault} was never killed when {state}, in {TRIES} tries");
    }
}

/// The manual's own examples.
pub(crate) fn examples() -> Vec<(String, String)> {
    let told = run(&["fault", "list", "--json"], Duration::from_secs(30)).expect_code(0).json();
    let faults = told["faults"].as_array().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    faults.iter().map(|fault| (text(&fault["fault"]), text(&fault["example"]))).collect()
}

#[test]
fn k1_a_rule_of_the_kernel_and_a_helper() {
    for (fault, example) in examples().iter().filter(|(fault, _)| ["cut-link", "freeze-pod"].contains(&fault.as_str()))
    {
        at_each_state(fault, example);
    }
}
