//! Set something to another value, the ordinary way: of a server, a role, a topic, a configuration, a workload.
//!
//! # Story
//! Somebody tuned something, for a reason that was good on that day. It is in no deploy, so nobody looks there.
//!
//! # Breaks
//! What `of` names gets another value, as a person would give it one:
//! `postgres` (the primary) or `postgres/dc-2` by `ALTER SYSTEM` and a reload; `role/shop` by `ALTER ROLE … SET`, or its
//! `password`, together with the Secret; `redis` by `CONFIG SET`; `topic/orders.paid` through Kafka's admin protocol;
//! `configmap/nginx` and `coredns` key by key, with the whole text as `value` or with `from` replaced by `to`;
//! `deployment/orders` with `cpu` or `memory`, its limits. With `restart: true` whoever reads the value only at its start is
//! restarted: the PostgreSQL server, or the deployment of the ConfigMap's name. A new password is drawn when it is set; pods
//! keep the old one until they are started anew.
//!
//! # Heals
//! The value that the survey found is set back, or taken away when there was none, unless somebody has set another one since: that
//! one stays, and is told. Whoever was restarted is restarted again.
//! No password is in a journal: the one before and the one after are in a file of the lab's folder that only its owner can
//! read, written before the change and removed by the heal, and the role gets back the very hash that it had.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! What it names, and of PostgreSQL a setting that takes effect: one that needs a restart is refused without `restart: true`.
//! CoreDNS reads its Corefile within a minute or two when it is not restarted.
//!
//! # Seen in production
//! Cloudflare, 2 July 2019: one rule in a configuration, pushed everywhere at once, and every processor of the edge at 100 %.

use super::{
    Context,
    context::known,
    parameters::{Manual, NONE, may, must},
};
use crate::model::{
    facts::{Part, Settings, TOPIC_SETTINGS},
    fault::ChangeSetting,
    op::{Op, Recipe},
    quantity::quantity,
    setting::Setting,
    target::mixed,
};

pub(super) const MANUAL: Manual = Manual {
    key: "change-setting",
    about: "Set something of a server, role, topic, configuration or workload",
    engine: "each server's own way",
    expiry: NONE,
    parameters: &[
        must("of", "WHOSE", WHOSE),
        must("name", "NAME", "Which setting: work_mem, password, maxmemory, min.insync.replicas, nginx.conf, cpu …"),
        may("value", "VALUE", "Its value from now on; a password has none"),
        may("from", "TEXT", "In a ConfigMap: replace this text …"),
        may("to", "TEXT", "… by this one"),
        may("restart", "true|false", "Restart whoever reads it only at its start"),
    ],
    example: "--of postgres --name work_mem --value 64kB",
};

const WHOSE: &str = "postgres, postgres/dc-2, role/shop, redis, topic/NAME, configmap/NAME, coredns, deployment/NAME";
/// The contexts of settings that a session can have for itself, and so a role for its sessions.
const OF_SESSIONS: [&str; 4] = ["user", "superuser", "backend", "superuser-backend"];
const COREDNS: &str = "kube-system/coredns";

type Refused<T> = Result<T, Vec<String>>;

pub(super) fn recipe(fault: &ChangeSetting, context: &Context) -> Refused<Recipe> {
    let (settings, name) = (&context.facts.settings, fault.name.as_str());
    let (kind, whose) = fault.of.split_once('/').unwrap_or((&fault.of, ""));
    if !matches!(kind, "configmap" | "coredns") && (fault.from.is_some() || fault.to.is_some()) {
        return refuse("from, to: only for a key of a ConfigMap; give the value".to_owned());
    }
    match kind {
        "postgres" | "role" => context.has_read(&[Part::Settings])?,
        "configmap" | "coredns" | "deployment" => context.has_read(&[Part::Texts, Part::Workloads])?,
        _ => {}
    }
    let setting = match (kind, whose) {
        ("postgres", _) => postgres(fault, whose, settings)?,
        ("configmap", _) => return config(fault, whose, settings),
        ("coredns", "") => return config(fault, COREDNS, settings),
        _ if fault.restart => return refuse(format!("restart: {} is in force without one", fault.of)),
        ("role", _) if name == "password" => return password(fault, whose, context),
        ("role", role) => {
            known("role", role, settings.roles.keys())?;
            let own = |(context, _): &(&String, _)| OF_SESSIONS.contains(&context.as_str());
            known("setting of a role", name, settings.contexts.iter().filter(own).flat_map(|(_, names)| names))?;
            Setting::Role { role: role.to_owned(), name: name.to_owned() }
        }
        ("redis", "") => {
            let own = context.facts.redis.keys().filter(|name| *name != "keys");
            known("parameter", name, settings.redis.keys().chain(own))?;
            Setting::Redis(name.to_owned())
        }
        ("topic", topic) => {
            context.topic(topic)?;
            known("setting", name, TOPIC_SETTINGS)?;
            Setting::Topic { topic: topic.to_owned(), key: name.to_owned() }
        }
        ("deployment", _) => limit(fault, whose, context)?,
        _ => return refuse(format!("of: `{}` is none; expected {WHOSE}", fault.of)),
    };
    let value = fault.value.clone().ok_or_else(|| vec!["value: is missing".to_owned()])?;
    if value.chars().any(char::is_control) {
        return refuse("value: expected one line".to_owned());
    }
    let before = context.before(&setting)?;
    if before.as_ref() == Some(&value) {
        return refuse(format!("{setting} is {} already: nothing would change", setting.short(Some(&value))));
    }
    Ok(Recipe::set(setting, value, before))
}

