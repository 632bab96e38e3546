//! Reads the credentials of Task Python Orchestrator from a text: JSON, or the CSV that `sqlite3 -csv -header` prints.
//!
//! Deliberately absent: opening sealed values. Start reading at `read`.

use serde_json::Value;
use zeroize::Zeroizing;

/// A credential as the original stores it. It cannot be printed, because its value may be plain.
pub struct Stored {
    /// Name in the original.
    pub name: String,
    /// The stored bytes: sealed, or the plain value.
    pub value: Zeroizing<Vec<u8>>,
}

/// Reads an export. JSON is an object with a value for each name, or a list of objects with `name` and `value`; CSV (RFC 4180)
/// has a first line that names the columns.
///
/// # Errors
/// Says where the text is wrong and what to write instead. No value is repeated.
pub fn read(text: &str) -> Result<Vec<Stored>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().as_bytes().first() {
        None => Err("the export is empty; give JSON, or CSV with the columns name and value".to_owned()),
        Some(b'{' | b'[') => json(text),
        Some(_) => csv(text),
    }
}

fn stored(name: &str, value: &str) -> Stored {
    Stored { name: name.to_owned(), value: Zeroizing::new(without_bytes_mark(value).as_bytes().to_vec()) }
}

/// Python writes bytes as `b'...'`, so exports made with `print` or `str` have that around each value.
fn without_bytes_mark(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix('b')?.strip_prefix(quote)?.strip_suffix(quote);
    inside('\'').or_else(|| inside('"')).filter(|inside| !inside.contains('\\')).unwrap_or(value)
}

fn json(text: &str) -> Result<Vec<Stored>, String> {
    let read: Value = serde_json::from_str(text)
        .map_err(|error| format!("line {}, column {}: this is not valid JSON", error.line(), error.column()))?;
    let text_of = |place: String, value: Option<&Value>| match value {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(format!("{place} must be a text")),
        None => Err(format!("{place} is missing")),
    };
    match read {
        Value::Object(all) => all
            .iter()
            .map(|(name, value)| Ok(stored(name, &text_of(format!("the value of \"{name}\""), Some(value))?)))
            .collect(),
        Value::Array(all) => all
            .iter()
            .enumerate()
            .map(|(index, entry)| {
                let field = |name: &str| text_of(format!("{name} of entry {}", index + 1), entry.get(name));
                Ok(stored(&field("name")?, &field("value")?))
            })
            .collect(),
        _ => Err("must be an object with a value for each name, or a list of objects with name and value".to_owned()),
    }
}

fn csv(text: &str) -> Result<Vec<Stored>, String> {
    let mut lines = records(text)?.into_iter();
    let Record { fields: head, .. } = lines.next().unwrap_or_default();
    let column = |wanted: &str| {
        let found = head.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
        found
            .ok_or_else(|| format!("line 1 names no column \"{wanted}\"; it must name the columns, such as name,value"))
    };
    let (name, value) = (column("name")?, column("value")?);
    lines
        .map(|Record { line, fields }| match (fields.get(name), fields.get(value)) {
            (Some(name), Some(value)) => Ok(stored(name, value)),
            _ => Err(format!("line {line} has {} fields; line 1 names {} columns", fields.len(), head.len())),
        })
        .collect()
}

/// A record of CSV.
#[derive(Default)]
struct Record {
    /// Number of its first line.
    line: usize,
    fields: Vec<String>,
}

fn records(text: &str) -> Result<Vec<Record>, String> {
    let (mut all, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut first, mut quoted) = (1, 1, None);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        line += usize::from(letter == '\n');
        match letter {
            '"' if quoted.is_some() && rest.peek() == Some(&'"') => field.extend(rest.next()),
            '"' if quoted.is_some() => quoted = None,
            '"' if field.is_empty() => quoted = Some(line),
            _ if quoted.is_some() => field.push(letter),
            ',' => fields.push(std::mem::take(&mut field)),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(std::mem::take(&mut field));
                all.push(Record { line: first, fields: std::mem::take(&mut fields) });
                first = line;
            }
            _ => field.push(letter),
        }
    }
    if let Some(line) = quoted {
        return Err(format!("line {line}: the quotation mark is never closed"));
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        all.push(Record { line: first, fields });
    }
    all.retain(|record| record.fields != [""]);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Result<&[(&str, &str)], &str>) {
        let found = read(text);
        match (&found, wanted) {
            (Ok(found), Ok(wanted)) => {
                let found: Vec<_> = found
                    .iter()
                    .map(|one| (one.name.as_str(), std::str::from_utf8(&one.value).expect("text")))
                    .collect();
                assert_eq!(found, wanted, "{text}");
            }
            (Err(found), Err(wanted)) => assert!(found.contains(wanted), "{text}: {found}"),
            (found, _) => panic!("{text}: {:?}", found.as_ref().map(Vec::len)),
        }
    }

    #[test]
    fn exports_are_read() {
        check(r#"{"a": "x", "b": "b'y'"}"#, Ok(&[("a", "x"), ("b", "y")]));
        check(r#"[{"name": "a", "value": "x", "created_at": "2024"}]"#, Ok(&[("a", "x")]));
        check("name,value\na,x\n", Ok(&[("a", "x")]));
        check("\u{feff}Value,created_at,Name\r\n\"x, \"\"y\"\"\nz\",2024,a\r\n\r\n", Ok(&[("a", "x, \"y\"\nz")]));
        check("name,value\na,", Ok(&[("a", "")]));
        check("name,value\na,b'\\xff'", Ok(&[("a", "b'\\xff'")]));
    }

    #[test]
    fn faults_have_a_place_and_repeat_no_value() {
        for text in [
            "",
            "  ",
            "{\"a\": \"hush\"",
            "[1]",
            "[{\"name\": \"a\"}]",
            "{\"a\": [\"hush\"]}",
            "a,hush",
            "name,value\na\n",
            "name,value\na,\"hush",
        ] {
            let refused = read(text).err().expect("a fault");
            assert!(!refused.contains("hush"), "{refused}");
        }
        check("{\n\"a\": }", Err("line 2, column 6"));
        check("[{\"name\": \"a\"}]", Err("value of entry 1 is missing"));
        check("a,b", Err("no column \"name\""));
        check("name,value\na,x\nb\n", Err("line 3 has 1 fields"));
        check("name,value\na,\"x", Err("line 2"));
    }
}
