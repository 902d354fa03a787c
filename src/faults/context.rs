//! What every recipe stands on: the facts, how long a hold lasts, and the name by which it is found again.
//!
//! **Invariant**: a recipe is made only for a target that is there, is not everything, and has a network of its own; and what could not
//! be read is never taken for what is not set: its way back would take it away.

use std::time::Duration;

use crate::model::{
    facts::{Deployment, Facts, Part, Topic},
    hold::{Direction, Fate, Hold, Packets, Selection},
    nearest::nearest,
    op::Recipe,
    setting::Setting,
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
        let all = &self.facts.topics;
        all.get(name).ok_or_else(|| self.none(Part::Topics, &format!("topic `{name}`"), all.keys()))
    }

    /// A deployment that is there.
    pub(super) fn deployment(&self, name: &str) -> Result<&'a Deployment, Vec<String>> {
        let all = &self.facts.deployments;
        all.get(name).ok_or_else(|| self.none(Part::Deployments, &format!("deployment `{name}`"), all.keys()))
    }

    /// Why there is none such, of those that a part of the survey told.
    fn none<'k>(&self, part: Part, such: &str, all: impl Iterator<Item = &'k String>) -> Vec<String> {
        let known: Vec<_> = all.map(String::as_str).collect();
        let refusal = || vec![format!("there is no {such}; this lab has {}", or_none(&known))];
        self.has_read(&[part]).err().unwrap_or_else(refusal)
    }

    /// That these parts of the survey were read: only then is what they do not tell not there.
    pub(super) fn has_read(&self, parts: &[Part]) -> Result<(), Vec<String>> {
        let unread = parts.iter().filter_map(|part| Some((part, self.facts.unread.get(part)?)));
        let refusals: Vec<_> = unread
            .map(|(part, why)| {
                format!("{part} could not be read ({why}): what is there, and the way back, is not known")
            })
            .collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    /// What a setting is before a fault sets it, which is its way back; `None` only when it is known not to be set.
    pub(super) fn before(&self, setting: &Setting) -> Result<Option<String>, Vec<String>> {
        let found = setting.of(self.facts);
        if found.is_none() {
            self.has_read(told_by(setting))?;
            // A server has a value for each of its parameters, and none is nothing that it could be set back to.
            if matches!(setting, Setting::Redis(_)) {
                return Err(vec![format!("the survey does not tell {setting}: the way back is not known")]);
            }
        }
        Ok(found)
    }
}

/// The parts of a survey that tell what a setting is.
fn told_by(setting: &Setting) -> &'static [Part] {
    match setting {
        // The four that decide what Redis forgets, and all of them.
        Setting::Redis(_) => &[Part::Redis, Part::Parameters],
        Setting::RedisKeys => &[Part::Redis],
        Setting::Topic { .. } | Setting::Replicas { .. } => &[Part::Topics],
        Setting::Pods(_) => &[Part::StatefulSets],
        Setting::Postgres { .. } | Setting::Role { .. } | Setting::Password { .. } => &[Part::Settings],
        Setting::ConfigMap { .. } => &[Part::Texts],
        Setting::Checksum(_) | Setting::Limit { .. } => &[Part::Workloads],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_not_taken_for_what_is_not_set() {
        let limit = Setting::Limit { deployment: "orders".into(), resource: "cpu".into() };
        let redis = Setting::Redis("maxmemory".into());
        let all = [&limit, &redis, &Setting::RedisKeys, &Setting::Pods("kafka-dc-1".into())];
        let before = |facts: &Facts| all.map(|setting| Context::new(facts, 1, "test", 0).before(setting));
        let mut facts = Facts::default();
        let none = Ok(None);
        assert_eq!(before(&facts)[0], none, "read, and not set");
        assert!(before(&facts)[1].is_err(), "Redis has a value for each of its parameters");
        assert_eq!(before(&facts)[2..], [none.clone(), none]);
        for part in [Part::Workloads, Part::Parameters, Part::Redis, Part::StatefulSets] {
            facts.unread.insert(part, "no answer within 12 s".into());
        }
        for refused in before(&facts) {
            let why = refused.unwrap_err().join("; ");
            assert!(why.contains("could not be read (no answer within 12 s)"), "{why}");
        }
        // Another part told it all the same.
        facts.settings.redis.insert("maxmemory".into(), "201326592".into());
        facts.unread.remove(&Part::Parameters);
        assert_eq!(before(&facts)[1], Ok(Some("201326592".into())));
    }

    /// One server that was silent took the ways back of all the others with it.
    #[test]
    fn a_part_that_could_not_be_read_hides_only_what_it_would_have_told() {
        let role = Setting::Role { role: "shop".into(), name: "work_mem".into() };
        let text = Setting::ConfigMap { map: "nginx".into(), key: "nginx.conf".into() };
        let limit = Setting::Limit { deployment: "orders".into(), resource: "cpu".into() };
        let told = [(&role, Part::Settings), (&text, Part::Texts), (&limit, Part::Workloads)];
        for (_, silent) in told {
            let facts = Facts { unread: [(silent, "no answer within 12 s".to_owned())].into(), ..Facts::default() };
            let context = Context::new(&facts, 1, "test", 0);
            for (setting, part) in told {
                assert_eq!(context.before(setting).is_err(), part == silent, "{setting} without {silent}");
            }
        }
    }

    #[test]
    fn an_unread_part_is_told_instead_of_a_lab_without_anything() {
        let facts = Facts { unread: [(Part::Topics, "gone".to_owned())].into(), ..Facts::default() };
        let context = Context::new(&facts, 1, "test", 0);
        assert!(context.topic("orders").unwrap_err()[0].starts_with("Kafka's topics could not be read (gone)"));
        assert!(context.deployment("orders").unwrap_err()[0].starts_with("there is no deployment"));
    }
}
