//! With which word an action item begins, and whether it names what that is done to.
//!
//! **Invariant**: a verb that ends in something done is allowed, one that ends in having thought about it is not; what is on
//! neither list is not allowed, and no verb is that is done to "something".

use super::{super::document::words, clauses::listed, lists::PREPOSITIONS, removal::STOPS};

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

/// To add one of these adds nothing that anybody could look at.
#[rustfmt::skip]
const VAGUE: &[&str] = &[
    "something", "thing", "things", "stuff", "whatever",
    "что-то", "чего-то", "чему-то", "чем-то", "что-нибудь", "чего-нибудь", "чему-нибудь", "чем-нибудь", "что-либо", "кое-что", "нечто", "вещь", "вещи",
];
/// These name nothing where they stand alone, "all alerts" does;
const WHOLE: &[&str] = &["all", "anything", "everything", "it", "все", "всего", "всему"];
/// and one of these says what they are: "everything over the limit".
#[rustfmt::skip]
const WHICH: &[&str] = &[
    "over", "above", "beyond", "past", "exceeding", "that", "which", "without", "сверх", "старше", "дольше", "больше", "без", "котор*",
];

/// What the first word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Lead {
    /// Something is done.
    Does,
    /// Somebody has thought about it, or it is done to nothing that has a name: the word that says so.
    Empty(String),
    /// No verb of the list.
    Unknown(String),
}

/// How an action begins.
pub(in super::super) fn lead(action: &str) -> Lead {
    let said: Vec<String> = words(action).into_iter().map(|word| word.replace('ё', "е")).collect();
    let Some((first, rest)) = said.split_first() else { return Lead::Unknown(String::new()) };
    let made = first == "make" && rest.iter().any(|word| listed(word, MADE));
    if !made && (listed(first, EMPTY_ENGLISH) || listed(first, EMPTY_RUSSIAN)) {
        Lead::Empty(first.clone())
    } else if made || listed(first, ENGLISH) || listed(first, RUSSIAN) {
        nothing(rest).map_or(Lead::Does, |word| Lead::Empty(word.to_owned()))
    } else {
        Lead::Unknown(first.clone())
    }
}

/// The word in the place of an object that names none: "add something to payment", «исправить всё в payment». An object ends at the next
/// preposition.
fn nothing(rest: &[String]) -> Option<&str> {
    let begin = rest.iter().position(|word| !listed(word, PREPOSITIONS))?;
    let object = rest.get(begin..)?;
    let end = object.iter().position(|word| listed(word, STOPS)).unwrap_or(object.len());
    let (object, behind) = object.split_at(end);
    let vague = object.iter().find(|word| word.split('/').any(|part| listed(part, VAGUE)));
    let told = behind.first().is_some_and(|word| listed(word, WHICH));
    let whole = || object.first().filter(|word| object.len() == 1 && !told && listed(word, WHOLE));
    vague.or_else(whole).map(String::as_str)
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
    fn what_is_done_to_something_is_not_done() {
        for (empty, word) in [
            ("Add something to payment", "something"),
            ("Add `something` to `payment`", "something"),
            ("Add some more things to payment", "things"),
            ("Add something/things to payment", "something/things"),
            ("Add to payment something useful", "something"),
            ("Alert on something in payment", "something"),
            ("Make the whole thing in payment idempotent", "thing"),
            ("Test everything of payment", "everything"),
            ("Fix it in payment", "it"),
            ("Добавить что-нибудь в payment", "что-нибудь"),
            ("Добавить что-то полезное в payment", "что-то"),
            ("Добавить в payment кое-что", "кое-что"),
            ("Исправить всё в payment", "все"),
            ("Исправить все для payment", "все"),
        ] {
            assert_eq!(lead(empty), Lead::Empty(word.into()), "{empty}");
        }
        for does in [
            "Drop everything over the limit of payment",
            "Reject anything without a token",
            "Refuse everything that has waited for 2 s",
            "Disable all retries of checkout",
            "Alert when something waits for a connection",
            "Page the person on call when everything waits",
            "Удалять всё старше часа",
            "Удалять всё, что старше часа",
            "Отключить все повторы checkout",
            "Добавить оповещение о том, что чего-то нет",
        ] {
            assert_eq!(lead(does), Lead::Does, "{does}");
        }
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
