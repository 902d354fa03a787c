//! How many packets met what is held, added up over networks that come and go.
//!
//! **Invariant**: a sum never falls while a hold lasts: a network that is gone, or whose rules expired and were put in anew, keeps
//! what it had counted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// By hold, and by node, network and family of protocols.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<Mutex<BTreeMap<String, BTreeMap<String, u64>>>>);

impl Counts {
    /// Take what the nodes have printed, each line a place and a number of packets; the sum so far.
    pub(super) fn add<'o>(&self, id: &str, printed: impl Iterator<Item = (&'o str, &'o str)>) -> u64 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let places = counts.entry(id.to_owned()).or_default();
        for (node, line) in printed.flat_map(|(node, output)| output.lines().map(move |line| (node, line))) {
            let Some((place, packets)) = line.trim().rsplit_once(' ') else { continue };
            let Ok(packets) = packets.parse::<u64>() else { continue };
            let most = places.entry(format!("{node} {place}")).or_default();
            *most = packets.max(*most);
        }
        places.values().sum()
    }

    /// It is armed anew, and begins at nothing.
    pub(super) fn forget(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_that_is_gone_takes_no_packets_with_it() {
        let counts = Counts::default();
        assert_eq!(counts.add("x1", [("w1", "cni-a ip 5\ncni-b ip 7\n"), ("w2", "node ip 1\n")].into_iter()), 13);
        assert_eq!(counts.add("x1", [("w1", "cni-b ip 9\ncni-c ip 2\n"), ("w2", "")].into_iter()), 17);
        assert_eq!(counts.add("x2", [("w1", "cni-b ip 1\n")].into_iter()), 1);
        counts.forget("x1");
        assert_eq!(counts.add("x1", [("w1", "cni-b ip 9\n")].into_iter()), 9);
    }
}
