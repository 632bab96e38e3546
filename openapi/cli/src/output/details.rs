//! Shows one value to people: names on the left, values on the right, lists of things as tables.

use serde_json::{Map, Value};

use super::cells::{colour, label, paint, reason, text};
use super::style::Style;
use super::table;

/// Fields that do not help people.
const HIDDEN: [&str; 1] = ["actions"];

/// A value, field by field.
pub fn render(value: &Value, style: Style) -> String {
    let mut out = String::new();
    match value {
        Value::Null => {}
        Value::Object(fields) => object(fields, "", style, &mut out),
        other => out = format!("{}\n", text("", other)),
    }
    out
}

fn object(fields: &Map<String, Value>, indent: &str, style: Style, out: &mut String) {
    let has_line = |value: &Value| !value.is_null() || indent.is_empty();
    let shown = || fields.iter().filter(|(name, value)| !HIDDEN.contains(&name.as_str()) && has_line(value));
    let flats = shown().filter(|(_, value)| is_flat(value));
    let width = flats.map(|(name, _)| name_of(name, fields).chars().count()).max().unwrap_or_default();
    for (name, value) in shown() {
        let label = name_of(name, fields);
        let deeper = format!("{indent}  ");
        if is_flat(value) {
            let pad = " ".repeat(width.saturating_sub(label.chars().count()) + 2);
            out.push_str(&format!("{indent}{}{pad}{}", bold(&label, style), flat(name, value, indent, width, style)));
            out.truncate(out.trim_end().len());
            out.push('\n');
            continue;
        }
        out.push_str(&format!("{indent}{}\n", bold(&label, style)));
        match value {
            Value::Object(inner) => object(inner, &deeper, style, out),
            Value::Array(items) if items.iter().any(is_deep) => blocks(items, &deeper, style, out),
            Value::Array(items) => out.push_str(&table::render(items, &columns(items), style, &deeper)),
            _ => {}
        }
    }
}

/// The name of a field in words. A count beside the list that it counts would be called like the list.
fn name_of(name: &str, fields: &Map<String, Value>) -> String {
    let (words, is_count) = (label(name), name.ends_with("_count"));
    let twice = is_count && fields.keys().any(|other| other != name && label(other) == words);
    if twice { format!("number of {words}") } else { words }
}

/// Whether an item holds a list of things, which one cell cannot show.
fn is_deep(item: &Value) -> bool {
    let listed = |value: &Value| value.as_array().is_some_and(|inner| inner.iter().any(Value::is_object));
    item.as_object().is_some_and(|fields| fields.values().any(listed))
}

/// Items one below the other, each field by field.
fn blocks(items: &[Value], indent: &str, style: Style, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        match item {
            Value::Object(fields) => object(fields, indent, style, out),
            other => out.push_str(&format!("{indent}{}\n", text("", other))),
        }
    }
}

fn bold(label: &str, style: Style) -> String {
    if style.colour { paint(label, "1") } else { label.to_owned() }
}

/// Whether a value fits on the line of its name.
fn is_flat(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.is_empty() || fields.len() == 1 && fields.contains_key("kind") || reason(value).is_some()
        }
        Value::Array(items) => !items.iter().any(|item| item.is_object() && reason(item).is_none()),
        _ => true,
    }
}

fn flat(name: &str, value: &Value, indent: &str, width: usize, style: Style) -> String {
    let shown = match value {
        Value::Object(fields) if fields.is_empty() => "-".to_owned(),
        _ => text(name, value),
    };
    let shown = if shown.is_empty() { "-".to_owned() } else { shown };
    let shown = shown.trim_end().replace('\n', &format!("\n{indent}{}", " ".repeat(width + 2)));
    colour(&shown).filter(|_| style.colour).map_or_else(|| shown.clone(), |code| paint(&shown, code))
}

/// Columns of a list within a value: the fields that at least one item can show in one cell.
fn columns(items: &[Value]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (name, value) in items.iter().filter_map(Value::as_object).flatten() {
        let path = match value {
            Value::Object(_) if reason(value).is_some() => Some(name.clone()),
            Value::Object(inner) => ["kind", "name", "state", "bytes", "scheduled_local"]
                .iter()
                .find(|key| inner.contains_key(**key))
                .map(|key| format!("{name}.{key}")),
            Value::Null => None,
            Value::Array(items) if items.is_empty() => None,
            Value::String(text) if text.is_empty() => None,
            _ => Some(name.clone()),
        };
        columns.extend(path.filter(|path| !columns.contains(path) && !HIDDEN.contains(&path.as_str())));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn things_within_things_are_shown_too() {
        let slot = |hour: u32| json!({"scheduled_local": format!("2026-12-01T0{hour}:00:00+01:00"), "notes": []});
        let value = json!({"until_at": null, "tasks": [
            {"task": "a", "appear": [slot(1)], "moved": [{"from": slot(2), "to": slot(3)}]},
            {"task": "b", "appear": [], "moved": []}]});
        let expected = "\
until  -
tasks
  task  a
  appear
    SCHEDULED LOCAL
    2026-12-01 01:00:00+01:00
  moved
    FROM                       TO
    2026-12-01 02:00:00+01:00  2026-12-01 03:00:00+01:00

  task    b
  appear  -
  moved   -
";
        assert_eq!(render(&value, Style { colour: false, width: None }), expected);
    }

    #[test]
    fn a_value_is_shown_field_by_field() {
        let value = json!({"id": "7", "started_at": null, "task": {"name": "a"}, "overlap": {"kind": "skip"},
            "attempts": [{"number": 1, "outcome": "failed", "exit_code": 3}, {"number": 2, "outcome": null}], "actions": ["rerun"]});
        let expected = "\
id          7
started at  -
task
  name  a
overlap     skip
attempts
  NUMBER  OUTCOME  EXIT CODE
  1       failed   3
  2
";
        assert_eq!(render(&value, Style { colour: false, width: None }), expected);
    }
}
