//! What a fake lab understands of what people type: as much as the scenarios' repairs and cheats need.
//!
//! **Invariant**: what it does not understand fails with a status, as the real tool would; where it only follows a scenario's course,
//! everything is understood and nothing proved.

use std::time::Duration;

use tokio::time::Instant;

use super::world::{Edge, World};
use crate::model::scenario::Action;

impl World {
    /// Status and output of an action.
    pub(super) fn typed(&mut self, action: &Action) -> (i32, String) {
        let outcome = match action {
            Action::Kubectl(arguments) => self.kubectl(arguments),
            Action::Psql(statement) => self.psql(statement),
            Action::Done(_) => Ok(String::new()),
            Action::Kafka(_) | Action::Redis(_) | Action::Sh(_) => Err("a rehearsal's lab has no such tool".to_owned()),
        };
        let Some(course) = &mut self.course else {
            return outcome.map_or_else(|error| (1, format!("error: {error}")), |output| (0, output));
        };
        // Where the file tells the course it is the file that tells which commands there are.
        course.hear(action);
        (0, outcome.unwrap_or_default())
    }

    fn kubectl(&mut self, arguments: &str) -> Result<String, String> {
        let words: Vec<_> = arguments.split_whitespace().collect();
        match words.as_slice() {
            ["rollout", "undo", target] => self.undo(bare(target)),
            ["rollout", "restart", targets @ ..] => {
                for target in targets {
                    self.restart(bare(target));
                }
                Ok(format!("{} restarted", targets.join(" ")))
            }
            ["rollout", "status", ..] => Ok("successfully rolled out".into()),
            ["scale", target, replicas] => self.scale(bare(target), replicas),
            ["set", "image", target, pair] => {
                let image = pair.split_once('=').ok_or("expected container=image")?.1;
                self.set_image(bare(target), image, None).map(|()| "image updated".into())
            }
            ["set", "env", target, pair] => self.set_env(bare(target), pair),
            ["patch", "deployment/nginx", ..] => {
                self.edge = if arguments.contains("return 201") { Edge::Answers } else { Edge::Drops };
                self.edge_runs(arguments);
                Ok("deployment.apps/nginx patched".into())
            }
            // The replicas' settings are none of what a survey finds.
            ["exec", "postgres-dc-2-0" | "postgres-dc-3-0", "--", "psql", ..] => Ok("ALTER SYSTEM".into()),
            _ => Err(format!("a rehearsal does not know `kubectl {arguments}`")),
        }
    }

    fn psql(&mut self, statement: &str) -> Result<String, String> {
        let words: Vec<_> = statement.split_whitespace().collect();
        match words.as_slice() {
            ["ALTER", "SYSTEM", "SET", name, "=", value] => {
                self.pending_settings.insert((*name).to_owned(), (*value).to_owned());
                Ok("ALTER SYSTEM".into())
            }
            ["ALTER", "SYSTEM", "RESET", "max_connections"] => {
                self.pending_settings.insert("max_connections".into(), "200".into());
                Ok("ALTER SYSTEM".into())
            }
            _ => Err(format!("a rehearsal does not know `{statement}`")),
        }
    }

    /// What a survey finds of the edge's containers.
    fn edge_runs(&mut self, arguments: &str) {
        if let Some(nginx) = self.facts.deployments.get_mut("nginx") {
            nginx.runs.insert("nginx/args".to_owned(), arguments.to_owned());
        }
    }

    fn undo(&mut self, name: &str) -> Result<String, String> {
        if name == "nginx" {
            self.edge = Edge::Whole;
            self.edge_runs("nginx");
            return Ok("deployment.apps/nginx rolled back".into());
        }
        let history = self.history.get_mut(name).and_then(Vec::pop);
        let (image, cause) = history.ok_or_else(|| format!("no rollout history found for deployment \"{name}\""))?;
        self.set_image(name, &image, cause)?;
        Ok(format!("deployment.apps/{name} rolled back"))
    }

    fn scale(&mut self, name: &str, replicas: &str) -> Result<String, String> {
        let replicas = replicas.strip_prefix("--replicas=").and_then(|number| number.parse().ok());
        let replicas = replicas.ok_or("expected --replicas=NUMBER")?;
        let found = self.facts.deployments.get_mut(name).ok_or_else(|| format!("deployment \"{name}\" not found"))?;
        found.replicas = replicas;
        found.ready = replicas;
        Ok(format!("deployment.apps/{name} scaled"))
    }

    fn set_env(&mut self, name: &str, pair: &str) -> Result<String, String> {
        let (variable, value) = pair.split_once('=').ok_or("expected NAME=VALUE")?;
        let found = self.facts.deployments.get_mut(name).ok_or_else(|| format!("deployment \"{name}\" not found"))?;
        found.env.insert(format!("{name}/{variable}"), value.to_owned());
        Ok(format!("deployment.apps/{name} env updated"))
    }

    fn restart(&mut self, name: &str) {
        match name {
            // Pod by pod: hardly anybody notices.
            "payment" => self.outage_until = Some(Instant::now() + Duration::from_millis(500)),
            "postgres-dc-1" => self.restart_postgres(),
            _ => {}
        }
    }

    fn restart_postgres(&mut self) {
        self.outage_until = Some(Instant::now() + Duration::from_secs(6));
        self.starts += 1;
        self.facts.postgres_started = Some(format!("2026-01-01T01:{:02}:00Z", self.starts % 60));
        self.facts.postgres_settings.append(&mut self.pending_settings);
    }
}

/// `payment` of `deployment/payment`.
fn bare(target: &str) -> &str {
    target.rsplit('/').next().unwrap_or(target)
}
