//! Action items that can be carried out: `do: kubectl set env deployment/payment DB_POOL_WAIT_MS=200`.
//!
//! **Invariant**: the trade's own tools and nothing else; a shell script in somebody's document is not run.

use super::{
    document::Document,
    place::Problem,
    rubric::items::{self, Item},
};
use crate::model::repair::Action;

const KEY: &str = "do:";
/// What stands between two commands.
const AND: &str = " && ";
/// How a document writes the tools that may be used.
const EXPECTED: &str = "`do: kubectl …`, `do: psql …`, `do: redis-cli …` or `do: kafka-….sh …`, several joined by `&&`";

/// An action item with the commands that carry it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The line of the item.
    pub line: usize,
    /// Its id.
    pub id: String,
    /// What it says.
    pub action: String,
    /// In order; each must succeed.
    pub commands: Vec<Action>,
}

/// Every item whose check is something that is done.
pub fn measures(document: &Document) -> Result<Vec<Measure>, Problem> {
    items::of(document).iter().filter_map(|item| measure(item).transpose()).collect()
}

fn measure(item: &Item) -> Result<Option<Measure>, Problem> {
    let check = item.check.replace('`', "");
    let Some(text) = check.trim().strip_prefix(KEY) else { return Ok(None) };
    // What comes of it is kept in a folder of this name.
    let plain = |id: &str| !id.is_empty() && id.chars().all(|sign| sign.is_alphanumeric() || "-_".contains(sign));
    if !plain(&item.id) {
        let why = format!("id `{}`: an item that is carried out needs one of letters, digits, `-` and `_`", item.id);
        return Err(Problem { line: item.line, column: 1, why });
    }
    let commands = text.split(AND).map(|command| action(command.trim(), item.line)).collect::<Result<_, _>>()?;
    Ok(Some(Measure { line: item.line, id: item.id.clone(), action: item.action.clone(), commands }))
}

fn action(command: &str, line: usize) -> Result<Action, Problem> {
    let (tool, rest) = command.split_once(' ').unwrap_or((command, ""));
    let rest = rest.trim().to_owned();
    match tool {
        _ if rest.is_empty() => Err(()),
        "kubectl" => Ok(Action::Kubectl(rest)),
        "psql" => Ok(Action::Psql(statement(&rest))),
        "redis-cli" => Ok(Action::Redis(rest)),
        _ if tool.starts_with("kafka-") => Ok(Action::Kafka(command.to_owned())),
        _ => Err(()),
    }
    .map_err(|()| Problem {
        line,
        column: 1,
        why: format!("`{command}` cannot be carried out: expected {EXPECTED}"),
    })
}

/// With or without psql's own `-c`.
fn statement(text: &str) -> String {
    text.trim_start_matches("-c ").trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(check: &str) -> Item {
        Item {
            line: 7,
            id: "A1".into(),
            action: "Limit the wait".into(),
            kind: None,
            owner: String::new(),
            priority: String::new(),
            due: String::new(),
            done: String::new(),
            check: check.into(),
            repeated: false,
            done_repeated: false,
        }
    }

    #[test]
    fn commands_are_read_one_after_the_other() {
        let found = measure(&item("`do: kubectl set env deployment/payment A=1 && psql -c \"select 1\"`")).unwrap();
        let wanted = vec![Action::Kubectl("set env deployment/payment A=1".into()), Action::Psql("select 1".into())];
        assert_eq!(found.unwrap().commands, wanted);
    }

    #[test]
    fn the_last_command_may_look_whether_it_is_in_place() {
        let look = "kubectl wait --for=jsonpath='{.spec.minReadySeconds}'=60 deployment/payment";
        let found = measure(&item(&format!("do: kubectl patch deployment payment -p '{{}}' && {look}"))).unwrap();
        assert_eq!(found.unwrap().commands.last().map(ToString::to_string).as_deref(), Some(look));
    }

    #[test]
    fn an_alert_and_nothing_are_no_commands() {
        assert_eq!(measure(&item("alert: pool-in-use >= 50")), Ok(None));
        assert_eq!(measure(&item("")), Ok(None));
    }

    #[test]
    fn an_id_that_is_a_path_is_refused() {
        for id in ["", "..", "../../other", "/home/somebody", "a/b", "A 1"] {
            let item = Item { id: id.into(), ..item("do: kubectl get pods") };
            assert!(measure(&item).unwrap_err().why.contains("letters, digits"), "{id}");
        }
    }

    #[test]
    fn a_script_is_refused_with_its_line() {
        for check in ["do: sh -c 'rm -rf /'", "do: curl example.org", "do: kubectl", "do:"] {
            let problem = measure(&item(check)).unwrap_err();
            assert_eq!(problem.line, 7, "{check}");
        }
    }
}
