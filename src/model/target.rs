//! Whom a fault hits, as people write it: `payment`, `payment@dc-2`, `payment:50%`, `pod/NAME`, `zone/dc-2`, `address/10.0.0.7`.
//!
//! **Invariant**: choosing is pure: the same target, seed and population give the same pods; what is printed reads back.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    facts::{Facts, Pod, Service},
    units::{Share, from_text},
};

/// Whom a fault hits.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Pods of a service, perhaps in one zone only, perhaps a share of them only.
    Service {
        /// The label `app.kubernetes.io/name`.
        name: String,
        /// In this data centre only.
        zone: Option<String>,
        /// Only so many of them, rounded up; which ones follows from the seed.
        share: Option<Share>,
    },
    /// One pod by its name.
    Pod(String),
    /// Every pod of a data centre.
    Zone(String),
    /// An address outside of every pod.
    Address(Ipv4Addr),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "`{text}` is no target: {why}; expected a service such as `payment`, `payment@dc-2` or `payment:50%`, or \
                 `pod/NAME`, `zone/dc-2`, `address/10.0.0.7`"
            )
        };
        let named = |name: &str| match name {
            "" => Err(wrong("a name is missing")),
            name if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) => {
                Ok(name.to_owned())
            }
            _ => Err(wrong("a name has letters, digits, `-` and `.`")),
        };
        match text.split_once('/') {
            Some(("pod", name)) => return named(name).map(Self::Pod),
            Some(("zone", name)) => return named(name).map(Self::Zone),
            Some(("address", address)) => {
                return address.parse().map(Self::Address).map_err(|_| wrong("that is no IPv4 address"));
            }
            Some(("service", _)) | None => {}
            Some((kind, _)) => return Err(wrong(&format!("there is no kind `{kind}`"))),
        }
        let text = text.strip_prefix("service/").unwrap_or(text);
        let (text, share) = match text.split_once(':') {
            Some((text, share)) => (text, Some(share.parse::<Share>().map_err(|why| wrong(&why))?)),
            None => (text, None),
        };
        if share.is_some_and(|share| share.0 <= 0.0) {
            return Err(wrong("0% of the pods is none"));
        }
        let (name, zone) = match text.split_once('@') {
            Some((name, zone)) => (name, Some(named(zone)?)),
            None => (text, None),
        };
        Ok(Self::Service { name: named(name)?, zone, share })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { name, zone, share } => {
                f.write_str(name)?;
                zone.iter().try_for_each(|zone| write!(f, "@{zone}"))?;
                share.iter().try_for_each(|share| write!(f, ":{share}"))
            }
            Self::Pod(name) => write!(f, "pod/{name}"),
            Self::Zone(name) => write!(f, "zone/{name}"),
            Self::Address(address) => write!(f, "address/{address}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, "a target such as `payment`, `payment@dc-2`, `pod/NAME` or `zone/dc-2`")
    }
}

impl Target {
    /// The pods of this population that are meant.
    pub fn pods<'f>(&self, facts: &'f Facts, seed: u64) -> Vec<&'f Pod> {
        match self {
            Self::Address(_) => Vec::new(),
            Self::Pod(name) => facts.pods.iter().filter(|pod| pod.name == *name).collect(),
            Self::Zone(zone) => facts.pods.iter().filter(|pod| facts.zone_of(pod) == Some(zone)).collect(),
            Self::Service { name, zone, share } => {
                let in_zone = |pod: &&Pod| zone.as_ref().is_none_or(|zone| facts.zone_of(pod) == Some(zone));
                let mut pods: Vec<_> = facts.pods.iter().filter(|pod| pod.service == *name).filter(in_zone).collect();
                if let Some(share) = share {
                    // A pod's place follows from itself alone, so that the others' comings and goings hardly move it.
                    pods.sort_by_key(|pod| mixed(&pod.uid, seed));
                    pods.truncate(part(pods.len(), *share));
                    pods.sort_by(|one, other| one.name.cmp(&other.name));
                }
                pods
            }
        }
    }

    /// The addresses by which this target is reached: its pods', and those of the Services that lead to them.
    pub fn addresses(&self, facts: &Facts, seed: u64) -> Vec<Ipv4Addr> {
        if let Self::Address(address) = self {
            return vec![*address];
        }
        let pods = self.pods(facts, seed);
        let mut addresses: Vec<Ipv4Addr> = pods.iter().filter_map(|pod| pod.address).collect();
        // Inside of a pod a packet bears the Service's address: its translation happens on the node. A Service that also
        // leads to pods that are not meant is left alone.
        let meant = |pod: &Pod| pods.iter().any(|one| one.name == pod.name);
        let only_here = |service: &&Service| {
            let mut led_to = facts.pods.iter().filter(|pod| service.leads_to(pod)).peekable();
            led_to.peek().is_some() && led_to.all(meant)
        };
        addresses.extend(facts.services.values().filter(only_here).filter_map(|one| one.address));
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// Why this target cannot be hit in this population, if it cannot.
    pub fn refusal(&self, facts: &Facts, seed: u64) -> Option<String> {
        if let Self::Address(_) = self {
            return Some(format!(
                "{self} is outside of the lab: only pods can be hit, an address can only be cut off from them"
            ));
        }
        let pods = self.pods(facts, seed);
        if pods.is_empty() {
            return Some(format!("{self} matches no pod; {}", self.known(facts)));
        }
        if pods.len() == facts.pods.len() {
            return Some(format!("{self} matches every pod of the lab: name a service, a pod or a zone"));
        }
        let host: Vec<_> = pods.iter().filter(|pod| pod.host_network).map(|pod| pod.name.as_str()).collect();
        (!host.is_empty())
            .then(|| format!("{} shares its node's network, a fault in it would hit the whole node", host.join(", ")))
    }

    fn known(&self, facts: &Facts) -> String {
        let mut names: Vec<&str> = match self {
            Self::Pod(_) => facts.pods.iter().map(|pod| pod.name.as_str()).collect(),
            Self::Zone(_) => facts.nodes.values().filter_map(|node| node.zone.as_deref()).collect(),
            Self::Service { .. } | Self::Address(_) => facts.pods.iter().map(|pod| pod.service.as_str()).collect(),
        };
        names.sort_unstable();
        names.dedup();
        format!("this lab has {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
    }
}

/// A share of so many, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a handful of pods"
)]
fn part(count: usize, share: Share) -> usize {
    (count as f64 * share.0).ceil() as usize
}

