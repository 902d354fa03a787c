//! Runs an outside tool with a deadline, and says what a person would type.
//!
//! **Invariant**: a tool never outlives a wait that was given up: its whole process group ends with the future. What it has left running
//! when it ended by itself is its own affair.

mod heard;

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::Path,
    pin::pin,
    process::Stdio,
    time::Duration,
};

use heard::Heard;
use tokio::{io::AsyncWriteExt as _, process::Command};

/// How long is still listened to a tool that has ended: what it has left running may keep its streams open for ever.
const LINGER: Duration = Duration::from_secs(1);

/// An outside tool that is about to run.
pub struct Tool<'a> {
    program: OsString,
    arguments: Vec<OsString>,
    envs: Vec<(OsString, OsString)>,
    input: Option<String>,
    deadline: Duration,
    on_line: Option<&'a (dyn Fn(&str) + Send + Sync)>,
}

/// What a tool left behind.
#[derive(Debug, Default)]
pub struct Finished {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// The last lines of both streams.
    pub tail: String,
}

/// A tool that failed: the line a person can paste, its end, and its last output.
#[derive(Debug)]
pub struct CommandError {
    /// As typed in a shell.
    pub line: String,
    /// How it ended.
    pub ended: String,
    /// The last lines of its output.
    pub tail: String,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.line, self.ended)?;
        for line in self.tail.lines() {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CommandError {}

impl<'a> Tool<'a> {
    /// A program with its arguments; one minute to finish.
    pub fn new(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            envs: Vec::new(),
            input: None,
            deadline: Duration::from_mins(1),
            on_line: None,
        }
    }

    /// With another deadline.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// With a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.envs.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// With text on standard input.
    #[must_use]
    pub fn input(mut self, text: impl Into<String>) -> Self {
        self.input = Some(text.into());
        self
    }

    /// With an ear for each line of output.
    #[must_use]
    pub fn on_line(mut self, hear: &'a (dyn Fn(&str) + Send + Sync)) -> Self {
        self.on_line = Some(hear);
        self
    }

    /// The line a person would type. Variables are left out: some of them are secrets.
    pub fn line(&self) -> String {
        let program = Path::new(&self.program).file_name().unwrap_or(&self.program);
        std::iter::once(program)
            .chain(self.arguments.iter().map(OsString::as_os_str))
            .map(|word| quote(&word.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Run it; any status other than 0 is an error. All that it writes to standard output, also what it leaves to others to write.
    pub async fn run(self) -> Result<String, CommandError> {
        let (line, heard) = (self.line(), Heard::all());
        let status = self.ended(&heard, None).await?;
        match status {
            Some(0) => Ok(heard.into_stdout()),
            Some(status) => {
                Err(CommandError { line, ended: format!("ended with status {status}"), tail: heard.tail() })
            }
            None => Err(CommandError { line, ended: "was ended by a signal".to_owned(), tail: heard.tail() }),
        }
    }

    /// Run it to its end, whatever its status. What it leaves running is not waited for, and only the end of what it says is kept.
    pub async fn finish(self) -> Result<Finished, CommandError> {
        let heard = Heard::last_lines();
        let status = self.ended(&heard, Some(LINGER)).await?;
        Ok(Finished { status, tail: heard.tail() })
    }

    /// Its status when its streams have ended and it has; or so long after it has, whoever still holds them.
    async fn ended(self, heard: &Heard, linger: Option<Duration>) -> Result<Option<i32>, CommandError> {
        let line = self.line();
        let failed = |ended: String| CommandError { line: line.clone(), ended, tail: String::new() };
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.envs).kill_on_drop(true).process_group(0);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = std::time::Instant::now();
        let mut child = command.spawn().map_err(|error| failed(format!("could not be started: {error}")))?;
        let group = Group::of(&child);
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let everything = async {
            let feed = async {
                if let (Some(mut stdin), Some(text)) = (stdin, &self.input) {
                    // A tool that reads no input closes it early; its own status tells the rest.
                    let _ = stdin.write_all(text.as_bytes()).await;
                }
            };
            let streams = async {
                tokio::join!(feed, heard.stdout(stdout, self.on_line), heard.stderr(stderr, self.on_line));
            };
            let mut streams = pin!(streams);
            match linger {
                None => streams.await,
                Some(linger) => tokio::select! {
                    biased;
                    () = &mut streams => {}
                    _ = child.wait() => {
                        let _ = tokio::time::timeout(linger, streams).await;
                    }
                },
            }
            child.wait().await
        };
        let Ok(status) = tokio::time::timeout(self.deadline, everything).await else {
            let ended = format!("did not finish within {} s", self.deadline.as_secs());
            tracing::warn!("`{line}` {ended}");
            return Err(CommandError { ended, tail: heard.tail(), line });
        };
        group.ended();
        let status = status.map_err(|error| failed(format!("was lost: {error}")))?;
        tracing::debug!(status = status.code(), took_ms = began.elapsed().as_millis(), "`{line}`");
        Ok(status.code())
    }
}

/// The process group of a child: ended with it, however the wait for it ends.
struct Group(Option<rustix::process::Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw))
    }

    /// The leader was waited for: its number may belong to somebody else from now on.
    fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// A word as a shell wants it.
pub fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_can_be_pasted() {
        assert_eq!(
            Tool::new("/opt/bin/kind", ["create", "cluster", "--name", "a b"]).line(),
            "kind create cluster --name 'a b'"
        );
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
    }

    #[tokio::test]
    async fn an_error_holds_status_and_last_output() {
        let error = Tool::new("sh", ["-c", "echo one; echo two >&2; exit 3"]).run().await.unwrap_err();
        assert_eq!(error.ended, "ended with status 3");
        assert!(error.tail.contains("one") && error.tail.contains("two"));
    }

    #[tokio::test]
    async fn a_deadline_ends_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let sign = folder.path().join("late");
        let script = format!("(sleep 1; touch {}) & wait", sign.display());
        let error = Tool::new("sh", ["-c", &script]).within(Duration::from_millis(100)).run().await.unwrap_err();
        assert!(error.ended.contains("did not finish"));
        tokio::time::sleep(Duration::from_millis(1_300)).await;
        assert!(!sign.exists());
    }

    #[tokio::test]
    async fn input_reaches_the_tool() {
        assert_eq!(Tool::new("cat", [""; 0]).input("hello").run().await.unwrap(), "hello");
    }

    /// A `kubectl port-forward &` kept the script that had started it "running" until its time was over.
    #[tokio::test]
    async fn what_a_script_leaves_running_is_not_waited_for() {
        let began = std::time::Instant::now();
        let finished = Tool::new("sh", ["-c", "echo said; sleep 8 & exit 3"]).finish().await.unwrap();
        assert_eq!((finished.status, finished.tail.as_str()), (Some(3), "said"));
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn all_that_a_tool_says_is_read_and_the_end_of_a_repair_is_kept() {
        let long = "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last";
        let all = Tool::new("sh", ["-c", long]).run().await.unwrap();
        assert_eq!((all.len(), all.lines().last()), (1_000_006, Some("last")));
        let tail = Tool::new("sh", ["-c", long]).finish().await.unwrap().tail;
        assert!(tail.ends_with("x\nlast") && tail.len() < 50_000, "{}", tail.len());
        // Cut anywhere, a letter of two bytes is still one.
        let letters = "printf x; yes ё | head -c 9000 | tr -d '\\n'";
        assert_eq!(Tool::new("sh", ["-c", letters]).run().await.unwrap(), format!("x{}", "ё".repeat(3000)));
    }
}
