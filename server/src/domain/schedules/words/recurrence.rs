//! A recurrence rule in English: "Every month on the last Friday at 09:00 from 30 January 2026".

use chrono::NaiveDate;
use rrule::{Frequency, NWeekday, RRule};

use super::days::ordinal;
use super::lists::joined;
use crate::domain::core::time::recurrence::Recurrence;

impl Recurrence {
    /// The rule in English, as a sentence without a full stop.
    pub fn words(&self) -> String {
        let (Some(rule), start) = (self.set.get_rrule().first(), self.set.get_dt_start().naive_utc()) else {
            return "By a rule".to_owned();
        };
        let mut said = vec![every(rule.get_freq(), rule.get_interval())];
        let days = say_days(rule, &self.month_days);
        if !days.is_empty() {
            let positions = rule.get_by_set_pos().iter().map(|at| position(i64::from(*at))).collect::<Vec<_>>();
            said.push(match positions.is_empty() {
                true => format!("on {days}"),
                false => format!("on the {} of {days}", joined(positions)),
            });
        }
        let months = rule.get_by_month().iter().map(|month| month_name(*month)).collect::<Vec<_>>();
        if !months.is_empty() {
            said.push(format!("in {}", joined(months)));
        }
        said.push(say_times(rule));
        said.push(format!("from {}", start.format("%-d %B %Y")));
        said.extend(rule.get_until().map(|until| format!("until {}", until.format("%-d %B %Y"))));
        said.extend(
            rule.get_count().map(|count| if count == 1 { "once".to_owned() } else { format!("{count} times") }),
        );
        let (added, left_out) = (self.set.get_rdate().len(), self.set.get_exdate().len());
        let times = |count: usize| if count == 1 { "1 time".to_owned() } else { format!("{count} times") };
        let mut said = vec![said.join(" ")];
        said.extend((added > 0).then(|| format!("{} added", times(added))));
        said.extend((left_out > 0).then(|| format!("{} left out", times(left_out))));
        said.join(", ")
    }
}

/// "the last Friday", "the 13th, only if that is Friday".
fn say_days(rule: &RRule, written: &[i8]) -> String {
    let weekdays = joined(rule.get_by_weekday().iter().map(weekday).collect());
    let month_days = if written.is_empty() { rule.get_by_month_day() } else { written };
    let month_days = month_days.iter().map(|day| match day {
        1.. => format!("the {}", ordinal(u32::from(day.unsigned_abs()))),
        -1 => "the last day".to_owned(),
        _ => format!("the {} day", position(i64::from(*day))),
    });
    let year_days = rule.get_by_year_day().iter().map(|day| match day {
        1.. => format!("day {day} of the year"),
        _ => format!("the {} day of the year", position(i64::from(*day))),
    });
    let dates = joined(month_days.chain(year_days).collect());
    let weeks = joined(rule.get_by_week_no().iter().map(|week| format!("week {week}")).collect());
    let days = match (dates.is_empty(), weekdays.is_empty()) {
        (true, _) => weekdays,
        (false, true) => dates,
        (false, false) => format!("{dates}, only if that is {}", weekdays.replace(" and ", " or ")),
    };
    match (weeks.is_empty(), days.is_empty()) {
        (true, _) => days,
        (false, true) => format!("the days of {weeks}"),
        (false, false) => format!("{days} of {weeks}"),
    }
}

/// "at 06:00 and 18:30"; "at 0 and 20 minutes past the hour" for rules by the hour.
fn say_times(rule: &RRule) -> String {
    let (hours, minutes, seconds) = (rule.get_by_hour(), rule.get_by_minute(), rule.get_by_second());
    if rule.get_freq() == Frequency::Hourly && hours.is_empty() {
        let said = joined(minutes.iter().map(u8::to_string).collect());
        return format!("at {said} {} past the hour", if said == "1" { "minute" } else { "minutes" });
    }
    let shown = |second: u8| if second == 0 { String::new() } else { format!(":{second:02}") };
    let mut times = Vec::new();
    for minute in minutes {
        for second in seconds {
            times.extend(hours.iter().map(|hour| format!("{hour:02}:{minute:02}{}", shown(*second))));
        }
    }
    times.sort();
    match times.len() {
        0..=12 => format!("at {}", joined(times)),
        count => format!("at {count} times of day, {} to {}", times[0], times[count - 1]),
    }
}

fn every(frequency: Frequency, interval: u16) -> String {
    let unit = match frequency {
        Frequency::Yearly => "year",
        Frequency::Monthly => "month",
        Frequency::Weekly => "week",
        Frequency::Daily => "day",
        Frequency::Hourly => "hour",
        Frequency::Minutely => "minute",
        Frequency::Secondly => "second",
    };
    if interval <= 1 { format!("Every {unit}") } else { format!("Every {interval} {unit}s") }
}

fn weekday(day: &NWeekday) -> String {
    let name = |day: &rrule::Weekday| match day {
        rrule::Weekday::Mon => "Monday",
        rrule::Weekday::Tue => "Tuesday",
        rrule::Weekday::Wed => "Wednesday",
        rrule::Weekday::Thu => "Thursday",
        rrule::Weekday::Fri => "Friday",
        rrule::Weekday::Sat => "Saturday",
        rrule::Weekday::Sun => "Sunday",
    };
    match day {
        NWeekday::Every(day) => name(day).to_owned(),
        NWeekday::Nth(nth, day) => format!("the {} {}", position(i64::from(*nth)), name(day)),
    }
}

fn position(at: i64) -> String {
    let ordinal = |number: i64| match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        number => ordinal(number.unsigned_abs() as u32),
    };
    match at {
        -1 => "last".to_owned(),
        ..-1 => format!("{} to last", ordinal(-at)),
        _ => ordinal(at),
    }
}

fn month_name(month: u8) -> String {
    NaiveDate::from_ymd_opt(2000, u32::from(month), 1)
        .map_or_else(|| month.to_string(), |date| date.format("%B").to_string())
}
