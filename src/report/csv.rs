//! `series.csv`: every second of traffic, every reading of a gauge and every event, for a spreadsheet.
//!
//! **Invariant**: one header, one kind of row; a value that was not read is an empty cell, never a zero.

use std::fmt::Write as _;

use super::{course::Teller, words::plain};
use crate::model::{event::EventKind, timeline::Timeline};

const HEADER: &str = "at_s,wall,kind,name,intended,ok,failed,p50_ms,p99_ms,max_ms,value,text";

pub(super) fn render(timeline: &Timeline) -> String {
    let (mut text, mut teller) = (format!("{HEADER}\n"), Teller::default());
    for event in &timeline.events {
        let cells = match &event.kind {
            EventKind::Traffic { probe, window } => format!(
                "traffic,{},{},{},{},{},{},{},,",
                cell(probe),
                window.intended,
                window.ok,
                window.failed,
                window.p50_ms,
                window.p99_ms,
                window.max_ms
            ),
            EventKind::Gauge { probe, value, error } => {
                let value = value.map(|value| value.to_string()).unwrap_or_default();
                format!("gauge,{},,,,,,,{value},{}", cell(probe), cell(error.as_deref().unwrap_or_default()))
            }
            _ => match teller.line(event) {
                Some(what) => format!("event,,,,,,,,,{}", cell(&plain(&what))),
                None => continue,
            },
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{},{cells}", event.at_s, event.wall);
    }
    text
}

/// A cell, quoted where it must be; what a spreadsheet would take for a formula is made text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_text_and_never_a_formula() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
    }
}
