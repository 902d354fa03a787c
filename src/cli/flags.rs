//! The flags that all verbs share.
//!
//! **Invariant**: nothing here knows a verb, so that each verb can read these flags.

use clap::{Args, ValueEnum};

use crate::lab::{
    cluster::elsewhere,
    layout::{DEFAULT_PORT_BASE, Layout},
};

/// Flags that every verb takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The lab to work on
    #[arg(long, global = true, value_name = "NAME", env = "DROPLAB_LAB", default_value = "droplab", value_parser = lab_name)]
    pub lab: String,
    /// First of the lab's ports on 127.0.0.1: shop +80, PostgreSQL +432, Redis +379, Kafka +92…94, API +443
    #[arg(long, global = true, value_name = "PORT", env = "DROPLAB_PORT_BASE", default_value_t = 27000)]
    pub port_base: u16,
    /// How results are written to stdout
    #[arg(
        long,
        global = true,
        value_name = "text|json",
        env = "DROPLAB_OUTPUT",
        default_value = "text",
        hide_possible_values = true
    )]
    pub output: Output,
    /// Short for --output json
    #[arg(long, global = true)]
    pub json: bool,
    /// Never colour (`NO_COLOR` does the same)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// The language of stories, pages and hints
    #[arg(
        long,
        global = true,
        value_name = "en|ru",
        env = "DROPLAB_LANG",
        default_value = "en",
        hide_possible_values = true
    )]
    pub lang: Lang,
    /// A folder of scenarios of your own, instead of those that droplab carries
    #[arg(long, global = true, value_name = "DIR", env = "DROPLAB_SCENARIOS")]
    pub scenarios: Option<std::path::PathBuf>,
    /// Only results and failures
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say on stderr what is done, for whoever looks for a reason; twice: more of it. A run keeps it in its folder's debug.log anyway
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Global {
    /// Whether a machine reads the result.
    pub fn json(&self) -> bool {
        self.json || self.output == Output::Json
    }
}

/// What can name a lab, or another cluster (`context/NAME/NAMESPACE`).
fn lab_name(name: &str) -> Result<String, String> {
    if elsewhere::named(name).is_none() {
        Layout::new(name, DEFAULT_PORT_BASE).map_err(|error| error.to_string())?;
    }
    Ok(name.to_owned())
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A language that droplab speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English.
    En,
    /// Russian.
    Ru,
}
