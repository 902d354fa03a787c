//! A review on a terminal.
//!
//! **Invariant**: every line names the line of the file that it is about, as `FILE:LINE`, which editors and terminals open.

use std::{fmt::Write as _, path::Path};

use owo_colors::OwoColorize as _;

use crate::postmortem::review::{Kind, Review};

pub(super) fn review(review: &Review, file: &Path) -> String {
    let file = file.display();
    let all = format!("{} {} {}", review.points, review.lang.pick("of", "из"), review.out_of);
    let mut text = format!("{}  {file}\n\n", all.bold());
    for line in &review.lines {
        let _ = writeln!(
            text,
            "  {:<3} {:>2}/{:<2}  {}  {}",
            line.id,
            line.points,
            line.out_of,
            line.reason,
            format!("{file}:{}", line.line).dimmed()
        );
    }
    let kinds = [
        (Kind::Strong, "What is strong", "Что сильно"),
        (Kind::Missing, "What is missing", "Чего не хватает"),
        (Kind::Next, "The next incident, if nothing changes", "Следующий инцидент, если ничего не менять"),
    ];
    for (kind, en, ru) in kinds {
        let remarks: Vec<_> = review.remarks.iter().filter(|remark| remark.kind == kind).collect();
        if !remarks.is_empty() {
            let _ = writeln!(text, "\n  {}", review.lang.pick(en, ru).bold());
        }
        for remark in remarks {
            let _ = writeln!(text, "  - {}  {}", remark.text, format!("{file}:{}", remark.line).dimmed());
        }
    }
    for alert in &review.alerts {
        let _ = writeln!(text, "\n  {}  {}", alert.sentence, format!("{file}:{}", alert.line).dimmed());
    }
    for tried in &review.tried {
        let _ = writeln!(text, "\n  {}", tried.sentence);
    }
    let _ = writeln!(text, "\n  {}", review.not_measured);
    text
}
