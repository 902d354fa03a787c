//! A signed text: the envelope of DSSE (github.com/secure-systems-lab/dsse), signed with ed25519.
//!
//! **Invariant**: the signature covers the very bytes that the envelope carries, and their type; no text is written anew to be checked.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What the payload is.
pub const KIND: &str = "application/vnd.droplab.exam-result+json";

/// The envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    /// The payload, in base64.
    pub payload: String,
    /// What it is.
    pub payload_type: String,
    /// Who signed it; nobody yet when empty.
    pub signatures: Vec<Signed>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Which key: the hash of its public half. Only to say which one is missing.
    pub keyid: String,
    /// The signature, in base64.
    pub sig: String,
}

/// Why an envelope is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// It is none.
    #[error("it is no signed result: {0}")]
    Malformed(String),
    /// Nobody signed it.
    #[error("nobody signed it")]
    Unsigned,
    /// Another key did.
    #[error("it was signed with another key: {signed}, and not {given}")]
    OtherKey {
        /// The key that signed.
        signed: String,
        /// The key that was to have signed.
        given: String,
    },
    /// It is not what was signed.
    #[error("the signature does not fit: what the result says was changed after it was signed")]
    Changed,
}

impl Envelope {
    /// Put a text in.
    pub fn around(payload: &str) -> Self {
        Self { payload: STANDARD.encode(payload), payload_type: KIND.to_owned(), signatures: Vec::new() }
    }

    /// Read one.
    pub fn read(text: &str) -> Result<Self, Unbelieved> {
        serde_json::from_str(text).map_err(|error| Unbelieved::Malformed(error.to_string()))
    }

    /// Sign what is in.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), Unbelieved> {
        let signature = key.sign(&pre_authentication(&self.payload_type, &self.bytes()?));
        let sig = STANDARD.encode(signature.to_bytes());
        self.signatures = vec![Signed { keyid: key_id(&key.verifying_key()), sig }];
        Ok(())
    }

    /// What is in, if the owner of this key has signed it.
    pub fn believed(&self, key: &VerifyingKey) -> Result<String, Unbelieved> {
        let bytes = self.bytes()?;
        let signed = pre_authentication(&self.payload_type, &bytes);
        let fits = |one: &Signed| {
            let signature = STANDARD.decode(&one.sig).ok().and_then(|sig| Signature::from_slice(&sig).ok());
            signature.is_some_and(|signature| key.verify_strict(&signed, &signature).is_ok())
        };
        let given = key_id(key);
        match self.signatures.first() {
            None => Err(Unbelieved::Unsigned),
            Some(_) if self.signatures.iter().any(fits) => self.text(),
            Some(first) if self.signatures.iter().all(|one| one.keyid != given) => {
                Err(Unbelieved::OtherKey { signed: short(&first.keyid), given: short(&given) })
            }
            Some(_) => Err(Unbelieved::Changed),
        }
    }

    /// What is in, whoever wrote it.
    pub fn text(&self) -> Result<String, Unbelieved> {
        if self.payload_type != KIND {
            return Err(Unbelieved::Malformed(format!("it holds `{}`, and not `{KIND}`", self.payload_type)));
        }
        String::from_utf8(self.bytes()?).map_err(|error| Unbelieved::Malformed(error.to_string()))
    }

    fn bytes(&self) -> Result<Vec<u8>, Unbelieved> {
        STANDARD.decode(&self.payload).map_err(|error| Unbelieved::Malformed(format!("payload: {error}")))
    }
}

/// What is signed of a payload: its type and itself, each with its length, so that neither can pass for a part of the other.
fn pre_authentication(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// How a key is called: the hash of its public half.
pub fn key_id(key: &VerifyingKey) -> String {
    sha256(key.as_bytes())
}

/// As much of a name as a person compares.
pub fn short(key_id: &str) -> String {
    key_id.chars().take(16).collect()
}

/// A hash, as text.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (Envelope, VerifyingKey) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut envelope = Envelope::around("{\"points\":50}");
        envelope.sign(&key).unwrap();
        (envelope, key.verifying_key())
    }

    /// The example of DSSE's protocol.md.
    #[test]
    fn what_is_signed_is_what_the_protocol_says() {
        let bytes = pre_authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn nothing_of_it_can_be_changed() {
        let (envelope, key) = signed();
        assert_eq!(envelope.believed(&key).unwrap(), "{\"points\":50}");
        let mut other = envelope.clone();
        other.payload = STANDARD.encode("{\"points\":99}");
        assert_eq!(other.believed(&key), Err(Unbelieved::Changed));
        let mut other = envelope.clone();
        other.payload_type = "text/plain".into();
        assert_eq!(other.believed(&key), Err(Unbelieved::Changed));
        let mut other = envelope.clone();
        other.signatures[0].sig = STANDARD.encode([0; 64]);
        assert_eq!(other.believed(&key), Err(Unbelieved::Changed));
        let mut other = envelope.clone();
        other.signatures.clear();
        assert_eq!(other.believed(&key), Err(Unbelieved::Unsigned));
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(matches!(envelope.believed(&stranger), Err(Unbelieved::OtherKey { .. })));
        let mut other = envelope;
        other.signatures[0].keyid = "somebody".into();
        assert!(other.believed(&key).is_ok(), "the name of a key is only a name");
        assert!(matches!(Envelope::read("{}"), Err(Unbelieved::Malformed(_))));
    }
}
