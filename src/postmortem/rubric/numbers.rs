//! Times, counts and durations as people write them in either language.
//!
//! **Invariant**: a time without its zone is none, a duration without its unit is none.

use jiff::Timestamp;

/// The first moment in a text.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let trim =
        |word: &str| word.trim_matches(|letter: char| "`,;()[]*".contains(letter)).trim_end_matches('.').to_owned();
    let words: Vec<String> = text.split_whitespace().map(trim).collect();
    let single = words.iter().find_map(|word| word.parse().ok());
    single.or_else(|| words.windows(2).find_map(|pair| pair.join("T").parse().ok()))
}

/// The first number in a text: `11,332`, `11 332`, `9.5`, `9,5`.
pub(super) fn number(text: &str) -> Option<f64> {
    let letters: Vec<char> = text.chars().collect();
    let mut at = letters.iter().position(char::is_ascii_digit)?;
    let mut digits = String::new();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    while at < letters.len() {
        let letter = letters[at];
        let thousands = matches!(letter, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
            && !digits.contains('.')
            && digit(at + 1)
            && digit(at + 2)
            && digit(at + 3)
            && !digit(at + 4);
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else if thousands {
            // A group of three follows.
        } else if matches!(letter, '.' | ',') && digit(at + 1) && !digits.contains('.') {
            digits.push('.');
        } else {
            break;
        }
        at += 1;
    }
    digits.parse().ok()
}

/// Seconds: `17 s`, `1m20s`, `2 мин 5 с`, `01:20`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    if let Some((minutes, rest)) = text.trim().split_once(':') {
        return Some(minutes.trim().parse::<f64>().ok()? * 60.0 + rest.trim().parse::<f64>().ok()?);
    }
    let (mut sum, mut found, mut rest) = (0.0, false, text);
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        rest = &rest[start..];
        let end =
            rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',').unwrap_or(rest.len());
        let value: f64 = rest[..end].trim_end_matches(['.', ',']).replace(',', ".").parse().ok()?;
        rest = rest[end..].trim_start();
        let unit: String = rest.chars().take_while(|letter| letter.is_alphabetic()).collect();
        sum += value * worth(&unit.to_lowercase())?;
        found = true;
    }
    found.then_some(sum)
}

fn worth(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "мс" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" | "с" | "сек" | "секунд" | "секунды" | "секунда" => {
            1.0
        }
        "m" | "min" | "mins" | "minute" | "minutes" | "м" | "мин" | "минут" | "минуты" | "минута" => {
            60.0
        }
        "h" | "hour" | "hours" | "ч" | "час" | "часа" | "часов" => 3_600.0,
        _ => return None,
    })
}

/// Whether a text bounds something: a number with its unit.
pub(super) fn has_bound(text: &str) -> bool {
    const UNITS: &[&str] = &[
        "request",
        "querie",
        "connection",
        "replica",
        "pod",
        "row",
        "order",
        "payment",
        "day",
        "hour",
        "minute",
        "second",
        "ms",
        "percent",
        "time",
        "запрос",
        "соединен",
        "реплик",
        "под",
        "строк",
        "заказ",
        "платеж",
        "платёж",
        "дн",
        "час",
        "мин",
        "сек",
        "процент",
        "раз",
        "s",
        "с",
        "gib",
        "mib",
    ];
    let words = super::super::document::words(text);
    let follows =
        |index: usize| words.get(index + 1).is_some_and(|next| UNITS.iter().any(|unit| next.starts_with(unit)));
    words.iter().enumerate().any(|(index, word)| {
        let digits = word.starts_with(|letter: char| letter.is_ascii_digit());
        digits && (word.ends_with(|letter: char| letter.is_alphabetic() || letter == '%') || follows(index))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, wanted) in
            [("11,332 of 20,400", 11_332.0), ("11 332 из 20 400", 11_332.0), ("9,5 %", 9.5), ("9.08%", 9.08)]
        {
            assert_eq!(number(text), Some(wanted), "{text}");
        }
        for (text, wanted) in [("17 s", 17.0), ("1m20s", 80.0), ("2 мин 5 с", 125.0), ("01:20", 80.0)] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        assert_eq!((seconds("17"), seconds("soon")), (None, None), "no unit, no number");
        assert!(moment("at 2026-01-01T12:00:00Z by the page").is_some() && moment("12:00:00").is_none());
        assert!(moment("2026-01-01 15:00:00+03:00").is_some());
    }

    #[test]
    fn a_bound_has_its_unit() {
        assert!(has_bound("at most 5% of the traffic") && has_bound("no more than 50 queries a payment"));
        assert!(!has_bound("when it is done") && !has_bound("version 3"));
    }
}
