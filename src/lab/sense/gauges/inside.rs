//! What can only be seen inside of a pod: the kernel's figures of its containers, and how long a lookup takes there.
//!
//! **Invariant**: reads files and asks names; changes nothing.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, ResourceExt, api::ListParams};

use super::{DEADLINE, Source};
use crate::{
    lab::{
        command::Tool,
        sense::{SenseTarget, pods::runs},
    },
    model::gauge::{CgroupGauge, DnsGauge, Figure},
};

/// cgroup v2 first, then v1.
const CPU_STAT: &str = "cat /sys/fs/cgroup/cpu.stat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null | head -n 20";
const MEMORY: &str =
    "cat /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes 2>/dev/null | head -n 1";

/// A figure of a service's containers.
pub(super) struct Cgroup {
    gauge: CgroupGauge,
    target: SenseTarget,
    /// Periods and throttled periods of each pod, as last read.
    before: BTreeMap<String, (f64, f64)>,
}

impl Cgroup {
    pub(super) fn new(gauge: CgroupGauge, target: SenseTarget) -> Self {
        Self { gauge, target, before: BTreeMap::new() }
    }

    /// The worst share of throttled periods since the last reading.
    fn throttled(&mut self, now: BTreeMap<String, (f64, f64)>) -> Option<f64> {
        let before = std::mem::replace(&mut self.before, now);
        let shares = self.before.iter().filter_map(|(pod, (periods, throttled))| {
            let (old, old_throttled) = before.get(pod)?;
            let passed = periods - old;
            Some(if passed > 0.0 { (throttled - old_throttled) / passed } else { 0.0 })
        });
        shares.reduce(f64::max)
    }
}

impl Source for Cgroup {
    async fn read(&mut self) -> Result<f64, String> {
        let script = if self.gauge.figure == Figure::Memory { MEMORY } else { CPU_STAT };
        let said = in_pods(&self.target, &self.gauge.of, script).await?;
        if self.gauge.figure == Figure::Memory {
            let bytes = said.iter().map(|(pod, text)| {
                text.trim().parse::<f64>().map_err(|_| format!("pod/{pod} tells no memory: `{}`", text.trim()))
            });
            return Ok(bytes.collect::<Result<Vec<_>, _>>()?.into_iter().sum());
        }
        let mut now = BTreeMap::new();
        for (pod, text) in said {
            let counts = cpu_stat(&text).ok_or_else(|| format!("pod/{pod} tells no periods: has it a CPU limit?"))?;
            now.insert(pod, counts);
        }
        self.throttled(now).ok_or_else(|| "the first reading has none before it".to_owned())
    }
}

/// Scheduling periods, and those in which the limit stopped it.
fn cpu_stat(text: &str) -> Option<(f64, f64)> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    Some((field("nr_periods ")?, field("nr_throttled ")?))
}

/// How long a lookup takes, in a pod of the shop's front.
pub(super) struct Lookup {
    pub(super) gauge: DnsGauge,
    pub(super) target: SenseTarget,
}

impl Source for Lookup {
    async fn read(&mut self) -> Result<f64, String> {
        let script = format!(
            "a=$(date +%s%N); getent ahostsv4 '{}' >/dev/null || {{ echo failed; exit 0; }}; b=$(date +%s%N); echo $((b - a))",
            self.gauge.name.replace('\'', "")
        );
        let said = in_pods(&self.target, "storefront", &script).await?;
        let text = said.first().map(|(_, text)| text.trim().to_owned()).ok_or("no pod of storefront runs")?;
        let nanoseconds: f64 = text.parse().map_err(|_| format!("the lookup of {} failed", self.gauge.name))?;
        Ok(nanoseconds / 1e9)
    }
}

/// What a script says in each running pod of a service.
async fn in_pods(target: &SenseTarget, service: &str, script: &str) -> Result<Vec<(String, String)>, String> {
    let api: Api<Pod> = Api::namespaced(target.kube.clone(), &target.namespace);
    let label = format!("app.kubernetes.io/name={service}");
    let pods = api.list(&ListParams::default().labels(&label).match_any()).await;
    let pods = pods.map_err(|error| format!("list of {service} pods: {error}"))?;
    let asked = pods.iter().filter(|pod| runs(pod)).map(|pod| async {
        let name = pod.name_any();
        let words = ["exec", "-n", &target.namespace, &name, "--", "sh", "-c", script];
        let tool = Tool::new(&target.kubectl.program, words);
        let tool = target.kubectl.environment.iter().fold(tool, |tool, (name, value)| tool.env(name, value));
        let said = tool.within(DEADLINE).run().await.map_err(|error| error.to_string())?;
        Ok::<_, String>((name, said))
    });
    try_join_all(asked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cgroups_tell_their_periods() {
        let v2 = "usage_usec 7\nnr_periods 120\nnr_throttled 30\nthrottled_usec 9\n";
        let v1 = "nr_periods 120\nnr_throttled 30\nthrottled_time 9\n";
        assert_eq!(cpu_stat(v2), Some((120.0, 30.0)));
        assert_eq!(cpu_stat(v1), cpu_stat(v2));
        assert_eq!(cpu_stat("usage_usec 7\n"), None, "without a limit there are no periods");
    }
}
