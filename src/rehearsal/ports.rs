//! The fake lab's ports.
//!
//! **Invariant**: as slow as the real ones, in the runtime's time; cancel safe wherever the port says so.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{FakeLab, World};
use crate::{
    model::{
        facts::{Facts, Part},
        op::{Op, Whose, whose},
        scenario::Action,
    },
    run::ports::{Actuator, PortError, Repairer, Surveyor},
};

#[async_trait]
impl Actuator for FakeLab {
    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        if let Op::PutBack { ours, before } = op {
            return self.put_back(ours, before).await.map(drop);
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
        let mut world = self.world();
        let heals = match op {
            Op::SetImage { deployment, image, .. } => {
                world.history.get(deployment).is_some_and(|past| past.iter().any(|(before, _)| before == image))
            }
            Op::Release { .. } => true,
            _ => false,
        };
        refuses(&mut world, op, heals)?;
        // What is put back is no blow, and goes its own way; what is renewed was one already.
        let renewed = matches!(op, Op::Hold { id, .. } if world.holds.contains_key(id));
        if let Some(course) = world.course.as_mut().filter(|_| !renewed) {
            course.see(op);
        }
        world.obey(op).map_err(|gone| PortError::new(op.to_string(), gone))
    }

    async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, PortError> {
        tokio::time::sleep(Duration::from_millis(80)).await;
        let mut world = self.world();
        refuses(&mut world, before, true)?;
        let now = world.value_of(ours);
        match whose(ours, before, now.as_deref()) {
            Whose::Ours => world.obey(before).map(|()| None).map_err(|gone| PortError::new(before.to_string(), gone)),
            Whose::Before => Ok(None),
            Whose::Theirs(what) => Ok(Some(what)),
        }
    }
}

/// What is wrong with this lab may keep an op from being done.
fn refuses(world: &mut World, op: &Op, heals: bool) -> Result<(), PortError> {
    if world.quirks.failing_ops > 0 || (world.quirks.unhealable && heals) {
        world.quirks.failing_ops = world.quirks.failing_ops.saturating_sub(1);
        return Err(PortError::new(op.to_string(), "the API server does not answer"));
    }
    Ok(())
}

#[async_trait]
impl Surveyor for FakeLab {
    async fn survey(&self) -> Result<Facts, PortError> {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let mute = self.world().quirks.mute_server;
        if mute {
            tokio::time::sleep(Duration::from_secs(12)).await;
        }
        let world = self.world();
        if world.quirks.blind_surveys {
            return Err(PortError::new("survey the lab", "the API server does not answer"));
        }
        let unread = mute.then(|| (Part::Redis, "no answer within 12 s".to_owned())).into_iter().collect();
        Ok(Facts { unread, ..world.survey(Instant::now()) })
    }
}

#[async_trait]
impl Repairer for FakeLab {
    async fn act(&self, action: &Action) -> Result<(i32, String), PortError> {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(self.world().typed(action))
    }

    async fn script(&self, path: &Path) -> Result<(i32, String), PortError> {
        Ok((127, format!("a rehearsal runs no script: {}", path.display())))
    }
}
