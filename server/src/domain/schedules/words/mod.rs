//! A schedule in English: "At 09:00 and 17:00 on Monday to Friday".
//!
//! The words come from the compiled sets, not from the text, so `0 9 * * 1-5` and `0 9 * * MON-FRI` read the same.
//! Days are in `words::days`.

pub(in crate::domain) mod days;
mod lists;
pub(in crate::domain) mod recurrence;

use chrono::{DateTime, Duration, NaiveDateTime, NaiveTime, TimeZone as _, Timelike, Utc};

use self::days::{DaysSaid, say_days};
use self::lists::{evenly, joined, runs};
use super::compiled::{CompiledRule, CompiledSchedule};
use super::rules::days::Days;
use super::rules::times::Times;
use super::slots::wall::Wall;
use super::slots::window::Window;

/// Maximum number of times of day that are listed one by one.
const LISTED: u64 = 6;
const HOURS: u64 = 0xFF_FFFF;
const SIXTY: u64 = (1 << 60) - 1;

impl CompiledSchedule {
    /// The rule in English: one sentence without a full stop. Local times are in the schedule's time zone.
    pub fn words(&self) -> String {
        let mut words = self.rule_words();
        if let Some(start) = self.start_at {
            words.push_str(&format!(", not before {}", self.instant_words(start)));
        }
        if let Some(end) = self.end_at {
            words.push_str(&format!(", only before {}", self.instant_words(end)));
        }
        if self.splay_seconds > 0 {
            words.push_str(&format!(", up to {} later", distance_exact(i64::from(self.splay_seconds))));
        }
        words
    }

    /// "1 December 2026 at 02:00", in the schedule's time zone; with the UTC time if that local time comes twice.
    fn instant_words(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.timezone).naive_local();
        let found = self.timezone.from_local_datetime(&local);
        let twice = found.earliest() != found.latest();
        let which = if twice { at.format(" (%H:%M UTC)").to_string() } else { String::new() };
        format!("{}{which}", date_and_time(local))
    }

    fn rule_words(&self) -> String {
        match &self.rule {
            CompiledRule::Interval { every, anchor } => {
                format!("Every {}{}", distance(*every as u64), anchored(*every, *anchor))
            }
            CompiledRule::Windowed(rule) => {
                let counted = rule.anchor.map_or(String::new(), counted_from);
                format!("Every {} {}{counted}", distance(rule.every as u64), window_words(&rule.window))
            }
            CompiledRule::Recurring(rule) => rule.words(),
            CompiledRule::Startup { delay_seconds: 0 } => "When the server starts".to_owned(),
            CompiledRule::Startup { delay_seconds } => {
                format!("{} after the server starts", capital(&distance_exact(i64::from(*delay_seconds))))
            }
            CompiledRule::At(at) => format!("Once, on {}", self.instant_words(*at)),
            CompiledRule::AtLocal(at) => format!("Once, on {}", date_and_time(*at)),
            CompiledRule::Fixed(wall) | CompiledRule::Elapsed(wall) => wall_words(wall),
        }
    }
}

/// "between 08:00 and 18:00 on Monday to Friday".
fn window_words(window: &Window) -> String {
    let days = Days { week_days: window.week_days, ..Days::daily() };
    let on = match say_days(&days) {
        DaysSaid::Always => String::new(),
        DaysSaid::Month(days) => format!(" on {days}"),
        DaysSaid::Other(days) => format!(" {days}"),
    };
    let over = if window.to <= window.from { " of the next day" } else { "" };
    format!("between {} and {}{over}{on}", clock(window.from), clock(window.to))
}

