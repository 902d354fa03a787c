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
