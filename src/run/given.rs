//! Latent defects: in before the customers come, so that the baseline is measured with them.
//!
//! **Invariant**: as every fault, its way back is on disk before it; customers come to a lab that has settled, and what droplab holds of
//! it has not ended by itself by then.

use super::{
    hold::Held,
    jobs,
    ports::{PortError, Ports},
    record::Record,
    settle,
};
use crate::model::{
    event::{EventKind, FaultState},
    plan::{Part, Plan},
};

/// Put every latent defect in, and wait until the lab has settled. What of it is to be renewed from then on.
pub(super) async fn put_in<'a>(plan: &'a Plan, lab: &Ports, record: &mut Record<'_>) -> Result<Held<'a>, PortError> {
    let actuator = lab.actuator.as_ref();
    let (mut any, mut held) = (false, Held::default());
    for (step, planned) in plan.injection.of(Part::Given) {
        any = true;
        record.write(EventKind::Fault { step, state: FaultState::Injecting, reason: None })?;
        for op in &planned.recipe.inject {
            let (took_ms, outcome) = held.during(jobs::blow(actuator, op), actuator, record).await;
            outcome?;
            record.write(EventKind::Performed { step, op: op.clone(), took_ms })?;
        }
        record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
        held.add(step, &planned.recipe);
    }
    if !any {
        return Ok(held);
    }
    let heals = settle::touched(&plan.injection, &record.timeline);
    match held.during(settle::whole(&heals, lab.surveyor.as_ref()), actuator, record).await {
        None => Ok(held),
        Some(why) => Err(PortError::new("wait until the latent defects are rolled out", why)),
    }
}
