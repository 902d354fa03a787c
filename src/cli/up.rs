//! `droplab up`: bring the lab up.
//!
//! **Invariant**: the last lines say where everything is and what to type next; a second `up` changes nothing.

use super::{
    exit::Exit,
    failure::Failure,
    flags::Global,
    heal::close_what_is_gone,
    lab::{flags, layout, until_interrupted},
    screen,
    steps::{Steps, seconds},
};
use crate::{
    home::{self, lock},
    lab::{
        layout::Layout,
        lifecycle::up::{Origin, Up, up},
    },
};

/// Arguments of `droplab up`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let layout = layout(global)?;
    let _alone = lock::alone(&home::folder(), &layout.name, "droplab up")?;
    let flags = flags(&layout.name);
    let next = format!("droplab up{flags}    (continues)   or   droplab down{flags}");
    let done = {
        let steps = Steps::show(global);
        until_interrupted(Box::pin(up(&layout, &steps)), "the lab is half way up, and nothing else was touched", &next)
            .await?
    };
    if matches!(done.origin, Origin::Made | Origin::Rebuilt) {
        close_what_is_gone(&layout.name);
    }
    if global.json() {
        screen::result(&json(&layout, &done).to_string());
    } else {
        screen::result(&text(&layout, &done));
    }
    Ok(Exit::Pass)
}

fn sentence(done: &Up) -> &'static str {
    match done.origin {
        Origin::Made => "is up",
        Origin::Kept => "was up",
        Origin::Woken => "had been stopped, or its engine was: repaired, with its data",
        Origin::Rebuilt => "could not be used any more: rebuilt, without its data",
    }
}

fn text(layout: &Layout, done: &Up) -> String {
    let slowest = done.steps.iter().max_by_key(|step| step.took);
    let slowest =
        slowest.map_or_else(String::new, |step| format!(", slowest step: {} {}", step.name, seconds(step.took)));
    let flags = flags(&layout.name);
    let rows = [
        ("shop", layout.shop()),
        ("postgres", format!("127.0.0.1:{}  user postgres, database shop", layout.port("postgres"))),
        ("redis", format!("127.0.0.1:{}", layout.port("redis"))),
        ("kafka", layout.kafka()),
        ("kubectl, psql …", format!("eval \"$(droplab env{flags})\"   or   droplab shell{flags}")),
        ("next", format!("droplab run payment-pool-exhaustion{flags}")),
    ];
    let mut lines = vec![format!("lab {} {} ({}{slowest})", layout.name, sentence(done), seconds(done.took))];
    lines.extend(rows.iter().map(|(label, value)| format!("  {:<16} {value}", format!("{label}:"))));
    lines.join("\n")
}

fn json(layout: &Layout, done: &Up) -> serde_json::Value {
    let steps: Vec<_> =
        done.steps.iter().map(|step| serde_json::json!({ "step": step.name, "s": step.took.as_secs_f64() })).collect();
    let origin = match done.origin {
        Origin::Made => "made",
        Origin::Kept => "kept",
        Origin::Woken => "woken",
        Origin::Rebuilt => "rebuilt",
    };
    serde_json::json!({ "lab": layout.name, "origin": origin, "took_s": done.took.as_secs_f64(), "steps": steps, "shop": layout.shop() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lab::lifecycle::progress::Step;

    #[test]
    fn the_last_block_says_where_everything_is() {
        let layout = Layout::new("droplab", 27_000).unwrap();
        let steps = vec![Step { name: "cluster", took: Duration::from_secs(31) }];
        let done = Up { origin: Origin::Made, steps, took: Duration::from_secs(58) };
        insta::assert_snapshot!(text(&layout, &done), @r#"
        lab droplab is up (58s, slowest step: cluster 31s)
          shop:            http://127.0.0.1:27080
          postgres:        127.0.0.1:27432  user postgres, database shop
          redis:           127.0.0.1:27379
          kafka:           127.0.0.1:27092,127.0.0.1:27093,127.0.0.1:27094
          kubectl, psql …: eval "$(droplab env)"   or   droplab shell
          next:            droplab run payment-pool-exhaustion
        "#);
    }
}
