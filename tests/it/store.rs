//! Files: torn journals, locks, runs that are found again.

use std::{fs, io::Write as _};

use droplab::{
    home::lock,
    model::event::{EventKind, Phase},
    run::ports::Journal as _,
    store::{
        StoreError,
        journal::{self, JournalFile, Wall},
        runs::{self, RunDir},
    },
};

fn phase() -> EventKind {
    EventKind::PhaseBegan { phase: Phase::Baseline }
}

#[test]
fn a_torn_last_line_is_forgiven_and_the_journal_goes_on_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut file = JournalFile::create(&path, Wall::Real).unwrap();
    file.append(0.0, phase()).unwrap();
    file.append(1.0, phase()).unwrap();
    drop(file);
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(br#"{"seq":2,"at_"#).unwrap();
    let timeline = journal::read(&path).unwrap();
    assert_eq!(timeline.events.len(), 2);
    let mut file = JournalFile::resume(&path, &timeline).unwrap();
    assert_eq!(file.append(2.0, phase()).unwrap().seq, 2);
    assert_eq!(journal::read(&path).unwrap().events.len(), 3);
}

#[test]
fn a_broken_line_in_the_middle_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut file = JournalFile::create(&path, Wall::Real).unwrap();
    file.append(0.0, phase()).unwrap();
    file.append(1.0, phase()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen('\n', "\nnonsense\n", 1)).unwrap();
    let error = journal::read(&path).unwrap_err();
    assert!(matches!(error, StoreError::Journal { line: 2, .. }), "{error}");
}

#[test]
fn a_journal_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    JournalFile::create(&path, Wall::Real).unwrap();
    assert!(JournalFile::create(&path, Wall::Real).is_err());
}

#[test]
fn one_droplab_at_a_time_and_a_dead_owner_is_none() {
    let home = tempfile::tempdir().unwrap();
    // A lock file of a process that died is no lock.
    fs::create_dir(home.path().join("locks")).unwrap();
    fs::write(home.path().join("locks/lab"), "droplab run (pid 1)\n").unwrap();
    let held = lock::alone(home.path(), "lab", "droplab run").unwrap();
    let error = lock::alone(home.path(), "lab", "droplab heal").unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with(&format!("droplab run (pid {}, since ", std::process::id())), "{said}");
    assert!(said.ends_with("works on lab `lab`"), "{said}");
    drop(lock::alone(home.path(), "other", "droplab run").unwrap());
    drop(held);
    drop(lock::alone(home.path(), "lab", "droplab heal").unwrap());
}

#[test]
fn a_run_is_found_by_name_folder_journal_and_as_the_latest() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let early = RunDir::create(home.path(), "dc-1-down", at("2026-01-02T10:00:00Z"), None).unwrap();
    let late = RunDir::create(home.path(), "a", at("2026-01-03T10:00:00Z"), Some(out.path())).unwrap();
    for run in [&early, &late] {
        JournalFile::create(&run.journal(), Wall::Real).unwrap();
    }
    assert_eq!(runs::find(home.path(), None).unwrap().id, late.id);
    assert_eq!(runs::find(home.path(), Some(&early.id)).unwrap().path, early.path);
    let folder = out.path().to_string_lossy().into_owned();
    assert!(runs::find(home.path(), Some(&folder)).unwrap().journal().exists());
    assert!(runs::find(home.path(), Some(&format!("{folder}/journal.jsonl"))).unwrap().journal().exists());
    // Another file beside it is itself, and not the one that is called as usual.
    let sent = out.path().join("anna.jsonl");
    fs::copy(late.journal(), &sent).unwrap();
    let found = runs::find(home.path(), sent.to_str()).unwrap();
    assert_eq!((found.journal(), found.lies_by_itself(), late.lies_by_itself()), (sent, true, false));
    assert!(matches!(runs::find(home.path(), Some("nonsense")), Err(StoreError::UnknownRun(_))));
    assert!(
        RunDir::create(home.path(), "a", at("2026-01-04T10:00:00Z"), Some(out.path())).is_err(),
        "not over another run"
    );
}

/// Every play of a conformance lies in one folder: under its earlier names the last one was found again, and healed by each of them.
#[test]
fn a_folder_that_is_used_again_is_one_run() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let folder = out.path().join("play");
    for day in ["2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z", "2026-01-04T10:00:00Z"] {
        let _ = fs::remove_dir_all(&folder);
        let run = RunDir::create(home.path(), "a", at(day), Some(&folder)).unwrap();
        JournalFile::create(&run.journal(), Wall::Real).unwrap();
    }
    let ids: Vec<_> = runs::all(home.path()).unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(ids, ["a-20260104-100000"]);
}

