//! The answer of somebody who has read many of these: what is strong, what is missing, what the next incident will be.
//!
//! **Invariant**: derived from the rubric's lines and the scenario's factors alone; the right word of the vocabulary is never said, and
//! nothing about a factor that the file does not name but how many such there are.

use super::{
    headings::Heading,
    lang::Lang,
    review::{Kind, Line, Remark},
    rubric::{named_factors, paper::Paper, touches},
    words::{denial, factors},
};
use crate::model::diagnosis::FACTORS;

const MOST_STRONG: usize = 3;
const MOST_MISSING: usize = 5;
const MOST_NEXT: usize = 5;

/// All remarks, the strong ones first.
pub(super) fn remarks(paper: &Paper, lines: &[Line]) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = strong(paper, lines).into_iter().take(MOST_STRONG).collect();
    let mut lost: Vec<&Line> = lines.iter().filter(|line| line.points < line.out_of && line.id != "A6").collect();
    lost.sort_by_key(|line| std::cmp::Reverse(line.out_of - line.points));
    remarks.extend(lost.into_iter().take(MOST_MISSING).map(|line| Remark {
        kind: Kind::Missing,
        line: line.line,
        text: format!("{}: {}", line.reason, advice(&line.id, paper.lang)),
    }));
    remarks.extend(next(paper));
    remarks
}

fn strong(paper: &Paper, lines: &[Line]) -> Vec<Remark> {
    let mut found: Vec<Remark> = Vec::new();
    let full = |id: &str| lines.iter().find(|line| line.id == id && line.points == line.out_of);
    for id in ["A6", "P7", "P9", "A5", "A4", "P5", "P6", "P10"] {
        let Some(line) = full(id) else { continue };
        let text = match id {
            "A6" => line.reason.clone(),
            "P7" => paper
                .lang
                .pick("The cause is named exactly, and no more than it", "Причина названа точно, и ничего лишнего"),
            "P9" => paper.lang.pick(
                "One step follows from the other, down to what customers saw",
                "Шаг следует из шага, вплоть до того, что увидели клиенты",
            ),
            "A5" => paper.lang.pick(
                "The items prevent, detect and mitigate, and touch what made it possible",
                "Меры предотвращают, обнаруживают и смягчают и бьют по тому, что сделало это возможным",
            ),
            "A4" => {
                paper.lang.pick("Anybody can tell when each item is done", "По каждой мере видно, когда она готова")
            }
            "P5" => paper.lang.pick(
                "Detection, mitigation and recovery can be found in the journal",
                "Обнаружение, первую меру и восстановление можно найти в журнале",
            ),
            "P6" => paper
                .lang
                .pick("The timeline can be checked row by row", "Хронологию можно проверить строка за строкой"),
            _ => paper.lang.pick("It asks how, and not who", "Текст спрашивает «как», а не «кто»"),
        };
        found.push(Remark { kind: Kind::Strong, line: line.line, text });
    }
    found
}

/// What to do about a line that lost points.
fn advice(id: &str, lang: Lang) -> String {
    match id {
        "P1" => lang.pick("finish it before anybody reads it", "допишите, прежде чем это кто-то прочтёт"),
        "P2" => lang.pick("begin before the incident, in UTC, in order", "начните до инцидента, в UTC и по порядку"),
        "P3" | "P4" => {
            lang.pick("take impact from the graphs, not from memory", "берите ущерб с графиков, а не по памяти")
        }
        "P5" => lang.pick(
            "say which signal woke you and which command helped",
            "скажите, какой сигнал вас разбудил и какая команда помогла",
        ),
        "P6" => lang.pick("a row without evidence is a rumour", "строка без доказательства — слух"),
        "P7" => lang.pick(
            "go back to what you measured, and drop what you only suspect",
            "вернитесь к измеренному и уберите то, что только подозреваете",
        ),
        "P8" => lang.pick(
            "ask what would have stopped it or made it small",
            "спросите, что остановило бы это или сделало мелочью",
        ),
        "P9" => lang
            .pick("ask of each step why it led to the next", "спросите у каждого шага, почему из него вышел следующий"),
        "P10" => lang.pick(
            "a system that one person can break needs the repair",
            "чинить надо систему, которую может сломать один человек",
        ),
        "A1" => lang.pick(
            "begin with a verb whose result can be seen, and name what it is done to",
            "начинайте с глагола, результат которого видно, и назовите, с чем это делают",
        ),
        "A2" => lang.pick("what nobody owns by a date is not done", "что никому не поручено к дате, не делается"),
        "A3" => lang.pick("name the service, the setting or the alert", "назовите сервис, настройку или оповещение"),
        "A4" => {
            lang.pick("write a bound that a stranger could check", "напишите границу, которую проверит посторонний")
        }
        _ => lang.pick(
            "prevent it, see it sooner, and make it hurt less",
            "предотвратите, увидьте раньше и сделайте так, чтобы болело меньше",
        ),
    }
}

