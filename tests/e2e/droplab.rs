//! The binary under test, as a user calls it.
//!
//! **Invariant**: a command that outlives its deadline is killed and fails the test with what it printed.

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Long enough for one run with its baseline, repair and hold window on two busy cores.
pub(crate) const A_RUN: Duration = Duration::from_secs(240);

/// How a command ended.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Outcome {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("no JSON ({e}):\n{}\n{}", self.stdout, self.stderr))
    }

    /// Fail unless the command ended with this code.
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// Where a run of a test keeps its files; kept after the test, for whoever reads a failure.
pub(crate) fn out_dir(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("e2e").join(name);
    let _ = fs::remove_dir_all(&dir);
    dir
}

/// `droplab ARGS` on the lab of these tests.
pub(crate) fn start(args: &[&str]) -> Child {
    let lab = env::var("DROPLAB_LAB").expect("DROPLAB_LAB names the lab: run `make e2e`");
    assert_ne!(lab, "droplab", "these tests break their lab: they want one of their own, run `make e2e`");
    Command::new(env!("CARGO_BIN_EXE_droplab"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// Wait for a command that was started, no longer than the deadline.
pub(crate) fn finish(mut child: Child, deadline: Duration) -> Outcome {
    let began = Instant::now();
    // Both pipes are read while waiting: a full pipe would block the command.
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let stdout = thread::spawn(move || std::io::read_to_string(&mut out).unwrap_or_default());
    let stderr = thread::spawn(move || std::io::read_to_string(&mut err).unwrap_or_default());
    let code = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status.code();
        }
        if began.elapsed() > deadline {
            child.kill().expect("the child can be killed");
            child.wait().expect("the child can be reaped");
            panic!("still running after {deadline:?}:\n{}\n{}", stdout.join().unwrap(), stderr.join().unwrap());
        }
        thread::sleep(Duration::from_millis(50));
    };
    Outcome { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap(), took: began.elapsed() }
}

/// Run a command to its end.
pub(crate) fn run(args: &[&str], deadline: Duration) -> Outcome {
    finish(start(args), deadline)
}

/// A shell with the lab's variables; whether it ended well, and what it printed.
pub(crate) fn sh(script: &str) -> (bool, String) {
    static ENV: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let env = ENV.get_or_init(|| run(&["env"], Duration::from_secs(20)).expect_code(0).stdout);
    let output = Command::new("timeout").args(["20", "bash", "-c", &format!("{env}\n{script}")]).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The rate that a slow machine was found to carry; the scenario's own until then.
static RATE: Mutex<Option<String>> = Mutex::new(None);

/// Run the headline incident with further arguments; its verdict is read from `--out`.
///
/// A machine too slow for the scenario's rate is told so by droplab, with a rate that it can carry: a test does then what a
/// person would do, and takes it. Said aloud, and never more than twice.
pub(crate) fn incident(name: &str, args: &[&str]) -> (Outcome, Value) {
    for _ in 0..2 {
        let (outcome, verdict) = incident_once(name, args);
        let Some(slower) = verdict["proposed_rate"].as_str() else { return (outcome, verdict) };
        eprintln!("{name}: this machine is too slow, droplab proposes {slower}: again at that rate");
        *RATE.lock().expect("no test panics while it holds this") = Some(slower.to_owned());
    }
    incident_once(name, args)
}

fn incident_once(name: &str, args: &[&str]) -> (Outcome, Value) {
    reset();
    let out = out_dir(name);
    let out_text = out.to_str().expect("a UTF-8 path");
    let rate = RATE.lock().expect("no test panics while it holds this").clone();
    let mut all = vec!["run", "payment-pool-exhaustion", "--out", out_text];
    all.extend(rate.as_deref().into_iter().flat_map(|rate| ["--rate", rate]));
    all.extend(args);
    let outcome = run(&all, A_RUN);
    let verdict = fs::read_to_string(out.join("verdict.json"))
        .unwrap_or_else(|e| panic!("no verdict ({e}), exit {:?}:\n{}", outcome.code, outcome.stderr));
    (outcome, serde_json::from_str(&verdict).expect("the verdict is JSON"))
}

/// Put the lab back to its charts.
pub(crate) fn reset() {
    run(&["reset"], Duration::from_secs(300)).expect_code(0);
}

/// What kubectl prints, through the lab's own environment.
pub(crate) fn kubectl(args: &str) -> String {
    let env = run(&["env"], Duration::from_secs(20)).expect_code(0);
    let script = format!("{}\nkubectl {args}", env.stdout);
    let output = Command::new("sh").arg("-c").arg(script).output().expect("sh runs");
    assert!(output.status.success(), "kubectl {args}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