fn postgres(fault: &ChangeSetting, zone: &str, settings: &Settings) -> Refused<Setting> {
    let name = &fault.name;
    let server = match (zone, &settings.primary) {
        ("", Some(primary)) => primary.clone(),
        ("", None) => return refuse("no PostgreSQL server is the primary now".to_owned()),
        (zone, _) => format!("postgres-{zone}"),
    };
    known("PostgreSQL server", &server, settings.postgres.keys())?;
    known("setting", name, settings.contexts.values().flatten())?;
    let in_context = |context: &str| settings.contexts.get(context).is_some_and(|names| names.contains(name));
    if in_context("internal") || name == "primary_conninfo" {
        return refuse(format!("{name} cannot be set"));
    }
    match (in_context("postmaster"), fault.restart) {
        (true, false) => {
            refuse(format!("{name} takes effect when the server is restarted: ask for it by `restart: true`"))
        }
        (false, true) => refuse(format!("restart: a reload is enough for {name}")),
        (_, restart) => Ok(Setting::Postgres { server, name: name.clone(), restart }),
    }
}

fn password(fault: &ChangeSetting, role: &str, context: &Context) -> Refused<Recipe> {
    known("role with a password in the Secret `postgres`", role, context.facts.settings.passwords.keys())?;
    if role == "postgres" {
        return refuse("droplab itself, and the person, come in as postgres: take another role".to_owned());
    }
    if fault.value.is_some() {
        return refuse("value: a password is drawn, so that it stands in no file".to_owned());
    }
    let setting = Setting::Password { role: role.to_owned(), kept: context.id.clone() };
    Ok(Recipe::set(setting, "another one".to_owned(), None))
}

fn config(fault: &ChangeSetting, map: &str, settings: &Settings) -> Refused<Recipe> {
    known("ConfigMap", map, settings.configs.keys())?;
    let keys = settings.configs.get(map).into_iter().flatten();
    known("key", &fault.name, keys.map(|(key, _)| key))?;
    let before = settings.configs.get(map).and_then(|keys| keys.get(&fault.name)).cloned().unwrap_or_default();
    let after = match (&fault.value, &fault.from, &fault.to) {
        (Some(value), None, None) => value.clone(),
        (None, Some(from), Some(to)) if !from.is_empty() && before.contains(from) => before.replace(from, to),
        (None, Some(from), Some(_)) => {
            return refuse(format!("from: `{from}` is nowhere in {} of configmap/{map}", fault.name));
        }
        _ => return refuse("expected either value, the whole text, or from and to".to_owned()),
    };
    if before == after {
        return refuse(format!("{} of configmap/{map} is so already: nothing would change", fault.name));
    }
    let mark = format!("{:016x}", mixed(&after, 0));
    let setting = Setting::ConfigMap { map: map.to_owned(), key: fault.name.clone() };
    let Recipe { mut inject, mut heal } = Recipe::set(setting, after, Some(before));
    if fault.restart {
        known("deployment to restart", map, settings.checksums.keys())?;
        // Pods that start must find the new text, on the way back as well.
        let was = settings.checksums.get(map).filter(|mark| !mark.is_empty()).cloned();
        let set = |value| Op::Set { setting: Setting::Checksum(map.to_owned()), value };
        inject.push(set(Some(mark)));
        heal.push(set(was));
    }
    Ok(Recipe { inject, heal })
}

fn limit(fault: &ChangeSetting, deployment: &str, context: &Context) -> Refused<Setting> {
    context.deployment(deployment)?;
    known("resource", &fault.name, ["cpu", "memory"])?;
    let value = fault.value.as_deref().unwrap_or_default();
    let wanted = quantity(value).ok_or_else(|| {
        vec![format!("value: `{value}` is no quantity; expected such as 60m or 1 of cpu, 64Mi of memory")]
    })?;
    let request = context.facts.settings.requests.get(deployment).and_then(|of| of.get(&fault.name));
    if let Some(request) = request.filter(|request| quantity(request).is_some_and(|asked| asked > wanted)) {
        return refuse(format!(
            "deployment/{deployment} requests {request} of {}: its limit cannot be less",
            fault.name
        ));
    }
    Ok(Setting::Limit { deployment: deployment.to_owned(), resource: fault.name.clone() })
}

fn refuse<T>(why: String) -> Refused<T> {
    Err(vec![why])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::{Deployment, Facts};

    fn made(facts: &Facts) -> Refused<Recipe> {
        let (of, name, value) = ("deployment/orders".into(), "cpu".into(), Some("60m".into()));
        let fault = ChangeSetting { of, name, value, from: None, to: None, restart: false };
        recipe(&fault, &Context::new(facts, 1, "test", 0))
    }

    #[test]
    fn a_limit_that_could_not_be_read_is_not_taken_away_by_the_heal() {
        let deployments = [("orders".to_owned(), Deployment::default())].into();
        let mut facts = Facts { deployments, ..Facts::default() };
        facts.settings.limits.insert("orders".into(), [("cpu".to_owned(), "1".to_owned())].into());
        let back = made(&facts).unwrap().heal[0].to_string();
        assert_eq!(back, "set the cpu limit of deployment/orders to 1, unless it was changed since");
        // The deployments were read, what is set was not.
        facts.settings = Settings::default();
        facts.unread.insert(Part::Workloads, "no answer within 12 s".into());
        let why = made(&facts).unwrap_err().join("; ");
        assert!(why.starts_with("what deployments may take could not be read (no answer within 12 s)"), "{why}");
    }
}
