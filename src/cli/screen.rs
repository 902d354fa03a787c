//! The two streams: results on stdout, everything else on stderr.
//!
//! **Invariant**: the only place that prints; a closed pipe ends output, never a run.

use std::io::{IsTerminal as _, Write as _};

use super::flags::Global;

/// Decide about colour once, for both streams: only on a terminal, not with `NO_COLOR`, not with `--no-color`.
pub fn prepare(global: &Global) {
    let choice = if global.no_color { anstream::ColorChoice::Never } else { anstream::ColorChoice::Auto };
    choice.write_global();
}

/// A result.
pub fn result(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// News for a person.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
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
