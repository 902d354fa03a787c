//! Names of what is in the lab, by which an action item is known to be about something.
//!
//! **Invariant**: in lower case; from the survey that the plan was made with.

use std::collections::BTreeSet;

use super::Facts;

impl Facts<'_> {
    /// Names of what is in the lab: services, servers, topics, tables, settings, gauges, probes.
    pub fn inventory(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.scenario.gauges.keys().cloned().collect();
        names.extend(self.scenario.load.customers.keys().cloned());
        let Some((_, plan, _)) = self.timeline.began() else { return names };
        let before = &plan.injection.before;
        for (name, deployment) in &before.deployments {
            names.insert(name.clone());
            let keys = deployment.env.keys().chain(deployment.limits.keys()).chain(deployment.images.keys());
            names.extend(keys.map(|key| key.rsplit('/').next().unwrap_or(key).to_lowercase()));
        }
        names.extend(before.stateful_sets.keys().cloned());
        names.extend(before.postgres_settings.keys().cloned());
        names.extend(before.topics.keys().cloned());
        names.extend(before.redis.keys().chain(before.settings.redis.keys()).cloned());
        let configs = before.configs.keys().chain(before.settings.configs.keys());
        names.extend(configs.map(|key| key.rsplit('/').next().unwrap_or(key).to_owned()));
        names.extend(before.settings.contexts.values().flatten().cloned());
        names.extend(
            before
                .settings
                .tables
                .keys()
                .flat_map(|name| [name.clone(), name.rsplit('.').next().unwrap_or(name).to_owned()]),
        );
        names.extend(["postgres", "kafka", "redis", "nginx", "coredns"].map(str::to_owned));
        names
    }
}
