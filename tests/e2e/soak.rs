//! What takes a quarter of an hour and more, by itself: `make soak` names it, `make e2e` leaves it out by its name.

use std::{fs, time::Duration};

use crate::{
    droplab::{out_dir, run},
    exams::{grades, held},
    killed::{at_each_state, examples},
};

#[test]
fn every_fault_killed_in_each_of_its_states() {
    for (fault, example) in examples() {
        at_each_state(&fault, &example);
    }
    run(&["reset"], Duration::from_secs(300)).expect_code(0);
}

#[test]
fn the_middle_and_the_senior_exam_pass_their_reference() {
    for (exam, incidents) in [("middle", 3), ("senior", 4)] {
        let folder = out_dir(&format!("exam-{exam}"));
        held(exam, &folder, incidents, "reference").expect_code(0);
        let of = grades(&folder);
        assert!(of.len() == incidents as usize && of.iter().all(|(_, grade, _)| grade == "passed"), "{of:?}");
    }
}

/// Who restarts everything, as one does who does not know what it is, and then says that it is done.
#[test]
fn the_middle_and_the_senior_exam_fail_whoever_restarts_everything() {
    let bad = out_dir("exam-restarts");
    fs::create_dir_all(&bad).unwrap();
    let script = bad.join("everything.sh");
    fs::write(&script, "#!/bin/sh\nkubectl rollout restart deployment\ndroplab done\n").unwrap();
    for (exam, incidents) in [("middle", 3), ("senior", 4)] {
        let folder = out_dir(&format!("exam-{exam}-restarts"));
        held(exam, &folder, incidents, script.to_str().unwrap()).expect_code(1);
        let of = grades(&folder);
        assert!(of.len() == incidents as usize && of.iter().all(|(_, grade, _)| grade == "failed"), "{of:?}");
    }
}
