//! All incidents on one page, for whoever chooses one: docs/incidents.md.
//!
//! **Invariant**: holds what the person on call is told, and nothing of causes, hints and repairs.

use std::fmt::Write as _;

use super::cell::cell;
use crate::model::scenario::Scenario;

const ABOUT: [&str; 2] = [
    "# The incidents

What `droplab list` and `droplab show` tell, by level: 1 is one cause in one place, 5 is data to be reconciled. Par is what a practised engineer takes from the page to the
recovery. Nothing here tells the cause. This page is made by `droplab list --markdown > docs/incidents.md`.
",
    "# Аварии

То, что говорят `droplab list --lang ru` и `droplab show --lang ru`, по уровням: 1 — одна причина в одном месте, 5 — данные, которые надо сводить. Par — сколько практикующему
инженеру нужно от алерта до восстановления. Причин здесь нет. Страницу делает `droplab list --markdown --lang ru > docs/incidents.ru.md`.
",
];
const HEAD: [&str; 2] = ["incident | level | theme | par | needs", "авария | уровень | тема | par | нужно"];

/// The page, in English or Russian.
pub fn catalogue(incidents: &[(String, Scenario)], russian: bool) -> String {
    let language = usize::from(russian);
    let mut sorted: Vec<_> = incidents.iter().collect();
    sorted.sort_by_key(|(id, scenario)| (scenario.level, id.as_str()));
    let mut page = format!("{}\n| {} |\n| --- | --- | --- | --- | --- |\n", ABOUT[language], HEAD[language]);
    for (id, scenario) in &sorted {
        let theme = scenario.theme.map(|theme| theme.to_string()).unwrap_or_default();
        let par = scenario.par.map(|par| par.to_string()).unwrap_or_default();
        let (title, needs) = (cell(scenario.title.of(russian).trim()), scenario.needs.said(russian));
        let _ = writeln!(page, "| [{title}](#{}) | {} | {theme} | {par} | {needs} |", cell(id), scenario.level);
    }
    for (id, scenario) in sorted {
        let story = scenario.story.of(russian).lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let title = cell(scenario.title.of(russian).trim());
        let _ = write!(page, "\n## {id}\n\n**{title}.** {}\n\n`droplab run {id}`\n", story.trim());
    }
    page
}
