//! The one seam between verbs and labs: a rehearsal swaps the lab for a fake one.
//!
//! **Invariant**: no verb asks which of the two it has.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use super::{
    crowds::WithCrowds,
    failure::{Code, Failure},
    flags::Global,
    screen,
};
use crate::{
    lab::{
        Lab,
        cluster::elsewhere::{self, Elsewhere},
        error::LabError,
        sense::LabSensor,
    },
    load::Crowd,
    model::{plan::Injection, scenario::Scenario},
    rehearsal::{FakeLab, Quirks},
    run::ports::Ports,
};

/// The lab that this command works on; a rehearsal of a scenario has one in memory.
pub async fn connect(global: &Global, rehearsal: Option<&Scenario>) -> Result<Ports, Failure> {
    if let Some(scenario) = rehearsal {
        return Ok(FakeLab::for_scenario(scenario, Quirks::default()).ports());
    }
    if elsewhere::named(&global.lab).is_some() {
        return Ok(outside(Elsewhere::connect(&global.lab).await?));
    }
    Ok(ports(Lab::connect(&global.lab).await?))
}

/// Another cluster's ports: no customers, no books.
fn outside(found: Elsewhere) -> Ports {
    Ports {
        actuator: Box::new(found.clone()),
        surveyor: Box::new(found.clone()),
        sensor: Box::new(found.clone()),
        repairer: Box::new(found),
    }
}

/// The lab to be healed: nodes that were stopped are woken, and an API that stays silent is no reason to leave a fault in.
pub async fn for_healing(global: &Global) -> Result<Ports, Failure> {
    if elsewhere::named(&global.lab).is_some() {
        return Ok(outside(Elsewhere::connect_to_heal(&global.lab).await?));
    }
    let lab = match Lab::rouse(&global.lab).await {
        Err(error @ LabError::Kube { .. }) => {
            screen::note(&format!("{error}\n  healing what can be reached through the engine alone"));
            Lab::open(&global.lab).await?
        }
        roused => roused?,
    };
    Ok(ports(lab))
}

/// Refuse, before anything is touched, what this machine's kernel cannot do.
pub async fn can(lab: &Ports, injection: &Injection) -> Result<(), Failure> {
    for op in injection.blows() {
        if let Some(why) = lab.actuator.lacks(op).await? {
            return Err(Failure::new(Code::HostCannot, why).next("droplab doctor"));
        }
    }
    Ok(())
}

/// Refuse, before anything is touched, a scenario that names numbers which this lab cannot tell.
///
/// A scenario with latent defects may count on what only these bring along: of its gauges the baseline decides. So it does in a
/// rehearsal, whose lab knows a few numbers only.
pub async fn readable(lab: &Ports, scenario: &Scenario, rehearse: bool) -> Result<(), Failure> {
    if rehearse || !scenario.given.is_empty() || scenario.gauges.is_empty() {
        return Ok(());
    }
    let read = lab.sensor.probe(&scenario.gauges).await;
    let doubts: Vec<_> = read.iter().filter_map(|(name, read)| Some((name, read.as_ref().err()?))).collect();
    if doubts.is_empty() {
        return Ok(());
    }
    let said: Vec<_> = doubts.iter().map(|(name, why)| format!("gauges.{name}: {why}")).collect();
    Err(Failure::new(Code::PlanRefused, said.join("\n")).next("droplab status"))
}

fn ports(lab: Lab) -> Ports {
    let shop = SocketAddr::from((Ipv4Addr::LOCALHOST, lab.layout.port("shop")));
    let sensor = LabSensor::new(lab.sense_target(), Box::new(Crowd::new(shop)));
    Ports {
        actuator: Box::new(WithCrowds { lab: lab.clone(), shop, here: Arc::default() }),
        surveyor: Box::new(lab.clone()),
        sensor: Box::new(sensor),
        repairer: Box::new(lab),
    }
}