/// `.ok()` turned a journal that could not be read into "nothing to heal".
#[test]
fn a_broken_journal_is_named_and_healed_as_far_as_it_can_be_read() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let mut memory = crate::stage::Memory::default();
    let stage = crate::stage::Stage::of(crate::stage::minimal(), droplab::rehearsal::Quirks::default());
    runtime.block_on(stage.play_on(&mut memory, &mut crate::stage::Nobody));
    let text = memory.text.replace(r#""rehearsal":true,"#, "");
    let injected = text.lines().position(|line| line.contains(r#""state":"injected""#)).unwrap();
    let cut = |before: usize, after: usize| {
        let lines: Vec<&str> =
            text.lines().take(before).chain(["not a line"]).chain(text.lines().skip(after)).collect();
        lines.join("\n") + "\n"
    };
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("runs/payment-20260101-120000");
    fs::create_dir_all(&run).unwrap();
    // Nobody knows what stood in the line, not even whether anything was begun.
    let planned = text.lines().position(|line| line.contains(r#""state":"planned""#)).unwrap() + 1;
    for text in [cut(injected + 1, usize::MAX), cut(planned, usize::MAX), cut(planned, injected)] {
        let text: String =
            text.lines().filter(|line| !line.contains("\"healed\"")).map(|line| line.to_owned() + "\n").collect();
        fs::write(run.join("journal.jsonl"), &text).unwrap();
        let open = droplab::store::runs::unhealed(home.path(), "test");
        assert_eq!(open.runs.len(), 1, "what can be read does not say that nothing is in");
        assert_eq!(open.broken.len(), 1);
        assert!(open.broken[0].contains("journal.jsonl: line "), "{}", open.broken[0]);
        assert_eq!(open.runs[0].1.unhealed(), [0]);
        // What is left of it can be gone on with.
        let path = run.join("journal.jsonl");
        let aside = journal::set_aside(&path, &open.runs[0].1).unwrap();
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
        assert_eq!(journal::read(&path).unwrap(), open.runs[0].1);
    }
    // One that tells its end is not healed again for a line of traffic.
    fs::write(run.join("journal.jsonl"), cut(injected + 3, injected + 4)).unwrap();
    assert_eq!(droplab::store::runs::unhealed(home.path(), "test").runs.len(), 0);
    // Nobody can tell which lab this one was about.
    fs::write(run.join("journal.jsonl"), "not a line\n").unwrap();
    let open = droplab::store::runs::unhealed(home.path(), "test");
    assert_eq!((open.runs.len(), open.broken.len()), (0, 1));
}

/// A folder that could not be read was an empty one, and a run whose evidence was deleted had never been.
#[test]
fn runs_that_cannot_be_looked_at_are_named() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(runs::all(home.path()).unwrap(), []);
    fs::write(home.path().join("runs"), "no folder").unwrap();
    let open = runs::unhealed(home.path(), "test");
    assert!(open.broken.len() == 1 && open.broken[0].starts_with("read "), "{:?}", open.broken);

    fs::remove_file(home.path().join("runs")).unwrap();
    let out = tempfile::tempdir().unwrap();
    let run = RunDir::create(home.path(), "a", jiff::Timestamp::now(), Some(out.path())).unwrap();
    assert_eq!(runs::forget_gone(home.path()).unwrap(), Vec::<String>::new());
    drop(out);
    let gone = runs::forget_gone(home.path()).unwrap();
    assert!(gone.len() == 1 && gone[0].starts_with(&format!("run {} lay in ", run.id)), "{gone:?}");
    assert_eq!(runs::forget_gone(home.path()).unwrap(), Vec::<String>::new());
}

/// A fault by hand went on to write its renewals while another process healed it.
#[test]
fn a_journal_has_one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut first = journal::JournalFile::create(&path, journal::Wall::Real).unwrap();
    first.append(0.0, EventKind::Interrupted).unwrap();
    let timeline = journal::read(&path).unwrap();
    let mut second = journal::JournalFile::resume(&path, &timeline).unwrap();
    second.append(1.0, EventKind::Renewed { step: 0 }).unwrap();
    let error = first.append(1.1, EventKind::Renewed { step: 0 }).unwrap_err().to_string();
    assert!(error.contains("another process has written to it"), "{error}");
    second.append(2.0, EventKind::Interrupted).unwrap();
    assert_eq!(journal::read(&path).unwrap().events.len(), 3);
}

/// The number of a heal's first line followed from what had been read when it began: a holder that had renewed since left two lines of
/// one number, and a journal that nobody could read any more.
#[test]
fn a_heal_counts_on_from_what_the_holder_has_written_since() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut holder = JournalFile::create(&path, Wall::Real).unwrap();
    holder.append(0.0, phase()).unwrap();
    let read = journal::read(&path).unwrap();
    holder.append(10.0, EventKind::Renewed { step: 0 }).unwrap();
    holder.append(20.0, EventKind::Renewed { step: 0 }).unwrap();
    let mut heal = JournalFile::resume(&path, &read).unwrap();
    assert_eq!(heal.append(21.0, EventKind::Interrupted).unwrap().seq, 3);
    assert!(holder.append(30.0, EventKind::Renewed { step: 0 }).is_err());
    assert_eq!(journal::read(&path).unwrap().events.len(), 4);
}

/// The folder of a run was cleared, and another run was begun in it, while a heal was at work.
#[test]
fn a_heal_does_not_go_on_in_the_journal_of_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let plan = crate::stage::Stage::new(droplab::rehearsal::Quirks::default()).plan();
    let began = |run: &str| EventKind::RunBegan {
        run: run.to_owned(),
        version: "0".to_owned(),
        rehearsal: false,
        plan: Box::new(plan.clone()),
    };
    JournalFile::create(&path, Wall::Real).unwrap().append(0.0, began("one")).unwrap();
    let read = journal::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    JournalFile::create(&path, Wall::Real).unwrap().append(0.0, began("two")).unwrap();
    let refused = JournalFile::resume(&path, &read).unwrap_err().to_string();
    assert!(refused.contains("the journal of another run"), "{refused}");
}

