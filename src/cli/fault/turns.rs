//! The lab's lock, as a fault by hand needs it: while it is put in and while it is taken out.
//!
//! **Invariant**: from the first blow to the last op of the heal this process has the lab's lock or the fault's own: nobody can take
//! the lab as a whole in between. Once a heal has begun elsewhere nothing is renewed here, and what was being renewed just then is let go.

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
    model::{event::FaultState, op::Op, plan::Injection, timeline::Timeline},
    run::{Turns, ports::Actuator},
    store::{journal, runs::RunDir},
};

/// How long a new fault waits for another one that is just being put in or taken out.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a heal waits: a fault that stays in is worse than two heals at once, each of which sets states.
const HEAL_ANYWAY: Duration = Duration::from_mins(3);
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

    /// Where another process heals it: let go of what this one holds of it, unless somebody else has the same by now, and wait for the
    /// other one. Whether the fault is left to us, because that one has died over it.
    pub(super) async fn hand_over(
        &self,
        injection: &Injection,
        actuator: &dyn Actuator,
        is_free: impl Fn() -> bool,
    ) -> bool {
        if !self.healed_elsewhere() {
            return false;
        }
        self.has(|has| has.turn = None);
        // A renewal that was under way may have come after the other one's release.
        if !self.is_healed() || is_free() {
            let ops = injection.steps.iter().flat_map(|step| &step.recipe.heal);
            // In a node a late renewal is of an older generation than that release, and does nothing.
            for op in ops.filter(|op| matches!(op, Op::Release { hold, .. } if !hold.is_in_nodes())) {
                if let Err(error) = actuator.perform(op).await {
                    screen::note(&format!("warning: {error}"));
                }
            }
        }
        let until = Instant::now() + HEAL_ANYWAY;
        while !self.is_healed() {
            match lock::turn(&home::folder(), &self.lab, &self.doing) {
                Ok(_free) => return !self.is_healed(),
                Err(_) if Instant::now() > until => return false,
                Err(_) => tokio::time::sleep(EVERY).await,
            }
        }
        false
    }

    /// Of a journal that cannot be read nobody knows, and there is no way back in it.
    fn is_healed(&self) -> bool {
        journal::read(&self.fault.journal()).map_or(true, |timeline| timeline.unhealed().is_empty())
    }
}

/// Whether a heal of it has begun, here or elsewhere: that is written down before anything is taken out.
pub(super) fn is_taken_over(timeline: &Timeline) -> bool {
    timeline.fault_states().values().any(|state| *state >= FaultState::Healing)
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

    /// Or is about to: what is renewed while another process takes it out would stay. Of a journal that cannot be read nobody knows: not
    /// renewing is the safe side.
    fn healed_elsewhere(&self) -> bool {
        journal::read(&self.fault.journal()).map_or(true, |timeline| is_taken_over(&timeline))
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{
        model::{
            event::EventKind,
            fault::{FaultSpec, PauseMode, PauseRedis},
            hold::Hold,
            op::Recipe,
            plan::PlannedStep,
        },
        rehearsal::{FakeLab, Quirks},
        run::{ByHand, by_hand, ports::Journal as _},
        store::journal::{JournalFile, Wall},
        terminal::plain::{Manner, Plain},
    };

    /// The turns of a fault whose lab nobody else wants.
    struct Alone(FaultTurns);

    #[async_trait]
    impl Turns for Alone {
        fn pass(&self) {}
        async fn take(&self) {}
        fn healed_elsewhere(&self) -> bool {
            self.0.healed_elsewhere()
        }
    }

    fn fault(state: FaultState) -> EventKind {
        EventKind::Fault { step: 0, state, reason: None }
    }

    /// Whoever held it went on until it was healed: what was renewed while it was taken out stayed in.
    #[tokio::test(start_paused = true)]
    async fn what_another_process_heals_is_renewed_no_more_and_let_go() {
        let home = tempfile::tempdir().unwrap();
        let folder = RunDir::create(home.path(), "cut-zone", jiff::Timestamp::now(), None).unwrap();
        let has = Mutex::new(Has { turn: None, fault: None });
        let turns = Alone(FaultTurns { lab: "test".into(), doing: "a test".into(), fault: folder.clone(), has });
        let lab = FakeLab::new("test", Quirks::default());
        let recipe = Recipe::hold("x1", "30s".parse().unwrap(), Hold::RedisPause { all: false });
        let steps =
            vec![PlannedStep::at(0.0, FaultSpec::PauseRedis(PauseRedis { mode: PauseMode::default() }), recipe)];
        let before = lab.world().survey(Instant::now());
        let injection = Injection { seed: 1, steps, before: before.clone() };
        let options = ByHand { run: folder.id.clone(), version: "0".into(), lasting: None, detach: false };
        let mut ours = JournalFile::create(&folder.journal(), Wall::Real).unwrap();
        let mut nobody = Plain::new(std::io::sink(), Manner { quiet: true, ..Manner::default() });
        let (ports, stop) = (lab.ports(), CancellationToken::new());
        let held = by_hand(&injection, &ports, &mut ours, &mut nobody, &options, &stop, &turns);
        // Another process begins to heal between two renewals, and takes its time.
        let heal = async {
            tokio::time::sleep(Duration::from_secs(15)).await;
            let read = journal::read(&folder.journal()).unwrap();
            let mut theirs = JournalFile::resume(&folder.journal(), &read).unwrap();
            theirs.append(15.0, fault(FaultState::Healing)).unwrap();
            theirs
        };
        let both = tokio::time::timeout(Duration::from_mins(1), async { tokio::join!(held, heal) });
        let (held, mut theirs) = both.await.expect("it was held on while it was healed");
        let held = held.unwrap();
        assert!(!is_taken_over(&held), "the other one heals it");
        let count = |wanted: fn(&EventKind) -> bool| held.events.iter().filter(|event| wanted(&event.kind)).count();
        assert_eq!(count(|kind| matches!(kind, EventKind::Renewed { .. })), 1);
        assert_eq!(count(|kind| matches!(kind, EventKind::NotRenewed { .. })), 0);

        assert_ne!(lab.world().survey(Instant::now()), before, "it is in still");
        theirs.append(20.0, fault(FaultState::Healed)).unwrap();
        let hand_over = |is_free: bool| turns.0.hand_over(&injection, ports.actuator.as_ref(), move || is_free);
        assert!(!hand_over(false).await, "the other one has healed it");
        assert_ne!(lab.world().survey(Instant::now()), before, "somebody else's by now");
        assert!(!hand_over(true).await, "the other one has healed it");
        assert_eq!(lab.world().survey(Instant::now()), before, "nothing of it is held here");
    }
}
