//! With which word an action item begins.
//!
//! **Invariant**: a verb that ends in something done is allowed, one that ends in having thought about it is not; what is on
//! neither list is not allowed.

use super::super::document::words;

const ENGLISH: &[&str] = &[
    "add",
    "alert",
    "automate",
    "block",
    "bound",
    "cap",
    "change",
    "configure",
    "create",
    "cut",
    "decrease",
    "delete",
    "deploy",
    "disable",
    "document",
    "drop",
    "enable",
    "enforce",
    "extend",
    "fix",
    "gate",
    "increase",
    "install",
    "introduce",
    "limit",
    "lower",
    "measure",
    "merge",
    "migrate",
    "move",
    "page",
    "pin",
    "publish",
    "put",
    "raise",
    "reduce",
    "refuse",
    "reject",
    "remove",
    "rename",
    "replace",
    "require",
    "restrict",
    "revoke",
    "roll",
    "rotate",
    "run",
    "schedule",
    "set",
    "shed",
    "shorten",
    "split",
    "stop",
    "store",
    "switch",
    "test",
    "turn",
    "validate",
    "write",
];

/// Stems: «добавить», «добавьте», «добавим».
const RUSSIAN: &[&str] = &[
    "автоматизи",
    "блокиров",
    "ввести",
    "введ",
    "включ",
    "внедр",
    "выключ",
    "выкат",
    "выложи",
    "добав",
    "документир",
    "задать",
    "зада",
    "закреп",
    "замен",
    "запис",
    "запрет",
    "запрещ",
    "запуска",
    "запуст",
    "заблокир",
    "измен",
    "измер",
    "исправ",
    "напис",
    "настро",
    "огранич",
    "описа",
    "оповещ",
    "останов",
    "отзов",
    "отключ",
    "отозв",
    "переключ",
    "перене",
    "перевест",
    "повыс",
    "поднять",
    "покры",
    "постав",
    "раздел",
    "расшир",
    "сниз",
    "созда",
    "сократ",
    "тестир",
    "протестир",
    "требов",
    "убрать",
    "убер",
    "увелич",
    "удал",
    "уменьш",
    "установ",
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

const EMPTY_RUSSIAN: &[&str] = &[
    "рассмотр",
    "изуч",
    "исследова",
    "исследу",
    "подума",
    "улучш",
    "обеспеч",
    "быть",
    "будь",
    "обрат",
    "постара",
    "разобра",
    "обсуд",
    "продума",
    "следи",
    "уделя",
    "попробов",
];

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
    let Some(first) = words(action).into_iter().next() else { return Lead::Unknown(String::new()) };
    let first = first.trim_matches('`').to_owned();
    if EMPTY_ENGLISH.contains(&first.as_str()) || EMPTY_RUSSIAN.iter().any(|stem| first.starts_with(stem)) {
        Lead::Empty(first)
    } else if ENGLISH.contains(&first.as_str()) || RUSSIAN.iter().any(|stem| first.starts_with(stem)) {
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
        for empty in ["Investigate monitoring", "Be careful", "Рассмотреть мониторинг", "Улучшить процесс"]
        {
            assert!(matches!(lead(empty), Lead::Empty(_)), "{empty}");
        }
        assert_eq!(lead("Monitoring"), Lead::Unknown("monitoring".into()));
    }
}
