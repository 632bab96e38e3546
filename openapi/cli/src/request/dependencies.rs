//! Dependencies as one line of text: `task:extract`, `file:/srv/in.csv`, `url:https://...`, `cmd:...`, or the name of a task.
//!
//! These are the forms in which earlier definitions were written. They were looked at once, and a run whose dependency
//! did not hold was skipped, so that is what they become. A form that is not known is refused, never passed over.

use serde_json::{Value, json};

/// The forms, for messages.
const FORMS: &str = "task:NAME, file:PATH, url:ADDRESS, cmd:LINE, command:LINE or the name of a task";

/// Turns a line into a dependency.
///
/// # Errors
/// What is wrong, with the position of the first wrong character, starting at 1.
pub fn parse(text: &str) -> Result<Value, String> {
    let start = text.len() - text.trim_start().len();
    let line = text.trim();
    let Some((form, rest)) = line.split_once(':') else { return named(line, start) };
    let value = rest.trim();
    let after = start + form.len() + 1 + (rest.len() - rest.trim_start().len());
    if value.is_empty() && matches!(form, "task" | "file" | "url" | "cmd" | "command") {
        return Err(at(text, after, &format!("`{form}:` says nothing; write what it means after the colon")));
    }
    let rule = match form {
        "task" => return named(value, after),
        "file" => json!({"kind": "file", "path": value}),
        "url" => json!({"kind": "url", "url": value}),
        "cmd" | "command" => json!({"kind": "command", "program": "/bin/sh", "arguments": ["-c", value]}),
        _ => {
            let message = format!("`{form}:` is no form of a dependency; write {FORMS}, or an object with a kind");
            return Err(at(text, start, &message));
        }
    };
    Ok(skipping(rule))
}

/// The newest run of a task, however old it is, must have succeeded.
fn named(name: &str, offset: usize) -> Result<Value, String> {
    let allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "._-".contains(char);
    let first = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
    let wrong = name.char_indices().find(|(index, char)| if *index == 0 { !first(*char) } else { !allowed(*char) });
    match wrong {
        None if !name.is_empty() => Ok(skipping(json!({"kind": "task", "task": name, "window": {"kind": "any_time"}}))),
        None => Err(at(name, offset, &format!("is empty; write {FORMS}"))),
        Some((index, char)) => {
            let message = format!("`{char}` is in no name of a task; write {FORMS}");
            Err(format!("character {}: {message}", offset + name[..index].chars().count() + 1))
        }
    }
}

fn skipping(mut rule: Value) -> Value {
    rule["on_unmet"] = json!({"kind": "skip"});
    rule
}

fn at(text: &str, offset: usize, message: &str) -> String {
    let position = text.get(..offset).map_or(offset, |before| before.chars().count()) + 1;
    format!("character {position}: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_becomes_what_it_meant() {
        let skip = json!({"kind": "skip"});
        let task = json!({"kind": "task", "task": "vpn_check", "window": {"kind": "any_time"}, "on_unmet": skip});
        assert_eq!(parse("task: vpn_check").unwrap(), task);
        assert_eq!(parse(" vpn_check ").unwrap(), task);
        assert_eq!(
            parse("file:/srv/in.csv").unwrap(),
            json!({"kind": "file", "path": "/srv/in.csv", "on_unmet": skip})
        );
        let url = json!({"kind": "url", "url": "https://a.example:8443/x", "on_unmet": skip});
        assert_eq!(parse("url:https://a.example:8443/x").unwrap(), url);
        for form in ["cmd", "command"] {
            let command =
                json!({"kind": "command", "program": "/bin/sh", "arguments": ["-c", "test -e a:b"], "on_unmet": skip});
            assert_eq!(parse(&format!("{form}:test -e a:b")).unwrap(), command);
        }
    }

    #[test]
    fn what_is_no_form_is_refused_with_its_position() {
        let begins = |text: &str, with: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(with), "{text}: {error}");
        };
        begins("vpn:office", "character 1: `vpn:` is no form");
        begins("  host:disk", "character 3: `host:` is no form");
        begins("Extract", "character 1: `E` is in no name");
        begins("task:my task", "character 8: ` ` is in no name");
        begins("file: ", "character 6: `file:` says nothing");
        begins("", "character 1: is empty");
    }
}
