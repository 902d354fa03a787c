//! Damage scenario files, a million times unless told otherwise, and read each: `cargo run --release --example fuzz -- 1000000`.
//!
//! **Invariant**: ends with status 1 at the first input that makes the reader panic, and prints it.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]
#![expect(unreachable_pub, reason = "the damage is shared with the tests")]

#[path = "../tests/it/mutate.rs"]
mod mutate;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    time::Instant,
};

use droplab::{plan, store::scenarios};

fn main() -> ExitCode {
    let wanted: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1_000_000);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let (corpus, began) = (mutate::corpus(), Instant::now());
    let found = std::thread::scope(|scope| {
        let corpus = &corpus;
        let workers = (0..threads).map(|first| {
            scope.spawn(move || {
                let (mut read, mut placeless) = (0_u64, 0_u64);
                for seed in (first..wanted).step_by(usize::try_from(threads).unwrap_or(1)) {
                    let text = mutate::damaged(corpus, seed);
                    let outcome = catch_unwind(AssertUnwindSafe(|| tried(&text)));
                    match outcome {
                        Ok((is_read, has_place)) => {
                            read += u64::from(is_read);
                            placeless += u64::from(!has_place);
                        }
                        Err(_) => return Err((seed, text)),
                    }
                }
                Ok((read, placeless))
            })
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Err((0, String::new())))).collect::<Vec<_>>()
    });
    let (mut read, mut placeless) = (0, 0);
    for outcome in found {
        match outcome {
            Ok((more, without)) => (read, placeless) = (read + more, placeless + without),
            Err((seed, text)) => {
                println!("seed {seed} makes the reader panic:\n{text}");
                return ExitCode::FAILURE;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{wanted} inputs in {seconds:.0} s, no panic: {read} read, {} refused, {placeless} of these without a place",
        wanted - read
    );
    ExitCode::SUCCESS
}

/// Whether it could be read, and if not, whether the complaint has a place.
fn tried(text: &str) -> (bool, bool) {
    match scenarios::parse(Path::new("damaged.yaml"), text) {
        Ok(scenario) => {
            for doubt in plan::lint(&scenario) {
                let _ = (scenarios::place(text, &doubt.field), doubt.to_string());
            }
            (true, true)
        }
        Err(invalid) => (false, invalid.place.is_some() && !invalid.to_string().is_empty()),
    }
}
