//! The draft of a postmortem: what the journal knows is filled in, what only a person can tell is left open.
//!
//! **Invariant**: what droplab broke is never named; what is left open stands between ‹ and ›, by which the reviewer knows it.

mod course;
mod plots;

use std::fmt::Write as _;

use super::{
    document::{CLOSE, OPEN},
    facts::Facts,
    headings::Heading,
    lang::Lang,
};
use crate::{
    model::condition::percent,
    report::words::{REHEARSAL, count},
};

/// The draft.
pub fn draft(facts: &Facts, lang: Lang) -> String {
    let title = lang.pick(facts.scenario.title.en.trim(), facts.scenario.title.ru.trim());
    let mut text = format!(
        "---\nrun: {}\nscenario: {}\nlab: {}\nseverity: {:?}\nstatus: draft\nlang: {}\nowner:\nauthors:\n---\n\n# {}: {title}\n\n",
        facts.run,
        facts.scenario_id,
        facts.lab,
        facts.scenario.page.severity,
        lang.code(),
        lang.pick("Postmortem", "Постмортем")
    );
    if facts.rehearsal {
        let said =
            lang.pick(REHEARSAL, "Репетиция на учебном стенде в памяти: о настоящих системах это ничего не говорит.");
        let _ = writeln!(text, "> {said}\n");
    }
    for heading in Heading::ALL {
        let _ = writeln!(text, "## {}\n\n{}\n", heading.name(lang), body(heading, facts, lang).trim_end());
    }
    text.trim_end().to_owned() + "\n"
}

/// A place that is left open.
fn open(lang: Lang, en: &str, ru: &str) -> String {
    lang.pick(format!("{OPEN}write: {en}{CLOSE}"), format!("{OPEN}напишите: {ru}{CLOSE}"))
}

fn body(heading: Heading, facts: &Facts, lang: Lang) -> String {
    match heading {
        Heading::Summary => open(
            lang,
            "who was hurt, how badly, for how long, why, and what ended it; three sentences",
            "кто пострадал, насколько, как долго, почему и что это прекратило; три предложения",
        ),
        Heading::Impact => impact(facts, lang),
        Heading::Timeline => course::table(facts, lang),
        Heading::Detection => detection(lang),
        Heading::Causes => causes(lang),
        Heading::Chain => chain(lang),
        Heading::Factors => factors(lang),
        Heading::Well => "- ".to_owned() + &open(lang, "what helped, and will be kept", "что помогло и останется"),
        Heading::Wrong => {
            "- ".to_owned() + &open(lang, "what cost time or made it worse", "что отняло время или ухудшило дело")
        }
        Heading::Lucky => "- ".to_owned() + &open(lang, "what could have been worse", "что могло быть хуже"),
        Heading::Actions => actions(lang),
    }
}

fn impact(facts: &Facts, lang: Lang) -> String {
    let none = lang.pick("none", "нет");
    let wall = |at_s: Option<f64>, missing: &str| at_s.map_or_else(|| missing.to_owned(), |at_s| facts.wall(at_s));
    let seconds = |span_s: Option<f64>| {
        span_s.map_or_else(|| none.clone(), |span_s| lang.pick(format!("{span_s:.0} s"), format!("{span_s:.0} с")))
    };
    let cost = &facts.verdict.impact;
    let not_ended = lang.pick("not ended", "не закончился");
    let lowest = facts.worst.map_or_else(|| none.clone(), |(_, _, share)| percent(share));
    let failed = lang.pick(
        format!("{} of {} requests", count(cost.failed), count(cost.requests)),
        format!("{} из {} запросов", spaced(cost.failed), spaced(cost.requests)),
    );
    let rows = [
        ("impact began", "начало", wall(facts.began_s, &none)),
        ("impact ended", "конец", wall(facts.ended_s, if facts.began_s.is_some() { &not_ended } else { &none })),
        ("duration", "длительность", seconds(facts.duration_s())),
        ("lowest success in a second", "минимум успеха за секунду", lowest),
        ("failed requests", "неудачных запросов", failed),
        ("out of the objective", "вне SLO", seconds(Some(cost.out_of_slo_s))),
        ("page to repair", "от пейджа до восстановления", seconds(cost.page_to_repair_s)),
    ];
    let mut text = lang.pick("| what | number |\n| --- | --- |\n", "| что | число |\n| --- | --- |\n");
    for (en, ru, value) in rows {
        let _ = writeln!(text, "| {} | {value} |", lang.pick(en, ru));
    }
    text + "\n" + &plots::block(facts, lang)
}

/// A count as Russian sets it: a comma would make a fraction of it. The space does not break, and the review reads over it.
fn spaced(number: u64) -> String {
    count(number).replace(',', "\u{a0}")
}

fn detection(lang: Lang) -> String {
    let when = open(lang, "when (UTC), and by what", "когда (UTC) и чем");
    let what = open(lang, "when (UTC), and by which command or change", "когда (UTC) и какой командой или правкой");
    lang.pick(
        format!("- detected: {when}\n- first mitigation: {what}\n- recovered: {when}\n"),
        format!("- обнаружено: {when}\n- первая мера: {what}\n- восстановлено: {when}\n"),
    )
}

fn causes(lang: Lang) -> String {
    let word = open(lang, "one word of `droplab done --words`", "одно слово из `droplab done --words`");
    let several = open(lang, "such words, with commas between them", "такие слова через запятую");
    lang.pick(
        format!("- component: {word}\n- mechanism: {word}\n- trigger: {word}\n- factors: {several}\n"),
        format!("- компонент: {word}\n- механизм: {word}\n- триггер: {word}\n- факторы: {several}\n"),
    )
}

fn chain(lang: Lang) -> String {
    let first =
        open(lang, "what set it off, with its word in backticks", "что это запустило, со словом в обратных кавычках");
    let next = open(
        lang,
        "what followed from it, with its word in backticks",
        "что из этого вышло, со словом в обратных кавычках",
    );
    let last = open(lang, "what the customers saw", "что увидели клиенты");
    format!("1. {first}\n2. {next}\n3. {last}\n")
}

fn factors(lang: Lang) -> String {
    let one = open(
        lang,
        "a factor, and how it made this possible or worse",
        "фактор, и как он сделал это возможным или хуже",
    );
    format!("- {one}\n- {one}\n")
}

fn actions(lang: Lang) -> String {
    let head = lang.pick(
        "| id | action | type | owner | priority | due | done when | check |",
        "| id | мера | вид | ответственный | приоритет | срок | готово, когда | проверка |",
    );
    let verb = open(lang, "a verb and an object", "глагол и объект");
    let types: [(&str, &str); 3] = [("prevent", "предотвратить"), ("detect", "обнаружить"), ("mitigate", "смягчить")];
    let mut text = format!("{head}\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (number, (en, ru)) in types.into_iter().enumerate() {
        let dots = format!("{OPEN}…{CLOSE}");
        let _ =
            writeln!(text, "| A{} | {verb} | {} | {dots} | P1 | {dots} | {dots} | |", number + 1, lang.pick(en, ru));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn a_russian_count_is_no_fraction() {
        assert_eq!((spaced(754), spaced(20_754)), ("754".to_owned(), "20\u{a0}754".to_owned()));
        assert_eq!(spaced(1_023_617), "1\u{a0}023\u{a0}617");
    }
}
