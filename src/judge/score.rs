//! The score card: five dimensions, each from the events, with its reason.
//!
//! **Invariant**: a run in doubt has no score; who repaired nothing gets nothing for having been careful.

use super::{
    case::Case,
    score_cause::{self, Graded},
    score_impact,
};
use crate::model::{
    said::Said,
    scenario::Expectation,
    score::{Dimension, Line, Score},
    verdict::{Finding, Truth},
};

/// Acknowledged within this is in time; within five times as much it is late.
const ACK_S: f64 = 60.0;

/// The score of a run, when it can be told.
pub(super) fn of(case: &Case, findings: &[Finding], truth: Truth) -> Option<Score> {
    // A card is a person's: a service under test survives, or it does not.
    if truth == Truth::Unknown || case.under_test().is_some() {
        return None;
    }
    let weights = case.scenario.weights;
    let line = |dimension, out_of: u32, (hundredths, sentence, evidence): Graded| Line {
        dimension,
        points: out_of * hundredths.min(100) / 100,
        out_of,
        sentence,
        evidence,
    };
    let fixed = fix(case, findings);
    let safe = safe(case, findings, fixed.0 > 0);
    let lines = vec![
        line(Dimension::Detect, weights.detect, detect(case)),
        line(Dimension::Diagnose, weights.diagnose, score_cause::grade(case)),
        line(Dimension::Fix, weights.fix, fixed),
        line(Dimension::Safe, weights.safe, safe),
        line(Dimension::Learn, weights.learn, (0, "no postmortem yet: droplab postmortem new".into(), vec![])),
    ];
    let hints = u32::try_from(case.timeline.hinted().len()).unwrap_or(u32::MAX / Score::HINT);
    Some(Score::of(lines, hints))
}

fn detect(case: &Case) -> Graded {
    let Some((page, paged_s)) = case.paged else {
        return (100, "no page went out, so there was none to acknowledge".into(), vec![]);
    };
    let acks = case.timeline.said().filter_map(|(seq, at_s, said)| match said {
        Said::Acknowledged { impact } => Some((seq, at_s, impact.as_deref())),
        _ => None,
    });
    let acks: Vec<_> = acks.filter(|(_, at_s, _)| *at_s >= paged_s).collect();
    let Some((seq, at_s, _)) = acks.first() else {
        return (0, "nobody acknowledged the page".into(), vec![page]);
    };
    let took_s = at_s - paged_s;
    let in_time = if took_s <= ACK_S {
        60
    } else if took_s <= 5.0 * ACK_S {
        30
    } else {
        0
    };
    let impact = acks.iter().rev().find_map(|(_, _, impact)| *impact);
    let right = impact.is_some_and(|text| score_impact::is_right(case, text));
    let said = match (impact, right) {
        (None, _) => "no impact was named",
        (_, true) => "the impact is right",
        (_, false) => "the impact that was named is not the one",
    };
    let points = in_time + if right { 40 } else { 0 };
    (points, format!("acknowledged {took_s:.0} s after the page; {said}"), vec![page, *seq])
}

/// Goals of service are the most of it, the books the rest; without the goals there is nothing.
fn fix(case: &Case, findings: &[Finding]) -> Graded {
    let (mut goals, mut books) = (Vec::new(), Vec::new());
    for found in findings {
        let id = found.expectation.strip_prefix("then/").unwrap_or(&found.expectation);
        match case.scenario.expect.iter().find(|expected| expected.id() == id) {
            Some(Expectation::Books(_) | Expectation::Holds(_)) => books.push(found),
            Some(Expectation::Keeps(_)) | None => {}
            Some(_) => goals.push(found),
        }
    }
    let evidence = |found: &Finding| found.evidence.clone();
    if let Some(missed) = goals.iter().find(|found| found.truth != Truth::Pass) {
        return (0, format!("not recovered: {}", missed.sentence), evidence(missed));
    }
    if let Some(broken) = books.iter().find(|found| found.truth != Truth::Pass) {
        return (60, format!("recovered, but {}", broken.sentence), evidence(broken));
    }
    let shown = goals.first().map(|found| evidence(found)).unwrap_or_default();
    let (hundredths, time) = band(case);
    (hundredths, format!("recovered, held, and every promise is in the books{time}"), shown)
}

/// What a whole repair is worth by its time: within par all, within twice par nine tenths, later than that eight tenths. In bands, because a
/// repair made in haste is not the better one; and of the repair alone, because who is still down at the limit has not repaired.
fn band(case: &Case) -> (u32, String) {
    let from_s = case.paged.and_then(|_| case.recovery_from_s());
    let (Some(par), Some(from_s), Some((since_s, _))) = (case.scenario.par, from_s, case.recovered()) else {
        return (100, String::new());
    };
    let times_par = (since_s - from_s) / par.0.as_secs_f64();
    match times_par {
        ..=1.0 => (100, format!(", within par ({par})")),
        ..=2.0 => (90, format!(", within twice par ({par})")),
        _ => (80, format!(", later than twice par ({par})")),
    }
}

