//! Postmortems of a real rehearsal: good ones in both languages, bad ones, and those that try to be paid for nothing.

use std::path::Path;

use droplab::{
    model::{diagnosis::FACTORS, units::Rate},
    postmortem::{self, Facts, Heading, Lang, Problem, review::Kind, review::Review},
    rehearsal::Quirks,
};

use crate::stage::{Outcome, Stage};

/// The headline incident, repaired by a rollback.
pub async fn played() -> Outcome {
    Stage::new(Quirks::default()).play().await
}

fn reviewed(outcome: &Outcome, text: &str) -> Review {
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    postmortem::review(&postmortem::parse(text.as_bytes()).unwrap(), &facts, &[])
}

/// The text with another body under a heading.
fn with(text: &str, heading: &str, body: &str) -> String {
    let title = format!("## {heading}\n");
    let (before, rest) = text.split_once(&title).unwrap_or_else(|| panic!("no {heading} in {text}"));
    let after = rest.find("\n## ").map_or("", |at| &rest[at..]);
    format!("{before}{title}\n{body}\n{after}")
}

/// A draft that somebody has filled in well.
pub fn good(outcome: &Outcome, lang: Lang) -> String {
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    let draft = postmortem::draft(&facts, lang);
    let draft = draft.replace("owner:\nauthors:", "owner: sre-lead\nauthors: [sre-lead, payment-lead]");
    let (paged, repaired) = (facts.wall(facts.paged().unwrap().1), facts.wall(facts.ended_s.unwrap()));
    let command = facts.wall(facts.deeds[0].at_s);
    let sections = match lang {
        Lang::En => english(&paged, &command, &repaired),
        Lang::Ru => russian(&paged, &command, &repaired),
    };
    sections.into_iter().fold(draft, |text, (heading, body)| with(&text, heading.name(lang), &body))
}

fn english(paged: &str, command: &str, repaired: &str) -> Vec<(Heading, String)> {
    [
        (Heading::Summary, "For a quarter of a minute most customers could not pay. A new release of payment asked the database once for each line of an order and used up its connections. A rollback ended it, and no confirmed payment is missing.".to_owned()),
        (Heading::Detection, format!("- detected: {paged}, by the page on payment.success\n- first mitigation: {command}, `kubectl rollout undo deployment/payment`\n- recovered: {repaired}, by payment.success back at its baseline")),
        (Heading::Causes, "- component: payment\n- mechanism: connection-pool-exhaustion\n- trigger: deploy\n- factors: n-plus-one, no-canary, no-pool-alert".to_owned()),
        (Heading::Chain, "1. The `deploy` of payment 2.8.1 brought a query for each line of an order.\n2. Each payment kept its connection longer, which ended in `connection-pool-exhaustion`.\n3. Requests waited for a connection until the customers had given up.".to_owned()),
        (Heading::Factors, "- `n-plus-one`: the release asks once for each line, and no test counts queries.\n- `no-canary`: the release reached both pods at the same moment.\n- `no-pool-alert`: nobody is told that requests wait for a connection.".to_owned()),
        (Heading::Well, "- The rollback was one command, known by heart.".to_owned()),
        (Heading::Wrong, "- The page told of the symptom only, and the release was found late.".to_owned()),
        (Heading::Lucky, "- The old image was still on every node.".to_owned()),
        (Heading::Actions, "| id | action | type | owner | priority | due | done when | check |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n\
            | A1 | Add a canary of 5% of the traffic to each deploy of `payment` | prevent | release-engineer | P1 | 2026-01-15 | a release below 99% success is stopped within 2 minutes | |\n\
            | A2 | Page the person on call when `pool-waiting` grows | detect | sre-lead | P1 | 2026-01-10 | it goes off within 3 s of the first waiting request | alert: pool-in-use >= 50 |\n\
            | A3 | Limit the wait for a connection in `payment` | mitigate | payment-lead | P2 | 2026-01-20 | `payment` answers 503 after 200 ms of waiting | |\n\
            | A4 | Test the number of queries of each payment in the pipeline of `payment` | prevent | payment-lead | P2 | 2026-02-01 | more than 3 queries a payment fail the build | |".to_owned()),
    ]
    .into()
}

fn russian(paged: &str, command: &str, repaired: &str) -> Vec<(Heading, String)> {
    [
        (Heading::Summary, "Четверть минуты большинство клиентов не могли заплатить. Новый релиз payment ходил в базу за каждой строкой заказа и занял все соединения. Помог откат, и ни один подтверждённый платёж не пропал.".to_owned()),
        (Heading::Detection, format!("- обнаружено: {paged}, пейджем по payment.success\n- первая мера: {command}, `kubectl rollout undo deployment/payment`\n- восстановлено: {repaired}, payment.success снова на базовом уровне")),
        (Heading::Causes, "- компонент: payment\n- механизм: connection-pool-exhaustion\n- триггер: deploy\n- факторы: n-plus-one, no-canary, no-pool-alert".to_owned()),
        (Heading::Chain, "1. Выкладка (`deploy`) payment 2.8.1 принесла запрос на каждую строку заказа.\n2. Каждый платёж дольше держал соединение, и это кончилось `connection-pool-exhaustion`.\n3. Запросы ждали соединения, пока клиенты не сдавались.".to_owned()),
        (Heading::Factors, "- `n-plus-one`: релиз спрашивает за каждую строку, и ни один тест не считает запросы.\n- `no-canary`: релиз попал на оба пода в один момент.\n- `no-pool-alert`: никто не узнаёт, что запросы ждут соединения.".to_owned()),
        (Heading::Well, "- Откат был одной командой, которую помнят наизусть.".to_owned()),
        (Heading::Wrong, "- Пейдж говорил только о симптоме, и релиз нашли не сразу.".to_owned()),
        (Heading::Lucky, "- Старый образ ещё лежал на каждом узле.".to_owned()),
        (Heading::Actions, "| id | мера | вид | ответственный | приоритет | срок | готово, когда | проверка |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n\
            | A1 | Добавить канареечную выкладку на 5% трафика для `payment` | предотвратить | release-engineer | P1 | 2026-01-15 | релиз с успехом ниже 99% останавливается за 2 минуты | |\n\
            | A2 | Добавить оповещение о росте `pool-waiting` | обнаружить | sre-lead | P1 | 2026-01-10 | срабатывает за 3 с после первого ждущего запроса | alert: pool-in-use >= 50 |\n\
            | A3 | Ограничить ожидание соединения в `payment` | смягчить | payment-lead | P2 | 2026-01-20 | `payment` отвечает 503 после 200 мс ожидания | |\n\
            | A4 | Настроить проверку числа запросов в сборке `payment` | предотвратить | payment-lead | P2 | 2026-02-01 | больше 3 запросов на платёж не проходят сборку | |".to_owned()),
    ]
    .into()
}

