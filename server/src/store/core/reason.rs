//! A reason in two columns: its code, and its arguments as JSON.
//!
//! Without a code, the second column holds the sentence of a row from the time before codes, or is empty if there is
//! no reason. Deliberately absent: errors. A reason that cannot be read is shown as it is stored, because it must not
//! hide the row that it explains.

use crate::domain::reason::Reason;
use serde_json::{Value, json};

/// The columns of a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store) struct ReasonColumns {
    /// The code; none if there is no reason.
    pub(in crate::store) code: Option<String>,
    /// The arguments.
    pub(in crate::store) args: String,
}

impl ReasonColumns {
    /// Converts a reason to columns.
    pub(in crate::store) fn of(reason: Option<&Reason>) -> Self {
        let Some(reason) = reason else { return Self::default() };
        let stored = serde_json::to_value(reason).expect("a reason is plain data");
        Self { code: stored["code"].as_str().map(str::to_owned), args: stored["args"].to_string() }
    }

    /// Converts columns to a reason; none if there is no reason.
    pub(in crate::store) fn read(self) -> Option<Reason> {
        let Self { code, args } = self;
        let Some(code) = code else { return (!args.is_empty()).then_some(Reason::Text { text: args }) };
        let stored = json!({"code": code, "args": serde_json::from_str::<Value>(&args).unwrap_or_default()});
        Some(serde_json::from_value(stored).unwrap_or_else(|_| Reason::Text { text: format!("{code} {args}") }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: Option<&str>, args: &str) -> Option<Reason> {
        ReasonColumns { code: code.map(str::to_owned), args: args.to_owned() }.read()
    }

    #[test]
    fn a_reason_comes_back_as_it_was_stored() {
        let full = Reason::PoolFull { pool: "db".into() };
        let stored = ReasonColumns::of(Some(&full));
        assert_eq!((stored.code.as_deref(), stored.args.as_str()), (Some("pool_full"), r#"{"pool":"db"}"#));
        assert_eq!(stored.read(), Some(full));
        assert_eq!(ReasonColumns::of(None).read(), None);
    }

    #[test]
    fn rows_from_before_there_were_codes_and_from_later_builds_stay_readable() {
        let text = |text: &str| Some(Reason::Text { text: text.to_owned() });
        assert_eq!(read(None, "ended with exit code 3"), text("ended with exit code 3"));
        assert_eq!(read(Some("new_in_2030"), "{}"), text("new_in_2030 {}"));
    }
}
