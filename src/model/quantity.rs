//! Quantities of processor time and memory, as Kubernetes writes them.
//!
//! **Invariant**: what Kubernetes would refuse as a limit is none: nothing, less than nothing, an unknown unit.

/// How much it is, in processors or bytes.
pub fn quantity(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..)? {
        "" => 1.0,
        "m" => 0.001,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => return None,
    };
    digits.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0).map(|number| number * unit)
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn a_quantity_has_a_number_and_a_unit_that_kubernetes_knows() {
        let bytes = |text: &str| quantity(text).map(|number| number.round().to_string());
        assert_eq!(bytes("64Mi").as_deref(), Some("67108864"));
        assert_eq!(bytes("2").as_deref(), Some("2"));
        assert!(quantity("60m") < quantity("1"));
        for wrong in ["", "m", "-1", "0", "1Zi", "60 m", "nan", "inf"] {
            assert_eq!(quantity(wrong), None, "{wrong}");
        }
    }
}
