//! The reader of scenarios under damaged files: a sample of what `make fuzz` does a million times.

use std::path::Path;

use droplab::{plan, store::scenarios};

use crate::mutate::{corpus, damaged};

#[test]
fn a_damaged_file_is_read_or_refused_with_its_place_and_never_a_panic() {
    let corpus = corpus();
    assert!(corpus.len() > 10, "{} files", corpus.len());
    let (mut read, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let text = damaged(&corpus, seed);
        match scenarios::parse(Path::new("damaged.yaml"), &text) {
            Ok(scenario) => {
                read += 1;
                for doubt in plan::lint(&scenario) {
                    let (line, column) = scenarios::place(&text, &doubt.field);
                    assert!(line >= 1 && column >= 1, "seed {seed}");
                }
            }
            Err(invalid) => {
                refused += 1;
                assert!(invalid.place.is_some(), "seed {seed}: no place: {invalid}");
                assert!(!invalid.what.is_empty(), "seed {seed}");
            }
        }
    }
    // Both ways out must have been taken, or the damage is too small or too great to show anything.
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}
