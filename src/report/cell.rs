//! Text in a cell of a Markdown table.
//!
//! **Invariant**: whatever the text holds, the table keeps its rows and columns, and no HTML comes out of it.

/// On one line, and neither a table nor HTML of its own. What stands in backticks is code, in which only a table's bar is escaped:
/// a reader of the page would see every other escape there.
pub(super) fn cell(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    let (mut cell, mut rest) = (String::new(), line.as_str());
    while let Some((before, code, after)) = first_code(rest) {
        cell += &escaped(before);
        // Two backticks together are no code, and would open one that ends elsewhere.
        cell += &if code.is_empty() { escaped("``") } else { ["`", &barred(code), "`"].concat() };
        rest = after;
    }
    cell + &escaped(rest)
}

/// What stands in front of the first code, the code, and what is behind it.
fn first_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// Text outside of code.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`")
}

/// Code with its bars escaped. A table takes two backslashes for one, so an odd number of them must stand in front of a bar.
fn barred(code: &str) -> String {
    let (mut text, mut slashes) = (String::new(), 0_usize);
    for letter in code.chars() {
        if letter == '|' {
            text += if slashes.is_multiple_of(2) { "\\" } else { "\\\\" };
        }
        slashes = if letter == '\\' { slashes + 1 } else { 0 };
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn text_is_neither_a_table_nor_markup() {
        assert_eq!(cell("a|b\nc<d"), "a\\|b c&lt;d");
        assert_eq!(cell("ed|ge<i>"), "ed\\|ge&lt;i>");
        assert_eq!(cell("a\\|b"), "a\\\\\\|b");
        assert_eq!(cell("a `lone| <i>"), "a \\`lone\\| &lt;i>");
        assert_eq!(cell("**page**: P1"), "**page**: P1", "what a report says in bold stays so");
    }

    /// `droplab report` showed `&lt;` in the conditions of GitHub's summary.
    #[test]
    fn code_is_shown_as_it_was_typed() {
        assert_eq!(cell("`queue < 100` stayed so"), "`queue < 100` stayed so");
        assert_eq!(cell("`grep a|b` and `c|d`"), "`grep a\\|b` and `c\\|d`");
        assert_eq!(cell("`grep 'a\\|b'`"), "`grep 'a\\\\\\|b'`");
        assert_eq!(cell("``` <i> ` x"), "\\`\\`` <i> ` x");
    }
}
