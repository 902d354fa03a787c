//! The lab's lock, as a fault by hand needs it: while it is put in and while it is taken out.
//!
//! **Invariant**: from the first blow to the last op of the heal this process has the lab's lock or the fault's own: nobody can take
//! the lab as a whole in between.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{
    cli::{failure::Failure, flags::Global, screen},
    home::{
        self,
        lock::{self, Lock, LockError, Thing},
    },
    run::Turns,
    store::{journal, runs::RunDir},
};

/// How long a new fault waits for another one that is just being put in or taken out.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a heal waits: a fault that stays in is worse than two heals at once, each of which sets states.
const HEAL_ANYWAY: Duration = Duration::from_secs(90);
/// Between two looks.
const EVERY: Duration = Duration::from_millis(200);

/// The lab's lock, waiting a moment for whoever is about to give it back.
pub(in crate::cli) async fn turn(global: &Global, doing: &str) -> Result<Lock, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        match lock::turn(&home::folder(), &global.lab, doing) {
            Err(LockError::Busy { .. }) if Instant::now() < until => tokio::time::sleep(EVERY).await,
            outcome => return Ok(outcome?),
        }
    }
}

/// The turns of one fault.
pub(super) struct FaultTurns {
    lab: String,
    doing: String,
    fault: RunDir,
    has: Mutex<Has>,
}

/// What this process has.
struct Has {
    /// The lab's lock.
    turn: Option<Lock>,
    /// The fault's own.
    fault: Option<Lock>,
}

impl FaultTurns {
    /// Of a fault whose journal is in this folder, by who has the turn.
    pub(super) fn of(global: &Global, doing: String, fault: &RunDir, turn: Lock) -> Self {
        let has = Mutex::new(Has { turn: Some(turn), fault: None });
        Self { lab: global.lab.clone(), doing, fault: fault.clone(), has }
    }

    fn has(&self, change: impl FnOnce(&mut Has)) {
        change(&mut self.has.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl Turns for FaultTurns {
    fn pass(&self) {
        match lock::own(&home::folder(), &self.lab, Thing::Fault, &self.fault.id, &self.doing) {
            Ok(own) => self.has(|has| {
                has.fault = Some(own);
                has.turn = None;
            }),
            // Then nobody else gets a turn while this lasts.
            Err(error) => screen::note(&format!("the lab stays locked while this fault is held: {error}")),
        }
    }

    async fn take(&self) {
        let until = Instant::now() + HEAL_ANYWAY;
        let mut there = false;
        self.has(|has| there = has.turn.is_some());
        while !there && !self.healed_elsewhere() {
            match lock::turn(&home::folder(), &self.lab, &self.doing) {
                Ok(turn) => {
                    self.has(|has| has.turn = Some(turn));
                    there = true;
                }
                Err(error) if Instant::now() > until => {
                    screen::note(&format!("{error} for too long: healing all the same"));
                    return;
                }
                Err(_) => tokio::time::sleep(EVERY).await,
            }
        }
    }

    /// Of a journal that cannot be read nobody knows: not renewing is the safe side.
    fn healed_elsewhere(&self) -> bool {
        journal::read(&self.fault.journal()).map_or(true, |timeline| timeline.unhealed().is_empty())
    }
}