/// "90 seconds", "2 minutes": always with the number, even if that is 1.
fn distance_exact(seconds: i64) -> String {
    let said = distance(seconds.unsigned_abs());
    if said.starts_with(|first: char| first.is_ascii_digit()) { said } else { format!("1 {said}") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn date_and_time(at: NaiveDateTime) -> String {
    format!("{} at {}", at.format("%-d %B %Y"), clock(at.num_seconds_from_midnight()))
}

/// Times of day in words.
enum TimesSaid {
    /// "09:00 and 17:00", to follow "at".
    At(String),
    /// "Every 15 minutes".
    Every(String),
}

fn wall_words(wall: &Wall) -> String {
    match (say_times(&wall.times), say_days(&wall.days)) {
        (TimesSaid::At(times), DaysSaid::Always) => format!("At {times} every day"),
        (TimesSaid::At(times), DaysSaid::Month(days)) => format!("On {days} at {times}"),
        (TimesSaid::At(times), DaysSaid::Other(days)) => format!("At {times} {days}"),
        (TimesSaid::Every(times), DaysSaid::Always) => times,
        (TimesSaid::Every(times), DaysSaid::Month(days)) => format!("{times}, on {days}"),
        (TimesSaid::Every(times), DaysSaid::Other(days)) => format!("{times}, {days}"),
    }
}

fn say_times(times: &Times) -> TimesSaid {
    match times {
        Times::List(list) => TimesSaid::At(joined(list.iter().map(|second| clock(*second)).collect())),
        _ if times.count() <= LISTED => TimesSaid::At(all_times(times)),
        Times::Product { hours, minutes, seconds } => {
            let hours = u64::from(*hours);
            let said = if *seconds == 1 {
                minutes_and_hours(*minutes, hours, times)
            } else {
                seconds_minutes_and_hours(*seconds, *minutes, hours, times)
            };
            TimesSaid::Every(said)
        }
    }
}

/// Describes times on the full minute.
fn minutes_and_hours(minutes: u64, hours: u64, times: &Times) -> String {
    if let Some(step) = whole_step(minutes) {
        let every = format!("Every {}", distance(u64::from(step) * 60));
        return match hours {
            HOURS => every,
            _ if is_run(hours) => format!("{every}{}", span(times)),
            _ => format!("{every} during the hours {}", numbers(hours)),
        };
    }
    match evenly(hours) {
        _ if hours == HOURS && minutes == 1 => "Every hour".to_owned(),
        Some(step) if hours != HOURS && minutes.count_ones() == 1 => {
            format!("Every {}{}", distance(u64::from(step) * 3600), span(times))
        }
        _ => format!("At {} past {}", minutes_past(minutes), of_hours(hours)),
    }
}

/// Describes times with seconds.
fn seconds_minutes_and_hours(seconds: u64, minutes: u64, hours: u64, times: &Times) -> String {
    let every = whole_step(seconds);
    let said = match every {
        Some(step) => format!("Every {}", distance(u64::from(step))),
        None => format!("At {} {}", plural(seconds, "second"), numbers(seconds)),
    };
    match (minutes == SIXTY, hours == HOURS) {
        (true, true) if every.is_some() => said,
        (true, true) => format!("{said} of every minute"),
        (true, false) if every.is_some() && is_run(hours) => format!("{said}{}", span(times)),
        (true, false) => format!("{said} of every minute of {}", of_hours(hours)),
        (false, _) => format!("{said} of {} {} past {}", plural(minutes, "minute"), numbers(minutes), of_hours(hours)),
    }
}

fn minutes_past(minutes: u64) -> String {
    match minutes {
        2 => "1 minute".to_owned(),
        _ => format!("{} minutes", numbers(minutes)),
    }
}

fn of_hours(hours: u64) -> String {
    if hours == HOURS { "every hour".to_owned() } else { format!("{} {}", plural(hours, "hour"), numbers(hours)) }
}

/// " from 09:00 to 17:45".
fn span(times: &Times) -> String {
    format!(" from {} to {}", clock(times.first()), clock(times.last()))
}

fn all_times(times: &Times) -> String {
    let mut all = vec![times.first()];
    while let Some(next) = times.next(all[all.len() - 1] + 1) {
        all.push(next);
    }
    joined(all.into_iter().map(clock).collect())
}

/// The distance, if the values divide the minute or hour evenly from its start.
fn whole_step(bits: u64) -> Option<u32> {
    let last = 63 - bits.leading_zeros();
    evenly(bits).filter(|step| bits & 1 == 1 && 60 % step == 0 && last + step == 60)
}

/// Returns whether the values are consecutive.
fn is_run(bits: u64) -> bool {
    bits.count_ones() == 1 || evenly(bits) == Some(1)
}

fn distance(seconds: u64) -> String {
    let (number, unit) = match seconds {
        _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    if number == 1 { unit.to_owned() } else { format!("{number} {unit}s") }
}

/// Says from where an interval is counted, unless it is aligned to the clock.
fn anchored(every: i64, anchor: i64) -> String {
    if anchor % every == 0 { String::new() } else { counted_from(anchor) }
}

fn counted_from(anchor: i64) -> String {
    let at = DateTime::<Utc>::from_timestamp(anchor, 0).unwrap_or_default();
    format!(", counted from {}", at.format("%-d %B %Y %H:%M:%S UTC"))
}

pub(in crate::domain) fn clock(second: u32) -> String {
    let time = NaiveTime::MIN + Duration::seconds(i64::from(second));
    let format = if second.is_multiple_of(60) { "%H:%M" } else { "%H:%M:%S" };
    time.format(format).to_string()
}

pub(in crate::domain) fn plural(bits: u64, word: &str) -> String {
    if bits.count_ones() == 1 { word.to_owned() } else { format!("{word}s") }
}

/// The set bits in words: "0, 5 to 9 and 30".
pub(in crate::domain) fn numbers(bits: u64) -> String {
    joined(runs(bits, |value| value.to_string()))
}
