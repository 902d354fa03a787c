//! Scripts for the nodes, out of files: a file is checked by shellcheck as it stands, and says which variables it wants.
//!
//! **Invariant**: a value is quoted, so that it is one word whatever is in it; comments stay here, for a node's processes can be read.

use std::fmt::Write as _;

use crate::lab::command::quote;

/// A script with its variables set.
pub(in crate::lab) fn script(text: &str, variables: &[(&str, &str)]) -> String {
    let mut whole = String::new();
    for (name, value) in variables {
        let _ = writeln!(whole, "{name}={}", quote(value));
    }
    whole + &program(text)
}

/// A script with its variables set, and its arguments.
pub(in crate::lab) fn script_with(text: &str, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let words = arguments.iter().fold(String::new(), |words, word| words + " " + &quote(word));
    format!("set --{words}\n{}", script(text, variables))
}

/// A file without its comments.
pub(in crate::lab) fn program(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.fold(String::new(), |program, line| program + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_word_and_comments_stay_here() {
        assert_eq!(script("#!/bin/sh\n# Why.\necho \"$a\"\n", &[("a", "it's $b")]), "a='it'\\''s $b'\necho \"$a\"\n");
    }

    #[test]
    fn arguments_are_words_for_a_shell() {
        let text = script_with("printf '<%s>' \"$@\" \"$a\"\n", &[("a", "$(id)")], &["it's", "", "*"]);
        let out = std::process::Command::new("sh").args(["-euc", &text]).output().unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), "<it's><><*><$(id)>");
    }
}
