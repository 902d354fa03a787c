//! Jobs of Kubernetes', as a colleague would have started them.
//!
//! **Invariant**: only in the shop's namespace of this lab; a job that is gone leaves no pod and no session.

use std::time::Duration;

use k8s_openapi::api::{batch::v1::Job as KubeJob, core::v1::Pod};
use kube::{
    Api,
    api::{DeleteParams, ListParams, PostParams},
};
use serde_json::{Value, json};

use crate::{
    lab::{
        Lab,
        cluster::kube::{guard, late, refused, within},
        error::LabError,
        layout::NAMESPACE,
    },
    model::{
        job::{Job, Script, Tools},
        setting::password_key,
    },
};

/// How long a job's pod may take to run: less than an op may take in all.
const BEGUN: Duration = Duration::from_secs(15);
/// How long a job's pods may take to go.
const GONE: Duration = Duration::from_secs(20);

impl Lab {
    /// Start a job, and wait until it runs: what a busy machine has only accepted has not acted yet. There already is fine.
    pub(super) async fn start_job(&self, job: &Job) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let api = Api::<KubeJob>::namespaced(self.kube.clone(), NAMESPACE);
        let wanted: KubeJob = serde_json::from_value(manifest(job))
            .map_err(|error| LabError::Malformed { what: format!("job/{}", job.name), why: error.to_string() })?;
        match tokio::time::timeout(Duration::from_secs(10), api.create(&PostParams::default(), &wanted)).await {
            Ok(Err(kube::Error::Api(answer))) if answer.code == 409 => {}
            Ok(done) => done.map(drop).map_err(|error| refused("create the job", &error))?,
            Err(_) => return Err(late("create the job", 10)),
        }
        let pods = Api::<Pod>::namespaced(self.kube.clone(), NAMESPACE);
        let of_the_job = ListParams::default().labels(&format!("job-name={}", job.name));
        let began = tokio::time::Instant::now();
        while !within(5, "list the job's pods", pods.list(&of_the_job)).await?.items.iter().any(has_begun) {
            if began.elapsed() > BEGUN {
                return Err(late("start the job's pod", BEGUN.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// Delete a job with its pods, and end what its sessions do: PostgreSQL does not notice a client that is gone while it works.
    pub(super) async fn end_job(&self, name: &str) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let api = Api::<KubeJob>::namespaced(self.kube.clone(), NAMESPACE);
        match tokio::time::timeout(Duration::from_secs(10), api.delete(name, &DeleteParams::foreground())).await {
            Ok(Err(kube::Error::Api(answer))) if answer.code == 404 => {}
            Ok(done) => done.map(drop).map_err(|error| refused("delete the job", &error))?,
            Err(_) => return Err(late("delete the job", 10)),
        }
        let began = tokio::time::Instant::now();
        while within(5, "read the job", api.get_opt(name)).await?.is_some() {
            if began.elapsed() > GONE {
                return Err(late("delete the job's pods", GONE.as_secs()));
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1";
        self.primary().await?.rows(end, &[&name]).await.map(drop)
    }
}

/// Whether a pod runs, or has already run.
fn has_begun(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Running" | "Succeeded" | "Failed"))
}

/// As a chart of the shop's would have it.
fn manifest(job: &Job) -> Value {
    let labels = json!({ "app.kubernetes.io/name": job.name, "app.kubernetes.io/part-of": "shop" });
    let secret = |name: &str, of: &str, key: &str| json!({ "name": name, "valueFrom": { "secretKeyRef": { "name": of, "key": key } } });
    let plain = |name: &str, value: &str| json!({ "name": name, "value": value });
    let mut env = vec![
        plain("PGHOST", "postgres"),
        plain("PGUSER", &job.role),
        plain("PGDATABASE", "shop"),
        plain("PGAPPNAME", &job.name),
        plain("PGCONNECT_TIMEOUT", "10"),
        secret("PGPASSWORD", "postgres", &password_key(&job.role)),
    ];
    match job.tools {
        Tools::Kafka => env.push(plain("KAFKA_BROKERS", "kafka:9092")),
        Tools::Redis => env.push(secret("REDISCLI_AUTH", "redis", "password")),
        Tools::Postgres | Tools::Shop => {}
    }
    let command = match &job.script {
        // What is in $1 is not read by the shell again.
        Script::Sql(sql) => json!(["sh", "-c", "exec psql -X -e -v ON_ERROR_STOP=1 <<SQL\n$1\nSQL", "psql", sql]),
        Script::Sh(script) => json!(["sh", "-euc", script]),
    };
    let memory = if job.tools == Tools::Kafka { "512Mi" } else { "128Mi" };
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "name": job.name, "namespace": NAMESPACE, "labels": labels },
        "spec": { "backoffLimit": 0, "template": {
            "metadata": { "labels": labels },
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": false,
                "enableServiceLinks": false,
                "terminationGracePeriodSeconds": 2,
                "securityContext": { "runAsUser": 1000, "runAsGroup": 1000, "runAsNonRoot": true },
                "containers": [{
                    "name": job.name,
                    "image": job.image,
                    "imagePullPolicy": "IfNotPresent",
                    "command": command,
                    "env": env,
                    "resources": { "requests": { "cpu": "10m", "memory": "16Mi" }, "limits": { "cpu": "1", "memory": memory } },
                    "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
                }],
            },
        } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(script: Script) -> Job {
        let (name, image) = ("orders-cleanup".to_owned(), "droplab/postgres:17".to_owned());
        Job { name, image, tools: Tools::Postgres, role: "shop".to_owned(), script }
    }

    #[test]
    fn a_job_is_an_ordinary_one_and_nothing_in_it_tells_who_started_it() {
        let made = manifest(&job(Script::Sql("drop table orders.orders".to_owned())));
        let read: KubeJob = serde_json::from_value(made.clone()).unwrap();
        assert_eq!(read.metadata.namespace.as_deref(), Some("shop"));
        let text = made.to_string().replace("droplab/postgres:17", "");
        for word in ["droplab", "fault", "chaos"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert!(text.contains("\"key\":\"shop-password\"") && !text.contains("PGPASSWORD\",\"value\":"), "{text}");
    }

    #[test]
    fn a_statement_reaches_psql_as_it_stands() {
        let made = manifest(&job(Script::Sql("select '$HOME' || '`id`';".to_owned())));
        let command = made["spec"]["template"]["spec"]["containers"][0]["command"].clone();
        let words: Vec<String> = serde_json::from_value(command).unwrap();
        let script = words[2].replace("exec psql -X -e -v ON_ERROR_STOP=1", "exec cat");
        let out = std::process::Command::new("sh").args(["-c", &script]).args(&words[3..]).output().unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), "select '$HOME' || '`id`';\n");
    }
}
