//! Whether a text tells of a command or a change: its verb, and what it was done to.
//!
//! **Invariant**: the name of a tool and the kind of an object tell nothing; a verb may be told in other words, a name may not.

use std::collections::BTreeSet;

use super::clauses::{clauses, listed};

/// What stands in commands and changes, and how people tell it.
#[rustfmt::skip]
const VERBS: &[(&[&str], &[&str])] = &[
    (&["undo", "rollback"], &["undo", "rollback", "rolled", "roll", "rolling", "revert*", "откат*", "верну*"]),
    (&["restart", "restarted"], &["restart*", "перезапу*", "рестарт*"]),
    (&["scale", "replicas"], &["scale*", "scaling", "replica*", "масштаб*", "реплик*"]),
    (&["delete", "deleted", "del", "drop", "remove"], &["delet*", "del", "drop*", "remov*", "kill*", "удал*", "убра*", "убит*", "сброс*"]),
    (&["image"], &["image*", "version*", "release*", "undo", "rollback", "rolled", "roll", "rolling", "revert*", "deploy*", "pin*",
        "образ*", "верси*", "релиз*", "откат*", "верну*", "выкат*", "выклад*"]),
    (&["set"], &["set", "sets", "setting", "rais*", "lower*", "bound*", "limit*", "задал*", "задан*", "выстав*", "установ*", "повыс*",
        "подня*", "сниз*", "огранич*", "сократ*"]),
    (&["env"], &["env*", "set", "variable*", "setting*", "undo", "rollback", "rolled", "revert*", "переменн*", "настро*", "параметр*",
        "откат*", "верну*"]),
    (&["resources", "limit", "limits"], &["resource*", "limit*", "cpu", "memory", "ресурс*", "лимит*", "процессор*", "памят*"]),
    (&["patch", "edit", "apply", "replace", "label", "annotate"], &["patch*", "edit*", "appl*", "replac*", "label*", "annotat*", "chang*",
        "правк*", "поправ*", "примен*", "измен*", "замен*", "помет*"]),
    (&["terminate", "cancel", "kill", "stop"], &["terminat*", "cancel*", "kill*", "end", "ended", "stop*", "заверш*", "останов*", "убил*",
        "убит*", "прерв*", "снял*", "закрыл*"]),
    (&["alter"], &["alter*", "set", "chang*", "измен*", "задал*", "выстав*", "установ*"]),
    (&["update", "insert"], &["updat*", "insert*", "fix*", "republish*", "обнов*", "исправ*", "встав*", "отправ*", "переотправ*"]),
    (&["restore", "copy", "dump", "create", "created"], &["restor*", "cop*", "dump*", "creat*", "восстан*", "копи*", "созда*"]),
    (&["cordon", "drain"], &["cordon*", "drain*", "fenc*", "изолир*", "вывел*"]),
    (&["promote"], &["promot*", "failover", "повыс*"]),
    (&["reset", "flushall", "flushdb", "purge"], &["reset*", "flush*", "purg*", "clear*", "сброс*", "очист*"]),
    (&["done", "answer"], &["done", "answer*", "said", "named", "ответ*", "сказал*", "назва*"]),
    (&["get", "describe", "logs", "select"], &["get", "describe*", "log", "logs", "select*", "looked", "посмотр*"]),
    (&["status"], &["status", "wait*", "дожд*", "ждал*"]),
];

/// With what it was typed.
const TOOLS: &[&str] = &["kubectl", "psql", "bash", "droplab", "helm", "docker", "curl", "rollout"];
/// Every command is about one of these; it counts where no name is there.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "deployment", "deployments", "deploy", "statefulset", "configmap", "pod", "pods", "service", "services", "job", "jobs", "node", "nodes",
    "secret", "role", "database", "table",
];
/// Small words of commands.
#[rustfmt::skip]
const FILLING: &[&str] = &[
    "and", "the", "for", "from", "where", "with", "now", "null", "true", "false", "count", "interval", "wait", "timeout", "name", "json", "app",
    "kubernetes", "none", "into", "not", "overwrite",
];

