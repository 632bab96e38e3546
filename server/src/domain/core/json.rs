//! Reading JSON whose numbers keep their digits.
//!
//! Numbers are read as they are written, so that ids beyond 2^63 and decimals stay what they were. Parts with a tag
//! (`kind`) or flattened parts cannot take such numbers from a text, only from a value that was read before.
//! Deliberately absent: writing, which needs no help.

use serde::de::DeserializeOwned;

/// Reads a text with tagged parts.
pub fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedules::Schedule;
    use crate::domain::tasks::Backoff;

    #[test]
    fn tagged_parts_with_numbers_are_read() {
        let text = r#"{"kind": "exponential", "factor": 1.5, "max_delay_seconds": 3600.0}"#;
        let wanted = Backoff::Exponential { factor: 1.5, max_delay_seconds: 3600.0 };
        assert_eq!(read::<Backoff>(text).expect("a backoff"), wanted);
        let text = r#"{"key": "a", "kind": "interval", "every_seconds": 60}"#;
        assert_eq!(read::<Schedule>(text).expect("a schedule").key, "a");
    }
}
