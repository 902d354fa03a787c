//! A scenario file: one incident, as its author writes it.
//!
//! **Invariant**: unknown fields are refused everywhere; the id is the file's name and stands nowhere inside.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{
    fault::FaultSpec,
    units::{Rate, Share, Span},
};

/// The one version of the format there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Api {
    /// `droplab/v1`
    #[serde(rename = "droplab/v1")]
    V1,
}

/// Text in the languages droplab speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Russian.
    pub ru: String,
}

/// An incident: how it starts, how it is seen, when it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Version of this format.
    pub api: Api,
    /// One line.
    pub title: Text,
    /// What the person on call sees; never the cause.
    pub story: Text,
    /// A public incident with the same mechanism, and what of it was verified.
    pub seen_in_production: String,
    /// 1 (one cause, one hop) to 5 (data to be reconciled, an hour).
    pub level: u8,
    /// The customers.
    pub load: Load,
    /// When the person on call is woken.
    pub page: Page,
    /// What breaks, and when.
    pub steps: Vec<Step>,
    /// The symptom that proves that the fault took effect.
    pub bites: Bite,
    /// What must hold for a pass.
    pub expect: Vec<Expectation>,
    /// The truth about the cause, from a closed vocabulary.
    pub diagnosis: Diagnosis,
    /// From "where to look" to the method.
    #[serde(default)]
    pub hints: Vec<Text>,
    /// The reference repair.
    pub fix: Vec<Action>,
    /// Repairs that only look like one, each of which must fail.
    #[serde(default)]
    pub cheats: Vec<Cheat>,
}

/// The customers: open-loop traffic, by the name of its probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Load {
    /// Kind of request → how many a second.
    pub steady: BTreeMap<RequestKind, Rate>,
    /// How long traffic runs before the first step, to measure the baseline.
    pub baseline: Span,
    /// A request without an answer for this long has failed.
    pub timeout: Span,
}

/// What a customer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// `POST /payments`, method wallet: Nginx → payment → PostgreSQL.
    Payment,
    /// `POST /checkout`: the whole way through the shop.
    Checkout,
    /// `GET /products`.
    Browse,
}

impl RequestKind {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Payment, Self::Checkout, Self::Browse];

    /// Which kind feeds a probe.
    pub fn of_probe(probe: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.probe() == probe)
    }

    /// The probe that this traffic feeds: `payment-success`.
    pub fn probe(self) -> &'static str {
        match self {
            Self::Payment => "payment-success",
            Self::Checkout => "checkout-success",
            Self::Browse => "browse-success",
        }
    }
}

/// A threshold on a probe that must be crossed for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Below {
    /// Name of the probe.
    pub probe: String,
    /// Under this share of success.
    pub below: Share,
    /// For at least this long.
    #[serde(rename = "for")]
    pub lasting: Span,
}

/// When the person on call is woken, and how loudly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// The alert's condition.
    pub when: Below,
    /// `P1` … `P4`.
    pub severity: Severity,
}

/// How urgent a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the whole meaning")]
pub enum Severity {
    P1,
    P2,
    P3,
    P4,
}

/// One thing that breaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// After the end of the baseline.
    pub at: Span,
    /// What.
    pub fault: FaultSpec,
}

/// The symptom that proves that the fault took effect; without it the run is the lab's error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bite {
    /// Name of the probe.
    pub probe: String,
    /// Under this share of success.
    pub below: Share,
    /// Counted from the step's injection.
    pub within: Span,
    /// Gauges that must move as well: `payment-pool-waiting: { reaches: 380 }`.
    #[serde(default)]
    pub gauges: BTreeMap<String, GaugeBite>,
    /// A bystander: a probe that the fault was not meant to hurt.
    #[serde(default)]
    pub spares: Option<Spares>,
}

/// How far a gauge must move to prove that the fault took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GaugeBite {
    /// At least this value, by the end of `bites.within`.
    pub reaches: f64,
    /// Counted from the first sign that a request met the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

/// A probe that must stay well until the page goes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spares {
    /// Name of the probe.
    pub probe: String,
    /// At least this share of success.
    pub above: Share,
}

/// What must hold for a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Customers are served as before, and stay so.
    Recovers(Recovers),
    /// Every promise to a customer is in the books, once.
    LosesNothing(LosesNothing),
    /// The repair took nothing away that was there before.
    Keeps(Keeps),
}

/// Customers are served as before, and stay so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recovers {
    /// Name of the probe.
    pub probe: String,
    /// What counts as recovered: this share, of which the baseline itself must reach no less.
    pub to: Share,
    /// Counted from the page.
    pub within: Span,
    /// And holds so long.
    pub hold: Span,
}

/// Every promise to a customer is in the books, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LosesNothing {
    /// Which books.
    pub ledger: LedgerName,
}

/// The books that can be reconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerName {
    /// `payment.ledger` against the answers to `POST /payments`.
    Payments,
}

/// The repair took nothing away that was there before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// At least as many replicas as before.
    Replicas {
        /// The deployment's name.
        deployment: String,
    },
    /// A plain environment variable as before.
    Env {
        /// The deployment's name.
        deployment: String,
        /// The variable's name.
        name: String,
    },
    /// A PostgreSQL setting as before.
    PostgresSetting {
        /// Its name in `pg_settings`.
        name: String,
    },
    /// PostgreSQL's primary was not restarted.
    PostgresUptime,
    /// A configuration as before: `configmap/nginx`.
    Config {
        /// Its name, as in `Facts::configs`.
        name: String,
    },
}

/// The truth about the cause, from a closed vocabulary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Diagnosis {
    /// Which part.
    pub component: String,
    /// What happened in it.
    pub mechanism: String,
    /// What set it off.
    pub trigger: String,
    /// What made it possible or worse.
    pub factors: Vec<String>,
}

/// One thing that a person types, as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Arguments of kubectl, split as a shell splits words.
    Kubectl(String),
    /// A statement for the PostgreSQL primary, as superuser.
    Psql(String),
}

/// A repair that only looks like one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cheat {
    /// In kebab-case.
    pub name: String,
    /// A cheat hides the symptom; a trap works in a lab and is an outage in production.
    #[serde(default)]
    pub trap: bool,
    /// Why it is none, or what it would do in production.
    pub why: Text,
    /// What is typed.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// What brings the lab back afterwards (for conformance runs, which play one cheat after the other).
    #[serde(default)]
    pub undo: Vec<Action>,
    /// Keys of the expectations of which at least one must fail: `recovers`, `loses-nothing`, `keeps`.
    pub fails: Vec<String>,
    /// Which of the things to be kept it is recognised by: the verdict then names it.
    #[serde(default)]
    pub seen_by: Vec<Keeps>,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kubectl(arguments) => write!(f, "kubectl {arguments}"),
            Self::Psql(statement) => write!(f, "psql -c \"{statement}\""),
        }
    }
}

impl fmt::Display for Keeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replicas { deployment } => write!(f, "replicas of deployment/{deployment}"),
            Self::Env { deployment, name } => write!(f, "{name} of deployment/{deployment}"),
            Self::PostgresSetting { name } => write!(f, "PostgreSQL's {name}"),
            Self::PostgresUptime => f.write_str("PostgreSQL's uptime"),
            Self::Config { name } => f.write_str(name),
        }
    }
}

impl Expectation {
    /// Its key, as in YAML and in findings.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Recovers(_) => "recovers",
            Self::LosesNothing(_) => "loses-nothing",
            Self::Keeps(_) => "keeps",
        }
    }
}
