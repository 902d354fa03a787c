//! One play of one round: until it is shown, on a lab that is proven before it and put back after it.
//!
//! **Invariant**: each try is kept, also one in which the lab erred.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{
    Args, child,
    history::{History, Shown, VERSION},
    judged, kept,
    plays::Play,
    proof,
};
use crate::{
    cli::{
        failure::{Code, Failure},
        flags::Global,
        interrupt, room, screen,
        steps::Steps,
    },
    home,
    lab::lifecycle::progress::Progress as _,
    model::{scenario::Scenario, units::Rate},
};

/// What keeps a play from its beginning may pass, as a number that was not read just after a reset; said twice, it stays.
const A_MOMENT: Duration = Duration::from_secs(5);

/// What all plays have in common.
pub(super) struct Ground<'a> {
    global: &'a Global,
    args: &'a Args,
    scenario: &'a Scenario,
    before: proof::Before,
    stop: CancellationToken,
}

impl<'a> Ground<'a> {
    /// The lab, put back to its charts and looked at.
    pub(super) async fn of(global: &'a Global, args: &'a Args, scenario: &'a Scenario) -> Result<Self, Failure> {
        // A reset takes no fault out, and a lab that has one in it is not what plays are held against.
        room::healed(&home::folder(), &global.lab)?;
        let _steps = watched(global, "the lab, back to its charts");
        let before = proof::Before::of(global).await?;
        Ok(Self { global, args, scenario, before, stop: interrupt::token() })
    }

    /// One play, and again if the lab itself erred: once, or twice where a slower rate is proposed each time. Each try is kept.
    /// Returns the rate that it was shown at.
    pub(super) async fn until_shown(
        &self,
        round: u32,
        play: &Play<'_>,
        mut rate: Option<Rate>,
        history: &mut History,
    ) -> Result<Option<Rate>, Failure> {
        let name = play.name();
        let steps = watched(self.global, &format!("round {round} of {}, {name}", self.args.times));
        let (earlier, mut tries) = (history.tries(round, &name), 0);
        loop {
            tries += 1;
            let (shown, slower) = self.tried(round, play, rate, earlier + tries, steps.as_ref()).await?;
            let most = if slower.is_some() { 3 } else { 2 };
            let (erred, said, seconds) = (shown.kind == judged::LAB_ERRED, shown.said.clone(), shown.seconds);
            let word = if shown.fine { "✓" } else { "✗" };
            let kept = (!shown.fine).then(|| kept::journal(history.id(), &shown));
            history.keep(shown)?;
            if let Some(kept) = kept {
                let how = kept.map_or_else(
                    |error| format!("its journal could not be kept: {error}"),
                    |journal| format!("droplab report {}", journal.display()),
                );
                tell(steps.as_ref(), &format!("{name}: {how}"));
            }
            if !erred || tries >= most {
                drop(steps);
                screen::note(&format!(
                    "  {word} round {round} of {}  {name:<28} {seconds:>4} s  {said}",
                    self.args.times
                ));
                return Ok(rate);
            }
            tell(steps.as_ref(), &format!("{name} once more: {said}"));
            if let Some(slower) = slower {
                tell(steps.as_ref(), &format!("this machine cannot bear the rate: on at {slower}"));
                rate = Some(slower);
            }
        }
    }

    /// One try, and the slower rate that is proposed after it.
    async fn tried(
        &self,
        round: u32,
        play: &Play<'_>,
        rate: Option<Rate>,
        tries: u32,
        steps: Option<&Steps>,
    ) -> Result<(Shown, Option<Rate>), Failure> {
        let began = Instant::now();
        self.before.proven(self.global).await?;
        let played = || child::play(self.global, self.args, self.scenario, play, (round, rate), &self.stop);
        let child::Played { outcome, slower } = match played().await {
            Err(refused) if refused.code == Code::LabError => {
                tell(steps, &format!("{} did not begin, once more: {}", play.name(), refused.why));
                tokio::time::sleep(A_MOMENT).await;
                played().await?
            }
            done => done?,
        };
        // Not this play's business alone: what it left would be the next one's.
        self.before.reset(self.global).await?;
        let shown = Shown {
            round,
            play: play.name(),
            fine: outcome.is_fine(),
            kind: outcome.kind(),
            seconds: began.elapsed().as_secs(),
            said: outcome.said(),
            rate,
            tries,
            when: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M").to_string(),
            lab: self.before.node_image.clone(),
            droplab: VERSION.to_owned(),
        };
        Ok((shown, slower))
    }
}

/// What a person is told meanwhile.
fn tell(steps: Option<&Steps>, text: &str) {
    match steps {
        Some(steps) => steps.warn(text),
        None => screen::note(&format!("    {text}")),
    }
}

/// A line that counts the seconds, where somebody watches; in a log a line for each play is enough.
fn watched(global: &Global, what: &str) -> Option<Steps> {
    let steps = screen::watched().then(|| Steps::show(global))?;
    steps.begin(what);
    Some(steps)
}
