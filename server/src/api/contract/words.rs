//! Says in words for people what is wrong with a value of a request body, and what to write instead.

use crate::domain::core::phrases::must_be_text;
use crate::domain::names::NameRule;
use chrono::{Datelike as _, NaiveDate};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

/// Longest message, in characters. Longer messages are cut.
const LENGTH_MAX: usize = 300;

/// Describes the fault in a sentence about the field. The value is not repeated, because it may be a password. Only a
/// number where text is needed is, in a field that holds no secret.
pub(in crate::api) fn words(error: &ValidationError<'_>) -> String {
    let known = match error.kind() {
        ValidationErrorKind::Pattern { pattern } => {
            return pattern_words(pattern, error.instance().as_str().unwrap_or_default());
        }
        ValidationErrorKind::Format { format } => {
            Some(format_words(format, error.instance().as_str().unwrap_or_default()))
        }
        ValidationErrorKind::Enum { options } => {
            let words: Vec<String> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
            Some(format!("is not a known value: use {}", words.join(", ")))
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) }
            if kind.to_string() == "string" && !is_secret(error) =>
        {
            Some(must_be_text(error.instance()))
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => type_words(&kind.to_string()).map(str::to_owned),
        ValidationErrorKind::Type { kind: TypeKind::Multiple(kinds) } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).filter(|kind| kind != "null").collect();
            let words = kinds.iter().filter_map(|kind| type_words(kind)).next().filter(|_| kinds.len() == 1);
            words.map(|words| format!("{words}, or null"))
        }
        ValidationErrorKind::MinItems { limit: 1 } => Some("needs at least one entry".to_owned()),
        ValidationErrorKind::MinItems { limit } => Some(format!("needs at least {limit} entries")),
        ValidationErrorKind::MaxItems { limit } => Some(format!("may have at most {limit} entries")),
        ValidationErrorKind::UniqueItems => Some("contains an entry twice; each may appear only once".to_owned()),
        ValidationErrorKind::MinLength { limit: 1 } => Some("must not be empty".to_owned()),
        ValidationErrorKind::MinLength { limit } => Some(format!("must have at least {limit} characters")),
        ValidationErrorKind::MaxLength { limit } => Some(format!("may have at most {limit} characters")),
        ValidationErrorKind::Minimum { limit } => Some(format!("must be at least {limit}")),
        ValidationErrorKind::ExclusiveMinimum { limit } => Some(format!("must be more than {limit}")),
        ValidationErrorKind::Maximum { limit } => Some(format!("must be at most {limit}")),
        ValidationErrorKind::ExclusiveMaximum { limit } => Some(format!("must be less than {limit}")),
        _ => None,
    };
    shortened(&known.unwrap_or_else(|| error.masked_with("the value").to_string()))
}

fn is_secret(error: &ValidationError<'_>) -> bool {
    let at = error.instance_path().to_string();
    // A credential has its values at these places.
    at == "/value"
        || at.starts_with("/values/")
        || ["password", "passphrase", "secret", "token"].iter().any(|word| at.contains(word))
}

fn type_words(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "integer" => "must be a whole number",
        "number" => "must be a number",
        "string" => "must be text",
        "boolean" => "must be true or false",
        "array" => "must be a list",
        "object" => "must be an object with names and values",
        _ => return None,
    })
}

fn pattern_words(pattern: &str, text: &str) -> String {
    let broken = NameRule::with_pattern(pattern).and_then(|rule| rule.problem(text));
    broken.unwrap_or_else(|| format!("does not match the pattern {pattern}"))
}

fn format_words(format: &str, text: &str) -> String {
    match format {
        "date" => date_words(text).unwrap_or_else(|| "is not a date: write it as 2026-12-31".to_owned()),
        "date-time" => "is not an instant: write it as 2026-12-31T08:00:00Z".to_owned(),
        other => format!("is not a {other}"),
    }
}

/// Describes what is wrong with text that looks like a date.
fn date_words(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let year: i32 = parts.next()?.parse().ok().filter(|year| (0..=9999).contains(year))?;
    let month: u32 = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else {
        return Some(format!("{year:04}-{month:02}-{day:02} is not a date: there is no month {month}"));
    };
    let days = first.num_days_in_month();
    Some(format!("{year:04}-{month:02}-{day:02} is not a date: {} has {days} days", first.format("%B %Y")))
}

/// Cuts a message to a readable length, because it may quote a whole body.
fn shortened(message: &str) -> String {
    match message.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use crate::domain::names::NameRule;
    use serde_json::{Value, json};

    fn words_of(schema: &Value, value: &Value) -> String {
        let validator = jsonschema::options().should_validate_formats(true).build(schema).expect("a schema");
        words(&validator.iter_errors(value).next().expect("a fault"))
    }

    #[test]
    fn every_fault_says_what_to_write() {
        for (schema, value, expected) in [
            (json!({"type": "integer"}), json!(1.5), "must be a whole number"),
            (json!({"type": "boolean"}), json!("no"), "must be true or false"),
            (json!({"type": "string"}), json!(8080), "must be text: write \"8080\" in quotes"),
            (json!({"type": "string"}), json!(true), "must be text: write \"true\" in quotes"),
            (json!({"type": "string"}), json!(null), "must be text: write \"\" for an empty text"),
            (json!({"type": "string"}), json!([]), "must be text"),
            (json!({"properties": {"password": {"type": "string"}}}), json!({"password": 12}), "must be text"),
            (
                json!({"properties": {"values": {"properties": {"pin": {"type": "string"}}}}}),
                json!({"values": {"pin": 12}}),
                "must be text",
            ),
            (json!({"type": ["string", "null"]}), json!(12), "must be text, or null"),
            (json!({"type": ["null", "object"]}), json!([]), "must be an object with names and values, or null"),
            (json!({"minItems": 1}), json!([]), "needs at least one entry"),
            (json!({"minLength": 1}), json!(""), "must not be empty"),
            (json!({"minimum": 1}), json!(0), "must be at least 1"),
            (json!({"exclusiveMinimum": 0}), json!(0), "must be more than 0"),
            (json!({"maximum": 5}), json!(6), "must be at most 5"),
            (json!({"maxLength": 2}), json!("abc"), "may have at most 2 characters"),
            (json!({"enum": ["a", "b"]}), json!("c"), "is not a known value: use \"a\", \"b\""),
            (json!({"pattern": "^x$"}), json!("y"), "does not match the pattern ^x$"),
            (
                json!({"pattern": NameRule::NAME.pattern()}),
                json!("Ä"),
                "may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters",
            ),
        ] {
            assert_eq!(words_of(&schema, &value), expected, "{schema}");
        }
    }
}
