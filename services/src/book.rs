//! A book that only grows: one line of JSON for each entry, on a disk that outlives the process.
//!
//! **Invariant:** what was answered for is written, and what is written is never changed; a line that was cut short says nothing,
//! and takes no other with it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::{self, ConfigError};
use crate::failure::Failure;

/// One book. Two processes may write into one, as they do while one replaces the other: each line goes to the end in one piece.
pub(crate) struct Book {
    path: PathBuf,
    file: Mutex<File>,
}

impl Book {
    /// The book of that name in the folder `BOOK_DIR`; begun when there is none.
    pub(crate) fn from_env(name: &str) -> Result<Self, ConfigError> {
        let folder = config::required("BOOK_DIR")?;
        let path = Path::new(&folder).join(format!("{name}.jsonl"));
        Self::open(&path).map_err(|error| ConfigError::Setup(format!("the book {}: {error}", path.display())))
    }

    /// The book in this file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Writes one entry at the end.
    pub(crate) fn append<E: Serialize>(&self, entry: &E) -> Result<(), Failure> {
        let unwritten = |why: String| Failure::Database(format!("the book: {why}"));
        // On a line of its own, whatever the one before came to; empty lines say nothing.
        let line = serde_json::to_string(entry).map_err(|error| unwritten(error.to_string()))?;
        let line = format!("\n{line}\n").into_bytes();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(|error| unwritten(error.to_string()))
    }

    /// Goes through all entries from the first on.
    pub(crate) fn read<E: DeserializeOwned>(&self, each: impl FnMut(E)) -> io::Result<()> {
        self.search(|_| true, each)
    }

    /// Goes through the entries whose lines may be meant: a book of a million is searched in a second, and read in many.
    pub(crate) fn search<E: DeserializeOwned>(
        &self,
        may_be: impl Fn(&str) -> bool,
        mut each: impl FnMut(E),
    ) -> io::Result<()> {
        let (mut book, mut line) = (BufReader::with_capacity(1 << 20, File::open(&self.path)?), Vec::new());
        while book.read_until(b'\n', &mut line)? > 0 {
            let text = std::str::from_utf8(&line).unwrap_or_default();
            if let Some(entry) = Some(text).filter(|text| may_be(text)).and_then(|text| serde_json::from_str(text).ok())
            {
                each(entry);
            }
            line.clear();
        }
        Ok(())
    }
}

/// Reads in a book, which may be long: not beside the requests that wait for an answer.
pub(crate) async fn consult<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(io::Error::other)
        .and_then(|read| read)
        .map_err(|error| Failure::Database(format!("the book: {error}")))
}

/// Why a service with a book cannot start.
pub(crate) fn unread(error: &io::Error) -> ConfigError {
    ConfigError::Setup(format!("what the book says: {error}"))
}

/// Milliseconds since 1970, for an entry's date.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
impl Book {
    /// An empty book of a test's own.
    pub(crate) fn of_a_test() -> Self {
        Self::open(&std::env::temp_dir().join(format!("book-{}.jsonl", uuid::Uuid::new_v4()))).unwrap()
    }

    /// The same book after the process has gone.
    pub(crate) fn again(&self) -> Self {
        Self::open(&self.path).unwrap()
    }
}

#[cfg(test)]
impl Drop for Book {
    fn drop(&mut self) {
        // A second reader of the same file may have been quicker.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(book: &Book) -> Vec<u32> {
        let mut read = Vec::new();
        book.read(|number| read.push(number)).unwrap();
        read
    }

    #[test]
    fn what_was_written_is_read_in_its_order_by_whoever_opens_the_book() {
        let book = Book::of_a_test();
        let other = book.again();
        book.append(&1).unwrap();
        other.append(&2).unwrap();
        book.append(&3).unwrap();
        assert_eq!(numbers(&other), [1, 2, 3]);
    }

    #[test]
    fn a_line_that_was_cut_short_takes_no_other_with_it() {
        let book = Book::of_a_test();
        book.append(&1).unwrap();
        book.file.lock().unwrap().write_all(b"{\"cut").unwrap();
        book.append(&2).unwrap();
        assert_eq!(numbers(&book), [1, 2]);
    }
}
