//! Sealed scenarios: age files that only the examiner's identity opens.
//!
//! **Invariant**: what was sealed is plain in memory only, never in a file.

use std::path::{Path, PathBuf};

use age::{DecryptError, secrecy::ExposeSecret as _, x25519};

use super::{StoreError, file};

/// How sealed files are called.
pub const EXTENSION: &str = "sealed";

/// The half that opens.
pub struct Identity(x25519::Identity);

/// Whether a file's content is sealed: armoured, as droplab writes it, or as `age` writes it.
pub fn is_sealed(content: &[u8]) -> bool {
    content.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") || content.starts_with(b"age-encryption.org/")
}

/// Seal a text for whoever has the other half of this key.
pub fn seal(text: &str, public: &str) -> Result<String, String> {
    let recipient = key_line(public).parse::<x25519::Recipient>().map_err(|why| {
        let expected = || format!("expected a key that begins with `age1`, as in seal.pub: {why}");
        mistaken(public, "seal.pub").unwrap_or_else(expected)
    })?;
    age::encrypt_and_armor(&recipient, text.as_bytes()).map_err(|error| error.to_string())
}

/// Open what was read from a file.
pub fn open(path: &Path, content: &[u8], identity: Option<&Identity>) -> Result<String, StoreError> {
    let sealed = |why: &str| StoreError::Sealed { path: path.to_owned(), why: why.to_owned() };
    let Some(identity) = identity else { return Err(sealed("only the examiner's key opens it")) };
    let plain = age::decrypt(&identity.0, content).map_err(|error| match error {
        DecryptError::NoMatchingKeys => sealed("it was sealed for another key than the one that was given"),
        error => sealed(&format!("it cannot be opened: {error}")),
    })?;
    String::from_utf8(plain).map_err(|_| sealed("what is in it is no text"))
}

/// Read the half that opens.
pub fn identity(path: &Path) -> Result<Identity, StoreError> {
    let text = std::fs::read_to_string(path).map_err(file("read", path))?;
    let identity = key_line(&text).parse().map_err(|_| StoreError::Key {
        path: path.to_owned(),
        why: mistaken(&text, "seal.key").unwrap_or_else(|| {
            "expected a line that begins with `AGE-SECRET-KEY-1`, as `droplab exam keygen` writes it".to_owned()
        }),
    })?;
    Ok(Identity(identity))
}

/// A new pair: the half that opens, the half that seals.
pub fn pair() -> (String, String) {
    let identity = x25519::Identity::generate();
    (identity.to_string().expose_secret().to_owned() + "\n", identity.to_public().to_string() + "\n")
}

/// The half that seals: itself, or the file that holds it.
pub fn public(key: &str) -> Result<String, StoreError> {
    if key.starts_with("age1") {
        return Ok(key.to_owned());
    }
    let path = PathBuf::from(key);
    std::fs::read_to_string(&path).map_err(file("read", &path))
}

/// That a text is another of the examiner's four files than the one that is wanted, in words.
pub(super) fn mistaken(text: &str, wanted: &str) -> Option<String> {
    const FILES: [(&str, &str, &str); 4] = [
        ("-----BEGIN PRIVATE KEY", "exam.key", "the private half, which signs results and is the examiner's alone"),
        ("-----BEGIN PUBLIC KEY", "exam.pub", "the public half, which checks results"),
        ("AGE-SECRET-KEY-1", "seal.key", "the private half, which opens scenarios and is the examiner's alone"),
        ("age1", "seal.pub", "the public half, which seals scenarios"),
    ];
    let (_, name, what) = FILES.into_iter().find(|(begins, ..)| key_line(text).starts_with(*begins))?;
    (name != wanted).then(|| format!("it is {what}, as {name} has it: here {wanted} is wanted"))
}

/// The line that is the key; lines of `#` are somebody's notes.
fn key_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_of_the_examiner_is_called_by_its_name() {
        let checks = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n";
        let why = seal("a", checks).unwrap_err();
        assert_eq!(why, "it is the public half, which checks results, as exam.pub has it: here seal.pub is wanted");
        let (opens, _) = pair();
        assert!(seal("a", &opens).unwrap_err().contains("as seal.key has it"));
        assert_eq!(mistaken(checks, "exam.pub"), None, "it is what is wanted, and broken");
        assert_eq!(mistaken("nonsense", "exam.pub"), None);
    }

    #[test]
    fn only_the_other_half_opens() {
        let ((mine, public), (other, _)) = (pair(), pair());
        let sealed = seal("story: ночь\n", &public).unwrap();
        assert!(is_sealed(sealed.as_bytes()) && !sealed.contains("story"));
        let identity = |text: &str| Identity(key_line(text).parse().unwrap());
        let opened = |with: Option<&Identity>| open(Path::new("q.sealed"), sealed.as_bytes(), with);
        assert_eq!(opened(Some(&identity(&mine))).unwrap(), "story: ночь\n");
        let refused = opened(Some(&identity(&other))).unwrap_err().to_string();
        assert_eq!(refused, "q.sealed is sealed: it was sealed for another key than the one that was given");
        assert!(opened(None).unwrap_err().to_string().contains("only the examiner's key"));
        let cut = &sealed.as_bytes()[..sealed.len() / 2];
        assert!(open(Path::new("q.sealed"), cut, Some(&identity(&mine))).is_err());
        assert!(seal("a", "age1nonsense").unwrap_err().contains("begins with `age1`"));
    }
}
