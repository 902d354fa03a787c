//! Fixes, cheats and hints: each must be tried, and told apart.
//!
//! **Invariant**: a cheat names what it is caught by, and that exists.

use super::Doubts;
use crate::model::{
    nearest::nearest,
    scenario::{Action, Expectation, Scenario},
};

pub(super) fn check(scenario: &Scenario, doubts: &mut Doubts) {
    doubts.refuse(
        scenario.fixes.is_empty() && !scenario.hands_in(),
        "fixes",
        "expected at least one repair that passes",
    );
    let mut names = std::collections::BTreeSet::new();
    let ids: Vec<String> = scenario.expect.iter().map(Expectation::id).collect();
    let then = scenario.recoveries().map(|recovers| format!("then/{}", recovers.id()));
    let known: Vec<String> = ids.iter().cloned().chain(then.filter(|_| !scenario.then.is_empty())).collect();
    for fix in &scenario.fixes {
        doubts.refuse(fix.actions.is_empty(), &format!("fixes.{}.do", fix.name), "expected at least one action");
        actions(&format!("fixes.{}.do", fix.name), &fix.actions, doubts);
        name(&mut names, "fixes", &fix.name, doubts);
    }
    for cheat in &scenario.cheats {
        name(&mut names, "cheats", &cheat.name, doubts);
        actions(&format!("cheats.{}.do", cheat.name), &cheat.actions, doubts);
        let field = format!("cheats.{}.caught-by", cheat.name);
        doubts.refuse(cheat.caught_by.is_empty(), &field, "expected at least one id of `expect`");
        for id in cheat.caught_by.iter().filter(|id| !known.contains(id)) {
            let meant = nearest(id, known.iter().map(String::as_str));
            let meant = meant.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            doubts.say(&field, format!("nothing is expected by the id `{id}`; there are: {}{meant}", known.join(", ")));
        }
    }
    for (index, hint) in scenario.hints.iter().enumerate() {
        let field = format!("hints[{}]", index + 1);
        doubts.refuse(
            hint.en.trim().is_empty() || hint.ru.trim().is_empty(),
            &field,
            "expected text in both languages",
        );
    }
}

fn name(seen: &mut std::collections::BTreeSet<String>, field: &str, name: &str, doubts: &mut Doubts) {
    let is_kebab =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_kebab {
        doubts.say(field, format!("`{name}`: expected a name of small letters, digits and `-`"));
    }
    if !seen.insert(name.to_owned()) {
        doubts.say(field, format!("two repairs are called `{name}`"));
    }
}

/// What a shell could not even split.
fn actions(field: &str, actions: &[Action], doubts: &mut Doubts) {
    for action in actions {
        if let Action::Done(answer) = action {
            answer.doubts().into_iter().for_each(|doubt| doubts.say(field, doubt));
        }
        let (Action::Kubectl(line) | Action::Kafka(line) | Action::Redis(line)) = action else { continue };
        if shlex::split(line).is_none_or(|words| words.is_empty()) {
            doubts.say(field, format!("`{action}`: a quote is not closed, or there is nothing"));
        }
    }
}
