//! What a fake lab is made of.
//!
//! **Invariant**: `facts` is what a survey finds, and the only place that says what is deployed.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::{Quirks, course::Course};
use crate::model::{
    facts::{Facts, Table},
    ledger::LedgerReading,
    op::Op,
    setting::Setting,
};

/// What the edge does with payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Hands them on.
    Whole,
    /// Refuses them.
    Drops,
    /// Says "captured" by itself.
    Answers,
}

/// A roll-out of payment that is under way or done.
#[derive(Clone, Debug)]
pub(super) struct Rollout {
    pub(super) from: String,
    pub(super) began: Instant,
}

/// One fake lab.
#[derive(Debug)]
pub struct World {
    /// What a survey finds.
    pub facts: Facts,
    /// What is wrong with it.
    pub quirks: Quirks,
    /// What the edge does with payments.
    pub edge: Edge,
    /// What became of this run's payments.
    pub books: LedgerReading,
    /// Earlier images and change causes by deployment, the latest last.
    pub(super) history: BTreeMap<String, Vec<(String, Option<String>)>>,
    pub(super) rollout: Option<Rollout>,
    /// Nobody is served until then.
    pub(super) outage_until: Option<Instant>,
    /// What a restart of PostgreSQL brings into force.
    pub(super) pending_settings: BTreeMap<String, String>,
    /// PostgreSQL's starts so far.
    pub(super) starts: u32,
    /// What faults hold, until when, by id.
    pub(super) holds: BTreeMap<String, (String, Instant)>,
    /// How the incident goes, where there is no model of it.
    pub(super) course: Option<Course>,
    /// Tables as they were before a fault changed them, by its id.
    pub(super) copies: BTreeMap<String, BTreeMap<String, Table>>,
}

impl World {
    /// A whole lab.
    pub(super) fn new(name: &str, quirks: Quirks) -> Self {
        Self {
            facts: super::whole::facts(name),
            quirks,
            edge: Edge::Whole,
            books: LedgerReading::default(),
            history: BTreeMap::new(),
            rollout: None,
            outage_until: None,
            pending_settings: BTreeMap::new(),
            starts: 0,
            holds: BTreeMap::new(),
            course: None,
            copies: BTreeMap::new(),
        }
    }

    /// The image of a deployment's container of the same name.
    pub fn image(&self, deployment: &str) -> Option<&str> {
        self.facts.deployments.get(deployment)?.images.get(deployment).map(String::as_str)
    }

    /// Roll a deployment out to an image; the same image is no roll-out.
    pub(super) fn set_image(&mut self, name: &str, image: &str, cause: Option<String>) -> Result<(), String> {
        let not_found = || format!("deployments.apps \"{name}\" not found");
        let deployment = self.facts.deployments.get_mut(name).ok_or_else(not_found)?;
        let before_cause = std::mem::replace(&mut deployment.change_cause, cause);
        let before = deployment.images.insert(name.to_owned(), image.to_owned()).unwrap_or_default();
        if before != image {
            self.history.entry(name.to_owned()).or_default().push((before.clone(), before_cause));
            if name == "payment" {
                self.rollout = Some(Rollout { from: before, began: Instant::now() });
            }
        }
        Ok(())
    }
}

impl World {
    /// Set the state that an op names.
    pub(super) fn obey(&mut self, op: &Op) -> Result<(), String> {
        match op {
            Op::SetImage { deployment, image, change_cause, .. } => {
                return self.set_image(deployment, image, Some(change_cause.clone()));
            }
            Op::SetReplicas { deployment, replicas } => {
                if let Some(found) = self.facts.deployments.get_mut(deployment) {
                    (found.replicas, found.ready) = (*replicas, *replicas);
                }
            }
            Op::SetEnv { deployment, name, value } => {
                if let Some(found) = self.facts.deployments.get_mut(deployment) {
                    let key = format!("{deployment}/{name}");
                    match value {
                        Some(value) => drop(found.env.insert(key, value.clone())),
                        None => drop(found.env.remove(&key)),
                    }
                }
            }
            Op::DeletePod { uid, .. } => {
                // Its controller makes another one at once.
                if let Some(pod) = self.facts.pods.iter_mut().find(|pod| pod.uid == *uid) {
                    pod.uid.push('+');
                }
            }
            Op::DeletePods { at, .. } => {
                let meant: Vec<String> =
                    at.target.pods(&self.facts, at.seed).into_iter().map(|pod| pod.uid.clone()).collect();
                for pod in self.facts.pods.iter_mut().filter(|pod| meant.contains(&pod.uid)) {
                    pod.uid.push('+');
                }
            }
            Op::PutBack { before, .. } => return self.obey(before),
            // What becomes of a record is the consumers' affair, of which there are none here.
            Op::KillBackends { .. } | Op::SendRecord(_) | Op::RemoveRecords { .. } => {}
            Op::StartJob(job) => drop(self.facts.settings.jobs.insert(job.name.clone(), job.image.clone())),
            Op::EndJob { name } => drop(self.facts.settings.jobs.remove(name)),
            Op::ChangeData { id, tables, .. } => self.change_tables(id, tables),
            Op::RestoreTables { id, .. } => {
                self.facts.settings.tables.extend(self.copies.remove(id).unwrap_or_default());
            }
            Op::Set { setting, value } => self.set(setting, value.clone()),
            Op::Hold { id, ttl, hold } => {
                self.holds.insert(id.clone(), (hold.to_string(), Instant::now() + ttl.0));
            }
            Op::Release { id, .. } => drop(self.holds.remove(id)),
        }
        Ok(())
    }

    /// What is set now of what an op sets.
    pub(super) fn value_of(&self, op: &Op) -> Option<String> {
        let deployment = |name: &String| self.facts.deployments.get(name);
        match op {
            Op::SetImage { deployment: name, container, .. } => deployment(name)?.images.get(container).cloned(),
            Op::SetReplicas { deployment: name, .. } => deployment(name).map(|found| found.replicas.to_string()),
            Op::SetEnv { deployment: name, name: variable, .. } => {
                deployment(name)?.env.get(&format!("{name}/{variable}")).cloned()
            }
            // Its mark is the role's own name as long as nobody has changed it.
            Op::Set { setting: Setting::Password { role, .. }, .. } => {
                self.facts.settings.passwords.get(role).filter(|mark| *mark != role).cloned()
            }
            Op::Set { setting, .. } => setting.of(&self.facts),
            _ => None,
        }
    }

    /// The course of the incident, where there is one, and whether customers suffer now.
    pub(super) fn course(&self, now: Instant) -> Option<(&Course, bool)> {
        let is_held = self.holds.values().any(|(_, until)| now < *until);
        self.course.as_ref().map(|course| (course, course.is_broken(&self.facts, is_held)))
    }

    /// What a survey finds: what is held shows until its time is over.
    pub fn survey(&self, now: Instant) -> Facts {
        let held = self.holds.iter().filter(|(_, (_, until))| now < *until);
        Facts { traces: held.map(|(id, (hold, _))| format!("{id}: {hold}")).collect(), ..self.facts.clone() }
    }
}
