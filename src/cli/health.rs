//! Is the lab fit to be broken? A run on one that is not would spend its baseline and say nothing.
//!
//! **Invariant**: answers within two seconds, and names what is wrong and the command that mends it.

use std::time::Duration;

use super::{
    failure::{Code, Failure},
    flags::Global,
    lab::flags,
};
use crate::{
    lab::{Lab, cluster::elsewhere, host::needs::Room, look::status::status},
    model::scenario::Scenario,
};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Refuse what is no lab: customers, books and incidents are a lab's alone, and to look at somebody's cluster puts pods into it.
pub(super) fn is_a_lab(global: &Global) -> Result<(), Failure> {
    if elsewhere::named(&global.lab).is_none() {
        return Ok(());
    }
    let why = format!("{} is not a lab, and incidents are played on a lab alone", global.lab);
    Err(Failure::new(Code::Usage, why)
        .next("droplab fault inject … --outside-the-lab   puts one fault into such a cluster"))
}

/// Refuse a lab of which a component does not do what it is there for.
pub(super) async fn healthy(global: &Global) -> Result<(), Failure> {
    let flags = flags(&global.lab);
    let mends = format!("droplab reset{flags}   or   droplab run … --reset   (droplab status{flags} tells more)");
    let refused = |why: String| Failure::new(Code::LabNotReady, why).next(&mends);
    let asked = async {
        let lab = Lab::open(&global.lab).await?;
        Ok::<_, Failure>(Box::pin(status(&lab)).await)
    };
    let found = tokio::time::timeout(PATIENCE, asked).await;
    let found = found.map_err(|_| refused(format!("the lab does not answer within {} s", PATIENCE.as_secs())))??;
    let ill = found.components.iter().filter(|one| !one.ready).map(|one| format!("{}: {}", one.name, one.detail));
    let ill: Vec<_> = ill.collect();
    if ill.is_empty() { Ok(()) } else { Err(refused(ill.join("\n"))) }
}

/// Refuse what this host has too little memory or disk for, before anything is touched.
pub(super) async fn bears(scenario: &Scenario) -> Result<(), Failure> {
    let fit = Room::look().await.fits(&scenario.needs);
    match fit.lacks.as_slice() {
        [] => Ok(()),
        lacks => Err(Failure::new(Code::HostCannot, lacks.join("\n")).next("droplab list   tells which this host can")),
    }
}
