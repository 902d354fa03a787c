//! The books: every promise to a customer is in them, once and whole, and nothing that was promised to nobody.
//!
//! **Invariant**: what could not be read, did not come to rest, or moved between two readings is Unknown, and so are books
//! without a single promise; a breach that both readings show is a failure, unless it grew less.

use crate::model::{
    event::EventKind,
    ledger::{LedgerName, LedgerReading},
    timeline::Timeline,
    verdict::{Finding, Truth},
};

/// How many examples of each breach are told.
const TOLD: usize = 3;

/// One of the books, as it was read in the end.
pub(super) fn finding(timeline: &Timeline, expectation: &str, ledger: LedgerName) -> Finding {
    let mut readings = timeline.events.iter().rev().filter_map(|event| match &event.kind {
        EventKind::Reconciled { ledger: read, reading, error } if *read == ledger => {
            Some((event.seq, reading.as_ref().ok_or_else(|| error.as_deref().unwrap_or("no reason was given"))))
        }
        _ => None,
    });
    let entries = ledger.entries();
    let (last, before) = (readings.next(), readings.next());
    let seqs = before.iter().chain(&last).map(|(seq, _)| *seq).collect();
    let (truth, sentence) = match (before.map(|(_, read)| read), last.map(|(_, read)| read)) {
        (_, None) => (Truth::Unknown, format!("the books of {entries} were not held against the promises")),
        (Some(Err(why)), _) | (_, Some(Err(why))) => {
            (Truth::Unknown, format!("the books of {entries} could not be read: {why}"))
        }
        (None, Some(Ok(_))) => (Truth::Unknown, format!("the books of {entries} were read only once")),
        (Some(Ok(one)), Some(Ok(other))) => weigh(ledger, one, other, restless(timeline)),
    };
    Finding { expectation: expectation.to_owned(), truth, sentence, evidence: seqs }
}

/// What still moved when the books were read, if anything did, or if nobody waited for it.
pub(super) fn restless(timeline: &Timeline) -> Option<String> {
    let waited = timeline.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Quiesced { after_s, moving } => Some((*after_s, moving)),
        _ => None,
    });
    match waited {
        None => Some("it was not waited until the lab came to rest".to_owned()),
        Some((_, moving)) if moving.is_empty() => None,
        Some((after_s, moving)) => {
            Some(format!("the lab did not come to rest within {after_s:.0} s: {}", moving.join("; ")))
        }
    }
}

fn weigh(ledger: LedgerName, one: &LedgerReading, last: &LedgerReading, restless: Option<String>) -> (Truth, String) {
    let LedgerReading { acknowledged, indeterminate, refused, recorded, unread, .. } = last;
    let entries = ledger.entries();
    let broken = breaches(one, last);
    if !broken.is_empty() {
        let asked = match ledger {
            LedgerName::Bank => format!("{acknowledged} charged by the ledger, {refused} given back or never booked"),
            _ => format!("{acknowledged} acknowledged, {indeterminate} indeterminate, {refused} refused"),
        };
        let broken = broken.join(", ");
        return (Truth::Fail, format!("of the {entries} ({asked}; {recorded} rows) {broken}"));
    }
    if one != last {
        return (Truth::Unknown, moved(entries, one, last));
    }
    if !unread.is_empty() {
        return (Truth::Unknown, format!("a part of the books of {entries} could not be read: {}", unread.join("; ")));
    }
    if *acknowledged == 0 {
        return (Truth::Unknown, format!("none of the {entries} was acknowledged, so nothing could be lost"));
    }
    if let Some(why) = restless {
        return (Truth::Unknown, why);
    }
    let whole = match ledger {
        LedgerName::Bank => format!(
            "the bank holds all {acknowledged} card payments that the ledger has as charged, and nothing else ({refused} given back or never booked)"
        ),
        _ => format!(
            "all {acknowledged} acknowledged {entries} are in the books once ({recorded} rows; {refused} refused, {indeterminate} indeterminate)"
        ),
    };
    (Truth::Pass, whole)
}

