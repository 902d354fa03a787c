//! Exams: the file, and the incidents it names, opened where they are sealed.
//!
//! **Invariant**: everything an exam needs is read before anything is broken; every complaint names file, line and column.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    StoreError, file, scenarios,
    sealed::{self, Identity},
    signed::sha256,
    yaml,
};
use crate::model::{
    exam::{Exam, Task},
    scenario::Scenario,
};

/// An exam with everything it needs.
pub struct Sheet {
    /// Its file's name.
    pub id: String,
    /// Hash of its file.
    pub sha256: String,
    /// As written.
    pub exam: Exam,
    /// Its incidents, in order.
    pub papers: Vec<Paper>,
}

/// One incident of an exam.
pub struct Paper {
    /// The scenario's id.
    pub id: String,
    /// Whether its file is sealed.
    pub sealed: bool,
    /// The scenario itself.
    pub scenario: Scenario,
    /// What the exam says of it.
    pub task: Task,
}

/// Read an exam, and the scenarios it names: of a folder or of those that droplab carries, or from files beside it.
pub fn read(path: &Path, folder: Option<&Path>, identity: Option<&Identity>) -> Result<Sheet, StoreError> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    let exam: Exam = yaml::read(path.to_owned(), &text).map_err(|why| StoreError::Exam(why.to_string()))?;
    let said = |(line, column): (usize, usize), what: &str| format!("{}:{line}:{column}: {what}", path.display());
    let mut wrong: Vec<String> = exam
        .doubts()
        .iter()
        .map(|(field, nth, why)| said(place(&text, field, *nth), &format!("{field}: {why}")))
        .collect();
    let mut papers = Vec::new();
    for (nth, task) in exam.scenarios.iter().enumerate() {
        match paper(path, folder, identity, task) {
            Ok(paper) => papers.push(paper),
            Err(error @ (StoreError::UnknownScenario { .. } | StoreError::File { .. } | StoreError::Sealed { .. })) => {
                wrong.push(said(place(&text, "scenario", nth), &error.to_string()));
            }
            // A scenario's own file says itself where it is wrong.
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(StoreError::Exam(wrong.join("\n")));
    }
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Sheet { id, sha256: sha256(text.as_bytes()), exam, papers })
}

fn paper(exam: &Path, folder: Option<&Path>, identity: Option<&Identity>, task: &Task) -> Result<Paper, StoreError> {
    let name = task.scenario.as_str();
    if !scenarios::is_file(name) {
        let (id, scenario) = scenarios::read(folder, name)?;
        return Ok(Paper { id, sealed: false, scenario, task: task.clone() });
    }
    let path: PathBuf = exam.parent().unwrap_or(Path::new("")).join(name);
    let content = fs::read(&path).map_err(file("read", &path))?;
    if !sealed::is_sealed(&content) {
        let (id, scenario, _) = scenarios::read_file(&path)?;
        return Ok(Paper { id, sealed: false, scenario, task: task.clone() });
    }
    let scenario = scenarios::parse(&path, &sealed::open(&path, &content, identity)?)?;
    let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Paper { id, sealed: true, scenario, task: task.clone() })
}

/// Where the value of the nth `field:` of a file stands, as line and column from 1.
fn place(text: &str, field: &str, nth: usize) -> (usize, usize) {
    let key = format!("{field}:");
    let begins_word = |before: &str| !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '-');
    let found = text.lines().enumerate().flat_map(|(number, line)| {
        let code = line.split(" #").next().filter(|code| !code.trim_start().starts_with('#')).unwrap_or_default();
        let keys = code.match_indices(&key).filter(move |(at, _)| begins_word(&code[..*at]));
        keys.map(|(at, _)| {
            let value = at + key.len();
            let gap = code[value..].len() - code[value..].trim_start().len();
            (number + 1, code[..value + gap].chars().count() + 1)
        })
        .collect::<Vec<_>>()
    });
    found.into_iter().nth(nth).unwrap_or((1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_value_is_found() {
        let text = "# scenario: none\nscenarios:\n  - scenario: a # scenario: b\n  - { points: 1, scenario: \"ф\" }\n";
        assert_eq!(place(text, "scenario", 0), (3, 15));
        assert_eq!(place(text, "scenario", 1), (4, 28));
        assert_eq!(place(text, "points", 0), (4, 15));
        assert_eq!(place(text, "nowhere", 0), (1, 1));
    }
}
