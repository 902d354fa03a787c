//! The one seam between verbs and labs: a rehearsal swaps the lab for a fake one.
//!
//! **Invariant**: no verb asks which of the two it has.

use std::net::{Ipv4Addr, SocketAddr};

use super::{args::Global, failure::Failure};
use crate::{
    lab::{
        Lab,
        fake::{FakeLab, Quirks},
        sense::LabSensor,
    },
    load::Crowd,
    run::ports::Ports,
};

/// The lab that this command works on.
pub async fn connect(global: &Global, rehearse: bool) -> Result<Ports, Failure> {
    if rehearse {
        return Ok(FakeLab::new("rehearsal", Quirks::default()).ports());
    }
    let lab = Lab::connect(&global.lab).await?;
    let shop = SocketAddr::from((Ipv4Addr::LOCALHOST, lab.layout.port("shop")));
    let sensor = LabSensor::new(lab.sense_target(), Box::new(Crowd::new(shop)));
    Ok(Ports {
        actuator: Box::new(lab.clone()),
        surveyor: Box::new(lab.clone()),
        sensor: Box::new(sensor),
        repairer: Box::new(lab),
    })
}
