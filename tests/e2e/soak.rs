//! What takes a quarter of an hour and more, by itself: `make soak` names it, `make e2e` leaves it out by its name.

use std::time::Duration;

use crate::{
    droplab::run,
    killed::{at_each_state, examples},
};

#[test]
fn every_fault_killed_in_each_of_its_states() {
    for (fault, example) in examples() {
        at_each_state(&fault, &example);
    }
    run(&["reset"], Duration::from_secs(300)).expect_code(0);
}
