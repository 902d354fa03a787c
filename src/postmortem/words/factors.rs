//! What touches a factor, and what becomes of one that nobody touches.
//!
//! **Invariant**: every factor of the vocabulary has its row; a consequence never says the word of the vocabulary.

use super::{
    super::{document::words, lang::Lang},
    clauses::{clauses, listed},
    denial,
};

/// A text that touches more factors than this only lists them.
pub(in super::super) const MOST: usize = 3;

/// A factor, the stems that touch it (all of one group must be there), and the next incident in both languages.
struct Row {
    factor: &'static str,
    touched: &'static [&'static [&'static str]],
    en: &'static str,
    ru: &'static str,
}

const fn row(
    factor: &'static str,
    touched: &'static [&'static [&'static str]],
    en: &'static str,
    ru: &'static str,
) -> Row {
    Row { factor, touched, en, ru }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("acks-one", &[&["acks"], &["min.insync"]],
        "a broker dies and takes with it records that a producer was told are safe",
        "брокер умирает и уносит записи, о которых продюсеру сказали, что они сохранены"),
    row("n-plus-one", &[&["n-plus-one"], &["n+1"], &["batch", "quer"], &["join"], &["queries", "per"],
            &["number", "quer"], &["запрос", "платёж"], &["запрос", "платеж"], &["числ", "запрос"]],
        "another release asks the database once more for each row, and nothing counts the queries before customers do",
        "ещё один релиз начнёт ходить в базу за каждой строкой, и до клиентов эти запросы никто не посчитает"),
    row("no-admission-control", &[&["admission"], &["shed"], &["load", "limit"], &["сброс", "нагрузк"], &["огранич", "вход"]],
        "the next crowd is let in whole, and everybody is served badly instead of most of them well",
        "следующую толпу впустят целиком, и плохо станет всем вместо немногих"),
    row("no-backup-drill", &[&["restore"], &["backup"], &["восстанов", "копи"], &["бэкап"], &["резервн"]],
        "data is lost again, and the restore is tried for the first time that night",
        "данные пропадут снова, и восстановление впервые попробуют той же ночью"),
    row("no-budget-for-retries", &[&["retry"], &["retries"], &["ретра"], &["повтор"]],
        "a dependency stumbles for a second, and its callers keep it down for an hour",
        "зависимость споткнётся на секунду, а вызывающие не дадут ей подняться час"),
    row("no-canary", &[&["canary"], &["canaries"], &["progressive"], &["gradual"], &["percent", "traffic"], &["канаре"], &["постепенн"], &["поэтапн"]],
        "the next bad release reaches every customer in the same minute",
        "следующий плохой релиз дойдёт до всех клиентов за одну минуту"),
    row("no-dead-letter-queue", &[&["dead-letter"], &["dead", "letter"], &["dlq"], &["quarantine"], &["карантин"], &["недоставлен"]],
        "one record that cannot be read stops a whole part of the topic again",
        "одна нечитаемая запись снова остановит целую часть топика"),
    row("no-end-to-end-check", &[&["end-to-end"], &["reconcil"], &["сквозн"], &["сверк"]],
        "orders vanish between two healthy services, and the first to tell is a customer",
        "заказы исчезнут между двумя здоровыми сервисами, и первым об этом скажет клиент"),
    row("no-fencing-token", &[&["fencing"], &["token"], &["epoch"], &["токен"], &["эпох"]],
        "two leaders write at once after the next partition, and both believe they are right",
        "после следующего разрыва сети писать будут сразу два лидера, и оба уверены в себе"),
    row("no-idempotency", &[&["idempoten"], &["идемпотент"]],
        "a retry charges somebody twice",
        "повтор спишет деньги дважды"),
    row("no-limit-on-queue", &[&["queue", "limit"], &["queue", "bound"], &["queue", "cap"], &["очеред"]],
        "work that nobody waits for any more is done first, and the living requests time out behind it",
        "сначала сделают работу, которую уже никто не ждёт, а живые запросы умрут за ней по таймауту"),
    row("no-lock-timeout", &[&["lock_timeout"], &["lock", "timeout"], &["таймаут", "блокиров"]],
        "the next migration waits for one long transaction, and everybody waits behind the migration",
        "следующая миграция встанет за долгой транзакцией, а все остальные встанут за миграцией"),
    row("no-pool-alert", &[&["pool", "alert"], &["alert", "pool-waiting"], &["alert", "pool-in-use"], &["page", "pool"], &["оповещ", "пул"], &["алерт", "пул"]],
        "the same resource runs out again, and customers notice before anybody on call does",
        "тот же ресурс снова кончится, и клиенты узнают об этом раньше дежурного"),
    row("no-review-of-sql", &[&["review", "sql"], &["approv", "sql"], &["require", "where"], &["ревью", "sql"], &["ревью", "запрос"], &["соглас", "sql"]],
        "the next statement by hand hits more rows than its author meant, and nobody has read it before",
        "следующий запрос руками заденет больше строк, чем хотел автор, и до запуска его никто не прочтёт"),
    row("no-single-flight", &[&["single", "flight"], &["coalesc"], &["one", "asks"], &["stampede"], &["один", "запрос"], &["схлоп"]],
        "the next copy that ends at a busy hour is made by everybody at once, and by nobody to the end",
        "следующую копию, что истечёт в час пик, снова бросятся делать все сразу, и не доделает никто"),
    row("no-synchronous-replica", &[&["synchronous"], &["синхронн"]],
        "the primary is lost together with the last seconds of what customers were promised",
        "основной сервер пропадёт вместе с последними секундами того, что клиентам обещали"),
    row("no-timeout", &[&["timeout"], &["deadline"], &["таймаут"], &["дедлайн"]],
        "one slow dependency holds every worker until nobody is left to answer",
        "одна медленная зависимость займёт всех исполнителей, и отвечать станет некому"),
    row("single-zone", &[&["zone"], &["dc-2"], &["зон"], &["дата-центр"]],
        "one data centre goes, and the service goes with it",
        "уйдёт один дата-центр, и сервис уйдёт вместе с ним"),
    row("too-small-limit", &[&["limit"], &["лимит"], &["квот"]],
        "the next change of resources throttles a service that nobody watches for it",
        "следующая правка ресурсов придушит сервис, за которым с этой стороны никто не смотрит"),
    row("too-wide-grants", &[&["grant"], &["revoke"], &["role"], &["прав"], &["рол"]],
        "the next mistyped statement is allowed to do just as much",
        "следующему запросу с опечаткой будет позволено ровно столько же"),
];

/// The factors that a text touches.
pub(in super::super) fn touched(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    let said = words(text);
    let stands = |stem: &&str| {
        said.iter().any(|word| word.starts_with(*stem)) || (stem.contains(['.', '+', '-']) && lower.contains(stem))
    };
    let is = |row: &&Row| {
        said.iter().any(|word| word == row.factor) || row.touched.iter().any(|group| group.iter().all(&stands))
    };
    ROWS.iter().filter(is).map(|row| row.factor).collect()
}

/// What says that something was not there.
#[rustfmt::skip]
const LACKING: &[&str] = &[
    "no", "not", "never", "nothing", "nobody", "none", "without", "neither", "nor", "lack*", "miss*", "absen*", "would", "only", "unbounded",
    "unlimited", "не", "ни", "нет", "без", "никто", "никого", "никому", "ничто", "ничего", "никак*", "никогда", "отсутств*", "бы", "нехват*",
];

/// Whether a text tells of a factor: by its word, or in other words, as "the call had no timeout" and «очередь без лимита» do.
pub(in super::super) fn tells(text: &str, factor: &str) -> bool {
    denial::tells(text, factor).unwrap_or_else(|| {
        let touched = touched(text);
        let stems =
            ROWS.iter().filter(|row| row.factor == factor).flat_map(|row| row.touched.iter().copied().flatten());
        let stems: Vec<&str> = stems.copied().collect();
        let lacks = |word: &str| listed(word, LACKING);
        let lacking = clauses(text).iter().any(|clause| clause.words.iter().any(|word| lacks(&word.text)));
        touched.len() <= MOST
            && touched.contains(&factor)
            && (lacking || !factor.starts_with("no-"))
            && !denial::denies(text, |word| stems.iter().any(|stem| word.starts_with(stem)))
    })
}

/// The next incident, when a factor stays as it is.
pub(in super::super) fn consequence(factor: &str, lang: Lang) -> Option<String> {
    let row = ROWS.iter().find(|row| row.factor == factor)?;
    Some(lang.pick(row.en, row.ru))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::FACTORS;

    #[test]
    fn every_factor_has_a_row_and_no_consequence_names_one() {
        assert_eq!(ROWS.iter().map(|row| row.factor).collect::<Vec<_>>(), FACTORS);
        for row in ROWS {
            for word in FACTORS {
                assert!(!row.en.contains(word) && !row.ru.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn a_factor_is_touched_in_both_languages() {
        assert_eq!(touched("Add a canary of 5% to the deploy of payment"), ["no-canary"]);
        assert_eq!(touched("Добавить канареечную выкладку payment"), ["no-canary"]);
        assert_eq!(touched("Add an alert on pool-waiting"), ["no-pool-alert"]);
        assert!(touched("Write more runbooks").is_empty());
    }

    #[test]
    fn a_factor_is_told_by_its_word_or_in_other_words() {
        for (factor, text) in [
            ("n-plus-one", "`n-plus-one`: the release asks once for each line, and no test counts queries."),
            ("n-plus-one", "`n-plus-one`: релиз спрашивает за каждую строку, и ни один тест не считает запросы."),
            ("no-pool-alert", "`no-pool-alert`: никто не узнаёт, что запросы ждут соединения."),
            ("no-timeout", "There was no timeout on the calls to the bank."),
            ("no-timeout", "У вызова банка нет таймаута."),
            ("no-timeout", "The timeout of the calls was never set."),
            ("no-canary", "No canary: the release reached both pods at once."),
            ("no-canary", "Канарейки не было, релиз попал на оба пода."),
            ("no-limit-on-queue", "The queue of the bank grew without a limit."),
            ("no-limit-on-queue", "Очередь к банку была без лимита."),
            ("no-idempotency", "The charge was not idempotent."),
            ("too-small-limit", "The CPU limit of orders was a tenth of what it needs."),
        ] {
            assert!(tells(text, factor), "{factor}: {text}");
        }
        for (factor, text) in [
            ("no-canary", "The weather was nice that day."),
            ("no-canary", "В тот день была хорошая погода."),
            ("no-canary", "The canary worked well."),
            ("no-canary", "`no-canary`: this had nothing to do with it."),
            ("no-canary", "The missing canary had nothing to do with it."),
            ("no-canary", "`no-canary` тут ни при чём, погода была хорошая."),
            ("n-plus-one", "There was no `n-plus-one` in the release."),
        ] {
            assert!(!tells(text, factor), "{factor}: {text}");
        }
    }
}
