//! Decides whether a request is new, a repetition or a misuse of another one's key.
//!
//! **Invariant:** one key stands for one intent, for ever: the same key with another body is refused, never merged.

use serde::Serialize;
use uuid::Uuid;

use crate::failure::Failure;

/// Ids derived from a key live in their own namespace, so that they cannot meet random ones.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f72_6465_7273_4073_686f_7000_0000_0001);

/// The longest key that is taken.
const LONGEST_KEY: usize = 200;

/// The key of a request, if it has one that is usable.
pub(crate) fn key(headers: &axum::http::HeaderMap) -> Result<Option<&str>, Failure> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key)),
        _ => Err(Failure::Invalid(format!("Idempotency-Key must be 1 to {LONGEST_KEY} printable characters"))),
    }
}

/// The id of the thing that a request makes: the same for every repetition of a key, fresh without one.
pub(crate) fn id(key: Option<&str>) -> Uuid {
    key.map_or_else(Uuid::new_v4, |key| Uuid::new_v5(&NAMESPACE, key.as_bytes()))
}

/// What the body asks for, as a short text that can be kept and compared.
pub(crate) fn fingerprint<T: Serialize>(body: &T) -> String {
    let text = serde_json::to_vec(body).unwrap_or_default();
    Uuid::new_v5(&NAMESPACE, &text).simple().to_string()
}

/// `Ok` when the request that came is the one that was kept under the key.
pub(crate) fn same<T: PartialEq + ?Sized>(kept: &T, came: &T) -> Result<(), Failure> {
    if kept == came { Ok(()) } else { Err(Failure::KeyReused) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn a_key_always_makes_the_same_id() {
        assert_eq!(id(Some("a")), id(Some("a")));
        assert_ne!(id(Some("a")), id(Some("b")));
        assert_ne!(id(None), id(None));
    }

    #[test]
    fn another_body_under_the_same_key_is_refused() {
        let (one, other) = (fingerprint(&("sku", 1)), fingerprint(&("sku", 2)));
        assert!(same(&one, &fingerprint(&("sku", 1))).is_ok());
        assert!(matches!(same(&one, &other), Err(Failure::KeyReused)));
    }

    #[test]
    fn keys_are_bounded() {
        let mut headers = HeaderMap::new();
        assert_eq!(key(&headers).unwrap(), None);
        headers.insert("idempotency-key", HeaderValue::from_static("k-1"));
        assert_eq!(key(&headers).unwrap(), Some("k-1"));
        headers.insert("idempotency-key", HeaderValue::from_str(&"k".repeat(201)).unwrap());
        assert!(key(&headers).is_err());
    }
}