/// It went out of its place before its successor was written: a full disk left neither there, and nothing to heal.
#[test]
fn a_broken_journal_stays_in_its_place_until_its_successor_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let text = "not a line\n";
    fs::write(&path, text).unwrap();
    let read = droplab::model::timeline::Timeline::default();
    // Where the successor is to be written before it takes the place.
    let in_the_way = folder.path().join(format!(".journal.jsonl.{}.new", std::process::id()));
    fs::create_dir(&in_the_way).unwrap();
    assert!(journal::set_aside(&path, &read).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "and nothing is left of the try");

    fs::remove_dir(&in_the_way).unwrap();
    let first = journal::set_aside(&path, &read).unwrap();
    assert_eq!((fs::read_to_string(&first).unwrap().as_str(), journal::read(&path).unwrap()), (text, read.clone()));
    // Broken once more: what was set aside before is kept.
    fs::write(&path, "no line either\n").unwrap();
    let second = journal::set_aside(&path, &read).unwrap();
    assert_ne!(first, second);
    assert_eq!(fs::read_to_string(first).unwrap(), text);
    assert_eq!(fs::read_to_string(second).unwrap(), "no line either\n");
}

/// A drive that answered with an error was "gone": its runs were forgotten, and there was nothing to heal.
#[test]
fn what_cannot_be_looked_at_is_not_forgotten() {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let drive = out.path().join("drive");
    let folder = drive.join("evidence");
    let run = RunDir::create(home.path(), "a", jiff::Timestamp::now(), Some(&folder)).unwrap();
    JournalFile::create(&run.journal(), Wall::Real).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    // A link to itself leads nowhere, and not even root sees what is behind it.
    std::os::unix::fs::symlink(&folder, &folder).unwrap();
    assert_eq!(runs::forget_gone(home.path()).unwrap(), Vec::<String>::new());
    let open = runs::unhealed(home.path(), "test");
    assert!(open.broken.len() == 1 && open.broken[0].starts_with("read "), "{:?}", open.broken);

    // The place of a drive is empty as long as it is away, or away itself.
    fs::remove_file(&folder).unwrap();
    let away = || {
        let told = runs::forget_gone(home.path()).unwrap();
        assert!(told.len() == 1 && told[0].contains("a drive that is away?"), "{told:?}");
    };
    away();
    fs::remove_dir(&drive).unwrap();
    away();
    // Not a run: a file that somebody has put there.
    fs::write(home.path().join("runs/notes.txt"), "").unwrap();
    assert_eq!(runs::unhealed(home.path(), "test").broken, Vec::<String>::new());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("journal.jsonl"), "not a line\n").unwrap();
    assert_eq!(runs::unhealed(home.path(), "test").broken.len(), 1, "it is back, and found");
}
