//! What the engine's kernel offers to each kind of fault, tried for real in a network namespace of its own.
//!
//! **Invariant**: tried inside of a container without a network, which is gone afterwards; nothing of the host's changes.

use std::time::Duration;

use super::{Check, Mark, Topic};
use crate::lab::{
    access::tools,
    command::Tool,
    engine::docker::Engine,
    engine::images::Images,
    node::features::{self, Feature},
};

/// A kind of fault: its name, what it stands on, and what happens without.
const FAULTS: [(&str, &Feature, &str); 9] = [
    ("cut a link", &features::TIMEOUT, "links cannot be cut"),
    ("lose packets", &features::DICE, "packets cannot be lost at random"),
    ("throttle a link", &features::LIMIT, "links cannot be throttled"),
    ("answer in place of a service", &features::REDIRECT, "no service can be impersonated"),
    ("freeze pods", &features::FREEZER, "nothing can be frozen"),
    ("slow a disk", &features::THROTTLE, "disks cannot be slowed"),
    ("set the clock of a process", &features::VDSO, "clocks cannot be wrong"),
    ("delay a link with netem", &features::NETEM, "a helper delays packets through NFQUEUE instead"),
    ("delay a link", &features::QUEUE, "links cannot be delayed"),
];

pub(super) async fn check(engine: &Engine) -> Vec<Check> {
    let unknown = |why: &str, fix: &str| {
        vec![Check::new(Topic::Kernel, "faults", why, "tried in a container").but(Mark::Warning, fix)]
    };
    let (Ok(images), Some(docker)) = (Images::look(engine).await, tools::find("docker")) else {
        return unknown("not tried: no node image yet", "make images");
    };
    let arguments = ["run", "--rm", "--network", "none", "--cap-add", "NET_ADMIN", "--label", "droplab=doctor"];
    let trials = features::trials(&FAULTS.map(|(_, feature, _)| feature));
    let program = ["--entrypoint", "/bin/sh", &images.node, "-c", &trials];
    match Tool::new(docker, arguments.iter().chain(&program)).within(Duration::from_secs(30)).run().await {
        Ok(output) => judge(&output),
        Err(error) => unknown(&format!("not tried: {error}"), "droplab doctor"),
    }
}

fn judge(output: &str) -> Vec<Check> {
    FAULTS
        .iter()
        .map(|(fault, feature, without)| match features::missing(&[*feature], output) {
            None => Check::new(Topic::Kernel, *fault, format!("{}: works", feature.what), feature.what),
            // The helper does the same: netem's absence is only worth knowing.
            Some((_, why)) if **feature == features::NETEM => {
                Check::new(Topic::Kernel, *fault, format!("{}: {why}; {without}", feature.what), feature.what)
            }
            Some((_, why)) => Check::new(Topic::Kernel, *fault, format!("{}: {why}", feature.what), feature.what)
                .but(Mark::Warning, format!("a kernel with it ({without})")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netem_is_not_missed() {
        let all = FAULTS.map(|(_, feature, _)| format!("{} ok\n", feature.key)).concat();
        let checks = judge(&all.replace("netem ok", "netem Error: Specified qdisc kind is unknown."));
        assert!(checks.iter().all(|check| check.mark == Mark::Ok));
        assert!(checks.iter().any(|check| check.measured.contains("Specified qdisc kind is unknown")));
    }

    #[test]
    fn what_is_missing_warns_and_says_why() {
        let checks = judge("cut Error: Could not process rule\n");
        assert_eq!(checks.len(), FAULTS.len());
        let warned = checks.iter().filter(|check| check.mark == Mark::Warning).count();
        assert_eq!(warned, FAULTS.len() - 1);
        assert!(checks[0].measured.ends_with("Error: Could not process rule"));
    }
}
