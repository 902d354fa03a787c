//! The scenario language as a JSON Schema, generated from the types: editors complete and check by it.
//!
//! **Invariant**: what reads also validates; a type that is written as text carries the pattern of its text.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    condition::Condition,
    conditions::Conditions,
    customers::{Customers, InFull},
    expectation::Since,
    keeps::Keeps,
    ledger::LedgerName,
    target::Target,
    units::{Bytes, Offset, Rate, Share, Span},
};

/// The schema of a scenario's file.
pub fn schema() -> String {
    let schema = schemars::schema_for!(super::scenario::Scenario);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The schema of an exam's file.
pub fn exam_schema() -> String {
    let schema = schemars::schema_for!(super::exam::Exam);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

macro_rules! as_text {
    ($($name:ty, $word:literal, $pattern:literal, $about:literal;)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $word.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $about })
            }
        }
    )*};
}

as_text! {
    Rate, "Rate", r"^[0-9.]+\s*/\s*[sm]$", "Events a second or a minute, such as `1200/s` or `30/m`.";
    Share, "Share", r"^[0-9.]+\s*%$", "A percentage, such as `95%`.";
    Span, "Span", r"^[0-9.]+(ms|s|m|h)$", "A duration, such as `250ms`, `30s`, `15m` or `1h`.";
    Offset, "Offset", r"^[+-][0-9.]+(ms|s|m|h)$", "How far a clock is off, such as `-5m`.";
    Bytes, "Bytes", r"^[0-9]+(MiB|GiB)$", "An amount, such as `512MiB` or `3GiB`.";
    Since, "Since", r"^(start|injection|page|then|step [1-9][0-9]*)$", "From when on.";
    Target, "Target", r"^.+$", "A service, `pod/NAME`, `node/NAME`, `zone/NAME` …, as `droplab fault inject --help` says.";
    Condition, "Condition", r"^\S+ (<|<=|>|>=|==) \S+( for [0-9.]+(ms|s|m|h))?$",
        "A signal, an operator, a value and for how long, such as `payment.success < 95% for 3s`.";
}

impl JsonSchema for Conditions {
    fn schema_name() -> Cow<'static, str> {
        "Conditions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Condition>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

impl JsonSchema for Customers {
    fn schema_name() -> Cow<'static, str> {
        "Customers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (rate, full) = (generator.subschema_for::<Rate>(), generator.subschema_for::<InFull>());
        json_schema!({ "anyOf": [rate, full] })
    }
}

impl JsonSchema for LedgerName {
    fn schema_name() -> Cow<'static, str> {
        "LedgerName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": LedgerName::ALL.map(|name| name.to_string()) })
    }
}

impl JsonSchema for Keeps {
    fn schema_name() -> Cow<'static, str> {
        "Keeps".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json_schema!({ "type": "string" });
        json_schema!({
            "type": "object",
            "description": "What a repair must not take away: one thing, and an id.",
            "properties": {
                "id": text, "replicas": text, "limits": text, "limited": text, "container": text, "setting": text, "uptime": text, "retired": text,
                "config": text,
                "env": {
                    "type": "object",
                    "properties": { "of": text, "name": text, "most": { "type": "integer", "minimum": 0 } },
                    "required": ["of", "name"],
                    "additionalProperties": false,
                },
            },
            "additionalProperties": false,
        })
    }
}