fn safe(case: &Case, findings: &[Finding], fixed: bool) -> Graded {
    let kept: Vec<_> = findings
        .iter()
        .filter(|found| {
            let expected = case.scenario.expect.iter().find(|expected| expected.id() == found.expectation);
            matches!(expected, Some(Expectation::Keeps(_)))
        })
        .collect();
    if let Some(trap) = findings.iter().find(|found| found.names_a_trap()) {
        return (0, trap.sentence.clone(), trap.evidence.clone());
    }
    if !fixed {
        return (0, "nothing was repaired, so nothing was repaired with care".into(), vec![]);
    }
    let lost: Vec<_> = kept.iter().filter(|found| found.truth != Truth::Pass).collect();
    let Some(first) = lost.first() else {
        return (100, "no trap, and nothing was taken away".into(), vec![]);
    };
    let (all, left) = (kept.len().max(1), kept.len() - lost.len());
    (u32::try_from(50 * left / all).unwrap_or(0), first.sentence.clone(), first.evidence.clone())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, scenario, yaml};
    use super::*;
    use crate::model::{event::EventKind, verdict::Verdict};

    fn points(verdict: &Verdict, dimension: Dimension) -> (u32, String) {
        let score = verdict.score.as_ref().expect("a score");
        let line = score.lines.iter().find(|line| line.dimension == dimension).expect("a line");
        (line.points, line.sentence.clone())
    }

    fn ack(impact: Option<&str>) -> EventKind {
        EventKind::Said { said: Said::Acknowledged { impact: impact.map(str::to_owned) } }
    }

    #[test]
    fn who_acknowledges_and_names_the_impact_gets_all_for_detection() {
        for (impact, wanted) in [
            (Some("customers cannot pay: payment success at 5%"), 10),
            (Some("покупатели не могут заплатить"), 10),
            (Some("the catalog is slow"), 6),
            (Some("payment checkout browse"), 6),
            (None, 6),
        ] {
            let verdict = Story::of(scenario()).paged().say(ack(impact)).seconds(2, 60).seconds(7, 100).end().judged();
            assert_eq!(points(&verdict, Dimension::Detect).0, wanted, "{impact:?}");
        }
        let silent = Story::of(scenario()).paged().seconds(2, 60).seconds(7, 100).end().judged();
        assert_eq!(points(&silent, Dimension::Detect), (0, "nobody acknowledged the page".into()));
    }

    #[test]
    fn doing_nothing_is_neither_a_fix_nor_safe() {
        let verdict = Story::of(scenario()).paged().seconds(40, 5).end().judged();
        assert_eq!((points(&verdict, Dimension::Fix).0, points(&verdict, Dimension::Safe).0), (0, 0));
    }

    #[test]
    fn a_run_in_doubt_has_no_score() {
        assert_eq!(Story::of(scenario()).broken().seconds(30, 90).end().judged().score, None);
    }

    #[test]
    fn time_counts_in_bands_of_par_and_little() {
        for (par_s, wanted, said) in
            [(30, 30, "within par (30s)"), (7, 27, "within twice par (7s)"), (2, 24, "later than twice par (2s)")]
        {
            let mut scenario = scenario();
            scenario.par = Some(yaml(&format!("{par_s}s")));
            let verdict = Story::of(scenario).paged().seconds(10, 60).seconds(7, 100).end().judged();
            let (points, sentence) = points(&verdict, Dimension::Fix);
            assert!(points == wanted && sentence.ends_with(said), "{points}: {sentence}");
        }
    }

    #[test]
    fn without_a_par_time_is_worth_nothing() {
        let mut scenario = scenario();
        scenario.par = None;
        let verdict = Story::of(scenario).paged().seconds(10, 60).seconds(7, 100).end().judged();
        assert_eq!(points(&verdict, Dimension::Fix), (30, "recovered, held, and every promise is in the books".into()));
    }

    #[test]
    fn hints_are_counted_once_each() {
        let hint = |number| EventKind::Said { said: Said::Hinted { number } };
        let story = Story::of(scenario()).paged().say(hint(1)).say(hint(1)).say(hint(2));
        let score = story.seconds(2, 60).seconds(7, 100).end().judged().score.unwrap();
        assert_eq!((score.hints, score.hint_cost), (2, 6));
    }
}