/// Each way in which promises are broken in both readings, with its number and a few examples in the last one. Of what grew less, all may come
/// yet.
fn breaches(one: &LedgerReading, last: &LedgerReading) -> Vec<String> {
    let both = one.breaches().into_iter().zip(last.breaches());
    let broken = both.filter(|((_, one), (_, last))| !one.is_none() && last.count >= one.count).map(|(_, last)| last);
    let told = |(words, breach): (&str, &crate::model::ledger::Breach)| {
        let examples = breach.examples.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
        let is = if breach.count == 1 { "is" } else { "are" };
        // A phantom is none of those that were asked for.
        let words = if words.starts_with("that") {
            format!("there {is} {} {words}", breach.count)
        } else {
            format!("{} {is} {words}", breach.count)
        };
        if examples.is_empty() { words } else { format!("{words} (such as {examples})") }
    };
    broken.map(told).collect()
}

fn moved(ledger: &str, one: &LedgerReading, other: &LedgerReading) -> String {
    let short = |reading: &LedgerReading| {
        let broken: u64 = reading.breaches().iter().map(|(_, breach)| breach.count).sum();
        format!("{} rows and {broken} wrong", reading.recorded)
    };
    format!("the books of {ledger} still moved: {}, then {}", short(one), short(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{event::Event, ledger::Breach};

    fn timeline(kinds: Vec<EventKind>) -> Timeline {
        let event = |(seq, kind)| Event { seq, at_s: 0.0, wall: String::new(), kind };
        Timeline { events: (0..).zip(kinds).map(event).collect() }
    }

    fn rest(moving: &[&str]) -> EventKind {
        EventKind::Quiesced { after_s: 90.0, moving: moving.iter().map(|what| (*what).to_owned()).collect() }
    }

    fn read(reading: &LedgerReading) -> EventKind {
        EventKind::Reconciled { ledger: LedgerName::Payments, reading: Some(reading.clone()), error: None }
    }

    fn judged(kinds: Vec<EventKind>) -> (Truth, String) {
        let finding = finding(&timeline(kinds), "payments", LedgerName::Payments);
        (finding.truth, finding.sentence)
    }

    /// At rest, and read twice with this outcome.
    fn books(reading: &LedgerReading) -> (Truth, String) {
        judged(vec![rest(&[]), read(reading), read(reading)])
    }

    fn whole() -> LedgerReading {
        LedgerReading { acknowledged: 9, indeterminate: 2, refused: 1, recorded: 10, ..LedgerReading::default() }
    }

    fn breach() -> Breach {
        let mut breach = Breach::default();
        breach.note("r-1: so".to_owned());
        breach
    }

    #[test]
    fn whole_books_pass_with_their_numbers() {
        let (truth, sentence) = books(&whole());
        insta::assert_snapshot!(sentence, @"all 9 acknowledged payments are in the books once (10 rows; 1 refused, 2 indeterminate)");
        assert_eq!(truth, Truth::Pass);
    }

    #[test]
    fn what_the_bank_holds_is_told_in_its_own_words() {
        let said = |reading: &LedgerReading| {
            let read =
                || EventKind::Reconciled { ledger: LedgerName::Bank, reading: Some(reading.clone()), error: None };
            finding(&timeline(vec![rest(&[]), read(), read()]), "bank", LedgerName::Bank).sentence
        };
        insta::assert_snapshot!(said(&whole()), @"the bank holds all 9 card payments that the ledger has as charged, and nothing else (1 given back or never booked)");
        insta::assert_snapshot!(said(&LedgerReading { half: breach(), ..whole() }), @"of the card payments at the bank (9 charged by the ledger, 1 given back or never booked; 10 rows) 1 is left half done (such as r-1: so)");
    }

    #[test]
    fn every_breach_fails_with_its_number_and_an_example() {
        let broken: [fn(&mut LedgerReading) -> &mut Breach; 6] = [
            |reading| &mut reading.lost,
            |reading| &mut reading.doubled,
            |reading| &mut reading.phantoms,
            |reading| &mut reading.refused_but_charged,
            |reading| &mut reading.wrong_amount,
            |reading| &mut reading.half,
        ];
        let mut said = Vec::new();
        for which in broken {
            let mut reading = whole();
            *which(&mut reading) = breach();
            let (truth, sentence) = books(&reading);
            assert_eq!(truth, Truth::Fail, "{sentence}");
            said.push(sentence.split(") ").nth(1).unwrap().to_owned());
        }
        insta::assert_snapshot!(said.join("\n"), @r"
        1 is lost (such as r-1: so)
        1 is there twice (such as r-1: so)
        there is 1 that nobody asked for (such as r-1: so)
        1 is refused and yet charged (such as r-1: so)
        1 is of another amount than promised (such as r-1: so)
        1 is left half done (such as r-1: so)
        ");
    }

    /// Phantoms, and what was refused and charged all the same, were shown to nobody and failed nothing.
    #[test]
    fn phantoms_and_refused_but_charged_are_failures_without_anything_lost() {
        let mut reading = whole();
        (reading.phantoms, reading.refused_but_charged) = (breach(), breach());
        let (truth, sentence) = books(&reading);
        insta::assert_snapshot!(sentence, @"of the payments (9 acknowledged, 2 indeterminate, 1 refused; 10 rows) there is 1 that nobody asked for (such as r-1: so), 1 is refused and yet charged (such as r-1: so)");
        assert_eq!(truth, Truth::Fail);
    }

    /// The books were read while outbox, consumers and compensation still worked.
    #[test]
    fn books_of_a_lab_that_did_not_come_to_rest_are_no_pass_but_a_counterexample_counts() {
        let moving = || rest(&["2 events wait in the outbox"]);
        let (truth, sentence) = judged(vec![moving(), read(&whole()), read(&whole())]);
        insta::assert_snapshot!(sentence, @"the lab did not come to rest within 90 s: 2 events wait in the outbox");
        assert_eq!(truth, Truth::Unknown);
        assert_eq!(judged(vec![read(&whole()), read(&whole())]).0, Truth::Unknown, "nobody waited");
        let lost = LedgerReading { lost: breach(), ..whole() };
        assert_eq!(judged(vec![moving(), read(&lost), read(&lost)]).0, Truth::Fail);
    }

    /// One reading was final.
    #[test]
    fn two_readings_that_differ_prove_nothing() {
        let lost = LedgerReading { lost: breach(), recorded: 9, ..whole() };
        let (truth, sentence) = judged(vec![rest(&[]), read(&lost), read(&whole())]);
        insta::assert_snapshot!(sentence, @"the books of payments still moved: 9 rows and 1 wrong, then 10 rows and 0 wrong");
        assert_eq!(truth, Truth::Unknown);
        assert_eq!(judged(vec![rest(&[]), read(&whole())]).0, Truth::Unknown, "read only once");
    }

    /// A loop that the repair left running loses one more between two readings: that was a free retry.
    #[test]
    fn a_breach_that_grows_between_two_readings_is_a_failure() {
        let lost = |count: u64| {
            let mut reading = whole();
            (0..count).for_each(|number| reading.lost.note(format!("r-{number}: so")));
            read(&reading)
        };
        let (truth, sentence) = judged(vec![rest(&[]), lost(3), lost(4)]);
        insta::assert_snapshot!(sentence, @"of the payments (9 acknowledged, 2 indeterminate, 1 refused; 10 rows) 4 are lost (such as r-0: so; r-1: so; r-2: so)");
        assert_eq!(truth, Truth::Fail);
        assert_eq!(judged(vec![rest(&[]), lost(4), lost(3)]).0, Truth::Unknown, "more may come");
        let doubled = read(&LedgerReading { doubled: breach(), ..whole() });
        assert_eq!(judged(vec![rest(&[]), lost(1), doubled]).0, Truth::Unknown, "neither is in both");
    }

    #[test]
    fn no_data_is_no_proof() {
        assert_eq!(judged(vec![rest(&[])]).0, Truth::Unknown);
        assert_eq!(books(&LedgerReading::default()).0, Truth::Unknown);
        let closed = EventKind::Reconciled { ledger: LedgerName::Payments, reading: None, error: Some("gone".into()) };
        let (truth, sentence) = judged(vec![rest(&[]), closed, read(&whole())]);
        assert_eq!((truth, sentence.as_str()), (Truth::Unknown, "the books of payments could not be read: gone"));
        let unread = LedgerReading { unread: vec!["the topic orders.paid: gone".into()], ..whole() };
        assert_eq!(books(&unread).0, Truth::Unknown);
        assert_eq!(books(&LedgerReading { lost: breach(), ..unread }).0, Truth::Fail);
    }

    #[test]
    fn other_books_are_none_of_these() {
        let other = EventKind::Reconciled { ledger: LedgerName::Orders, reading: Some(whole()), error: None };
        assert_eq!(judged(vec![rest(&[]), other.clone(), other]).0, Truth::Unknown);
    }
}
