//! The live view as lines: the state of the customers, and a block when the pager goes off.
//!
//! A terminal's last line is fresh each second, else a line every five. Only who does not repair by hand is told what was broken.
//!
//! **Invariant**: a closed pipe or an odd event never ends a run.

mod live;
mod manner;

use std::io::Write;

use owo_colors::OwoColorize as _;

pub use self::manner::Manner;

use self::live::Live;
use crate::{
    model::{
        event::{Event, EventKind, FaultState, Phase},
        scenario::Text,
    },
    run::ports::Observer,
};

/// Seconds between two lines where no line can be refreshed.
const EVERY_S: f64 = 5.0;

/// Lines on a stream.
pub struct Plain<W> {
    out: W,
    manner: Manner,
    live: Live,
    open_line: bool,
    said_s: f64,
}

impl<W: Write + Send> Plain<W> {
    /// A screen on a stream; the stream strips colour where it has no place.
    pub fn new(out: W, manner: Manner) -> Self {
        Self { out, manner, live: Live::default(), open_line: false, said_s: f64::MIN }
    }

    /// What was written since this was last asked.
    pub fn take(&mut self) -> W
    where
        W: Default,
    {
        std::mem::take(&mut self.out)
    }

    /// What was written, for tests.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn line(&mut self, at_s: f64, text: &str) {
        self.close_line();
        let time = clock(at_s);
        let _ = writeln!(self.out, "  {}  {text}", time.dimmed());
    }

    fn close_line(&mut self) {
        if self.open_line {
            let _ = writeln!(self.out);
            self.open_line = false;
        }
    }

    fn state(&mut self, at_s: f64) {
        let Some(state) = self.live.state(at_s).filter(|_| self.manner.states) else { return };
        if self.manner.refresh {
            let _ = write!(self.out, "\r\x1b[K  {}  {state}", clock(at_s).dimmed());
            let _ = self.out.flush();
            self.open_line = true;
        } else if at_s - self.said_s >= EVERY_S - 0.5 {
            self.said_s = at_s;
            self.line(at_s, &state);
        }
    }

    fn page(&mut self, at_s: f64, sentence: &str) {
        self.state_now(at_s);
        self.close_line();
        let Some(plan) = &self.live.plan else { return };
        let say = |text: &Text| text.of(self.manner.russian).to_owned();
        let (title, story) = (say(&plan.scenario.title), say(&plan.scenario.story));
        let bar = "│".red().to_string();
        let _ = writeln!(self.out, "\n{} {}\n{bar} {}\n{bar}", "┌".red(), sentence.red().bold(), title.bold());
        for line in story.trim().lines() {
            let _ = writeln!(self.out, "{bar} {line}");
        }
        if !self.manner.candid {
            let hint = if plan.scenario.hints.is_empty() { "" } else { "A hint: droplab hint. " };
            let _ = writeln!(
                self.out,
                "{bar}\n{bar} The lab is yours. In another terminal: eval \"$(droplab env)\", then kubectl, psql …\n\
                {bar} Seen it? droplab ack --impact \"whom it hurts\". The cause: droplab answer.\n\
                {bar} {hint}Finished: droplab done. Ctrl-C gives up and heals."
            );
        }
        let _ = writeln!(self.out, "{}\n", "└".red());
    }

    /// The state at a turn of events, unless a line went out just before.
    fn state_now(&mut self, at_s: f64) {
        if at_s - self.said_s >= 1.0 {
            self.said_s = f64::MIN;
            self.state(at_s);
        }
    }

    fn show(&mut self, event: &Event) {
        let at_s = event.at_s;
        match &event.kind {
            EventKind::RunBegan { run, rehearsal, plan, .. } => self.began(run, *rehearsal, &plan.adjusted),
            EventKind::PhaseBegan { phase } => self.phase(at_s, *phase),
            EventKind::Traffic { probe, .. } if self.live.is_main(probe) => self.state(at_s),
            EventKind::Paged { sentence } => self.page(at_s, sentence),
            EventKind::Said { said } => self.line(at_s, &said.to_string()),
            EventKind::SensorLost { what, why } => self.line(at_s, &format!("{what} lost: {why}")),
            EventKind::BrokeOff { reason } => self.line(at_s, &format!("the run broke off: {reason}")),
            EventKind::Interrupted => self.line(at_s, "interrupted; healing, this takes a moment"),
            EventKind::Fault { state: FaultState::Stuck, step, reason } => {
                let why = reason.as_deref().unwrap_or_default();
                self.line(at_s, &format!("fault {} could not be healed: {why}", step + 1));
            }
            EventKind::Performed { step, op, .. } if self.manner.candid => {
                let verb = if self.live.is_healing(*step) { "heals" } else { "breaks" };
                self.line(at_s, &format!("droplab {verb}: {op}"));
            }
            EventKind::Kept { what, .. } => self.line(at_s, &format!("kept: {what}")),
            EventKind::Repair { command, status: None, .. } => self.line(at_s, &format!("repair: {command}")),
            EventKind::Repair { status: Some(status), output, .. } => {
                let last = output.trim().lines().last().unwrap_or_default();
                self.line(at_s, &format!("repair: status {status}  {last}"));
            }
            EventKind::Changed { what } if self.manner.candid => self.line(at_s, what),
            EventKind::Quiesced { after_s, moving } => self.line(at_s, &live::rest(*after_s, moving)),
            EventKind::RunEnded { lab_errors } => self.ended(at_s, lab_errors),
            _ => {}
        }
    }

    fn began(&mut self, run: &str, rehearsal: bool, adjusted: &[String]) {
        let _ = writeln!(self.out, "run {}", run.bold());
        if rehearsal {
            let _ =
                writeln!(self.out, "  rehearsal on a fake lab: no cluster is touched, and nothing real is measured");
        }
        for adjusted in adjusted {
            let _ = writeln!(self.out, "  adjusted: {adjusted}");
        }
    }

    fn phase(&mut self, at_s: f64, phase: Phase) {
        let news = match phase {
            Phase::Baseline => "customers arrive; measuring the baseline",
            Phase::Fault if self.live.was_paged() => "it slipped again; the hold window starts over",
            Phase::Fault => "the baseline is steady; from now on something may break",
            Phase::Recovery if self.manner.candid || self.live.is_finished() => "customers are served again; holding",
            Phase::Recovery => "customers are served again; finished? droplab done",
            Phase::Replay if self.live.plan.as_ref().is_some_and(|plan| plan.under_test.is_some()) => {
                "the trial: your image goes in, and then what it is to survive"
            }
            Phase::Replay => "it holds; the same trouble comes once more",
            Phase::Aftermath => "healed; measuring once more",
        };
        self.state_now(at_s);
        self.line(at_s, news);
    }

    fn ended(&mut self, at_s: f64, lab_errors: &[String]) {
        for error in lab_errors {
            self.line(at_s, &format!("lab error: {error}"));
        }
        if self.live.was_interrupted() {
            let healed = self.live.is_healed();
            let how = if healed { "interrupted, and healed" } else { "interrupted, and NOT healed: droplab heal" };
            self.line(at_s, how);
        }
        self.close_line();
    }
}

impl<W: Write + Send> Observer for Plain<W> {
    fn on_event(&mut self, event: &Event) {
        self.live.see(event);
        if !self.manner.quiet {
            self.show(event);
        }
    }
}

/// Minutes and seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a run is shorter than its u64 of seconds")]
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    format!("{:02}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::said::Said;

    #[test]
    fn who_has_called_the_repair_done_is_not_asked_again() {
        let mut plain = Plain::new(Vec::new(), Manner::default());
        let phase = |phase| EventKind::PhaseBegan { phase };
        let said = EventKind::Said { said: Said::Finished };
        for kind in [phase(Phase::Recovery), said, phase(Phase::Replay), phase(Phase::Recovery)] {
            plain.on_event(&Event { seq: 0, at_s: 1.0, wall: String::new(), kind });
        }
        let shown = String::from_utf8(plain.into_inner()).unwrap();
        assert_eq!(shown.matches("finished? droplab done").count(), 1, "{shown}");
        assert_eq!(shown.matches("; holding").count(), 1, "{shown}");
    }
}
