//! What a tool says on both of its streams.
//!
//! **Invariant**: no more of it is kept than somebody wants: all of standard output, or the last lines alone.

use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

/// How many of the last lines are kept.
const TAIL: usize = 12;
/// The bytes of one line; what is longer counts as several.
const LONGEST: u64 = 4096;

/// What was heard of a tool so far.
pub(super) struct Heard {
    /// All of standard output, if somebody wants it.
    all: Option<Mutex<Vec<u8>>>,
    /// The last lines of both streams.
    tail: Mutex<Vec<String>>,
}

impl Heard {
    /// All of standard output is kept.
    pub(super) fn all() -> Self {
        Self { all: Some(Mutex::default()), tail: Mutex::default() }
    }

    /// Only the last lines are kept, however much is said.
    pub(super) fn last_lines() -> Self {
        Self { all: None, tail: Mutex::default() }
    }

    /// Listen to standard output until it ends.
    pub(super) async fn stdout(
        &self,
        stream: Option<impl AsyncRead + Unpin>,
        hear: Option<&(dyn Fn(&str) + Send + Sync)>,
    ) {
        self.listen(stream, self.all.as_ref(), hear).await;
    }

    /// Listen to standard error until it ends.
    pub(super) async fn stderr(
        &self,
        stream: Option<impl AsyncRead + Unpin>,
        hear: Option<&(dyn Fn(&str) + Send + Sync)>,
    ) {
        self.listen(stream, None, hear).await;
    }

    async fn listen(
        &self,
        stream: Option<impl AsyncRead + Unpin>,
        all: Option<&Mutex<Vec<u8>>>,
        hear: Option<&(dyn Fn(&str) + Send + Sync)>,
    ) {
        let Some(stream) = stream else { return };
        let (mut reader, mut raw) = (BufReader::new(stream), Vec::new());
        while (&mut reader).take(LONGEST).read_until(b'\n', &mut raw).await.is_ok_and(|count| count > 0) {
            self.keep(String::from_utf8_lossy(&raw).trim_end(), hear);
            if let Some(all) = all {
                all.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&raw);
            }
            raw.clear();
        }
    }

    fn keep(&self, line: &str, hear: Option<&(dyn Fn(&str) + Send + Sync)>) {
        if let Some(hear) = hear {
            hear(line);
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL {
            tail.remove(0);
        }
        tail.push(line.to_owned());
    }

    /// The last lines of both streams.
    pub(super) fn tail(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// All of standard output; nothing if nobody wanted it.
    pub(super) fn into_stdout(self) -> String {
        let all = self.all.map(|all| all.into_inner().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&all.unwrap_or_default()).into_owned()
    }
}
