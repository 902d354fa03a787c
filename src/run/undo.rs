//! One op of the way back, tried until it is done or there is no hope.
//!
//! **Invariant**: what somebody has changed since is left alone, and said.

use tokio::time::Instant;

use super::{
    limits,
    ports::{Actuator, PortError},
};
use crate::model::{event::EventKind, op::Op};

/// What became of an op of a heal.
pub(super) struct Done {
    /// Milliseconds of the try that succeeded.
    took_ms: f64,
    /// What somebody has changed since, and it therefore left alone.
    kept: Option<String>,
}

impl Done {
    /// As the journal has it.
    pub(super) fn event(self, step: usize, op: &Op) -> EventKind {
        match self.kept {
            Some(what) => EventKind::Kept { step, what },
            None => EventKind::Performed { step, op: op.clone(), took_ms: self.took_ms },
        }
    }
}

/// One op of a heal, tried a few times: a lab under fault is slow to obey.
pub(super) async fn perform(op: &Op, actuator: &dyn Actuator) -> Result<Done, PortError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let began = Instant::now();
        let attempt = async {
            match op {
                Op::PutBack { ours, before } => actuator.put_back(ours, before).await,
                other => actuator.perform(other).await.map(|()| None),
            }
        };
        match limits::within(limits::OP, op.to_string(), attempt).await {
            Ok(kept) => {
                let took_ms = began.elapsed().as_secs_f64() * 1000.0;
                tracing::debug!(took_ms, tries, kept, "heal: {op}");
                return Ok(Done { took_ms, kept });
            }
            Err(error) => {
                tracing::warn!(tries, "heal: {error}");
                if tries >= limits::HEAL_TRIES {
                    return Err(error);
                }
                tokio::time::sleep(limits::HEAL_PAUSE).await;
            }
        }
    }
}
