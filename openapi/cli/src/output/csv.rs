//! Prints rows as CSV (RFC 4180), with values as they are on the wire.

use serde_json::Value;

use super::cells::{pick, said};
use super::style::Columns;

/// A list: a header with all columns, then one row for each item.
pub fn list(items: &[Value], columns: &Columns) -> String {
    let paths: Vec<&String> = columns.shown.iter().chain(&columns.more).collect();
    let mut text = row(paths.iter().map(|path| (*path).clone()));
    for item in items {
        text.push_str(&row(paths.iter().map(|path| plain(pick(item, path)))));
    }
    text
}

/// One value as a header and one row; nested fields have dotted names.
pub fn one(value: &Value) -> String {
    let mut fields = Vec::new();
    flatten(value, String::new(), &mut fields);
    let (names, values): (Vec<String>, Vec<String>) = fields.into_iter().unzip();
    row(names.into_iter()) + &row(values.into_iter())
}

fn flatten(value: &Value, path: String, fields: &mut Vec<(String, String)>) {
    match value.as_object().filter(|object| !object.is_empty()) {
        Some(object) => {
            for (name, inner) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(inner, path, fields);
            }
        }
        None => fields.push((path, plain(value))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| said(item).is_some()) => {
            items.iter().filter_map(said).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let quoted = |cell: String| {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    cells.map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let columns = Columns { shown: vec!["name".into(), "task.name".into()], more: vec!["tags".into()] };
        let items = [json!({"name": "a,\"b\"", "task": {"name": "x\ny"}, "tags": ["p", "q"]})];
        assert_eq!(list(&items, &columns), "name,task.name,tags\r\n\"a,\"\"b\"\"\",\"x\ny\",p q\r\n");
    }

    #[test]
    fn one_value_becomes_one_row() {
        assert_eq!(one(&json!({"id": 1, "run": {"state": "lost"}, "note": null})), "id,run.state,note\r\n1,lost,\r\n");
    }
}
