//! The two streams: results on stdout, everything else on stderr.
//!
//! **Invariant**: the only place that prints; a closed pipe ends output, never a run; a result that could not be written is told.

use std::{
    io::{ErrorKind, IsTerminal as _, Write as _},
    sync::OnceLock,
};

use super::flags::Global;
use crate::{model::verdict::Verdict, report::github_annotations};

/// Why the first result that was lost could not be written.
static LOST: OnceLock<String> = OnceLock::new();

/// Decide about colour once, for both streams: only on a terminal, not with `NO_COLOR`, not with `--no-color`.
pub fn prepare(global: &Global) {
    let choice = if global.no_color { anstream::ColorChoice::Never } else { anstream::ColorChoice::Auto };
    choice.write_global();
}

/// A result. Whoever closed the pipe has read enough of it; a disk that is full has not.
pub fn result(text: &str) {
    let mut out = anstream::stdout();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = LOST.set(error.to_string());
    }
}

/// Why a result could not be written, if one could not.
pub fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// News for a person.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Show on the page of a job of GitHub's what a verdict that is no pass says. Its runner reads the commands for that from both streams, and
/// on stdout may be a file's content.
pub fn annotate(global: &Global, verdict: &Verdict) {
    let on_github = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
    if on_github && !global.json() {
        for line in github_annotations::render(verdict) {
            note(&line);
        }
    }
}

/// Whether a person watches stderr.
pub fn watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether a screen of its own may be drawn there, and keys be read: a person at a whole terminal who did not ask for something else.
pub fn is_live(global: &Global) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|terminal| terminal == "dumb") || !set("TERM");
    let asked = global.quiet || global.json() || global.verbose > 0;
    watched() && std::io::stdin().is_terminal() && !dumb && !set("CI") && !asked
}

/// Whether it may be coloured.
pub fn has_colour(global: &Global) -> bool {
    !global.no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
