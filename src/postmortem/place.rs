//! Lines and columns of a text, and what is wrong at one of them.
//!
//! **Invariant**: both count from 1; a column counts characters, as editors do.

/// Where the lines of a text begin.
pub(super) struct Place<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    pub(super) fn lines(&self) -> usize {
        self.text.lines().count().max(1)
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    pub(super) fn problem(&self, offset: usize, why: &str) -> Problem {
        let line = self.line(offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Problem { line, column, why: why.to_owned() }
    }
}

/// Why a file is no postmortem that could be reviewed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {why}")]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub why: String,
}

impl Problem {
    pub(super) fn at_start(why: &str) -> Self {
        Self { line: 1, column: 1, why: why.to_owned() }
    }
}
