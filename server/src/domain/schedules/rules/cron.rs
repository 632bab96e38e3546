//! The crontab dialect: whole expressions and macros. `field` has the grammar of one field.
//!
//! Expressions mean what Unix crontab says (crontab(5) of cronie). Extensions are leading seconds, wrap-around
//! ranges, `L W # ?` and `H`. Positions in errors count characters of the expression from 1.

use super::days::Days;
use super::field::{Field, FieldKind, Special, parse_field};
use super::interval::check_distance;
use super::times::Times;
use crate::domain::core::time::ScheduleError;
use crate::domain::core::time::zone::shortened;
use crate::domain::schedules::slots::wall::Wall;

/// Meaning of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) enum CronRule {
    /// Local times. `wildcard` says that minute or hour begins with `*`, so the rule follows elapsed time over clock
    /// changes.
    Wall { wall: Wall, wildcard: bool },
    /// `@every`: a distance in seconds.
    Every(u64),
    /// `@reboot`: every start of the server.
    Startup,
}

const MACROS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// Maximum number of characters in an expression.
const LONGEST: usize = 1000;

/// Parses an expression. `seed` decides the value of `H`.
pub(in crate::domain) fn parse_cron(expression: &str, seed: &str) -> Result<CronRule, ScheduleError> {
    if expression.chars().count() > LONGEST {
        return Err(fault(format!("the expression is longer than {LONGEST} characters")));
    }
    let words = words(expression);
    match words.first() {
        None => Err(fault("the expression is empty").fix("write five fields, such as 0 9 * * MON-FRI")),
        Some((position, word)) if word.starts_with('@') => parse_macro(&words, *position, word, seed),
        Some((position, word)) if word.contains('=') => {
            Err(fault(format!("\"{}\" is not a field", shortened(word))).at(*position).fix(
                match word.to_ascii_uppercase().starts_with("TZ=") || word.to_ascii_uppercase().starts_with("CRON_TZ=")
                {
                    true => "the time zone belongs in the field timezone",
                    false => "write five fields, such as 0 9 * * MON-FRI",
                },
            ))
        }
        Some(_) => parse_fields(&words, seed),
    }
}

/// The words of an expression, each with the position of its first character.
fn words(expression: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (index, character) in expression.chars().enumerate() {
        if character.is_whitespace() {
            inside = false;
        } else if inside && let Some((_, word)) = words.last_mut() {
            word.push(character);
        } else {
            words.push((index + 1, character.to_string()));
            inside = true;
        }
    }
    words
}

fn parse_macro(words: &[(usize, String)], position: usize, name: &str, seed: &str) -> Result<CronRule, ScheduleError> {
    let lower = name.to_lowercase();
    if lower == "@every" {
        return parse_every(words);
    }
    if let Some((extra, word)) = words.get(1) {
        return Err(fault(format!("nothing may follow {lower}, found \"{}\"", shortened(word))).at(*extra));
    }
    if lower == "@reboot" {
        return Ok(CronRule::Startup);
    }
    match MACROS.iter().find(|(known, _)| *known == lower) {
        Some((_, expression)) => parse_cron(expression, seed),
        None => Err(fault(format!("\"{}\" is not a known macro", shortened(name)))
            .at(position)
            .fix("use @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually or @every 90s")),
    }
}

/// Parses `@every 90s`, `@every 1h30m`, `@every 2d`.
fn parse_every(words: &[(usize, String)]) -> Result<CronRule, ScheduleError> {
    let advice = "write it like @every 90s, @every 15m, @every 1h30m or @every 2d";
    let Some((position, text)) = words.get(1) else {
        return Err(fault("@every needs a duration").at(words[0].0).fix(advice));
    };
    if let Some((extra, word)) = words.get(2) {
        return Err(fault(format!("nothing may follow the duration, found \"{}\"", shortened(word)))
            .at(*extra)
            .fix(advice));
    }
    let wrong =
        |offset: usize| fault(format!("\"{}\" is not a duration", shortened(text))).at(position + offset).fix(advice);
    let (mut total, mut number): (u64, Option<u64>) = (0, None);
    for (offset, character) in text.chars().enumerate() {
        if let Some(digit) = character.to_digit(10) {
            let grown = number.unwrap_or(0).checked_mul(10).and_then(|value| value.checked_add(u64::from(digit)));
            number = Some(grown.ok_or_else(|| wrong(offset))?);
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(wrong(offset)),
        };
        let part = number.take().and_then(|number| number.checked_mul(unit)).ok_or_else(|| wrong(offset))?;
        total = total.checked_add(part).ok_or_else(|| wrong(offset))?;
    }
    if number.is_some() {
        return Err(fault(format!("\"{}\" does not say which unit", shortened(text))).at(*position).fix(advice));
    }
    check_distance("expression", total).map(|()| CronRule::Every(total)).map_err(|error| error.at(*position))
}

fn parse_fields(words: &[(usize, String)], seed: &str) -> Result<CronRule, ScheduleError> {
    check_number_of_fields(words)?;
    let mut kinds = FieldKind::ALL.iter();
    let mut seconds = Field::only(0);
    if words.len() == 5 {
        kinds.next();
    }
    let mut parsed = Vec::with_capacity(6);
    for (kind, (position, word)) in kinds.zip(words) {
        parsed.push(parse_field(*kind, word, *position, seed)?);
    }
    if words.len() == 6 {
        seconds = parsed.remove(0);
    }
    let [minute, hour, month_day, month, week_day]: [Field; 5] = parsed.try_into().expect("five fields are left");
    let wildcard = minute.star || hour.star;
    let times = Times::Product { hours: hour.bits as u32, minutes: minute.bits, seconds: seconds.bits };
    let days = Days {
        months: month.bits as u16,
        both: month_day.star || week_day.star,
        month_days: month_day.bits as u32,
        month_specials: month_day.specials.iter().filter_map(Special::month_day).collect(),
        week_days: week_day.bits as u8,
        week_specials: week_day.specials.iter().filter_map(Special::week_day).collect(),
        cycle: None,
    };
    Ok(CronRule::Wall { wall: Wall { days, times }, wildcard })
}

fn check_number_of_fields(words: &[(usize, String)]) -> Result<(), ScheduleError> {
    let found = words.len();
    let advice = "write minute, hour, day of month, month, day of week (with seconds in front: six fields)";
    match found {
        5 | 6 => Ok(()),
        7 => Err(fault("7 fields are the Quartz form with a year, which crontab does not have")
            .at(words[6].0)
            .fix("leave the year out (start_at and end_at bound a schedule)")),
        0..5 => {
            let (position, last) = &words[found - 1];
            let end = position + last.chars().count();
            Err(fault(format!("5 fields are expected, {found} found")).at(end).fix(advice))
        }
        _ => Err(fault(format!("5 or 6 fields are expected, {found} found")).at(words[6].0).fix(advice)),
    }
}

fn fault(message: impl Into<String>) -> ScheduleError {
    ScheduleError::new("expression", message)
}
