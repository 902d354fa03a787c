//! A fault as it was typed, read as a scenario's file would be read.
//!
//! **Invariant**: a command line and a scenario mean the same by the same words.

use serde_yaml::{Mapping, Value};

use crate::model::fault::FaultSpec;

/// A fault from its key and its arguments, each with whether it is written bare: a number, or yes and no.
pub fn fault(key: &str, arguments: &[(&str, String, bool)]) -> Result<FaultSpec, String> {
    let mut fields = Mapping::new();
    for (name, text, is_bare) in arguments {
        let value = match (is_bare, text.parse::<u64>(), text.parse::<bool>()) {
            (false, ..) => Value::from(text.as_str()),
            (true, Ok(number), _) => Value::from(number),
            (true, _, Ok(flag)) => Value::from(flag),
            (true, Err(_), Err(_)) => {
                return Err(format!("--{name}: `{text}` is no number: expected 0 or more"));
            }
        };
        fields.insert((*name).into(), value);
    }
    let fault = Mapping::from_iter([(key.into(), fields.into())]);
    serde_yaml::with::singleton_map_recursive::deserialize(Value::Mapping(fault)).map_err(|error| error.to_string())
}
