//! What is to be run in the nodes.
//!
//! **Invariant**: a network that is gone in the meantime is passed over; it took the fault with it.

use std::collections::BTreeMap;

use crate::{
    lab::node::{
        agent,
        features::Shaper,
        fence::{self, Way},
        keeper, netem, packets, shell, table,
    },
    model::hold::{Packets, Shape},
};

/// Does a script as long as a pod's network is there.
const THERE: &str = include_str!("../node/there.sh");
/// Does a script in every network of a node.
const EVERYWHERE: &str = include_str!("../node/everywhere.sh");

/// What is to be run in one node.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    /// Beforehand: changes nothing that anybody could notice.
    pub ready: String,
    /// The blow, when that was done.
    pub blow: String,
    /// Both at once; the renewal, too.
    pub whole: String,
}

/// By node.
pub type ByNode = BTreeMap<String, Scripts>;

impl Scripts {
    /// Rules for packets in a pod's network; without one, in the node's own.
    pub(super) fn of(rules: &table::Rules, network: Option<&str>) -> Self {
        let with = |text: &str| table::put(text, network);
        Self { ready: with(&rules.install), blow: with(&rules.arm), whole: with(&rules.renew) }
    }

    /// Rules that lead to a helper, which is got ready first: nothing reaches it before the rules are filled.
    pub(super) fn helped(rules: &table::Rules, network: &str, helper: &str) -> Self {
        let rules = Self::of(rules, Some(network));
        Self { ready: helper.to_owned() + &rules.ready, blow: rules.blow, whole: helper.to_owned() + &rules.whole }
    }

    /// Packets of one pod that are delayed, lost, doubled or spoilt, by netem or by the agent.
    pub fn shaped(
        shaper: Shaper,
        id: &str,
        ttl_ms: u128,
        (rule, shape): (&Packets, &Shape),
        peers: &[String],
        (uid, network): (&str, &str),
    ) -> Self {
        let kept = |kept: &keeper::Kept| keeper::hold(id, ttl_ms, kept);
        match shaper {
            Shaper::Netem => {
                let queue = netem::shaper(id, uid, network, rule, shape);
                Self::helped(&netem::rules(id, ttl_ms, rule, peers), network, &kept(&queue))
            }
            Shaper::Helper => {
                let helper = agent::shaper(id, uid, network, shape);
                Self::helped(&packets::rules(id, ttl_ms, rule, peers), network, &fetched(&kept(&helper)))
            }
        }
    }

    /// The same as steps of this generation, each of which does nothing once a newer one is known in the node.
    pub(super) fn fenced(&self, id: &str, generation: u64) -> Self {
        Self {
            ready: fence::step(id, generation, Way::Arm, &self.ready),
            // What does steps is there by then.
            blow: fence::again(id, generation, Way::Arm, &self.blow),
            whole: fence::step(id, generation, Way::Arm, &self.whole),
        }
    }

    /// Something that needs no getting ready.
    pub(super) fn at_once(script: String) -> Self {
        Self { ready: ":".to_owned(), blow: script.clone(), whole: script }
    }

    /// Something that the agent does.
    pub(super) fn by_agent(script: String) -> Self {
        Self { ready: agent::fetch(), whole: fetched(&script), blow: script }
    }

    /// The same for another pod of the node, as long as that one is there.
    pub(super) fn add(&mut self, network: &str, other: &Self) {
        let parts = [(&mut self.ready, &other.ready), (&mut self.blow, &other.blow), (&mut self.whole, &other.whole)];
        for (script, more) in parts {
            *script += &shell::script(THERE, &[("network", network), ("does", more)]);
        }
    }
}

/// The agent is in the node before this is run.
pub(super) fn fetched(script: &str) -> String {
    agent::fetch() + script
}

/// A script in the node's own network and in every pod's, whose name it is given.
pub(super) fn everywhere(script: &str) -> String {
    shell::script(EVERYWHERE, &[("does", script)])
}

/// The rules of a hold are gone, wherever they were.
pub fn in_every_network(id: &str) -> String {
    everywhere(&table::release(id))
}

/// First nothing is led to a helper, or to netem, any more, then it goes.
pub fn let_go(id: &str) -> String {
    in_every_network(id) + &keeper::release(id)
}

/// First nobody new is led to a helper that stands before a service, then it finishes what is under way, then its rules go: with the
/// last rule that translates addresses, the kernel forgets whose answers the open connections bring.
pub fn see_out(id: &str) -> String {
    everywhere(&table::disarm(id)) + &keeper::release(id) + &in_every_network(id)
}
