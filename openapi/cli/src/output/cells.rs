//! Shows one value as one cell: short, on one line, in words.

use serde_json::Value;

/// Endings of names that are not nouns and get no plural: `checked_count` is "checked", not "checkeds".
const NO_PLURAL: [&str; 8] = ["ed", "ing", " by", "made", "open", "appear", "vanish", "move"];

/// Words after which "at" is left out: "until", not "until at".
const NO_AT: [&str; 3] = ["from", "until", "since"];

/// The value at a dotted path; null, if there is none.
#[must_use]
pub fn pick<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// The name of a field in words, without the unit, because the value shows the unit: `run_count` becomes "runs".
pub fn label(name: &str) -> String {
    let stem = ["_seconds", "_bytes"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let stem = stem.strip_suffix("_at").filter(|stem| NO_AT.iter().any(|word| stem.ends_with(word))).unwrap_or(stem);
    let words = if stem == "never" { "never fires".to_owned() } else { stem.replace('_', " ") };
    match words.strip_suffix(" count") {
        Some(done) if NO_PLURAL.iter().any(|ending| done.ends_with(ending)) => done.to_owned(),
        Some(thing) => match thing.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{thing}s"),
        },
        None => words,
    }
}

/// The text of a value for people. The name of its field determines the unit.
pub fn text(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::String(text) if is_instant(name) => instant(text),
        Value::String(text) => safe(text),
        Value::Number(number) => match number.as_f64() {
            Some(seconds) if name.ends_with("_seconds") => duration(seconds),
            Some(bytes) if name.ends_with("bytes") => size(bytes),
            _ => number.to_string(),
        },
        Value::Array(items) => items.iter().map(|item| text("", item)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => match (said(value), fields.get("kind").and_then(Value::as_str)) {
            (Some(words), _) => safe(words),
            (None, Some(kind)) if fields.len() == 1 => kind.to_owned(),
            _ => value.to_string(),
        },
    }
}

/// The words of a reason (`{code, args, text}`), or of a thing that contains only its reason.
pub fn reason(value: &Value) -> Option<&str> {
    let fields = value.as_object()?;
    match fields.get("reason") {
        Some(inner) if fields.len() == 1 => reason(inner),
        _ => value["text"].as_str().filter(|_| fields.contains_key("code")),
    }
}

/// The words for a thing: its reason, or (a schedule in the list of tasks) its problem, or else its words.
pub fn said(value: &Value) -> Option<&str> {
    reason(value).or_else(|| reason(&value["problem"])).or_else(|| value["words"].as_str())
}

fn is_instant(name: &str) -> bool {
    name == "at" || ["_at", "_for", "_local"].iter().any(|ending| name.ends_with(ending))
}

/// The text without control characters, because an answer must not control the terminal.
fn safe(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// `2026-12-01T02:00:00.123456Z` -> `2026-12-01 02:00:00Z`.
fn instant(text: &str) -> String {
    let Some((date, time)) = text.split_once('T') else { return safe(text) };
    let zone = time.find(['Z', '+', '-']).map_or("", |at| &time[at..]);
    let clock: String = time.chars().take_while(|letter| letter.is_ascii_digit() || *letter == ':').collect();
    safe(&format!("{date} {clock}{zone}"))
}

/// A duration in its two largest units: `3725` becomes "1 h 2 m".
fn duration(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    if seconds.abs() < 1.0 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds.abs() < 60.0 {
        let text = format!("{seconds:.1}");
        return format!("{} s", text.strip_suffix(".0").unwrap_or(&text));
    }
    let whole = seconds.round() as i64;
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let first = units.iter().position(|(length, _)| whole.abs() >= *length).unwrap_or(3);
    let (length, unit) = units[first];
    let rest = units.get(first + 1).map(|(next, unit)| (whole % length / next, unit)).filter(|(count, _)| *count != 0);
    let rest = rest.map(|(count, unit)| format!(" {count} {unit}")).unwrap_or_default();
    format!("{} {unit}{rest}", whole / length)
}

/// A size in the largest unit, of 1,024 each.
fn size(bytes: f64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"];
    let step = units.iter().enumerate().rev().find(|(power, _)| bytes >= 1024_f64.powi(*power as i32));
    let (power, unit) = step.map_or((0, units[0]), |(power, unit)| (power, *unit));
    let text = format!("{:.1}", bytes / 1024_f64.powi(power as i32));
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

/// The ANSI code of the colour of a state, if the word names one that has a colour.
pub fn colour(word: &str) -> Option<&'static str> {
    match word {
        "succeeded" | "created" | "ok" => Some("32"),
        "failed" | "timed_out" | "lost" | "missed" | "deleted" => Some("31"),
        "running" | "updated" => Some("36"),
        "waiting" | "queued" | "backing_off" | "pending" | "cancelled" | "skipped" => Some("33"),
        _ => None,
    }
}

/// The text with an ANSI code before it and a reset after it.
pub fn paint(text: &str, code: &str) -> String {
    format!("\x1b[{code}m{text}\x1b[0m")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(name: &str, value: Value, expected: &str) {
        assert_eq!(text(name, &value), expected);
    }

    #[test]
    fn labels_are_words() {
        let counts = ["attempt_count", "checked_count", "running_count", "entry_count", "used_by_count"].map(label);
        assert_eq!(counts, ["attempts", "checked", "running", "entries", "used by"]);
        assert_eq!(["appear_count", "move_count"].map(label), ["appear", "move"]);
        assert_eq!(["duration_seconds", "started_at"].map(label), ["duration", "started at"]);
        assert_eq!(["until_at", "doubted_since_at"].map(label), ["until", "doubted since"]);
    }

    #[test]
    fn cells_are_short_and_plain() {
        check("started_at", json!("2026-12-01T02:00:00.123456Z"), "2026-12-01 02:00:00Z");
        check("scheduled_for", json!("2026-12-01T02:00:00+01:00"), "2026-12-01 02:00:00+01:00");
        check("duration_seconds", json!(0.0421), "42 ms");
        check("scheduled_local", json!("2026-12-01T02:00:00+01:00"), "2026-12-01 02:00:00+01:00");
        check("splay_seconds", json!(0), "0 s");
        check("duration_seconds", json!(59.96), "60 s");
        check("duration_seconds", json!(3_725.2), "1 h 2 m");
        check("uptime_seconds", json!(172_800), "2 d");
        check("size_bytes", json!(1536), "1.5 KB");
        check("enabled", json!(true), "yes");
        check("tags", json!(["a", "b"]), "a, b");
        check("overlap", json!({"kind": "skip"}), "skip");
        check("reason", json!("bad \u{1b}[31mthing"), "bad \u{fffd}[31mthing");
        check("reason", Value::Null, "");
        let reason = json!({"code": "exit_code", "args": {"exit_code": 3}, "text": "ended with exit code 3"});
        check("reason", reason.clone(), "ended with exit code 3");
        let lines = json!([{"words": "Every day", "problem": null}, {"words": "", "problem": reason}]);
        check("schedules", lines, "Every day, ended with exit code 3");
        check("waiting_on", json!([{"reason": reason}]), "ended with exit code 3");
    }
}