/// Points and the line of the file.
#[track_caller]
fn line<'a>(review: &'a Review, id: &str) -> (u32, usize, &'a str) {
    let line = review.lines.iter().find(|line| line.id == id).unwrap();
    (line.points, line.line, &line.reason)
}

/// The number of the first line that holds a text.
#[track_caller]
fn number(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part} in {text}")) + 1
}

#[tokio::test(start_paused = true)]
async fn a_draft_tells_what_was_seen_and_not_what_was_broken() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    for lang in [Lang::En, Lang::Ru] {
        let draft = postmortem::draft(&facts, lang);
        assert!(!draft.contains("→ droplab/payment:2.8.1"), "{draft}");
        for word in ["inject", "deploy-version", "connection-pool-exhaustion", "no-canary"] {
            assert!(!draft.contains(word), "{word} is in\n{draft}");
        }
        assert!(draft.contains("kubectl rollout undo deployment/payment") && draft.contains("▁"), "{draft}");
        let name = format!("postmortem-draft-{}", if lang == Lang::En { "en" } else { "ru" });
        insta::assert_snapshot!(name, draft);
    }
}

#[tokio::test(start_paused = true)]
async fn what_new_has_written_is_worth_little_by_itself() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    for lang in [Lang::En, Lang::Ru] {
        let review = reviewed(&outcome, &postmortem::draft(&facts, lang));
        assert!(review.points <= 35, "{}: {:#?}", review.points, review.lines);
        for id in ["P5", "P7", "P8", "P9", "P10", "A1", "A2", "A3", "A4", "A5"] {
            assert_eq!(line(&review, id).0, 0, "{id}");
        }
    }
}

/// Of a run that hurt nobody the draft said "100%", and the review wanted "none".
#[tokio::test(start_paused = true)]
async fn what_new_has_written_of_a_run_that_hurt_nobody_is_right() {
    let outcome = Stage::new(Quirks { harmless: true, ..Quirks::default() }).play().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    // A few fail on any day.
    let cost = &outcome.verdict.impact;
    assert!(facts.began_s.is_none() && facts.worst.is_none() && cost.failed > 0, "{cost:?}");
    for lang in [Lang::En, Lang::Ru] {
        let draft = postmortem::draft(&facts, lang);
        let lowest = lang.pick("| lowest success in a second | none |", "| минимум успеха за секунду | нет |");
        assert!(draft.contains(&lowest), "{draft}");
        let review = reviewed(&outcome, &draft);
        for id in ["P3", "P4"] {
            let (points, _, reason) = line(&review, id);
            assert_eq!(points, 10, "{id}: {reason}\n{draft}");
        }
        let name = lang.pick("| failed requests |", "| неудачных запросов |");
        let row = draft.lines().find(|row| row.starts_with(&name)).unwrap();
        let more = draft.replace(row, &format!("{name} 999999 |"));
        assert_eq!(line(&reviewed(&outcome, &more), "P4").0, 6, "more than failed");
    }
}

