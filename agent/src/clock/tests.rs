//! A process of its own has its clock changed, really: a shell that says the time when asked, and rests otherwise.
//!
//! **Invariant**: nothing here is stopped by a cgroup; the shell waits for its next line, and that is as good.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use super::*;

struct Shell {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Shell {
    fn start() -> Self {
        let script = "while read -r _; do printf '%(%s)T %s\\n' -1 \"$EPOCHREALTIME\"; done";
        let mut child =
            Command::new("bash").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (asks, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut shell = Self { child, asks, answers };
        shell.off();
        shell
    }

    /// How far its clocks are from this process', in seconds: time(2) and gettimeofday(2).
    fn off(&mut self) -> [f64; 2] {
        writeln!(self.asks).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let told: Vec<f64> = line.split_whitespace().map(|word| word.replace(',', ".").parse().unwrap()).collect();
        [told[0] - now, told[1] - now]
    }

    fn processes(&self, stopped: bool) -> Processes {
        Processes { stopped, pids: vec![self.child.id()] }
    }

    fn set(&self, by: &str, lasts: Duration, stopped: bool) -> Result<(), String> {
        self.at_rest();
        run(&Action::Set { by: units::offset(by).unwrap(), lasts, processes: self.processes(stopped) })
    }

    fn end(&self) {
        self.at_rest();
        run(&Action::End(self.processes(true))).unwrap();
    }

    /// It waits for its next line.
    fn at_rest(&self) {
        let process = Process::of(&self.child.id().to_string()).unwrap();
        while process.is_inside(&[]).unwrap() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn state(&self) -> State {
        state(&Vdso::own().unwrap(), &Process::of(&self.child.id().to_string()).unwrap()).unwrap()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn near(off: [f64; 2], wanted: f64) {
    assert!(off.iter().all(|one| (one - wanted).abs() < 1.1), "{off:?} instead of {wanted}");
}

#[test]
fn a_clock_is_wrong_until_it_is_ended_and_the_process_is_as_before() {
    let mut shell = Shell::start();
    near(shell.off(), 0.0);
    shell.set("-1h", Duration::from_secs(60), true).unwrap();
    near(shell.off(), -3600.0);
    assert_eq!(shell.state(), State::Wrong);
    shell.end();
    near(shell.off(), 0.0);
    assert_eq!(shell.state(), State::Ended);
    // The same process once more.
    shell.set("+90s", Duration::from_secs(60), true).unwrap();
    near(shell.off(), 90.0);
}

#[test]
fn with_nobody_to_end_it_the_truth_comes_back_by_itself() {
    let mut shell = Shell::start();
    shell.set("+1h", Duration::from_millis(100), true).unwrap();
    let began = std::time::Instant::now();
    while shell.off()[0] > 1800.0 {
        assert!(began.elapsed() < Duration::from_secs(3), "it lasts");
        thread::sleep(Duration::from_millis(20));
    }
    // Renewed without being stopped: only the second at which it ends is written.
    shell.set("+1h", Duration::from_secs(60), false).unwrap();
    near(shell.off(), 3600.0);
}

#[test]
fn what_an_earlier_fault_left_does_not_tell_the_next_ones_time() {
    let mut shell = Shell::start();
    shell.set("+1h", Duration::from_millis(100), true).unwrap();
    // Nobody took it out when it was over.
    shell.set("-90s", Duration::from_secs(60), true).unwrap();
    near(shell.off(), -90.0);
    // As much code as the first time, and so it takes a process that stands still, too.
    let refused = shell.set("+1h", Duration::from_secs(60), false).unwrap_err();
    assert!(refused.contains("it runs"), "{refused}");
    near(shell.off(), -90.0);
}

#[test]
fn what_runs_is_not_changed_and_what_is_gone_is_no_trouble() {
    let mut shell = Shell::start();
    let refused = shell.set("+1h", Duration::from_secs(60), false).unwrap_err();
    assert!(refused.contains("(bash): it runs"), "{refused}");
    near(shell.off(), 0.0);
    run(&Action::End(shell.processes(false))).unwrap();
    let gone = Action::End(Processes { stopped: false, pids: vec![u32::MAX] });
    run(&gone).unwrap();
}