/// A number that looks drawn (FNV-1a, 64 bits), from a text and a seed.
pub fn mixed(text: &str, seed: u64) -> u64 {
    let start = 0xCBF2_9CE4_8422_2325_u64 ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    text.bytes().fold(start, |mix, byte| (mix ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Node;

    fn facts() -> Facts {
        let pod = |service: &str, number: u8| Pod {
            name: format!("{service}-{number}"),
            uid: format!("uid-{service}-{number}"),
            service: service.to_owned(),
            node: format!("worker{number}"),
            address: Some(Ipv4Addr::new(10, 244, number, 7)),
            host_network: service == "proxy",
            labels: [("app.kubernetes.io/name".to_owned(), service.to_owned())].into(),
        };
        let pods =
            ["payment", "postgres", "proxy"].iter().flat_map(|service| [1, 2, 3].map(|number| pod(service, number)));
        let node =
            |number: u8| (format!("worker{number}"), Node { zone: Some(format!("dc-{number}")), ..Node::default() });
        let service = Service {
            address: Some(Ipv4Addr::new(10, 96, 0, 9)),
            selector: [("app.kubernetes.io/name".to_owned(), "postgres".to_owned())].into(),
        };
        Facts {
            pods: pods.collect(),
            nodes: [1, 2, 3].map(node).into(),
            services: [("postgres".to_owned(), service)].into(),
            ..Facts::default()
        }
    }

    fn names(target: &str, seed: u64) -> Vec<String> {
        let target: Target = target.parse().unwrap();
        target.pods(&facts(), seed).iter().map(|pod| pod.name.clone()).collect()
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in
            ["payment", "payment@dc-2", "payment:50%", "payment@dc-2:50%", "pod/a-1", "zone/dc-1", "address/10.0.0.7"]
        {
            assert_eq!(text.parse::<Target>().map(|target| target.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("service/payment".parse::<Target>().unwrap().to_string(), "payment");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in ["", "pod/", "host/a", "payment:0%", "payment:101%", "payment:50", "address/a", "a b", "payment@"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_target_chooses_by_service_zone_name_and_share() {
        assert_eq!(names("payment", 1), ["payment-1", "payment-2", "payment-3"]);
        assert_eq!(names("payment@dc-2", 1), ["payment-2"]);
        assert_eq!(names("pod/postgres-3", 1), ["postgres-3"]);
        assert_eq!(names("zone/dc-1", 1), ["payment-1", "postgres-1", "proxy-1"]);
        assert_eq!(names("payment:50%", 1).len(), 2);
        assert_eq!(names("payment:50%", 1), names("payment:50%", 1));
        assert!((0..20).any(|seed| names("payment:30%", seed) != names("payment:30%", 1)), "the seed decides");
    }

    #[test]
    fn who_is_meant_is_reached_by_every_service_address_that_leads_nowhere_else() {
        let target: Target = "postgres".parse().unwrap();
        assert_eq!(target.addresses(&facts(), 1).len(), 4);
        let some: Target = "postgres@dc-1".parse().unwrap();
        assert_eq!(some.addresses(&facts(), 1), [Ipv4Addr::new(10, 244, 1, 7)], "the Service leads to others too");
        let mut facts = facts();
        facts.pods[3].labels.insert("data-centre".to_owned(), "dc-1".to_owned());
        let selector = [("data-centre".to_owned(), "dc-1".to_owned())].into();
        let of_one = Service { address: Some(Ipv4Addr::new(10, 96, 0, 11)), selector };
        facts.services.insert("postgres-dc-1".to_owned(), of_one);
        assert_eq!(some.addresses(&facts, 1).len(), 2, "a Service of its own is another way to the same server");
    }

    #[test]
    fn nobody_everybody_and_the_nodes_own_are_refused() {
        let why = |text: &str| text.parse::<Target>().unwrap().refusal(&facts(), 1);
        assert_eq!(why("payments").unwrap(), "payments matches no pod; this lab has payment, postgres, proxy");
        assert!(why("proxy").unwrap().contains("shares its node's network"));
        assert!(why("address/10.0.0.7").is_some());
        assert_eq!(why("payment"), None);
    }
}
