//! What every recipe stands on: the facts, how long a hold lasts, and the name by which it is found again.
//!
//! **Invariant**: a recipe is made only for a target that is there, is not everything, and has a network of its own.

use std::time::Duration;

use crate::model::{
    facts::{Deployment, Facts, Topic},
    hold::{Direction, Fate, Hold, Packets, Selection},
    nearest::nearest,
    op::Recipe,
    target::{Target, mixed},
    units::Span,
};

/// How long a hold lasts when nobody renews it and nobody says otherwise.
pub(super) const TTL: Span = Span(Duration::from_secs(30));
/// Less than this cannot be renewed in time on a busy machine.
const SHORTEST: Duration = Duration::from_secs(1);
/// More than this is no expiry any more.
const LONGEST: Duration = Duration::from_mins(10);

/// What a recipe stands on.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The lab as it is.
    pub facts: &'a Facts,
    /// For shares of pods.
    pub seed: u64,
    /// The name by which a hold is found again: letters and digits.
    pub id: String,
    /// Until a hold ends by itself.
    pub ttl: Span,
}

impl<'a> Context<'a> {
    /// Context with the usual time to live. `name` is that of the run, `step` the place in it.
    pub fn new(facts: &'a Facts, seed: u64, name: &str, step: usize) -> Self {
        // Short, because it becomes part of names in the kernel, and without a word that gives a fault away.
        let mixed = mixed(&format!("{}/{name}/{step}", facts.lab), 0) >> 32;
        Self { facts, seed, id: format!("x{mixed:08x}"), ttl: TTL }
    }

    /// A time to live that can be kept.
    pub(super) fn check(&self) -> Result<(), Vec<String>> {
        let fine = (SHORTEST..=LONGEST).contains(&self.ttl.0);
        if fine { Ok(()) } else { Err(vec![format!("ttl: `{}`: expected 1s to 10m", self.ttl)]) }
    }

    /// A recipe that holds and releases.
    pub(super) fn hold(&self, hold: Hold) -> Recipe {
        Recipe::hold(&self.id, self.ttl, hold)
    }

    /// The pods that are meant, if they can be hit.
    pub(super) fn at(&self, target: &Target) -> Result<Selection, Vec<String>> {
        match target.refusal(self.facts, self.seed) {
            None => Ok(Selection { target: target.clone(), seed: self.seed }),
            Some(why) => Err(vec![why]),
        }
    }

    /// A data centre that is there.
    pub(super) fn zone(&self, zone: &str) -> Result<(), Vec<String>> {
        if self.facts.nodes_in(zone).next().is_some() {
            return Ok(());
        }
        let known: Vec<_> = self.facts.nodes.values().filter_map(|node| node.zone.as_deref()).collect();
        Err(vec![format!("there is no zone `{zone}`; this lab has {}", or_none(&known))])
    }

    /// A topic that is there.
    pub(super) fn topic(&self, name: &str) -> Result<&'a Topic, Vec<String>> {
        self.facts.topics.get(name).ok_or_else(|| {
            let known: Vec<_> = self.facts.topics.keys().map(String::as_str).collect();
            vec![format!("there is no topic `{name}`; this lab has {}", or_none(&known))]
        })
    }

    /// A deployment that is there.
    pub(super) fn deployment(&self, name: &str) -> Result<&'a Deployment, Vec<String>> {
        self.facts.deployments.get(name).ok_or_else(|| {
            let known: Vec<_> = self.facts.deployments.keys().map(String::as_str).collect();
            vec![format!("there is no deployment `{name}`; this lab has {}", or_none(&known))]
        })
    }
}

/// Names as a sentence has them.
pub(super) fn or_none(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// That there is one of this name; if not, which was meant, or which there are.
pub(super) fn known<S: AsRef<str>>(
    what: &str,
    name: &str,
    all: impl IntoIterator<Item = S>,
) -> Result<(), Vec<String>> {
    let all: Vec<S> = all.into_iter().collect();
    let names: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let instead = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.len() > 30 => format!("none of {} is like it", names.len()),
        None => format!("this lab has {}", or_none(&names)),
    };
    Err(vec![format!("there is no {what} `{name}`; {instead}")])
}

/// A rule for everything that goes between two ends.
pub(super) fn link(
    from: &Target,
    to: Option<&Target>,
    direction: Direction,
    fate: Fate,
    context: &Context,
) -> Result<Recipe, Vec<String>> {
    if matches!(fate, Fate::Shape(shape) if shape.correlation.0 >= 1.0) {
        return Err(vec![
            "correlation: expected less than 100%, or the first throw of the dice decides for all".to_owned(),
        ]);
    }
    let (at, peer) = both(from, to, context)?;
    Ok(context.hold(Hold::Packets(Packets { at, peer, port: None, names: Vec::new(), direction, fate })))
}

/// Both ends of a link: the one in whose network the rule goes, and the other.
pub(super) fn both(
    from: &Target,
    to: Option<&Target>,
    context: &Context,
) -> Result<(Selection, Option<Selection>), Vec<String>> {
    let mut refusals = Vec::new();
    let at = context.at(from).map_err(|refused| refusals.extend(refused)).ok();
    let peer = to.map(|target| Selection { target: target.clone(), seed: context.seed });
    if let Some(peer) = &peer
        && peer.target.addresses(context.facts, context.seed).is_empty()
    {
        refusals.push(
            peer.target.refusal(context.facts, context.seed).unwrap_or_else(|| format!("{peer} has no address yet")),
        );
    }
    if to == Some(from) {
        refusals.push(format!("{from}: both ends are the same"));
    }
    match at {
        Some(at) if refusals.is_empty() => Ok((at, peer)),
        _ => Err(refusals),
    }
}
