//! Expands the bare words of unions: `overlap: skip` becomes `overlap: {kind: skip}`.
//!
//! The table knows where unions are and which kinds they have. Files and flags may therefore use the word alone
//! wherever the kind needs no further field. A dependency as text is a line of its own (`dependencies`).

use serde_json::{Value, json};

use super::dependencies;
use crate::table::{Schema, Union};

/// Replaces the bare word of each union of a body by `{kind: word}`.
///
/// # Errors
/// A sentence with the place, the wrong word and the words that are allowed.
pub fn expand(schema: &Schema, body: &mut Value) -> Result<(), String> {
    for union in schema.unions {
        let path: Vec<&str> = union.at.split('.').collect();
        walk(union, &path, body, String::new())?;
    }
    Ok(())
}

fn walk(union: &Union, path: &[&str], value: &mut Value, at: String) -> Result<(), String> {
    match path {
        [] | [""] => word(union, value, &at),
        ["*", rest @ ..] => {
            let items = value.as_array_mut().into_iter().flatten();
            items.enumerate().try_for_each(|(index, item)| walk(union, rest, item, format!("{at}/{index}")))
        }
        [name, rest @ ..] => match value.get_mut(*name) {
            Some(inner) => walk(union, rest, inner, format!("{at}/{name}")),
            None => Ok(()),
        },
    }
}

fn word(union: &Union, value: &mut Value, at: &str) -> Result<(), String> {
    let Value::String(word) = value else { return Ok(()) };
    if union.at.ends_with("dependencies.*") {
        *value = dependencies::parse(word).map_err(|error| format!("{at}: {error}"))?;
        return Ok(());
    }
    if !union.kinds.contains(&word.as_str()) {
        return Err(format!("{at}: `{word}` is not one of {}", union.kinds.join(", ")));
    }
    *value = json!({"kind": word.as_str()});
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCHEMA: Schema = Schema {
        fields: &[],
        texts: &[],
        unions: &[
            Union { at: "overlap", kinds: &["skip", "queue"] },
            Union { at: "schedules.*.catch_up", kinds: &["none", "latest"] },
        ],
    };

    #[test]
    fn bare_words_become_unions() {
        let mut body =
            json!({"overlap": "skip", "schedules": [{"catch_up": "latest"}, {"catch_up": {"kind": "none"}}]});
        expand(&SCHEMA, &mut body).unwrap();
        let expected = json!({"overlap": {"kind": "skip"},
            "schedules": [{"catch_up": {"kind": "latest"}}, {"catch_up": {"kind": "none"}}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_wrong_word_is_named_with_its_place() {
        let mut body = json!({"schedules": [{"catch_up": "newest"}]});
        let error = expand(&SCHEMA, &mut body).unwrap_err();
        assert_eq!(error, "/schedules/0/catch_up: `newest` is not one of none, latest");
    }
}
