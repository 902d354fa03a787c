//! The pair of keys that signs results and checks them, in the files that openssl writes and reads.
//!
//! **Invariant**: a file that is there is never written over; what signs is readable by its owner alone.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    SigningKey, VerifyingKey,
    pkcs8::{
        DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _,
        spki::der::pem::LineEnding,
    },
};
use rand::RngCore as _;

use super::{StoreError, file, sealed};
use crate::home;

/// The files of an examiner, and who may read each: what signs, what checks, what opens, what seals.
pub const FILES: [(&str, u32); 4] =
    [("exam.key", 0o600), ("exam.pub", 0o644), ("seal.key", 0o600), ("seal.pub", 0o644)];

/// Make both pairs; the paths of [`FILES`], in that order.
pub fn make(folder: &Path) -> Result<[PathBuf; 4], StoreError> {
    home::make_folder(folder).map_err(file("create", folder))?;
    let paths = FILES.map(|(name, _)| folder.join(name));
    if let Some(there) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        let source = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "a key is never written over");
        return Err(file("create", there)(source));
    }
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    let key = SigningKey::from_bytes(&secret);
    let wrong = |error: &dyn std::fmt::Display| StoreError::Key { path: folder.to_owned(), why: error.to_string() };
    let signs = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| wrong(&error))?;
    let checks = key.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|error| wrong(&error))?;
    let (opens, seals) = sealed::pair();
    let texts = [signs.as_str(), &checks, &opens, &seals];
    for ((path, (_, mode)), text) in paths.iter().zip(FILES).zip(texts) {
        let mut created =
            fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(file("create", path))?;
        created.write_all(text.as_bytes()).and_then(|()| created.sync_all()).map_err(file("write", path))?;
    }
    Ok(paths)
}

/// Read the key that signs.
pub fn signing(path: &Path) -> Result<SigningKey, StoreError> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    SigningKey::from_pkcs8_pem(&text).map_err(|_| {
        let why = sealed::mistaken(&text, "exam.key").unwrap_or_else(|| {
            "expected an ed25519 key in PEM, as `droplab exam keygen` or `openssl genpkey -algorithm ed25519` writes it"
                .to_owned()
        });
        StoreError::Key { path: path.to_owned(), why }
    })
}

/// Read the key that checks.
pub fn verifying(path: &Path) -> Result<VerifyingKey, StoreError> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    VerifyingKey::from_public_key_pem(&text).map_err(|_| {
        let why = sealed::mistaken(&text, "exam.pub").unwrap_or_else(|| {
            "expected an ed25519 public key in PEM, as `droplab exam keygen` or `openssl pkey -pubout` writes it"
                .to_owned()
        });
        StoreError::Key { path: path.to_owned(), why }
    })
}
