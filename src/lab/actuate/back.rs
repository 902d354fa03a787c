//! Setting back what a fault has set, as long as it still is what the fault made of it.
//!
//! Kubernetes compares and sets in one step: a patch names the version of the object that was looked at, and is refused when somebody
//! was faster. PostgreSQL, Redis and Kafka have no such step: there it is a look and then a word, some milliseconds apart.
//!
//! **Invariant**: a value that is neither the fault's nor the one before is somebody's, is left alone, and is told. It is looked only
//! when what may still be on its way there, to Kubernetes or in a node, does nothing any more.

use k8s_openapi::api::{apps::v1::StatefulSet, core::v1::ConfigMap};
use kube::{Api, api::Patch};
use serde_json::json;

use super::configs::place;
use crate::{
    lab::{Lab, error::LabError, kube::guard, layout::NAMESPACE},
    model::{
        op::{Op, Whose, whose},
        setting::{Setting, list},
    },
};

impl Lab {
    /// Set a setting back; what it is instead when somebody has changed it since.
    pub(super) async fn set_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, LabError> {
        let (Op::Set { setting, .. }, Op::Set { value, .. }) = (ours, before) else {
            guard(&self.kube, &self.layout).await?;
            return self.handle.put_back(ours, before).await;
        };
        match setting {
            Setting::Password { role, kept } => return self.rotate_back(role, kept).await,
            Setting::ConfigMap { map, key } => {
                return self.config_back(map, key, value.as_deref(), (ours, before)).await;
            }
            Setting::Pods(set) => return self.pods_back(set, (ours, before)).await,
            Setting::Limit { deployment, resource } => {
                return self.limit_back(deployment, resource, value.as_deref(), (ours, before)).await;
            }
            // Only then it is looked: what is still on its way there does nothing any more.
            Setting::Postgres { .. } | Setting::Replicas { .. } => self.handle.outdate_steps(setting).await?,
            _ => {}
        }
        // What is gone is left gone.
        let Some(now) = self.now(setting).await? else { return Ok(None) };
        match whose(ours, before, now.as_deref()) {
            Whose::Theirs(what) => Ok(Some(what)),
            Whose::Before => Ok(None),
            Whose::Ours => self.set(setting, value.as_deref()).await.map(|()| None),
        }
    }

    /// What a setting of a server is now; `None` when that which has it is gone.
    async fn now(&self, setting: &Setting) -> Result<Option<Option<String>>, LabError> {
        Ok(match setting {
            Setting::Redis(name) => Some(self.redis_parameter(name).await?),
            Setting::Topic { topic, key } => {
                self.topics().await?.remove(topic).map(|mut topic| topic.config.remove(key))
            }
            Setting::Replicas { topic, partition } => {
                let found = self.topics().await?.remove(topic);
                found.and_then(|topic| topic.replicas.get(*partition).map(|brokers| Some(list(brokers))))
            }
            Setting::Postgres { server, name, .. } => self.altered_on(server, name).await?,
            Setting::Role { role, name } => self.altered_for(role, name).await?,
            // Where keys lie, and by which mark pods were rolled out, nobody sets by hand.
            _ => Some(None),
        })
    }

    async fn config_back(
        &self,
        map: &str,
        key: &str,
        text: Option<&str>,
        (ours, before): (&Op, &Op),
    ) -> Result<Option<String>, LabError> {
        guard(&self.kube, &self.layout).await?;
        let (namespace, name) = place(map);
        let api = Api::<ConfigMap>::namespaced(self.kube.clone(), namespace);
        let now = |found: &ConfigMap| found.data.as_ref()?.get(key).cloned();
        let patch = json!({ "data": { key: text } });
        self.handle.change_back(&api, name, Patch::Merge, &patch, (ours, before), now).await
    }

    async fn pods_back(&self, set: &str, (ours, before): (&Op, &Op)) -> Result<Option<String>, LabError> {
        guard(&self.kube, &self.layout).await?;
        let Op::Set { value, .. } = before else { return Ok(None) };
        let pods: u32 = value.as_deref().and_then(|value| value.parse().ok()).unwrap_or(0);
        let api = Api::<StatefulSet>::namespaced(self.kube.clone(), NAMESPACE);
        let now =
            |found: &StatefulSet| Some(found.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1).to_string());
        let patch = json!({ "spec": { "replicas": pods } });
        self.handle.change_back(&api, set, Patch::Merge, &patch, (ours, before), now).await
    }
}
