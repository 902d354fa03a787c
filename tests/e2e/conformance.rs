//! A sample of the headline incident's conformance: `droplab conform` itself plays, on the real lab. All of it: `make soak`.

use std::time::Duration;

use crate::droplab::{incident, kubectl, run};

/// One play with its proof and its reset, on a slow machine.
const A_PLAY: Duration = Duration::from_secs(400);

/// Play, at the rate that this machine carries: four fifths of the last one each time that the lab itself erred.
fn conforms(plays: &[&str]) {
    let mut rate = rate();
    loop {
        let mut all = vec!["conform", "payment-pool-exhaustion", "--fresh", "--json"];
        for play in plays {
            all.extend(["--play", play]);
        }
        all.extend(rate.as_deref().into_iter().flat_map(|rate| ["--rate", rate]));
        let outcome = run(&all, A_PLAY * u32::try_from(plays.len()).unwrap());
        let shown: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap_or_default();
        let count = |is: &dyn Fn(&serde_json::Value) -> bool| {
            shown.as_array().map_or(0, |all| all.iter().filter(|one| is(one)).count())
        };
        if count(&|one| one["kind"] == "lab-erred") > 0
            && let Some(lower) = lower(rate.as_deref())
        {
            eprintln!(
                "the lab erred at {}, once more at {lower}: {shown:#}",
                rate.as_deref().unwrap_or("its own rate")
            );
            rate = Some(lower);
            continue;
        }
        assert_eq!(count(&|one| one["fine"] == true), plays.len(), "{shown:#}\n{}", outcome.stderr);
        outcome.expect_code(0);
        return;
    }
}

/// A machine of which others take a part may carry a rate in one minute and not in the next.
fn lower(rate: Option<&str>) -> Option<String> {
    const OWN: u32 = 1200;
    const LEAST: u32 = 600;
    let now: u32 = rate.and_then(|rate| rate.strip_suffix("/s")?.parse().ok()).unwrap_or(OWN);
    let next = now * 4 / 5 / 10 * 10;
    (next >= LEAST).then(|| format!("{next}/s"))
}

/// The rate that droplab proposes where the scenario's own is too much for this machine.
pub(crate) fn rate() -> Option<String> {
    static RATE: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let asked = || {
        let (_, verdict) = incident("healthy", &["--healthy", "--within", "1m"]);
        let adjusted = verdict["adjusted"].as_array().into_iter().flatten().filter_map(|said| said.as_str());
        let rates = adjusted.filter_map(|said| said.strip_prefix("payment at ")?.split(' ').next().map(str::to_owned));
        rates.last()
    };
    RATE.get_or_init(asked).clone()
}

#[test]
fn b1_healthy_passes_and_nothing_done_fails_and_the_reference_repair_passes() {
    conforms(&["healthy", "nothing", "fix:roll-back"]);
    assert!(kubectl("get deployment payment -o wide --no-headers").contains("payment:2.8.0"));
}

#[test]
fn c1_an_edge_that_answers_by_itself_and_a_larger_pool_are_caught() {
    conforms(&["cheat:answer-at-the-edge", "trap:raise-the-pool"]);
}

#[test]
fn c2_after_sigkill_nothing_is_left() {
    conforms(&["killed"]);
}