/// Whether a text tells what was typed, or what changed.
pub(in super::super) fn tells(text: &str, deed: &str) -> bool {
    let bare: Vec<&str> = deed.split_whitespace().filter(|word| !is_client(word)).collect();
    let (said, done) = (parts(text), parts(&bare.join(" ")));
    let verbs: Vec<_> = VERBS.iter().filter(|(verbs, _)| done.iter().any(|word| listed(word, verbs))).collect();
    let things: Vec<&String> = done.iter().filter(|word| is_thing(word)).collect();
    let names: Vec<&String> = things.iter().copied().filter(|word| !listed(word, KINDS)).collect();
    let told = |list: &[&String]| {
        list.iter().filter(|word| said.contains(**word) || said.contains(&format!("{word}s"))).count()
    };
    if verbs.is_empty() {
        // Nothing says what was done to it, so that two of its words must be told.
        return !things.is_empty() && told(&things) >= things.len().min(2);
    }
    let verb = verbs.iter().any(|(_, ways)| said.iter().any(|word| listed(word, ways)));
    verb && told(if names.is_empty() { &things } else { &names }) > 0
}

/// Names and kinds: of three letters at least, and no number.
fn is_thing(word: &str) -> bool {
    let is_verb = VERBS.iter().any(|(verbs, _)| listed(word, verbs));
    let is_word = word.starts_with(char::is_alphabetic) && word.chars().count() >= 3;
    is_word && !is_verb && !listed(word, TOOLS) && !listed(word, FILLING)
}

/// Tools that are called after what they talk to, which may be a name as well.
fn is_client(word: &str) -> bool {
    word == "redis-cli" || (word.starts_with("kafka-") && word.contains(".sh"))
}

/// Words, and their parts between dots.
fn parts(text: &str) -> BTreeSet<String> {
    let words = clauses(text).into_iter().flat_map(|clause| clause.words).map(|word| word.text);
    words.flat_map(|word| word.split('.').map(str::to_owned).chain([word.clone()]).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNDO: &str = "kubectl rollout undo deployment/payment";
    const IMAGE: &str = "deployment/payment image droplab/payment:2.8.1 → droplab/payment:2.8.0";
    const END: &str =
        "psql -c \"select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'\"";

    #[test]
    fn a_verb_and_a_name_tell_of_a_command() {
        for (text, deed) in [
            ("`kubectl rollout undo deployment/payment`", UNDO),
            ("`kubectl rollout undo deployment/payment`", IMAGE),
            ("payment was rolled back", UNDO),
            ("откатили payment", UNDO),
            ("откатили payment", IMAGE),
            ("`kubectl set image deployment/payment payment=droplab/payment:2.8.0`", IMAGE),
            ("scaled payment to 4", "deployment/payment replicas 2 → 4"),
            ("перезапустили payment и orders", "kubectl rollout restart deployment/payment deployment/orders"),
            ("ended the idle transaction", END),
            ("`DEL catalog:products`", "redis-cli del catalog:products"),
            ("restarted redis", "kubectl rollout restart statefulset/redis"),
            ("changed the configmap of nginx", "configmap/nginx upstreams.conf 12ab → 34cd"),
            (
                "`droplab done --mechanism noisy-cause-alert`",
                "droplab done --component alert --mechanism noisy-cause-alert",
            ),
        ] {
            assert!(tells(text, deed), "{text}: {deed}");
        }
    }

    #[test]
    fn a_tool_another_verb_or_another_name_do_not() {
        for (text, deed) in [
            ("we ran kubectl delete pod and prayed", UNDO),
            ("we ran kubectl delete pod and prayed", IMAGE),
            ("сделали kubectl delete pod и помолились", UNDO),
            ("kubectl", UNDO),
            ("redis-cli del and prayed", "redis-cli del catalog:products"),
            ("by looking at it", UNDO),
            ("`kubectl rollout restart deployment/payment`", UNDO),
            ("`kubectl rollout undo deployment/orders`", UNDO),
            ("kubectl get pods and prayed", "kubectl rollout status deployment/payment --timeout=120s"),
        ] {
            assert!(!tells(text, deed), "{text}: {deed}");
        }
    }
}
