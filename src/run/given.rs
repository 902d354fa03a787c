//! Latent defects: in before the customers come, so that the baseline is measured with them.
//!
//! **Invariant**: as every fault, its way back is on disk before it; customers come to a lab that has settled.

use super::{
    jobs,
    ports::{PortError, Ports},
    record::Record,
    settle::settle,
};
use crate::model::{
    event::{EventKind, FaultState},
    plan::{Part, Plan},
};

/// Put every latent defect in, and wait until the lab has settled.
pub(super) async fn put_in(plan: &Plan, lab: &Ports, record: &mut Record<'_>) -> Result<(), PortError> {
    let mut any = false;
    for (step, planned) in plan.injection.of(Part::Given) {
        any = true;
        record.write(EventKind::Fault { step, state: FaultState::Injecting, reason: None })?;
        for op in &planned.recipe.inject {
            let (took_ms, outcome) = jobs::blow(lab.actuator.as_ref(), op).await;
            outcome?;
            record.write(EventKind::Performed { step, op: op.clone(), took_ms })?;
        }
        record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
    }
    if !any {
        return Ok(());
    }
    match settle(&plan.injection, lab.surveyor.as_ref(), record).await {
        None => Ok(()),
        Some(why) => Err(PortError::new("wait until the latent defects are rolled out", why)),
    }
}
