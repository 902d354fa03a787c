//! Scenario files, damaged as people, editors and disks damage them.
//!
//! **Invariant**: the same seed gives the same text.

use std::{fs, path::Path};

/// Pieces that mean something to YAML or to the language, and therefore break more than letters do.
const PIECES: [&str; 40] = [
    ":",
    "- ",
    "\n",
    "  ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "&a ",
    "*a",
    "<<: *a",
    "|",
    ">-",
    "!!binary ",
    "!x ",
    "#",
    "---\n",
    "...",
    "? ",
    "null",
    "~",
    "yes",
    "-1",
    "0",
    "1e999",
    "99999999999999999999s",
    "0/s",
    "NaN",
    ".inf",
    "100.0001%",
    " for 5s",
    "then/",
    "step 0",
    "\u{feff}",
    "\u{0}",
    "\u{202e}",
    "ё",
];

/// Every scenario file there is: good ones, drafts, and wrong ones.
pub fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["scenarios", "docs/drafts", "tests/it/invalid"].map(|folder| root.join(folder));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).chain([root.join("tests/it/minimal.yaml")]).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// Numbers that look drawn (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 of nothing.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or_default()
    }

    fn letter(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// A stretch of the text: some letters, or some lines.
    fn stretch<'t>(&mut self, text: &'t str) -> (usize, &'t str) {
        if self.below(2) == 0 {
            let (from, most) = (self.letter(text), self.below(24));
            let to = text[from..].char_indices().nth(most).map_or(text.len(), |(at, _)| from + at);
            return (from, &text[from..to]);
        }
        let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        let (first, count) = (self.below(lines.len()), self.below(6) + 1);
        let from = lines.get(first).copied().unwrap_or(0);
        (from, &text[from..lines.get(first + count).copied().unwrap_or(text.len())])
    }
}

/// One file of the corpus with one to four damages.
pub fn damaged(corpus: &[String], seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(4) {
        let (from, piece) = dice.stretch(&text);
        let range = from..from + piece.len();
        match dice.below(6) {
            0 => text.replace_range(range, ""),
            1 => text.replace_range(range, PIECES[dice.below(PIECES.len())]),
            2 => text.insert_str(from, PIECES[dice.below(PIECES.len())]),
            3 => {
                let (piece, at) = (piece.to_owned(), dice.letter(&text));
                text.insert_str(at, &piece);
            }
            4 => {
                let other = corpus[dice.below(corpus.len())].clone();
                let (_, piece) = dice.stretch(&other);
                text.replace_range(range, piece);
            }
            _ => {
                let at = dice.letter(&text);
                if dice.below(8) == 0 { text.truncate(at) } else { text.insert_str(at, &piece_of_words(&mut dice)) }
            }
        }
    }
    text
}

/// A few pieces in a row, now and then very many: deep nesting must be refused, not followed.
fn piece_of_words(dice: &mut Dice) -> String {
    let times = if dice.below(50) == 0 { 2_000 } else { 1 + dice.below(3) };
    PIECES[dice.below(PIECES.len())].repeat(times)
}
