//! Which release of its service this process is: what the image says in one line, or the base version where it says nothing.
//!
//! **Invariant:** a release is a row of `KNOWN` and a file of that name in `images/shop/releases`; what a release does
//! differently is in a module of its own, which the code of its service chooses by this value.

use std::io::ErrorKind;
use std::path::Path;

/// Where an image says which release it is: `payment 2.8.1`.
const PLACE: &str = "/etc/shop/release";

/// Every release of every service that this binary can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Release {
    Storefront1_0_0,
    Storefront1_3_0,
    Storefront1_4_0,
    Catalog1_0_0,
    Catalog1_1_0,
    Catalog1_1_1,
    Orders1_0_0,
    Payment2_8_0,
    Payment2_8_1,
    Payment2_9_0,
    Bank1_0_0,
    Carrier1_0_0,
    Inventory1_0_0,
    Inventory1_1_0,
    Inventory1_1_1,
    Fulfilment1_0_0,
    Fulfilment1_2_0,
    Fulfilment1_3_0,
    Notification1_0_0,
}

/// Each with its service and version; of one service the base version comes first.
const KNOWN: [(Release, &str, &str); 19] = [
    (Release::Storefront1_0_0, "storefront", "1.0.0"),
    (Release::Storefront1_3_0, "storefront", "1.3.0"),
    (Release::Storefront1_4_0, "storefront", "1.4.0"),
    (Release::Catalog1_0_0, "catalog", "1.0.0"),
    (Release::Catalog1_1_0, "catalog", "1.1.0"),
    (Release::Catalog1_1_1, "catalog", "1.1.1"),
    (Release::Orders1_0_0, "orders", "1.0.0"),
    (Release::Payment2_8_0, "payment", "2.8.0"),
    (Release::Payment2_8_1, "payment", "2.8.1"),
    (Release::Payment2_9_0, "payment", "2.9.0"),
    (Release::Bank1_0_0, "bank", "1.0.0"),
    (Release::Carrier1_0_0, "carrier", "1.0.0"),
    (Release::Inventory1_0_0, "inventory", "1.0.0"),
    (Release::Inventory1_1_0, "inventory", "1.1.0"),
    (Release::Inventory1_1_1, "inventory", "1.1.1"),
    (Release::Fulfilment1_0_0, "fulfilment", "1.0.0"),
    (Release::Fulfilment1_2_0, "fulfilment", "1.2.0"),
    (Release::Fulfilment1_3_0, "fulfilment", "1.3.0"),
    (Release::Notification1_0_0, "notification", "1.0.0"),
];

/// Why a process cannot be the release that its image says.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReleaseError {
    /// The file is there and cannot be read.
    #[error("{PLACE} cannot be read: {0}")]
    Unreadable(String),
    /// The file holds something else than a service and a version.
    #[error("{PLACE} says `{0}`, which is not a service and its version, such as `payment 2.8.0`")]
    Malformed(String),
    /// The image belongs to another service than the one that was asked for.
    #[error("this is an image of {image}, and was started as {role}")]
    OtherService {
        /// The service that the image is a release of.
        image: String,
        /// The service that the process was started as.
        role: &'static str,
    },
    /// This binary has no such version.
    #[error("{PLACE} says {service} {version}; this binary knows {}", versions(.service).join(", "))]
    Unknown {
        /// The service.
        service: &'static str,
        /// The version that nobody knows.
        version: String,
    },
}

impl Release {
    /// The release of `role` that this process is.
    pub(crate) fn here(role: &'static str) -> Result<Self, ReleaseError> {
        Self::read(role, Path::new(PLACE))
    }

    fn read(role: &'static str, place: &Path) -> Result<Self, ReleaseError> {
        match std::fs::read_to_string(place) {
            Ok(text) => Self::named(role, &text),
            // The shop outside of an image: `cargo run`, the tests.
            Err(error) if error.kind() == ErrorKind::NotFound => Self::base(role),
            Err(error) => Err(ReleaseError::Unreadable(error.to_string())),
        }
    }

    fn named(role: &'static str, text: &str) -> Result<Self, ReleaseError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [service, version] = words[..] else {
            return Err(ReleaseError::Malformed(text.trim().to_owned()));
        };
        if service != role {
            return Err(ReleaseError::OtherService { image: service.to_owned(), role });
        }
        let known = KNOWN.iter().find(|known| known.1 == service && known.2 == version);
        known.map(|known| known.0).ok_or_else(|| ReleaseError::Unknown { service: role, version: version.to_owned() })
    }

    fn base(role: &'static str) -> Result<Self, ReleaseError> {
        let known = KNOWN.iter().find(|known| known.1 == role);
        known.map(|known| known.0).ok_or_else(|| ReleaseError::Unknown { service: role, version: String::new() })
    }

    /// As it is written into logs, metrics and the ledger: `2.8.1`.
    pub(crate) fn version(self) -> &'static str {
        KNOWN.iter().find(|known| known.0 == self).map_or("", |known| known.2)
    }
}

fn versions(service: &str) -> Vec<&'static str> {
    KNOWN.iter().filter(|known| known.1 == service).map(|known| known.2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../images/shop/releases")
    }

    #[test]
    fn every_release_of_the_folder_is_known_and_every_known_release_is_in_the_folder() {
        let mut files = BTreeSet::new();
        for service in fs::read_dir(folder()).unwrap().map(Result::unwrap) {
            for version in fs::read_dir(service.path()).unwrap().map(Result::unwrap) {
                let name = [service.file_name(), version.file_name()].map(|part| part.into_string().unwrap()).join(" ");
                assert_eq!(fs::read_to_string(version.path()).unwrap().trim_end(), name);
                files.insert(name);
            }
        }
        let known: BTreeSet<_> = KNOWN.iter().map(|(_, service, version)| format!("{service} {version}")).collect();
        assert_eq!(files, known);
        assert_eq!(known.len(), KNOWN.len(), "no two rows are the same release");
    }

    #[test]
    fn a_release_is_what_its_file_says() {
        assert_eq!(Release::read("payment", &folder().join("payment/2.9.0")), Ok(Release::Payment2_9_0));
        assert_eq!(Release::Payment2_9_0.version(), "2.9.0");
        assert!(KNOWN.iter().all(|known| known.0.version() == known.2));
    }

    #[test]
    fn without_a_file_a_service_is_its_base_version() {
        let nowhere = folder().join("payment/none");
        assert_eq!(Release::read("payment", &nowhere), Ok(Release::Payment2_8_0));
        assert_eq!(Release::read("fulfilment", &nowhere), Ok(Release::Fulfilment1_0_0));
    }

    #[test]
    fn what_cannot_be_is_said_in_a_sentence() {
        let said = |role, text| Release::named(role, text).unwrap_err().to_string();
        assert_eq!(
            said("payment", "payment 3.0.0\n"),
            "/etc/shop/release says payment 3.0.0; this binary knows 2.8.0, 2.8.1, 2.9.0"
        );
        assert_eq!(said("orders", "payment 2.8.1"), "this is an image of payment, and was started as orders");
        assert!(said("payment", "2.8.1").contains("is not a service and its version"));
        assert!(Release::read("payment", &folder()).unwrap_err().to_string().contains("cannot be read"));
    }
}
