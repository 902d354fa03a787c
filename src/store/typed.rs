//! A fault as it was typed, read as a scenario's file would be read.
//!
//! **Invariant**: a command line and a scenario mean the same by the same words.

use serde_yaml::{Mapping, Value};

use crate::model::fault::FaultSpec;

/// A fault from its key and its arguments, each with whether it is a number.
pub fn fault(key: &str, arguments: &[(&str, String, bool)]) -> Result<FaultSpec, String> {
    let mut fields = Mapping::new();
    for (name, text, is_number) in arguments {
        let number = is_number.then(|| text.parse::<u64>());
        let value = match number {
            Some(Ok(number)) => Value::from(number),
            Some(Err(_)) => return Err(format!("--{name}: `{text}` is no number: expected 0 or more")),
            None => Value::from(text.as_str()),
        };
        fields.insert((*name).into(), value);
    }
    let fault = Mapping::from_iter([(key.into(), fields.into())]);
    serde_yaml::with::singleton_map_recursive::deserialize(Value::Mapping(fault)).map_err(|error| error.to_string())
}
