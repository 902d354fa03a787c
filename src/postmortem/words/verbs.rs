//! With which word an action item begins.
//!
//! **Invariant**: a verb that ends in something done is allowed, one that ends in having thought about it is not; what is on
//! neither list is not allowed.

use super::{super::document::words, clauses::listed};

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "add", "alert", "apply", "automate", "block", "bound", "build", "cap", "change", "configure", "create", "cut", "decrease", "define", "delete",
    "deploy", "disable", "document", "drop", "enable", "enforce", "expose", "extend", "fix", "gate", "implement", "increase", "install",
    "introduce", "limit", "lower", "measure", "merge", "migrate", "monitor", "move", "page", "pin", "publish", "put", "raise", "reduce", "refuse",
    "reject", "remove", "rename", "replace", "require", "restrict", "revoke", "rewrite", "roll", "rotate", "run", "scale", "schedule", "set",
    "shed", "shorten", "split", "stop", "store", "switch", "test", "throttle", "turn", "update", "upgrade", "validate", "write",
];

/// «Добавить», «добавьте», «добавим». A stem is as long as it must be to be no other word: «задача» and «удалённо» are no verbs.
#[rustfmt::skip]
const RUSSIAN: &[&str] = &[
    "автоматизи*", "блокиров*", "блокиру*", "ввести", "введ*", "включать", "включаем", "включен*", "включи*", "внедр*", "выключ*", "вынес*",
    "выкат*", "выложи*", "добав*", "документир*", "заблокир*", "завести", "заведем", "заведи", "заведите", "задать", "задавать", "задай*",
    "задаем", "зададим", "закреп*", "замен*", "запис*", "запрет*", "запрещ*", "запуска*", "запуст*", "измен*", "измер*", "исправ*", "напис*",
    "настраива*", "настрои*", "настрой*", "обнови*", "обновл*", "огранич*", "описа*", "оповещ*", "останов*", "отзов*", "отключ*", "отозв*",
    "переведе*", "перевест*", "перейд*", "перейти", "переключ*", "перене*", "переписать", "переписы*", "перепиш*", "повеси*", "повесь*",
    "повыс*", "подключ*", "подним*", "поднять", "покры*", "постави*", "поставь*", "протестир*", "раздели*", "разделя*",
    "разделе*", "расшир*", "реализац*", "реализова*", "реализу*", "сделаем", "сделай*", "сделать", "сниз*", "созда*", "сократ*", "тестир*",
    "требов*", "убрать", "убер*", "увелич*", "удалени*", "удали*", "удаля*", "уменьш*", "установ*",
];

const EMPTY_ENGLISH: &[&str] = &[
    "investigate",
    "consider",
    "look",
    "be",
    "improve",
    "ensure",
    "think",
    "try",
    "discuss",
    "review",
    "explore",
    "make",
];

#[rustfmt::skip]
const EMPTY_RUSSIAN: &[&str] = &[
    "рассмотр*", "изуч*", "исследова*", "исследу*", "подума*", "улучш*", "обеспеч*", "быть*", "будь*", "обрат*", "постара*", "разобра*",
    "обсуд*", "продума*", "следи*", "уделя*", "попробов*",
];

/// To "make" something may be anything; this can be seen.
const MADE: &[&str] = &["idempotent*"];

/// What the first word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Lead {
    /// Something is done.
    Does,
    /// Somebody has thought about it.
    Empty(String),
    /// No verb of the list.
    Unknown(String),
}

/// How an action begins.
pub(in super::super) fn lead(action: &str) -> Lead {
    let mut said = words(action).into_iter().map(|word| word.replace('ё', "е"));
    let Some(first) = said.next() else { return Lead::Unknown(String::new()) };
    let made = first == "make" && said.any(|word| listed(&word, MADE));
    if !made && (listed(&first, EMPTY_ENGLISH) || listed(&first, EMPTY_RUSSIAN)) {
        Lead::Empty(first)
    } else if made || listed(&first, ENGLISH) || listed(&first, RUSSIAN) {
        Lead::Does
    } else {
        Lead::Unknown(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doing_is_told_from_thinking() {
        for does in ["Add an alert", "`set` a limit", "Добавить оповещение", "Ограничьте очередь"]
        {
            assert_eq!(lead(does), Lead::Does, "{does}");
        }
        for empty in
            ["Investigate monitoring", "Be careful", "Make it better", "Рассмотреть мониторинг", "Улучшить процесс"]
        {
            assert!(matches!(lead(empty), Lead::Empty(_)), "{empty}");
        }
        assert_eq!(lead("Monitoring"), Lead::Unknown("monitoring".into()));
    }

    #[test]
    fn what_people_write_is_done() {
        let english = "Implement Build Update Scale Upgrade Expose Throttle Apply Monitor Define Rewrite";
        let russian = "Завести Реализовать Сделать Подключить Перейти Обновить Вынести Переписать Повесить Перейдём Удалить Задать Настроить";
        for verb in english.split(' ').chain(russian.split(' ')) {
            assert_eq!(lead(&format!("{verb} `payment`")), Lead::Does, "{verb}");
        }
        assert_eq!(lead("Make the charge of `payment` idempotent"), Lead::Does);
    }

    #[test]
    fn a_stem_of_a_verb_is_no_verb() {
        for other in [
            "Задача: подумать",
            "Удалённо обсудить",
            "Настроение команды",
            "Раздел об алертах",
            "Включая payment",
            "Повестка дня",
        ] {
            assert!(matches!(lead(other), Lead::Unknown(_)), "{other}");
        }
    }
}
