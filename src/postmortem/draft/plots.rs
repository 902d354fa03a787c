//! The run as rows of blocks that any viewer of Markdown shows.
//!
//! **Invariant**: a row is as wide as the run is long, with its scale beside it; of the seconds in a block the worst one stands for all.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::{facts::Facts, lang::Lang};
use crate::{model::said::Said, report::series};

const COLUMNS: usize = 60;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A fenced block.
pub(super) fn block(facts: &Facts, lang: Lang) -> String {
    let all = series::of(facts.timeline, facts.verdict);
    let mut text = String::from("```text\n");
    let mut plot = |kind: &str, what: &str, unit: &str, worse: fn(f64, f64) -> f64| {
        for (name, points) in all[kind].as_object().into_iter().flatten() {
            if let Some((row, low, high)) = row(points, facts.last_s, worse) {
                let _ = writeln!(
                    text,
                    "{:<26} {row}  {}{unit} … {}{unit}",
                    format!("{name} {what}"),
                    short(low),
                    short(high)
                );
            }
        }
    };
    plot("success", &lang.pick("success", "успех"), "%", f64::min);
    plot("gauges", "", "", f64::max);
    let _ = writeln!(text, "{:<26} {}", "", marks(facts));
    let legend = lang.pick(
        "P page · A acknowledged · C command or change · R served as before",
        "P пейдж · A принято в работу · C команда или изменение · R обслуживают как прежде",
    );
    let _ = writeln!(text, "{legend}\n```");
    text
}

/// Blocks, lowest and highest value; `None` without any.
fn row(points: &Value, last_s: f64, worse: fn(f64, f64) -> f64) -> Option<(String, f64, f64)> {
    let mut columns: Vec<Option<f64>> = vec![None; COLUMNS];
    for point in points.as_array()? {
        let (at_s, value) = (point[0].as_f64()?, point[1].as_f64()?);
        let column = &mut columns[column(at_s, last_s)];
        *column = Some(column.map_or(value, |known| worse(known, value)));
    }
    let known = || columns.iter().flatten().copied();
    let (low, high) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
    // What never changes is full, or empty at zero.
    let (base, wide) = if high - low < 1e-9 { (0.0, high.max(1e-9)) } else { (low, high - low) };
    let level = |value: f64| LEVELS[index((value - base) / wide, LEVELS.len())];
    Some((columns.iter().map(|value| value.map_or(' ', level)).collect(), low, high))
}

fn column(at_s: f64, last_s: f64) -> usize {
    index(at_s / last_s.max(1e-9), COLUMNS)
}

/// Which of so many equal parts a share from 0 to 1 falls into.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a few parts")]
fn index(share: f64, parts: usize) -> usize {
    ((share.clamp(0.0, 1.0) * parts as f64) as usize).min(parts - 1)
}

/// A letter for each moment; where two fall together the later kind is seen.
fn marks(facts: &Facts) -> String {
    let mut line = vec![' '; COLUMNS];
    let acknowledged = facts.timeline.said().filter(|(_, _, said)| matches!(said, Said::Acknowledged { .. }));
    let moments = facts
        .deeds
        .iter()
        .map(|deed| ('C', deed.at_s))
        .chain(acknowledged.map(|(_, at_s, _)| ('A', at_s)))
        .chain(facts.ended_s.map(|at_s| ('R', at_s)))
        .chain(facts.paged().map(|(_, at_s)| ('P', at_s)));
    for (letter, at_s) in moments {
        line[column(at_s, facts.last_s)] = letter;
    }
    line.into_iter().collect::<String>().trim_end().to_owned()
}

/// A number in few signs.
fn short(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{}", (value * 10.0).round() / 10.0) }
}
