//! The variables by which the trade's own tools find a lab.
//!
//! **Invariant**: pure; these are the only place where passwords leave droplab, and printing them is what it is for.

use crate::lab::{access::secrets::Secrets, access::tools, command::quote, layout::Layout, state::State};

/// A variable and its value.
pub type Variable = (&'static str, String);

/// All variables but `PATH`.
pub fn variables(layout: &Layout, state: &State, secrets: &Secrets) -> Vec<Variable> {
    let port = |role: &str| layout.port(role).to_string();
    vec![
        ("DROPLAB_LAB", layout.name.clone()),
        ("KUBECONFIG", state.kubeconfig().display().to_string()),
        ("SHOP_URL", layout.shop()),
        ("PGHOST", "127.0.0.1".to_owned()),
        ("PGPORT", port("postgres")),
        ("PGUSER", "postgres".to_owned()),
        ("PGPASSWORD", secrets.postgres.clone()),
        ("PGDATABASE", "shop".to_owned()),
        ("REDIS_URL", format!("redis://:{}@127.0.0.1:{}", secrets.redis, port("redis"))),
        ("REDISCLI_AUTH", secrets.redis.clone()),
        ("KAFKA_BROKERS", layout.kafka()),
    ]
}

/// The folders that go before `PATH`: the lab's own programs, then droplab's tools.
pub fn path_prefix(state: &State) -> Vec<String> {
    let own = tools::own_folders().into_iter().map(|folder| folder.display().to_string());
    std::iter::once(state.path("bin").display().to_string()).chain(own).collect()
}

/// Lines for a POSIX shell to evaluate. Evaluated twice, `PATH` does not grow.
pub fn script(variables: &[Variable], prefix: &[String]) -> String {
    let mut lines: Vec<String> =
        variables.iter().map(|(name, value)| format!("export {name}={}", quote(value))).collect();
    let prefix = prefix.join(":");
    lines.push(format!(
        "case \":$PATH:\" in *:{}:*) ;; *) export PATH={}:\"$PATH\" ;; esac",
        quote(&prefix),
        quote(&prefix)
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_written() {
        let variables = [("PLAIN", "a1".to_owned()), ("ODD", "it's $HOME".to_owned())];
        let text = script(&variables, &["/a b/bin".to_owned(), "/c".to_owned()]);
        let check = format!("PATH=/usr/bin:/bin\n{text}\n{text}\nprintf '%s|%s|%s' \"$PLAIN\" \"$ODD\" \"$PATH\"");
        let out = std::process::Command::new("/bin/sh").args(["-c", &check]).output().unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap(), "a1|it's $HOME|/a b/bin:/c:/usr/bin:/bin");
    }

    #[test]
    fn every_tool_finds_its_port() {
        let layout = Layout::new("two", 29_000).unwrap();
        let variables = variables(&layout, &State::of("two"), &Secrets::generate());
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).unwrap().1.clone();
        assert_eq!(value("PGPORT"), "29432");
        assert!(value("REDIS_URL").ends_with("@127.0.0.1:29379"));
        assert_eq!(value("KAFKA_BROKERS"), "127.0.0.1:29092,127.0.0.1:29093,127.0.0.1:29094");
    }
}
