//! The rubric: ten lines about what is told, five about what will be done, and a bonus.
//!
//! **Invariant**: a hundred points without the bonus; a reason never tells the right word of the vocabulary.

mod actions;
pub(super) mod alerts;
mod causes;
mod chain;
mod course;
mod detection;
mod form;
mod impact;
pub(super) mod items;
mod kinds;
mod numbers;
pub(super) mod paper;

use paper::Paper;

pub(super) use causes::named_factors;
pub(super) use kinds::touches;

use super::review::Line;

/// Every line.
pub(super) fn lines(paper: &Paper) -> Vec<Line> {
    let mut lines = vec![form::headings(paper), course::times(paper)];
    lines.extend([
        impact::moments(paper),
        impact::numbers(paper),
        detection::detection(paper),
        course::evidence(paper),
    ]);
    lines.extend([causes::cause(paper), causes::made_possible(paper), chain::chain(paper), form::blameless(paper)]);
    lines.extend(actions::lines(paper));
    lines.extend([kinds::types(paper), kinds::bonus(paper)]);
    lines
}
