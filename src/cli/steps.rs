//! Steps of a long piece of work on a screen: a live line on a terminal, plain lines elsewhere.
//!
//! **Invariant**: everything goes to stderr; without a terminal nothing is written over, and every line stands alone.

use std::{
    collections::BTreeMap,
    io::Write as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use owo_colors::OwoColorize as _;

use super::{flags::Global, screen};
use crate::lab::lifecycle::progress::Progress;

const FRAMES: [&str; 8] = ["⠋", "⠙", "⠹", "⠸", "⠴", "⠦", "⠧", "⠇"];
/// Without a terminal: how often a step that is still waiting says so.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Shows steps until it is dropped.
pub struct Steps {
    shared: Arc<Shared>,
    ticker: Option<tokio::task::JoinHandle<()>>,
}

struct Shared {
    live: bool,
    quiet: bool,
    running: Mutex<BTreeMap<String, Running>>,
    width: usize,
}

struct Running {
    since: Instant,
    said: Instant,
    doing: String,
}

impl Steps {
    /// Begin to show; must be called inside of the runtime.
    pub fn show(global: &Global) -> Self {
        let quiet = global.quiet || global.json();
        let live = !quiet && screen::watched();
        let width = terminal_width().unwrap_or(100);
        let shared = Arc::new(Shared { live, quiet, running: Mutex::default(), width });
        let ticker = (!quiet).then(|| {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                for frame in FRAMES.iter().cycle() {
                    shared.tick(frame);
                    tokio::time::sleep(Duration::from_millis(120)).await;
                }
            })
        });
        Self { shared, ticker }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(ticker) = &self.ticker {
            ticker.abort();
        }
        self.shared.clear();
    }
}

impl Progress for Steps {
    fn begin(&self, step: &str) {
        let now = Instant::now();
        self.shared.with(|running| {
            running.insert(step.to_owned(), Running { since: now, said: now, doing: String::new() });
        });
    }

    fn note(&self, step: &str, doing: &str) {
        self.shared.with(|running| {
            if let Some(running) = running.get_mut(step) {
                doing.clone_into(&mut running.doing);
            }
        });
    }

    fn done(&self, step: &str, result: &str, took: Duration) {
        self.shared.with(|running| running.remove(step));
        self.shared.line(&format!("{} {step:<8} {result}  {}", "✓".green(), seconds(took).dimmed()));
    }

    fn warn(&self, line: &str) {
        self.shared.line(&format!("{} {line}", "!".yellow()));
    }
}

impl Shared {
    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Running>) -> T) -> Option<T> {
        self.running.lock().ok().map(|mut running| change(&mut running))
    }

    fn clear(&self) {
        if self.live {
            let _ = write!(anstream::stderr(), "\r\x1b[2K");
        }
    }

    fn line(&self, text: &str) {
        if !self.quiet {
            self.clear();
            screen::note(text);
        }
    }

    /// Repaint the live line; or, without a terminal, let steps that wait long say what for.
    fn tick(&self, frame: &str) {
        if self.live {
            let text = self.with(|running| live_line(running)).unwrap_or_default();
            if !text.is_empty() {
                let text: String = text.chars().take(self.width.saturating_sub(3)).collect();
                let _ = write!(anstream::stderr(), "\r\x1b[2K{} {text}", frame.cyan());
                let _ = anstream::stderr().flush();
            }
            return;
        }
        let due = self.with(|running| {
            let mut lines = Vec::new();
            for (step, running) in running.iter_mut().filter(|(_, running)| running.said.elapsed() >= PLAIN_EVERY) {
                running.said = Instant::now();
                let doing = if running.doing.is_empty() { "at work" } else { &running.doing };
                lines.push(format!("… {step:<8} {doing}  {}", seconds(running.since.elapsed())));
            }
            lines
        });
        for line in due.unwrap_or_default() {
            screen::note(&line);
        }
    }
}

fn live_line(running: &BTreeMap<String, Running>) -> String {
    let each = running.iter().map(|(step, running)| {
        let doing = if running.doing.is_empty() { String::new() } else { format!(" ({})", running.doing) };
        format!("{step} {} s{doing}", running.since.elapsed().as_secs())
    });
    each.collect::<Vec<_>>().join(" · ")
}

/// A time as people read it: `0.4s`, `31s`, `4m 05s`.
pub fn seconds(took: Duration) -> String {
    match took.as_secs() {
        0..10 => format!("{:.1}s", took.as_secs_f64()),
        whole @ 10..120 => format!("{whole}s"),
        whole => format!("{}m {:02}s", whole / 60, whole % 60),
    }
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(440)), "0.4s");
        assert_eq!(seconds(Duration::from_secs(31)), "31s");
        assert_eq!(seconds(Duration::from_secs(245)), "4m 05s");
    }
}
