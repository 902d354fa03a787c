//! Watches the workloads of the lab: what was patched, scaled, rolled back, deleted.
//!
//! **Invariant**: how the lab was at the start is no change, and a watch that breaks is taken up again without telling old
//! news twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    pin::pin,
};

use futures::StreamExt;
use kube::{
    Api, Resource, ResourceExt,
    core::NamespaceResourceScope,
    runtime::{WatchStreamExt, watcher, watcher::Event},
};
use serde::de::DeserializeOwned;
use tokio::{sync::mpsc::UnboundedSender, task::JoinSet};

use super::{
    SenseTarget,
    workload::{self, Properties, difference},
};
use crate::model::event::EventKind;

/// Kubernetes puts this into every namespace by itself.
const NOT_OURS: &str = "kube-root-ca.crt";

/// Watch until the tasks are dropped.
pub(super) fn spawn(tasks: &mut JoinSet<()>, target: &SenseTarget, events: &UnboundedSender<EventKind>) {
    tasks.spawn(watch("deployment", target.clone(), workload::deployment, events.clone()));
    tasks.spawn(watch("statefulset", target.clone(), workload::stateful_set, events.clone()));
    tasks.spawn(watch("configmap", target.clone(), workload::config_map, events.clone()));
}

async fn watch<K>(
    kind: &'static str,
    target: SenseTarget,
    read: fn(&K) -> Properties,
    events: UnboundedSender<EventKind>,
) where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let api: Api<K> = Api::namespaced(target.kube, &target.namespace);
    let mut stream = pin!(watcher(api, watcher::Config::default()).default_backoff());
    let mut known = Known::default();
    while let Some(event) = stream.next().await {
        // An error is the API server's silence: the watch begins anew, and then tells what was missed.
        let Ok(event) = event else { continue };
        let news = match &event {
            Event::Init => known.begin(),
            Event::InitApply(object) | Event::Apply(object) => known.apply(&object.name_any(), read(object)),
            Event::InitDone => known.complete(),
            Event::Delete(object) => known.delete(&object.name_any()),
        };
        for what in news {
            if events.send(EventKind::Changed { what: format!("{kind}/{what}") }).is_err() {
                return;
            }
        }
    }
}

/// All objects of one kind, as last seen.
#[derive(Default)]
struct Known {
    objects: BTreeMap<String, Properties>,
    /// Seen since the list that is under way began.
    listed: BTreeSet<String>,
    /// The first list is over: from now on what is new is news.
    complete: bool,
}

impl Known {
    fn begin(&mut self) -> Vec<String> {
        self.listed.clear();
        Vec::new()
    }

    fn apply(&mut self, name: &str, now: Properties) -> Vec<String> {
        if name == NOT_OURS {
            return Vec::new();
        }
        self.listed.insert(name.to_owned());
        let before = self.objects.insert(name.to_owned(), now);
        let now = &self.objects[name];
        let words = match before {
            Some(before) => difference(&before, now).map(|words| format!("{name} {words}")),
            None => self.complete.then(|| format!("{name} created")),
        };
        words.into_iter().collect()
    }

    /// The list is complete: what it lacked was deleted while nobody watched.
    fn complete(&mut self) -> Vec<String> {
        self.complete = true;
        let gone: Vec<_> = self.objects.keys().filter(|name| !self.listed.contains(*name)).cloned().collect();
        gone.iter().flat_map(|name| self.delete(name)).collect()
    }

    fn delete(&mut self, name: &str) -> Vec<String> {
        self.objects.remove(name).map(|_| format!("{name} deleted")).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicas(count: &str) -> Properties {
        Properties::from([("replicas".to_owned(), count.to_owned())])
    }

    #[test]
    fn the_start_is_no_news_and_a_change_is() {
        let mut known = Known::default();
        known.begin();
        assert!(known.apply("payment", replicas("2")).is_empty());
        assert!(known.complete().is_empty());
        assert!(known.apply("payment", replicas("2")).is_empty());
        assert_eq!(known.apply("payment", replicas("0")), ["payment replicas 2 → 0"]);
        assert_eq!(known.apply("shadow", replicas("1")), ["shadow created"]);
    }

    #[test]
    fn a_new_list_tells_what_was_missed_and_nothing_twice() {
        let mut known = Known::default();
        known.begin();
        known.apply("payment", replicas("2"));
        known.apply("catalog", replicas("1"));
        known.complete();
        known.begin();
        assert_eq!(known.apply("payment", replicas("3")), ["payment replicas 2 → 3"]);
        assert_eq!(known.complete(), ["catalog deleted"]);
        assert!(known.apply("kube-root-ca.crt", Properties::new()).is_empty());
    }
}