/// The demo plays at a lower rate on a slow machine, where queues are shorter: its postmortem is worth as much there.
#[tokio::test(start_paused = true)]
async fn the_items_of_the_example_are_whole_at_any_rate() {
    let example = include_str!("../../examples/postmortem/good.md").replace("DUE", "2026-01-15");
    let (_, items) = example.split_once("## Action items\n").unwrap();
    for per_second in [1200.0, 300.0] {
        let mut stage = Stage::new(Quirks::default());
        stage.overrides.rate = Some(Rate { per_second });
        let outcome = stage.play().await;
        let text = with(&good(&outcome, Lang::En), "Action items", items.trim());
        let review = reviewed(&outcome, &text);
        for id in ["A1", "A2", "A3", "A4", "A5"] {
            let (points, _, reason) = line(&review, id);
            assert_eq!(points, 5, "{id} at {per_second}/s: {reason}");
        }
        let alert = &review.alerts[0];
        assert!(alert.sooner_s.is_some() && !alert.noisy, "at {per_second}/s: {alert:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn good_ones_in_both_languages_are_told_what_is_strong() {
    let outcome = played().await;
    for lang in [Lang::En, Lang::Ru] {
        let text = good(&outcome, lang);
        let review = reviewed(&outcome, &text);
        assert!(review.points >= 85, "{}: {:#?}", review.points, review.lines);
        let short: Vec<_> = review.lines.iter().filter(|line| line.points < line.out_of).collect();
        assert!(short.is_empty(), "{short:#?}");
        let lines = text.lines().count();
        let all = review.lines.iter().map(|line| line.line).chain(review.remarks.iter().map(|remark| remark.line));
        assert!(all.clone().all(|line| (1..=lines).contains(&line)), "{:?}", all.collect::<Vec<_>>());
        assert!(review.remarks.iter().any(|remark| remark.kind == Kind::Strong));
        assert!(!review.not_measured.is_empty());
    }
    let russian = reviewed(&outcome, &good(&outcome, Lang::Ru));
    let is_russian = |text: &str| text.chars().any(|letter| ('а'..='я').contains(&letter));
    assert!(russian.lines.iter().all(|line| is_russian(&line.reason)), "{:#?}", russian.lines);
}

#[tokio::test(start_paused = true)]
async fn the_rubric_adds_up_to_a_hundred_beside_its_bonus() {
    let outcome = played().await;
    let mut review = reviewed(&outcome, &good(&outcome, Lang::En));
    assert_eq!(review.lines.iter().filter(|line| line.id != "A6").map(|line| line.out_of).sum::<u32>(), 100);
    assert_eq!(std::mem::take(&mut review.sha256).len(), 64);
    insta::assert_yaml_snapshot!("postmortem-good", review);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::too_many_lines, reason = "a list of tricks, each with the line that it fails by")]
async fn what_pays_nothing_names_its_line() {
    let outcome = played().await;
    let text = good(&outcome, Lang::En);
    let whole = reviewed(&outcome, &text);
    let all = |review: &Review| review.lines.iter().map(|line| line.points).sum::<u32>();
    let table = |rows: &str| {
        with(
            &text,
            "Action items",
            &format!(
                "| id | action | type | owner | priority | due | done when | check |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n{rows}"
            ),
        )
    };
    let many: Vec<_> = (0..30).map(|n| format!("| A{n} | Add a limit number {n} to `payment` | prevent | sre-lead | P1 | 2026-01-15 | at most {n} requests wait | |\n")).collect();
    let times = text.lines().map(|row| {
        if row.contains("`journal:") { row.replace("2026-01-01T12", "2026-01-01T17") } else { row.to_owned() }
    });
    let same = text.lines().map(|row| match row.split_once("`journal:") {
        Some((before, _)) => format!("{before} `log` |"),
        None => row.to_owned(),
    });
    let factors = droplab::model::diagnosis::FACTORS.join(", ");
    let all_words = |list: &[&str]| list.join(", ");
    let listed = text
        .replace("- factors: n-plus-one, no-canary, no-pool-alert", &format!("- factors: {factors}"))
        .replace("- component: payment", &format!("- component: {}", all_words(droplab::model::diagnosis::COMPONENTS)))
        .replace(
            "- mechanism: connection-pool-exhaustion",
            &format!("- mechanism: {}", all_words(droplab::model::diagnosis::MECHANISMS)),
        );
    let cases: Vec<(&str, String, u32, &str)> = vec![
        (
            "P10",
            with(&text, "What went wrong", "- The release was human error: its author should have tested it."),
            2,
            "human error",
        ),
        (
            "P10",
            with(&text, "What went wrong", "- It was careless.\n- The author should have tested it."),
            0,
            "It was careless",
        ),
        (
            "P10",
            text.replace("one command, known by heart.", "typed by @somebody who broke the release before."),
            2,
            "@somebody",
        ),
        ("P1", with(&text, "Where we got lucky", "‹write: what could have been worse›"), 4, "‹write"),
        ("P1", with(&text, "Where we got lucky", "TBD"), 4, "TBD"),
        (
            "P1",
            with(&text, "Where we got lucky", "- The rollback was one command, known by heart."),
            4,
            "## What went well",
        ),
        ("P2", times.collect::<Vec<_>>().join("\n"), 0, "2026-01-01T17"),
        (
            "P3",
            text.replace("| impact began | 2026-01-01T12:00", "| impact began | 2026-01-01T11:00"),
            5,
            "impact began",
        ),
        ("P4", text.replace("| duration | ", "| duration | 9"), 7, "| duration"),
        (
            "P5",
            text.replace("`kubectl rollout undo deployment/payment`\n- recovered", "by looking at it\n- recovered"),
            8,
            "first mitigation",
        ),
        ("P6", same.collect::<Vec<_>>().join("\n"), 1, "served as usual"),
        ("P7", listed.clone(), 4, "- component"),
        ("P8", listed, 0, "- factors"),
        (
            "P9",
            with(
                &text,
                "Causal chain",
                "1. The customers could not pay at all.\n2. There was `connection-pool-exhaustion` in it.\n3. The `deploy` came before that.",
            ),
            1,
            "1. The customers",
        ),
        ("A1", table(&many.concat()), 0, "| A7 |"),
        ("A1", text.replace("Limit the wait", "Consider the wait"), 3, "| A3 |"),
        ("A2", text.replace("| payment-lead | P2 | 2026-01-20", "| the whole team | P2 | 2026-01-20"), 3, "| A3 |"),
        ("A2", text.replace("| 2026-01-20 |", "| 2025-12-20 |"), 3, "| A3 |"),
        ("A4", text.replace("| `payment` answers 503 after 200 ms of waiting |", "| |"), 3, "| A3 |"),
        ("A4", text.replace("pool-in-use >= 50", "payment.success < 100%"), 3, "| A2 |"),
        ("A5", text.replace("| detect |", "| prevent |"), 4, "| A1 |"),
    ];
    for (id, changed, most, at) in cases {
        assert_ne!(changed, text, "{id} {at}");
        let review = reviewed(&outcome, &changed);
        let (points, line, reason) = line(&review, id);
        assert!(points <= most, "{id} {at}: {points} {reason}");
        assert_eq!(line, number(&changed, at), "{id}: {reason}");
        assert!(all(&review) < all(&whole), "{id} {at}: {}", all(&review));
        let lost = review.remarks.iter().any(|remark| remark.kind == Kind::Missing);
        assert!(lost, "{id}: {:#?}", review.remarks);
    }
}

/// The good one with something else in the place of a text.
#[track_caller]
fn instead(outcome: &Outcome, lang: Lang, from: &str, to: &str) -> String {
    let text = good(outcome, lang);
    assert!(text.contains(from), "no {from} in {text}");
    text.replace(from, to)
}

/// Steps of three words each, until the vocabulary is through.
fn every_word(lang: Lang) -> String {
    let words: Vec<_> =
        droplab::model::diagnosis::TRIGGERS.iter().chain(droplab::model::diagnosis::MECHANISMS).collect();
    let last = lang.pick("And so no customer could pay.", "И ни один клиент не смог заплатить.");
    let steps = words.chunks(3).map(|three| {
        let three: Vec<_> = three.iter().map(|word| format!("`{word}`")).collect();
        lang.pick(format!("There was {}.", three.join(", ")), format!("Случилось {}.", three.join(", ")))
    });
    let steps = steps.chain([last]).enumerate();
    steps.map(|(index, step)| format!("{}. {step}", index + 1)).collect::<Vec<_>>().join("\n")
}

/// Three items that had every point, and of which nobody could tell what to do or when it is done.
fn hollow(lang: Lang) -> String {
    let head = lang.pick(
        "| id | action | type | owner | priority | due | done when | check |",
        "| id | мера | вид | ответственный | приоритет | срок | готово, когда | проверка |",
    );
    let rows = lang.pick(
        "| A1 | Add a canary for `payment` | prevent | sre-lead | P1 | 2026-01-15 | it is `done` | |\n\
         | A2 | Add something to payment | detect | sre-lead | P1 | 2026-01-15 | we say `yes` | |\n\
         | A3 | Add things to payment | mitigate | sre-lead | P1 | 2026-01-15 | see `it` | |",
        "| A1 | Добавить канарейку для `payment` | предотвратить | sre-lead | P1 | 2026-01-15 | это `готово` | |\n\
         | A2 | Добавить что-нибудь в payment | обнаружить | sre-lead | P1 | 2026-01-15 | мы говорим `да` | |\n\
         | A3 | Исправить всё в payment | смягчить | sre-lead | P1 | 2026-01-15 | см. `тут` | |",
    );
    format!("{head}\n| --- | --- | --- | --- | --- | --- | --- | --- |\n{rows}")
}

#[tokio::test(start_paused = true)]
#[expect(clippy::too_many_lines, reason = "a list of tricks in two languages")]
async fn what_only_looks_good_pays_nothing() {
    let outcome = played().await;
    let (en, ru) = (Lang::En, Lang::Ru);
    let own = |lang, from: &str, to: &str| instead(&outcome, lang, from, to);
    let english = |from: &str, to: &str| own(en, from, to);
    let russian = |from: &str, to: &str| own(ru, from, to);
    let deploy = "1. The `deploy` of payment 2.8.1 brought a query for each line of an order.";
    let pool = "2. Each payment kept its connection longer, which ended in `connection-pool-exhaustion`.";
    let waited = "3. Requests waited for a connection until the customers had given up.";
    let rollout = "1. Выкладка (`deploy`) payment 2.8.1 принесла запрос на каждую строку заказа.";
    let kept = "2. Каждый платёж дольше держал соединение, и это кончилось `connection-pool-exhaustion`.";
    let refused = "3. Запросы ждали соединения, пока клиенты не сдавались.";
    let cases: Vec<(&str, String, u32, &str)> = vec![
        // A remedy is taken away.
        (
            "A5",
            english("Page the person on call when `pool-waiting` grows", "Delete the alert on `pool-waiting` for good"),
            4,
            "| A1 |",
        ),
        (
            "A5",
            english("Limit the wait for a connection in `payment`", "Disable the timeout of a connection in `payment`"),
            4,
            "| A1 |",
        ),
        (
            "A5",
            english("Add a canary of 5% of the traffic to each deploy of `payment`", "Remove the canary of `payment`")
                .replace("Test the number of queries of each payment in", "Drop every timeout of"),
            2,
            "| A1 |",
        ),
        (
            "A5",
            russian("Добавить оповещение о росте `pool-waiting`", "Удалить алерт о росте `pool-waiting`"),
            4,
            "| A1 |",
        ),
        (
            "A5",
            russian("Ограничить ожидание соединения в `payment`", "Отключить таймаут соединения в `payment`"),
            4,
            "| A1 |",
        ),
        (
            "A5",
            russian("Добавить канареечную выкладку на 5% трафика для `payment`", "Убрать канарейку у `payment`")
                .replace("Настроить проверку числа запросов", "Выключить все таймауты запросов"),
            2,
            "| A1 |",
        ),
        // What is denied is not named.
        ("P9", english(deploy, "1. The `deploy` of payment 2.8.1 had nothing to do with it."), 3, "1. The `deploy`"),
        ("P9", english(deploy, "1. It was not the `deploy` of payment 2.8.1."), 3, "1. It was"),
        ("P9", english(pool, "2. There never was any `connection-pool-exhaustion`."), 1, "1. The `deploy`"),
        ("P9", english(waited, "3. No customer noticed any of that."), 3, "1. The `deploy`"),
        ("P9", russian(rollout, "1. Выкладка (`deploy`) payment 2.8.1 тут ни при чём."), 3, "1. Выкладка"),
        ("P9", russian(rollout, "1. Это был не `deploy` payment."), 3, "1. Это был"),
        ("P9", russian(kept, "2. Никакого `connection-pool-exhaustion` никогда не было."), 1, "1. Выкладка"),
        ("P9", russian(refused, "3. Клиенты ничего из этого не заметили."), 3, "1. Выкладка"),
        // The whole vocabulary, three words a step.
        ("P9", with(&good(&outcome, en), "Causal chain", &every_word(en)), 0, "`ddl`"),
        ("P9", with(&good(&outcome, ru), "Цепочка причин", &every_word(ru)), 0, "`ddl`"),
        // A factor is told by its word.
        (
            "P8",
            english("`no-canary`: the release reached both pods at the same moment.", "The weather was nice that day.")
                .replace(
                    "`no-pool-alert`: nobody is told that requests wait for a connection.",
                    "It rained after that.",
                ),
            3,
            "## Contributing factors",
        ),
        (
            "P8",
            english("`no-canary`: the release", "`no-canary`: this had nothing to do with it, the release").replace(
                "`no-pool-alert`: nobody is told that requests wait",
                "`no-pool-alert` was not a factor in the wait",
            ),
            3,
            "## Contributing factors",
        ),
        (
            "P8",
            russian("`no-canary`: релиз попал на оба пода в один момент.", "Погода в тот день была хорошая.").replace(
                "`no-pool-alert`: никто не узнаёт, что запросы ждут соединения.",
                "А потом пошёл сильный дождь.",
            ),
            3,
            "## Способствующие факторы",
        ),
        (
            "P8",
            russian("`no-canary`: релиз попал", "`no-canary`: это никак не повлияло, релиз попал")
                .replace("`no-pool-alert`: никто не узнаёт", "`no-pool-alert` тут ни при чём, никто не узнаёт"),
            3,
            "## Способствующие факторы",
        ),
        // A tool is no mitigation.
        (
            "P5",
            english("`kubectl rollout undo deployment/payment`\n- rec", "we ran kubectl delete pod and prayed\n- rec"),
            8,
            "- first mitigation",
        ),
        (
            "P5",
            russian(
                "`kubectl rollout undo deployment/payment`\n- вос",
                "сделали kubectl delete pod и помолились\n- вос",
            ),
            8,
            "- первая мера",
        ),
        // Nobody measures in these.
        ("A4", english("`payment` answers 503 after 200 ms of waiting", "it comes to 2 smiles"), 3, "| A3 |"),
        ("A4", english("`payment` answers 503 after 200 ms of waiting", "there are 3 sheep"), 3, "| A3 |"),
        ("A4", russian("`payment` отвечает 503 после 200 мс ожидания", "на стенде живут 3 слона"), 3, "| A3 |"),
        // Nobody can look these up.
        ("A4", english("`payment` answers 503 after 200 ms of waiting", "it is `done`"), 3, "| A3 |"),
        ("A4", english("`payment` answers 503 after 200 ms of waiting", "we say `yes.`"), 3, "| A3 |"),
        ("A4", english("`payment` answers 503 after 200 ms of waiting", "see `it`"), 3, "| A3 |"),
        ("A4", russian("`payment` отвечает 503 после 200 мс ожидания", "когда `готово`"), 3, "| A3 |"),
        ("A4", russian("`payment` отвечает 503 после 200 мс ожидания", "мы говорим `да`"), 3, "| A3 |"),
        // Nothing is added.
        ("A1", english("Limit the wait for a connection in `payment`", "Add something to `payment`"), 3, "| A3 |"),
        ("A1", english("Limit the wait for a connection in `payment`", "Add things to `payment`"), 3, "| A3 |"),
        ("A5", english("Limit the wait for a connection in `payment`", "Test everything of `payment`"), 4, "| A1 |"),
        ("A1", russian("Ограничить ожидание соединения в `payment`", "Добавить что-нибудь в `payment`"), 3, "| A3 |"),
        ("A1", russian("Ограничить ожидание соединения в `payment`", "Добавить что-то в `payment`"), 3, "| A3 |"),
        ("A5", russian("Ограничить ожидание соединения в `payment`", "Исправить всё в `payment`"), 4, "| A1 |"),
        ("A1", with(&good(&outcome, en), "Action items", &hollow(en)), 1, "| A2 |"),
        ("A4", with(&good(&outcome, en), "Action items", &hollow(en)), 0, "| A1 |"),
        ("A5", with(&good(&outcome, en), "Action items", &hollow(en)), 3, "| A1 |"),
        ("A1", with(&good(&outcome, ru), "Меры", &hollow(ru)), 1, "| A2 |"),
        ("A4", with(&good(&outcome, ru), "Меры", &hollow(ru)), 0, "| A1 |"),
        ("A5", with(&good(&outcome, ru), "Меры", &hollow(ru)), 3, "| A1 |"),
    ];
    for (id, changed, most, at) in cases {
        let review = reviewed(&outcome, &changed);
        let (points, line, reason) = line(&review, id);
        assert!(points <= most, "{id} {at}: {points} {reason}\n{changed}");
        assert_eq!(line, number(&changed, at), "{id}: {reason}\n{changed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_well_said_otherwise_is_worth_as_much() {
    let outcome = played().await;
    let (en, ru) = (Lang::En, Lang::Ru);
    let own = |lang, from: &str, to: &str| instead(&outcome, lang, from, to);
    let in_utc = |lang| {
        let text = own(lang, "2026-01-01T12", "2026-01-01 12");
        text.replace("Z |", " UTC |").replace("Z, ", " UTC, ")
    };
    let well = with(
        &good(&outcome, en),
        "What went wrong",
        "- The alert should have fired, lazy loading hid it, and nobody is to blame.",
    );
    let just = with(
        &good(&outcome, ru),
        "Что пошло не так",
        "- Алерт должен был сработать, ленивая загрузка это скрыла, из графика следовало обратное, и никто не виноват.",
    );
    let cases: Vec<(&str, String)> = vec![
        ("P10 P1", well),
        ("P10 P1", just),
        ("P1", own(en, "The old image was still on every node.", "The queue had no time to fill memory that day.")),
        ("P1", own(ru, "Старый образ ещё лежал на каждом узле.", "Никто не успел заполнить пул соединений до конца.")),
        ("P2 P3 P5 P6", in_utc(en)),
        ("P2 P3 P5 P6", in_utc(ru)),
        ("P4", own(en, "| duration | 15 s |", "| duration | 15 s, from 12:00:22 to 12:00:37 |")),
        ("P4", own(ru, "| длительность | 15 с |", "| длительность | 15 с, с 12:00:22 по 12:00:37 |")),
        ("P5", own(en, "`kubectl rollout undo deployment/payment`\n- rec", "payment was rolled back\n- rec")),
        ("P5", own(ru, "`kubectl rollout undo deployment/payment`\n- вос", "откатили payment\n- вос")),
        (
            "P8",
            own(en, "`no-canary`: the release reached", "There was no canary: the release reached").replace(
                "`no-pool-alert`: nobody is told that requests wait",
                "The pool has no alert, and nobody is told that requests wait",
            ),
        ),
        (
            "P8",
            own(ru, "`no-canary`: релиз попал", "Канарейки не было: релиз попал")
                .replace("`no-pool-alert`: никто не узнаёт", "На пул нет алерта, и никто не узнаёт"),
        ),
        ("P9", own(en, "2.8.1 brought a query", "2.8.1 did not go through a canary and brought a query")),
        (
            "P9",
            own(en, "2. Each payment kept its connection longer, which ended in", "2. No connection was left, as in"),
        ),
        ("P9", own(en, "until the customers had given up", "and no customer could pay")),
        ("P9", own(ru, "2.8.1 принесла запрос", "2.8.1 не прошла канарейку и принесла запрос")),
        ("P9", own(ru, "соединение, и это кончилось", "соединение, их не осталось, и это кончилось")),
        ("A1 A5", own(en, "Limit the wait for a connection", "Implement a limit of the wait for a connection")),
        ("A1 A5", own(en, "Limit the wait for a connection", "Make the wait idempotent: a limit of a connection")),
        ("A1 A5", own(ru, "Ограничить ожидание соединения", "Завести ограничение ожидания соединения")),
        ("A1 A5", own(ru, "Ограничить ожидание соединения", "Переписать ожидание соединения")),
        ("A1 A5", own(en, "Limit the wait for a connection in", "Reject everything over the limit of")),
        ("A1 A5", own(ru, "Ограничить ожидание соединения в", "Удалять всё старше часа в")),
        ("A4", own(en, "`payment` answers 503 after 200 ms of waiting", "`kubectl get pdb payment` names it")),
        ("A4", own(en, "`payment` answers 503 after 200 ms of waiting", "`PEER_RETRIES` is set")),
        ("A4", own(en, "`payment` answers 503 after 200 ms of waiting", "it runs `2.9`")),
        ("A4", own(ru, "`payment` отвечает 503 после 200 мс ожидания", "на стенде есть `pool-waiting`")),
        ("A4", own(ru, "`payment` отвечает 503 после 200 мс ожидания", "все поды на `payment/2.9`")),
    ];
    for (ids, changed) in cases {
        let review = reviewed(&outcome, &changed);
        for id in ids.split(' ') {
            let found = review.lines.iter().find(|line| line.id == id).unwrap();
            assert_eq!(found.points, found.out_of, "{id}: {}\n{changed}", found.reason);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn blame_is_found_in_russian_too() {
    let outcome = played().await;
    let text = with(
        &good(&outcome, Lang::Ru),
        "Что пошло не так",
        "- Причина — человеческий фактор: дежурный должен был проверить релиз.",
    );
    let review = reviewed(&outcome, &text);
    assert_eq!((line(&review, "P10").0, line(&review, "P10").1), (2, number(&text, "человеческий фактор")));
}

#[tokio::test(start_paused = true)]
async fn no_reason_tells_a_word_of_the_cause_that_the_file_does_not_say() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    let wrong = good(&outcome, Lang::En)
        .replace("connection-pool-exhaustion", "slow-query")
        .replace("n-plus-one, no-canary, no-pool-alert", "no-timeout")
        .replace("`n-plus-one`", "`no-timeout`")
        .replace("`no-canary`", "`single-zone`")
        .replace("`no-pool-alert`", "`acks-one`");
    for text in [postmortem::draft(&facts, Lang::En), postmortem::draft(&facts, Lang::Ru), wrong] {
        let said = serde_json::to_string(&reviewed(&outcome, &text)).unwrap();
        for word in ["connection-pool-exhaustion", "n-plus-one", "no-canary", "no-pool-alert"] {
            assert!(!said.contains(word), "{word} is in {said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_alert_is_played_over_the_run() {
    let outcome = played().await;
    let text = good(&outcome, Lang::En);
    let alert = |condition: &str| {
        let review = reviewed(&outcome, &text.replace("pool-in-use >= 50", condition));
        (review.alerts[0].clone(), line(&review, "A6").0)
    };
    let (sooner, bonus) = alert("pool-in-use >= 50");
    assert!(sooner.sooner_s.is_some_and(|by_s| by_s >= 1.0) && !sooner.noisy && bonus == 5, "{sooner:?}");
    let (noisy, bonus) = alert("payment.success < 100%");
    assert!(noisy.noisy && bonus == 0, "{noisy:?}");
    for (condition, said) in [
        ("pool-waiting >= 99999", "never"),
        ("lag > 5", "not measured"),
        ("payment.within(123ms) < 99%", "not measured"),
        ("pool waiting is high", "is no condition"),
    ] {
        let (alert, bonus) = alert(condition);
        assert!(alert.sooner_s.is_none() && alert.sentence.contains(said) && bonus == 0, "{alert:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_item_touches_is_the_next_incident() {
    let outcome = played().await;
    let text = good(&outcome, Lang::En);
    let without: String =
        text.lines().filter(|row| !row.starts_with("| A1 |")).map(|row| row.to_owned() + "\n").collect();
    let next = |text: &str| {
        let review = reviewed(&outcome, text);
        let found = review.remarks.iter().filter(|remark| remark.kind == Kind::Next);
        found.map(|remark| (remark.line, remark.text.clone())).collect::<Vec<_>>()
    };
    assert!(next(&text)[0].1.contains("left alone"), "{:?}", next(&text));
    let left = next(&without);
    assert_eq!((left.len(), left[0].0), (1, number(&without, "- factors")), "{left:?}");
    assert!(left[0].1.contains("every customer in the same minute"), "{left:?}");
    // Named only where it is told, and not among the causes.
    let told = next(&without.replace("- factors: n-plus-one, no-canary, no-pool-alert", "- factors: n-plus-one"));
    assert_eq!((told.len(), told[0].0), (1, number(&without, "- `no-canary`")), "{told:?}");
    assert!(told[0].1.contains("every customer in the same minute"), "{told:?}");
}

/// A review may be had as often as one likes: whatever it tells can be copied into the next one.
#[tokio::test(start_paused = true)]
async fn the_next_incident_is_told_of_what_the_file_names_itself() {
    let outcome = played().await;
    let facts = Facts::of(&outcome.timeline, &outcome.verdict).unwrap();
    for lang in [Lang::En, Lang::Ru] {
        let draft = postmortem::draft(&facts, lang);
        let next = |text: &str| -> Vec<String> {
            let remarks = reviewed(&outcome, text).remarks.into_iter();
            remarks.filter(|remark| remark.kind == Kind::Next).map(|remark| remark.text).collect()
        };
        let field = lang.pick("- factors: ", "- факторы: ");
        let open = draft.lines().find(|line| line.starts_with(&field)).unwrap();
        let naming = |factors: &str| next(&draft.replace(open, &format!("{field}{factors}")));
        let only = lang.pick(
            "3 things that made this possible are not named here, and nothing is done about them",
            "3 обстоятельства, которые сделали это возможным, здесь не названы, и с ними ничего не делается",
        );
        assert_eq!(next(&draft), std::slice::from_ref(&only));

        let said = serde_json::to_string(&reviewed(&outcome, &draft)).unwrap();
        for factor in FACTORS {
            let named = naming(factor);
            let (consequence, _) = named[0].rsplit_once(" (").unwrap();
            assert!(!said.contains(consequence), "{factor}: {consequence} is in {said}");
            // What is named wrongly is answered as well.
            assert_eq!(named.len(), 2, "{factor}: {named:?}");
        }
        // Who names them all is told of the first five, whichever they are.
        let all = naming(&FACTORS.join(", "));
        assert!(all.len() == 5 && !all.contains(&only), "{all:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reviewed_is_refused_with_its_place() {
    let outcome = played().await;
    let text = good(&outcome, Lang::En);
    let front = text.split("# Postmortem").next().unwrap();
    let german = format!("{front}# Nachbericht\n\n## Zusammenfassung\n\nNichts.\n\n## Ursachen\n\nKeine.\n");
    let refused = |bytes: &[u8]| postmortem::parse(bytes).expect_err("a problem");
    let cases: Vec<(Problem, usize, &str)> = vec![
        (refused(b"\x7fELF\x02\xff\xfe"), 1, "UTF-8"),
        (refused("---\nrun: a\u{0}b\n---\n".as_bytes()), 2, "nobody sees"),
        (
            refused(text.replace("The old image", "The old\u{200b} image").as_bytes()),
            number(&text, "The old image"),
            "nobody sees",
        ),
        (
            refused(text.replace("The old image", "<!-- all words --> The old image").as_bytes()),
            number(&text, "The old image"),
            "HTML",
        ),
        (
            refused(text.replace("The old image", "<span hidden>x</span> The old image").as_bytes()),
            number(&text, "The old image"),
            "HTML",
        ),
        (
            refused(text.replace("The old image", "{{ macro }} The old image").as_bytes()),
            number(&text, "The old image"),
            "macro",
        ),
        (refused(format!("{text}\n[//]: # (hidden words)\n").as_bytes()), text.lines().count() + 2, "comment"),
        (refused(text.replace("owner: sre-lead", "owner: [sre-lead").as_bytes()), 9, "front matter"),
        (refused(text.split_once("---\n\n").unwrap().1.as_bytes()), 1, "front matter is missing"),
        (refused(b""), 1, "front matter is missing"),
        (refused(german.as_bytes()), number(&german, "# Nachbericht"), "English or in Russian"),
        (refused(&vec![b'a'; (1 << 20) + 1]), 1, "1 MiB"),
    ];
    for (problem, line, why) in cases {
        assert!(problem.why.contains(why), "{problem}");
        assert_eq!(problem.line, line, "{problem}");
    }
}

mod typed {
    use std::process::Command;

    use super::*;
    use crate::cli::{command, ran};

    fn droplab(home: &Path, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_droplab"));
        command.args(arguments).env("DROPLAB_HOME", home);
        for name in ["DROPLAB_LAB", "DROPLAB_PORT_BASE", "DROPLAB_OUTPUT", "DROPLAB_LANG"] {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[test]
    fn a_review_is_kept_and_every_card_takes_its_points_from_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("evidence");
        let (folder, draft) = (folder.to_str().unwrap(), folder.join("postmortem.md"));
        let draft = draft.to_str().unwrap();
        assert_eq!(droplab(home.path(), &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", folder]).0, 0);
        assert!(droplab(home.path(), &["judge"]).1.contains("no postmortem yet"));

        let (code, out, err) = droplab(home.path(), &["postmortem", "new"]);
        assert_eq!((code, Path::new(out.trim()).file_name()), (0, Path::new(draft).file_name()), "{err}");
        std::fs::write(draft, std::fs::read_to_string(draft).unwrap() + "\nmine\n").unwrap();
        let (code, _, err) = droplab(home.path(), &["postmortem", "new", folder]);
        assert!(code == 2 && err.contains("not written over") && err.contains("--force"), "{err}");
        assert!(std::fs::read_to_string(draft).unwrap().contains("mine"));
        assert_eq!(droplab(home.path(), &["postmortem", "new", folder, "--force", "--lang", "ru"]).0, 0);
        assert!(std::fs::read_to_string(draft).unwrap().contains("## Сводка"));

        let (code, out, err) = droplab(home.path(), &["postmortem", "review", draft]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("из 100") && out.contains("не измеряются") && out.contains("learn "), "{out}");
        let (code, json, _) = droplab(home.path(), &["postmortem", "review", draft, "--json", "--at-least", "90"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(code, 1, "fewer points than asked for");
        let learned = format!("the postmortem was given {} of 100", json["points"]);
        for verb in [&["judge"][..], &["report", "--format", "human"], &["report", "--format", "markdown"]] {
            let (_, out, err) = droplab(home.path(), verb);
            assert!(out.contains(&learned), "{verb:?}: {out}{err}");
        }
        let verdict = std::fs::read_to_string(Path::new(folder).join("verdict.json")).unwrap();
        assert_eq!(droplab(home.path(), &["judge", "--json"]).1, verdict, "the files say the same");

        let kept = Path::new(folder).join("postmortem.json");
        let whole = std::fs::read_to_string(&kept).unwrap();
        for (field, number) in [("/points", 4000_u32), ("/points", 0), ("/lines/2/points", 40), ("/lines/2/points", 1)]
        {
            let mut forged: serde_json::Value = serde_json::from_str(&whole).unwrap();
            *forged.pointer_mut(field).unwrap() = number.into();
            std::fs::write(&kept, forged.to_string()).unwrap();
            for verb in [&["judge"][..], &["report", "--format", "human"]] {
                let (code, out, err) = droplab(home.path(), verb);
                let told = err.starts_with("DL-POSTMORTEM-INVALID") && err.contains("postmortem.json:1:1");
                assert!(code == 2 && told, "{field} {number}: {code} {out}{err}");
                assert!(err.contains("droplab postmortem review FILE") && !out.contains("learn"), "{out}{err}");
            }
        }
        std::fs::write(&kept, &whole).unwrap();
        assert_eq!(droplab(home.path(), &["judge", "--json"]).1, verdict, "as it was");

        std::fs::write(&kept, "{").unwrap();
        let (code, _, err) = droplab(home.path(), &["judge"]);
        assert!(code == 2 && err.contains("postmortem.json:1:1"), "{code} {err}");
    }

    /// As a pipeline keeps a run: its folder, and nothing of the home in which it was played. What `new` advises must work there.
    #[test]
    fn a_run_that_was_handed_over_is_found_beside_its_draft() {
        let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = home.path().join("evidence");
        let out = folder.to_str().unwrap();
        assert_eq!(droplab(home.path(), &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", out]).0, 0);
        let there = |arguments: &[&str]| ran(command(elsewhere.path(), arguments).current_dir(&folder));
        for more in [&["."][..], &[".", "--out", "../draft.md"], &[out, "--force"]] {
            let drafted = there(&[&["postmortem", "new"], more].concat());
            let (_, advised) = drafted.err.split_once("then droplab ").unwrap_or_else(|| panic!("{}", drafted.err));
            let reviewed = there(&advised.split_whitespace().collect::<Vec<_>>());
            assert_eq!((drafted.code, reviewed.code), (0, 0), "{advised}: {}", reviewed.err);
        }
        assert_eq!(there(&["postmortem", "review", "postmortem.md"]).code, 0, "without a folder in its name");

        for moved in ["../draft.md", "other.md"] {
            let text = std::fs::read_to_string(folder.join("postmortem.md")).unwrap();
            let text = if moved == "other.md" { text.replacen("run: ", "run: other-", 1) } else { text };
            std::fs::write(folder.join(moved), text).unwrap();
            let lost = there(&["postmortem", "review", moved]);
            let told = lost.err.starts_with("DL-RUN-UNKNOWN") && lost.err.contains("next: --run FOLDER");
            assert!(lost.code == 2 && told, "{moved}: {}", lost.err);
        }
        assert_eq!(there(&["postmortem", "review", "../draft.md", "--run", "."]).code, 0);
    }

    #[test]
    fn what_is_wrong_is_one_clear_error() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("evidence");
        let folder = folder.to_str().unwrap();
        let (code, _, err) = droplab(home.path(), &["postmortem", "new"]);
        assert!(code == 2 && err.starts_with("DL-RUN-UNKNOWN"), "{err}");
        assert_eq!(droplab(home.path(), &["-q", "run", "payment-pool-exhaustion", "--rehearse", "--out", folder]).0, 0);
        let file = home.path().join("p.md");
        let path = file.to_str().unwrap();
        let (code, _, err) = droplab(home.path(), &["postmortem", "review", path]);
        assert!(code == 2 && err.contains("there is no file"), "{err}");
        assert_eq!(droplab(home.path(), &["postmortem", "new", folder, "--out", path]).0, 0);
        let text = std::fs::read_to_string(&file).unwrap();
        let review = |changed: String| {
            std::fs::write(&file, changed).unwrap();
            droplab(home.path(), &["postmortem", "review", path])
        };
        let run = text.lines().find(|line| line.starts_with("run: ")).unwrap().to_owned();
        let (code, _, err) = review(text.replace(&run, "run:"));
        assert!(code == 2 && err.contains("p.md:2:1: the front matter names no run"), "{err}");
        let (code, _, err) = review(text.replace(&run, "run: nonsense"));
        assert!(code == 2 && err.starts_with("DL-RUN-UNKNOWN"), "{err}");
        let (code, _, err) = review(text.replace("## Timeline", "<b>## Timeline"));
        assert!(code == 2 && err.starts_with("DL-POSTMORTEM-INVALID") && err.contains("p.md:"), "{err}");
        std::fs::write(&file, text.replace(&run, "run: other")).unwrap();
        let (code, _, err) = droplab(home.path(), &["postmortem", "review", path, "--run", folder]);
        assert!(code == 2 && err.contains("p.md:2:1: it is about run other"), "{err}");

        std::fs::write(&file, &text).unwrap();
        let journal = Path::new(folder).join("journal.jsonl");
        let whole = std::fs::read_to_string(&journal).unwrap();
        let half = whole.lines().take(150).collect::<Vec<_>>().join("\n") + "\n";
        std::fs::write(&journal, half).unwrap();
        for verb in [&["postmortem", "review", path][..], &["postmortem", "new", folder]] {
            let (code, _, err) = droplab(home.path(), verb);
            assert!(code == 3 && err.starts_with("DL-JOURNAL-INVALID") && err.contains("journal.jsonl:150"), "{err}");
        }
    }
}
