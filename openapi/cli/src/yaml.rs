//! Reads and writes YAML 1.2, of which JSON is a part.

use serde_json::Value;

/// The only document of a text.
pub fn document(text: &str) -> Result<Value, String> {
    let mut all = documents(text)?;
    match all.len() {
        1 => Ok(all.remove(0)),
        count => Err(format!("one document is expected, not {count}")),
    }
}

/// Every document of a text, in order; empty ones are left out.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    if let Some(value) = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten() {
        return Ok(vec![value]);
    }
    let options = serde_saphyr::options! { strict_booleans: true, underscored_numbers_as_strings: true };
    let all: Result<Vec<Value>, _> = serde_saphyr::from_multiple_with_options(text, options);
    let all = all.map_err(|error| format!("not valid YAML: {error}"))?;
    Ok(all.into_iter().filter(|value| !value.is_null()).collect())
}

/// A value as YAML.
pub fn text(value: &Value) -> Result<String, String> {
    serde_saphyr::to_string(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_is_version_1_2() {
        let value = document("a: yes\nb: 0o17\nc: 017\nd: 12:30\ne: ~\nf: on\ng: 1e3\n").unwrap();
        assert_eq!(value["a"], "yes");
        assert_eq!(value["b"], 15);
        assert_eq!(value["d"], "12:30");
        assert_eq!(value["e"], Value::Null);
        assert_eq!(value["f"], "on");
    }

    #[test]
    fn many_documents_are_read() {
        assert_eq!(documents("a: 1\n---\na: 2\n").unwrap(), [json!({"a": 1}), json!({"a": 2})]);
        assert_eq!(document("a: 1\n---\na: 2\n").unwrap_err(), "one document is expected, not 2");
        assert_eq!(document("# nothing\n").unwrap_err(), "one document is expected, not 0");
    }
}
