//! Whether an action takes a remedy away: "Remove the canary", «Отключить таймаут».
//!
//! **Invariant**: what stands directly behind the verb counts, up to the next preposition: "drop requests over the limit" takes no
//! limit away, and neither does "remove the bypass of the canary".

use super::clauses::{Word, clauses, listed};

/// Verbs that take away.
#[rustfmt::skip]
const REMOVES: &[&str] = &[
    "remove", "removing", "delete", "deleting", "drop", "dropping", "disable", "disabling", "revoke", "revoking",
    "убрать", "убирать", "уберем", "уберите", "убери", "удалить", "удалять", "удалим", "удаляем", "удалите", "удали",
    "отключить", "отключать", "отключим", "отключаем", "отключите", "отключи",
    "выключить", "выключать", "выключим", "выключаем", "выключите", "выключи",
    "снять", "снимем", "снимите", "отменить", "отменим", "отмените",
];
/// Verbs that do so with "off".
const TURNS: &[&str] = &["turn", "switch"];

/// What protects, shows or holds back. Retries, grants and queries are none: to remove these may be the remedy.
#[rustfmt::skip]
const REMEDIES: &[&str] = &[
    "canary", "canaries", "alert*", "timeout*", "deadline*", "limit", "limits", "limiter*", "limiting", "budget*", "idempoten*", "backup*",
    "restore*", "review*", "approval*", "fencing", "letter", "dlq", "quarantine*", "reconcil*", "admission", "shedding", "flight", "coalesc*",
    "synchron*", "breaker*", "monitor*", "throttl*", "backoff", "gate", "gates", "guard*", "check", "checks", "tests", "paging", "pager",
    "gradual*", "progressive*",
    "канаре*", "алерт*", "оповещ*", "таймаут*", "дедлайн*", "лимит*", "огранич*", "бюджет*", "идемпотент*", "бэкап*", "бекап*", "резервн*",
    "ревью", "соглас*", "карантин*", "недоставл*", "сверк*", "сквозн*", "проверк*", "синхронн*", "мониторинг*", "предохранител*", "поэтапн*",
    "постепенн*", "тест", "тесты", "тестов", "пейдж*",
];

/// Where what is behind a verb has ended.
#[rustfmt::skip]
pub(super) const STOPS: &[&str] = &[
    "of", "from", "for", "to", "in", "on", "at", "by", "with", "without", "that", "which", "who", "whose", "when", "while", "so", "before",
    "after", "until", "as", "behind", "instead", "if", "past", "over", "above", "beyond", "exceeding", "because", "than", "into", "once",
    "unless", "except", "during", "via", "through", "but", "or",
    "из", "за", "от", "с", "со", "для", "к", "ко", "в", "во", "на", "при", "без", "или", "но", "котор*", "чтобы", "когда", "если", "пока", "до",
    "после", "сверх", "мимо", "через", "по", "у", "о", "об", "про", "как", "кроме", "вместо", "старше", "дольше", "больше",
];

/// What spoils a remedy, or makes nothing but noise, may go.
#[rustfmt::skip]
const EXCUSES: &[&str] = &[
    "bypass*", "exception*", "exempt*", "override*", "silenc*", "mute*", "muting", "workaround*", "skip*", "noisy", "noise", "duplicate*",
    "missing", "fatigue", "broken", "stale", "flapping", "false",
    "обход*", "исключени*", "шумн*", "дубл*", "глуш*", "заглуш*", "костыл*", "ложн*", "лишн*", "устаревш*", "отключени*", "снят*",
];

/// What joins a second deed to the first.
const AND: &[&str] = &["and", "then", "also", "и", "а", "затем", "потом"];

/// Whether one of the deeds of an action takes a remedy away.
pub(in super::super) fn takes_away(action: &str) -> bool {
    clauses(action).iter().any(|clause| clause.words.split(|word| listed(&word.text, AND)).any(removes))
}

fn removes(deed: &[Word]) -> bool {
    let Some((verb, rest)) = deed.split_first() else { return false };
    let what = || rest.iter().map(|word| word.text.as_str()).take_while(|word| !listed(word, STOPS));
    let is = |list: &[&str]| what().any(|word| listed(word, list));
    let off = listed(&verb.text, TURNS) && is(&["off"]);
    (off || listed(&verb.text, REMOVES)) && is(REMEDIES) && !is(EXCUSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_take_a_remedy_away_is_none() {
        for away in [
            "Remove the canary from each deploy of `payment`",
            "Delete the alert on `pool-waiting`",
            "Drop every timeout of `payment`",
            "Disable the canary",
            "Turn off the pool alert",
            "Turn the alert off",
            "Remove PEER_TIMEOUT_MS from storefront",
            "Remove the dead-letter queue",
            "Add a runbook and remove the canary",
            "Убрать канарейку",
            "Удалить алерт на пул",
            "Отключить таймаут",
            "Отключить все алерты пула",
            "Выключить синхронную репликацию",
        ] {
            assert!(takes_away(away), "{away}");
        }
    }

    #[test]
    fn what_stands_in_its_way_may_be_removed() {
        for good in [
            "Add a canary of 5% of the traffic to each deploy",
            "Remove the manual step and add a canary",
            "Remove the bypass of the canary",
            "Delete the noisy alert and page on payment.success",
            "Drop requests over the limit",
            "Drop expired requests at the queue's deadline",
            "Disable retries of checkout",
            "Remove retries without a budget",
            "Revoke `drop` from the role shop",
            "Refuse deploys that disable the canary",
            "Switch the deploy to a canary",
            "Убрать обход канарейки",
            "Удалить запросы, превысившие лимит",
            "Отключить повторы без лимита",
            "Запретить отключать канарейку",
            "Убрать запрос на каждую строку",
        ] {
            assert!(!takes_away(good), "{good}");
        }
    }
}
