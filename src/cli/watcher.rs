//! Who shows a run while it goes on: a live screen on a terminal, else lines.
//!
//! **Invariant**: what goes wrong with a screen is told, and the run goes on in lines.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{
    flags::{Global, Lang},
    keys::AtTheScreen,
    screen,
};
use crate::{
    model::{condition::Condition, plan::Plan},
    run::ports::Observer,
    store::runs::RunDir,
    terminal::{
        live::Screen,
        paced::Paced,
        plain::{Manner, Plain},
    },
};

/// How a run is watched.
pub(super) struct Seen {
    /// It is played on a fake lab.
    pub(super) rehearse: bool,
    /// Lines are asked for.
    pub(super) plain: bool,
    /// Nobody at this terminal has anything to find out.
    pub(super) candid: bool,
}

/// The screen: a live one on a terminal, else lines on stderr; a rehearsal at a pace that can be watched.
pub(super) fn watcher(
    global: &Global,
    seen: &Seen,
    plan: &Plan,
    folder: &RunDir,
    stop: &CancellationToken,
) -> Box<dyn Observer> {
    let watched = screen::watched();
    let manner = Manner {
        refresh: watched,
        candid: seen.candid,
        quiet: global.quiet,
        russian: global.lang == Lang::Ru,
        ..Manner::default()
    };
    let keys = || {
        let run = (!seen.rehearse).then(|| folder.clone());
        Box::new(AtTheScreen { run, lang: global.lang, stop: stop.clone() })
    };
    let live =
        (!seen.plain && screen::is_live(global)).then(|| Screen::open(manner, screen::has_colour(global), keys()));
    let screen: Box<dyn Observer> = match live {
        Some(Ok(live)) => Box::new(live),
        Some(Err(error)) => {
            screen::note(&format!("no live screen on this terminal ({error}); lines instead"));
            Box::new(Plain::new(anstream::stderr(), manner))
        }
        None => Box::new(Plain::new(anstream::stderr(), manner)),
    };
    if seen.rehearse && !global.quiet {
        let pause = Duration::from_millis(if watched { 100 } else { 30 });
        let probe = plan.scenario.page.when.iter().find_map(Condition::probe).unwrap_or_default();
        return Box::new(Paced::new(screen, probe, pause));
    }
    screen
}
