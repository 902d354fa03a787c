//! The fixed headings of a postmortem.
//!
//! **Invariant**: a heading has one name in each language, which `new` writes; a few other names are read as well.

use super::lang::Lang;

/// A section that every postmortem has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// What happened, in a few sentences.
    Summary,
    /// Numbers.
    Impact,
    /// What happened when, with evidence.
    Timeline,
    /// How it was noticed, what helped, when it was over.
    Detection,
    /// Component, mechanism, trigger, factors.
    Causes,
    /// From what set it off to what the customers saw.
    Chain,
    /// What made it possible or worse.
    Factors,
    /// What to keep.
    Well,
    /// What to change.
    Wrong,
    /// What will not help next time.
    Lucky,
    /// What will be done.
    Actions,
}

impl Heading {
    /// In the order in which they stand.
    pub const ALL: [Self; 11] = [
        Self::Summary,
        Self::Impact,
        Self::Timeline,
        Self::Detection,
        Self::Causes,
        Self::Chain,
        Self::Factors,
        Self::Well,
        Self::Wrong,
        Self::Lucky,
        Self::Actions,
    ];

    /// English and Russian; the first name of each is the one that is written.
    fn names(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Summary => (&["Summary", "Overview"], &["Сводка", "Резюме", "Краткое описание"]),
            Self::Impact => (&["Impact"], &["Ущерб", "Влияние", "Последствия"]),
            Self::Timeline => (&["Timeline"], &["Хронология", "Таймлайн"]),
            Self::Detection => (
                &["Detection and repair", "Detection and resolution"],
                &["Обнаружение и восстановление", "Обнаружение и устранение"],
            ),
            Self::Causes => (&["Causes", "Root causes"], &["Причины"]),
            Self::Chain => (&["Causal chain", "Five whys"], &["Цепочка причин", "Пять почему"]),
            Self::Factors => (&["Contributing factors"], &["Способствующие факторы", "Сопутствующие факторы"]),
            Self::Well => (&["What went well"], &["Что прошло хорошо", "Что было хорошо"]),
            Self::Wrong => (&["What went wrong"], &["Что пошло не так", "Что было плохо"]),
            Self::Lucky => (&["Where we got lucky"], &["Где повезло", "В чём повезло"]),
            Self::Actions => (&["Action items"], &["Меры", "Что сделать"]),
        }
    }

    /// As it is written.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, ru) = self.names();
        match lang {
            Lang::En => en[0],
            Lang::Ru => ru[0],
        }
    }

    /// Read a heading, in either language.
    pub fn read(text: &str) -> Option<(Self, Lang)> {
        let text = text.trim().trim_end_matches(':').to_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| name.to_lowercase() == text);
        Self::ALL.into_iter().find_map(|heading| {
            let (en, ru) = heading.names();
            if is(en) {
                Some((heading, Lang::En))
            } else if is(ru) {
                Some((heading, Lang::Ru))
            } else {
                None
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for lang in [Lang::En, Lang::Ru] {
            for heading in Heading::ALL {
                assert_eq!(Heading::read(heading.name(lang)), Some((heading, lang)));
            }
        }
        assert_eq!(Heading::read("Zusammenfassung"), None);
    }
}
