//! Secrets never reach a log: whoever comes to know one says so here, and the writer takes it out of every line.
//!
//! **Invariant**: what was said to be secret is in no line that is written after that, whoever wrote the line.

use std::{
    borrow::Cow,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

/// What stands in a secret's place.
const INSTEAD: &str = "[secret]";
/// Shorter ones are parts of ordinary words, and would tell by what they take out.
const SHORTEST: usize = 6;

static SECRETS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// This is a secret from now on.
pub fn hide(secret: &str) {
    let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    if secret.len() >= SHORTEST && !secrets.iter().any(|known| known == secret) {
        secrets.push(secret.to_owned());
        // A secret that holds another one is taken out as a whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }
}

/// A line without secrets.
fn redacted(line: &str) -> Cow<'_, str> {
    let mut line = Cow::Borrowed(line);
    for secret in &*SECRETS.lock().unwrap_or_else(PoisonError::into_inner) {
        if line.contains(secret.as_str()) {
            line = line.replace(secret.as_str(), INSTEAD).into();
        }
    }
    line
}

/// A writer that takes secrets out of what it is given; it is given whole lines.
pub struct Redacting<W>(pub W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        self.0.write_all(redacted(&line).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::{fmt, layer::SubscriberExt as _};

    use super::*;
    use crate::lab::access::secrets::Secrets;

    /// Everything that was logged, as the writer had it.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_password_of_a_lab_reaches_a_log_whoever_says_it() {
        let secrets = Secrets::generate();
        let written = Written::default();
        let writer = written.clone();
        let layer = fmt::layer().with_ansi(false).with_writer(move || Redacting(writer.clone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::debug!(password = %secrets.postgres, "a field");
            tracing::warn!("redis://:{}@127.0.0.1:27379 does not answer", secrets.redis);
            tracing::debug!(why = ?Some(&secrets.shop), "quoted {}{}", secrets.replication, secrets.replication);
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches(INSTEAD).count(), 5, "{text}");
        for secret in [&secrets.postgres, &secrets.shop, &secrets.redis, &secrets.replication] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
        assert!(text.contains("does not answer"), "{text}");
    }
}
