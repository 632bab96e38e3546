//! Schedules with one fixed minute, and how to move them to another minute of the hour.

use crate::domain::schedules::{Rule, Schedule};

/// The minute of the hour at which all slots of a schedule fall, if the schedule is written with a single minute.
pub(in crate::domain) fn fixed_minute(schedule: &Schedule) -> Option<u32> {
    match &schedule.rule {
        Rule::Cron { expression } => {
            let fields = fields(expression);
            minute(fields.get(place(&fields)?)?)
        }
        Rule::Windows { text } => minute(text.trim().split(':').nth(1).filter(|_| text.matches(':').count() == 1)?),
        Rule::CalendarRule { times, .. } => {
            let mut minutes = times.iter().map(|time| minute(time.trim().split(':').nth(1)?));
            let first = minutes.next()??;
            minutes.all(|minute| minute == Some(first)).then_some(first)
        }
        _ => None,
    }
}

/// The schedule at another minute. A schedule without a fixed minute is returned unchanged.
pub(in crate::domain) fn with_minute(schedule: &Schedule, minute: u32) -> Schedule {
    let rule = match &schedule.rule {
        Rule::Cron { expression } => {
            let mut fields = fields(expression);
            if let Some(place) = place(&fields) {
                fields[place] = minute.to_string();
            }
            Rule::Cron { expression: fields.join(" ") }
        }
        Rule::Windows { text } => Rule::Windows { text: replaced(text.trim(), minute) },
        Rule::CalendarRule { days, times } => {
            let times = times.iter().map(|time| replaced(time.trim(), minute)).collect();
            Rule::CalendarRule { days: days.clone(), times }
        }
        other => other.clone(),
    };
    Schedule { rule, ..schedule.clone() }
}

/// The fields of an expression. A macro is replaced by its expression.
fn fields(expression: &str) -> Vec<String> {
    let expression = match expression.trim() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        other => other,
    };
    expression.split_whitespace().map(str::to_owned).collect()
}

/// Position of the minute field.
fn place(fields: &[String]) -> Option<usize> {
    match fields.len() {
        5 => Some(0),
        6 => Some(1),
        _ => None,
    }
}

fn minute(text: &str) -> Option<u32> {
    text.parse().ok().filter(|minute| *minute < 60)
}

/// Replaces the second part of a time, between colons.
fn replaced(time: &str, minute: u32) -> String {
    let mut parts: Vec<String> = time.split(':').map(str::to_owned).collect();
    if let Some(part) = parts.get_mut(1) {
        *part = format!("{minute:02}");
    }
    parts.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(rule: &str) -> Schedule {
        crate::domain::core::json::read(rule).expect("a schedule")
    }

    #[test]
    fn one_minute_becomes_another() {
        let table = [
            (r#"{"kind":"cron","expression":"0 2 * * *"}"#, Some(0), r#"{"kind":"cron","expression":"7 2 * * *"}"#),
            (
                r#"{"kind":"cron","expression":"30 5 2 * * MON"}"#,
                Some(5),
                r#"{"kind":"cron","expression":"30 7 2 * * MON"}"#,
            ),
            (r#"{"kind":"cron","expression":"@daily"}"#, Some(0), r#"{"kind":"cron","expression":"7 0 * * *"}"#),
            (r#"{"kind":"windows","text":"MON 08:15"}"#, Some(15), r#"{"kind":"windows","text":"MON 08:07"}"#),
            (
                r#"{"kind":"calendar_rule","days":{"kind":"every_days","every":2},"times":["08:15","09:15:30"]}"#,
                Some(15),
                r#"{"kind":"calendar_rule","days":{"kind":"every_days","every":2},"times":["08:07","09:07:30"]}"#,
            ),
        ];
        for (before, minute, after) in table {
            assert_eq!(fixed_minute(&schedule(before)), minute, "{before}");
            assert_eq!(with_minute(&schedule(before), 7), schedule(after), "{before}");
        }
        for without in [
            r#"{"kind":"cron","expression":"*/5 2 * * *"}"#,
            r#"{"kind":"cron","expression":"H 2 * * *"}"#,
            r#"{"kind":"cron","expression":"@every 90s"}"#,
            r#"{"kind":"interval","every_seconds":90}"#,
            r#"{"kind":"calendar_rule","days":{"kind":"every_days","every":2},"times":["08:15","09:20"]}"#,
        ] {
            assert_eq!(fixed_minute(&schedule(without)), None, "{without}");
        }
    }
}