/// The next incident: what becomes of each factor that the file names and no item touches. Of the others only how many there are is told, and
/// what is named wrongly is answered like what is named rightly: a review can be had as often as one likes, and would give the cause away.
fn next(paper: &Paper) -> Vec<Remark> {
    let touched: Vec<_> = paper.items.iter().flat_map(touches).collect();
    let is_left = |factor: &str| !touched.contains(&factor);
    let actions = paper.document.line_of(Heading::Actions);
    let remark = |line, text| Remark { kind: Kind::Next, line, text };
    let why =
        paper.lang.pick("you name it, and no item touches it", "вы это назвали, но ни одна мера этого не касается");
    let told = FACTORS.iter().filter(|factor| is_left(factor)).filter_map(|factor| {
        let (line, consequence) = (named_at(paper, factor)?, factors::consequence(factor, paper.lang)?);
        Some(remark(line, format!("{consequence} ({why})")))
    });
    let mut remarks: Vec<Remark> = told.take(MOST_NEXT).collect();
    let truth = &paper.facts.scenario.diagnosis.factors;
    let count = truth.iter().filter(|factor| is_left(factor) && named_at(paper, factor).is_none()).count();
    if count > 0 {
        remarks.push(remark(actions, unnamed(count, paper.lang)));
    }
    if remarks.is_empty() {
        let text = paper.lang.pick("Nothing that made this possible is left alone; the next one begins with a date that is not kept", "Ничего из того, что сделало это возможным, не оставлено; следующий инцидент начнётся с несдержанного срока");
        remarks.push(remark(actions, text));
    }
    remarks
}

/// The line on which a file names a factor: among the causes, or where it tells of it.
fn named_at(paper: &Paper, factor: &str) -> Option<usize> {
    let listed = named_factors(paper).filter(|(_, listed)| listed.iter().any(|one| one == factor));
    let own = || paper.own(Heading::Factors).into_iter().find(|own| denial::tells(&own.text, factor) == Some(true));
    listed.map(|(line, _)| line).or_else(|| own().map(|own| own.line))
}

/// That there is more which nobody has named.
fn unnamed(count: usize, lang: Lang) -> String {
    let en = if count == 1 {
        "1 thing that made this possible is not named here, and nothing is done about it".to_owned()
    } else {
        format!("{count} things that made this possible are not named here, and nothing is done about them")
    };
    let ru = match (count % 10, count % 100) {
        (1, end) if end != 11 => "обстоятельство, которое сделало это возможным, здесь не названо, и с ним",
        (2..=4, end) if !(12..=14).contains(&end) => {
            "обстоятельства, которые сделали это возможным, здесь не названы, и с ними"
        }
        _ => "обстоятельств, которые сделали это возможным, здесь не названы, и с ними",
    };
    lang.pick(en, format!("{count} {ru} ничего не делается"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_counted_as_each_language_counts() {
        assert!(unnamed(1, Lang::En).starts_with("1 thing that made this possible is not named"));
        assert!(unnamed(21, Lang::En).starts_with("21 things that made this possible are not named"));
        for (count, begins) in [
            (1, "1 обстоятельство, которое"),
            (3, "3 обстоятельства, которые"),
            (5, "5 обстоятельств, которые"),
            (11, "11 обстоятельств, которые"),
            (12, "12 обстоятельств, которые"),
            (21, "21 обстоятельство, которое"),
            (22, "22 обстоятельства, которые"),
        ] {
            assert!(unnamed(count, Lang::Ru).starts_with(begins), "{}", unnamed(count, Lang::Ru));
        }
    }
}
