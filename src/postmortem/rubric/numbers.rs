//! Times, counts and durations as people write them in either language.
//!
//! **Invariant**: a time without its zone is none, a duration without its unit is none.

use jiff::Timestamp;

use super::super::{document::words, words::clauses::listed};

/// The first moment in a text: with its zone, or with ` UTC` behind it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let trim =
        |word: &str| word.trim_matches(|letter: char| "`,;()[]*".contains(letter)).trim_end_matches('.').to_owned();
    let said: Vec<String> = text.split_whitespace().map(trim).collect();
    let word = |place: usize| said.get(place).map_or("", String::as_str);
    let is_utc = |place: usize| ["utc", "gmt"].contains(&word(place).to_lowercase().as_str());
    (0..said.len()).find_map(|place| {
        let (one, two) = (word(place).to_owned(), format!("{}T{}", word(place), word(place + 1)));
        let zoned = [is_utc(place + 1).then(|| format!("{one}Z")), is_utc(place + 2).then(|| format!("{two}Z"))];
        [Some(one), Some(two)].into_iter().chain(zoned).flatten().find_map(|time| time.parse::<Timestamp>().ok())
    })
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

/// Seconds: `17 s`, `1m20s`, `2 мин 5 с`, `01:20`; of several durations the first, without times of day.
pub(super) fn seconds(text: &str) -> Option<f64> {
    if let Some((minutes, rest)) = text.trim().split_once(':')
        && let (Ok(minutes), Ok(rest)) = (minutes.trim().parse::<f64>(), rest.trim().parse::<f64>())
    {
        return Some(minutes * 60.0 + rest);
    }
    let (mut sum, mut least, mut rest) = (0.0, f64::MAX, text);
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (between, number) = rest.split_at(start);
        let found = least < f64::MAX;
        if found && !is_joint(between) {
            break;
        }
        if let Some(after) = behind_time(number).filter(|_| !found) {
            rest = after;
            continue;
        }
        let end = number.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ',');
        let (digits, after) = number.split_at(end.unwrap_or(number.len()));
        let after = after.trim_start();
        let unit: String = after.chars().take_while(|letter| letter.is_alphabetic()).collect();
        // `1m20s`: each unit is smaller than the one in front of it.
        let Some(each) = worth(&unit.to_lowercase()).filter(|each| *each < least) else { break };
        sum += digits.trim_end_matches(['.', ',']).replace(',', ".").parse::<f64>().ok()? * each;
        (least, rest) = (each, after.get(unit.len()..).unwrap_or_default());
    }
    (least < f64::MAX).then_some(sum)
}

/// Whether what stands between two numbers makes one duration of them.
fn is_joint(between: &str) -> bool {
    let words = between.trim_matches(|letter: char| letter.is_whitespace() || letter == '.' || letter == ',');
    ["", "and", "и"].contains(&words)
}

/// What is behind a time of day or a date, where a text begins with one.
fn behind_time(text: &str) -> Option<&str> {
    let sign = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let rest = sign.strip_prefix([':', '-'])?;
    let is_time = rest.starts_with(|letter: char| letter.is_ascii_digit());
    let behind = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || ":-.+TZ".contains(letter));
    is_time.then_some(behind)
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

/// What is counted or measured. One letter is a unit only by itself: two smiles are no seconds.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "%", "s", "m", "h", "d", "k", "x", "ms", "sec", "secs", "min", "mins", "rps", "qps", "kb", "mb", "gb", "mi", "gi", "kib", "mib", "gib",
    "request*", "query", "querie*", "connection*", "replica*", "pod", "pods", "row", "rows", "order", "orders", "payment*", "day", "days", "week*",
    "hour*", "minute*", "second", "seconds", "percent*", "time", "times", "timeout*", "error*", "message*", "record*", "event*", "attempt*",
    "retry", "retries", "core", "cores", "byte*",
    "с", "м", "ч", "мс", "сек", "мин", "запрос*", "соединен*", "реплик*", "под", "пода", "поды", "подов", "строк*", "заказ", "заказа", "заказов",
    "платеж*", "день", "дня", "дней", "недел*", "час", "часа", "часов", "минут*", "секунд*", "процент*", "раз", "раза", "ошиб*", "сообщен*",
    "запис*", "событ*", "попыт*", "повтор*",
];

/// Whether a text bounds something: a number with its unit.
pub(super) fn has_bound(text: &str) -> bool {
    let said = words(text);
    said.iter().enumerate().any(|(place, word)| {
        let number = word.starts_with(|letter: char| letter.is_ascii_digit());
        let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || ".,-/".contains(letter));
        let follows = said.get(place + 1).map_or("", String::as_str);
        let unit = if unit.is_empty() { follows } else { unit };
        number && listed(&unit.replace('ё', "е"), UNITS)
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
    fn utc_behind_a_time_is_its_zone() {
        let noon = moment("2026-01-01T06:14:04Z");
        assert!(noon.is_some());
        for text in [
            "2026-01-01 06:14:04 UTC",
            "2026-01-01T06:14:04 UTC",
            "at 2026-01-01 06:14:04 UTC, by the page",
            "2026-01-01 06:14:04 (UTC), пейджем",
            "`2026-01-01 06:14:04` UTC",
        ] {
            assert_eq!(moment(text), noon, "{text}");
        }
        assert_eq!((moment("2026-01-01 06:14:04"), moment("06:14:04 UTC")), (None, None), "no zone, no day");
    }

    #[test]
    fn a_duration_is_read_beside_its_times() {
        for (text, wanted) in [
            ("15 s, from 06:14:02 to 06:14:17", 15.0),
            ("from 06:14:02 to 06:14:17, 15 s", 15.0),
            ("15 с, с 06:14:02 по 06:14:17", 15.0),
            ("15 s (2026-01-01T06:14:02Z – 2026-01-01T06:14:17Z)", 15.0),
            ("2026-01-01T06:14:02Z–2026-01-01T06:14:17Z: 15 s", 15.0),
            ("2 minutes and 5 seconds", 125.0),
            ("15 s, or 20 s", 15.0),
        ] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        assert_eq!(seconds("from 06:14:02 to 06:14:17"), None, "nobody says how long that is");
    }

    #[test]
    fn a_bound_has_its_unit() {
        assert!(has_bound("at most 5% of the traffic") && has_bound("no more than 50 queries a payment"));
        assert!(!has_bound("when it is done") && !has_bound("version 3"));
        for text in [
            "within 3 s",
            "for 5 %",
            "200/s at most",
            "within 500ms",
            "за 3 с",
            "за 200 мс",
            "2 пода",
            "5 платежей",
            "не дольше 2мин",
        ] {
            assert!(has_bound(text), "{text}");
        }
        for text in [
            "2 smiles",
            "3 sheep",
            "2smiles",
            "the 2nd time",
            "3 слона",
            "3 подарка",
            "3 разработчика",
            "5 сотрудников",
        ] {
            assert!(!has_bound(text), "{text}");
        }
    }
}
