//! Scripts for the nodes, out of files beside this one: a file is checked by shellcheck as it stands, and says which variables it wants.
//!
//! **Invariant**: a value is quoted, so that it is one word whatever is in it; comments stay here, for a node's processes can be read.

use std::fmt::Write as _;

/// A script with its variables set.
pub(super) fn script(text: &str, variables: &[(&str, &str)]) -> String {
    let mut whole = String::new();
    for (name, value) in variables {
        let _ = writeln!(whole, "{name}='{}'", value.replace('\'', "'\\''"));
    }
    whole + &program(text)
}

/// A file without its comments.
pub(super) fn program(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.fold(String::new(), |program, line| program + line + "\n")
}

/// Writes a file in one moment: whoever reads it reads the old one or the new one. The text must not hold the word `END-OF-FILE`.
pub(super) fn file(path: &str, text: &str) -> String {
    format!("cat >{path}.new <<'END-OF-FILE'\n{text}\nEND-OF-FILE\nmv {path}.new {path}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_word_and_comments_stay_here() {
        assert_eq!(script("#!/bin/sh\n# Why.\necho \"$a\"\n", &[("a", "it's $b")]), "a='it'\\''s $b'\necho \"$a\"\n");
    }
}
