//! A service under test, as it is typed: `--service ROLE=IMAGE`.
//!
//! **Invariant**: the image is in the nodes before anything of the run has begun.

use std::{fmt, str::FromStr};

use super::{
    failure::{Code, Failure},
    flags::Global,
};
use crate::{
    lab::{Lab, cluster::elsewhere, engine::adopt},
    model::plan::UnderTest,
};

/// A role of the shop, and the image that takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The role: a deployment of the lab.
    pub role: String,
    /// The image, as the engine knows it.
    pub image: String,
}

impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected ROLE=IMAGE, such as payment=registry.example/payment:42, found `{text}`");
        let (role, image) = text.split_once('=').ok_or_else(expected)?;
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if role.is_empty() || !role.chars().all(is_name) || image.is_empty() || image.contains(char::is_whitespace) {
            return Err(expected());
        }
        Ok(Self { role: role.to_owned(), image: image.to_owned() })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.role, self.image)
    }
}

impl Service {
    /// Bring the image into the lab.
    pub(super) async fn adopted(&self, global: &Global) -> Result<UnderTest, Failure> {
        let Self { role, image } = self;
        if elsewhere::named(&global.lab).is_some() {
            return Err(Failure::new(Code::Usage, "--service: an image is brought into a lab of droplab's own only"));
        }
        let lab = Lab::connect(&global.lab).await?;
        let known = lab.handle.deployments().await?;
        if !known.get(role).is_some_and(|found| found.images.contains_key(role)) {
            let roles: Vec<_> = known.into_keys().collect();
            let why = format!("--service: the lab has no service `{role}`; it has {}", roles.join(", "));
            return Err(Failure::new(Code::Usage, why));
        }
        let adopted = adopt::adopt(&lab.layout, role, image).await.map_err(|error| {
            let failure = Failure::from(error);
            let is_missing = failure.code == Code::ImageMissing;
            if is_missing {
                failure.next(format!("docker pull {image}, or docker build -t {image} ."))
            } else {
                failure
            }
        });
        Ok(UnderTest { service: role.clone(), image: image.clone(), version: adopted? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_and_an_image_are_asked_for() {
        let read: Service = "payment=registry.example:5000/payment@sha256:0a=b".parse().unwrap();
        assert_eq!((read.role.as_str(), read.image.as_str()), ("payment", "registry.example:5000/payment@sha256:0a=b"));
        for wrong in ["payment", "=image", "payment=", "Payment=x", "payment=a b", "../x=y"] {
            assert!(wrong.parse::<Service>().is_err(), "{wrong}");
        }
    }
}
