//! A recurrence rule in English: "Every month on the last Friday at 09:00 from 30 January 2026".

use chrono::{NaiveDate, NaiveDateTime, Timelike as _};
use rrule::{Frequency, NWeekday, RRule};

use super::days::ordinal;
use super::lists::joined;
use super::{clock, numbers, plural};
use crate::domain::core::time::recurrence::{LeftOut, Recurrence};

/// As many times of day, or dates, are listed one by one.
const LISTED: usize = 12;

/// Most dates that are listed; of more the first are, and the last.
const DATES: usize = 20;

impl Recurrence {
    /// The rule in English, as a sentence without a full stop. Two rules with different slots never have the same words.
    pub fn words(&self) -> String {
        let Some(rule) = self.set.get_rrule().first() else { return "By a rule".to_owned() };
        let mut said = vec![every(rule.get_freq(), rule.get_interval())];
        let days = say_days(rule, &self.month_days);
        let positions: Vec<_> = rule.get_by_set_pos().iter().map(|at| position(i64::from(*at))).collect();
        // "The last of Monday and Tuesday" is clear as long as there is one time of day.
        let by_days = !days.is_empty()
            && self.said.times.len() == 1
            && !matches!(rule.get_freq(), Frequency::Daily | Frequency::Hourly);
        if !days.is_empty() {
            said.push(match positions.is_empty() || !by_days {
                true => format!("on {days}"),
                false => format!("on the {} of {days}", joined(positions.clone())),
            });
        }
        let months = rule.get_by_month().iter().map(|month| month_name(*month)).collect::<Vec<_>>();
        if !months.is_empty() {
            said.push(format!("in {}", joined(months)));
        }
        said.push(say_times(rule));
        let mut said = said.join(" ");
        if !positions.is_empty() && !by_days {
            said = format!("{said}, only the {} of these in each {},", joined(positions), unit(rule.get_freq()));
        }
        if weeks_matter(rule) && rule.get_week_start() != rrule::Weekday::Mon {
            let comma = if said.ends_with(',') { "" } else { "," };
            let first = weekday(&NWeekday::Every(rule.get_week_start()));
            said = format!("{said}{comma} with weeks that begin on {first},");
        }
        let ends = [Some(said), Some(self.say_start(rule)), self.say_end(rule), self.say_count()];
        let ends = ends.into_iter().flatten().collect::<Vec<_>>().join(" ");
        [Some(ends), self.say_added(), self.say_left_out()].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// "from 30 January 2026", with the time if it decides what the rule has.
    fn say_start(&self, rule: &RRule) -> String {
        let start = self.said.start;
        let counted = rule.get_freq() == Frequency::Hourly && rule.get_interval() > 1;
        let cut = self.said.times.iter().any(|time| *time < start.time());
        format!("from {}", if counted || cut { moment(start) } else { day(start.date()) })
    }

    /// "until 31 December 2026", with the time if it decides what the rule has.
    fn say_end(&self, rule: &RRule) -> Option<String> {
        let until = rule.get_until()?.naive_utc();
        let cut = self.said.times.iter().any(|time| *time > until.time());
        Some(format!("until {}", if cut { moment(until) } else { day(until.date()) }))
    }

    fn say_count(&self) -> Option<String> {
        let count = self.said.count?;
        Some(if count == 1 { "once".to_owned() } else { format!("{count} times") })
    }

    fn say_added(&self) -> Option<String> {
        let mut added = self.said.added.clone();
        added.sort_unstable();
        added.dedup();
        (!added.is_empty()).then(|| format!("also on {}", listed(added.into_iter().map(moment).collect())))
    }

    fn say_left_out(&self) -> Option<String> {
        let mut left_out = self.said.left_out.clone();
        left_out.sort_unstable();
        left_out.dedup();
        let words = left_out.into_iter().map(|left_out| match left_out {
            LeftOut::Date(date) => day(date),
            LeftOut::Time(at) => moment(at),
        });
        let words: Vec<_> = words.collect();
        (!words.is_empty()).then(|| format!("without {}", listed(words)))
    }
}

/// Whether it makes a difference on which day weeks begin.
fn weeks_matter(rule: &RRule) -> bool {
    let weekly = rule.get_freq() == Frequency::Weekly;
    weekly && (rule.get_interval() > 1 || !rule.get_by_set_pos().is_empty()) || !rule.get_by_week_no().is_empty()
}

/// "30 January 2026".
fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// "30 January 2026 09:00", with seconds if there are any.
fn moment(at: NaiveDateTime) -> String {
    format!("{} {}", day(at.date()), clock(at.num_seconds_from_midnight()))
}

/// The dates; of very many the first ones, how many there are more, and the last.
fn listed(mut dates: Vec<String>) -> String {
    if dates.len() > DATES {
        let last = dates[dates.len() - 1].clone();
        let more = format!("{} more until {last}", dates.len() - DATES);
        dates.truncate(DATES);
        dates.push(more);
    }
    joined(dates)
}

/// "the last Friday", "the 13th, only if that is Friday".
fn say_days(rule: &RRule, written: &[i8]) -> String {
    let month_days = if written.is_empty() { rule.get_by_month_day() } else { written };
    let month_days = month_days.iter().map(|day| match day {
        1.. => format!("the {}", ordinal(u32::from(day.unsigned_abs()))),
        -1 => "the last day".to_owned(),
        _ => format!("the {} day", position(i64::from(*day))),
    });
    let month_days = joined(month_days.collect());
    let yearly = rule.get_freq() == Frequency::Yearly && rule.get_by_month().is_empty();
    let of = if yearly && !month_days.is_empty() { " of each month" } else { "" };
    let month_days = format!("{month_days}{of}");
    let year_days = rule.get_by_year_day().iter().map(|day| match day {
        1.. => format!("day {day} of the year"),
        _ => format!("the {} day of the year", position(i64::from(*day))),
    });
    let year_days = joined(year_days.collect());
    let weeks = joined(rule.get_by_week_no().iter().map(|week| numbered_week(*week)).collect());
    let weekdays = weekdays(rule, month_days.is_empty() && year_days.is_empty() && weeks.is_empty());
    let mut parts = [month_days, year_days, weekdays].into_iter().filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    let days = parts.fold(first, |said, part| format!("{said}, only if that is {}", part.replace(" and ", " or ")));
    match (weeks.is_empty(), days.is_empty()) {
        (true, _) => days,
        (false, true) => format!("the days of {weeks}"),
        (false, false) => format!("{days} of {weeks}"),
    }
}

/// "Monday and Friday"; "every Monday" where a month or year has several and nothing else says which.
fn weekdays(rule: &RRule, alone: bool) -> String {
    let frequency = rule.get_freq();
    let several =
        matches!(frequency, Frequency::Monthly | Frequency::Yearly) && alone && rule.get_by_set_pos().is_empty();
    let of_year = frequency == Frequency::Yearly && rule.get_by_month().is_empty();
    let names = rule.get_by_weekday().iter().map(|day| match day {
        NWeekday::Every(_) if several => format!("every {}", weekday(day)),
        NWeekday::Nth(..) if of_year => format!("{} of the year", weekday(day)),
        _ => weekday(day),
    });
    joined(names.collect())
}

fn numbered_week(week: i8) -> String {
    match week {
        0.. => format!("week {week}"),
        _ => format!("the {} week of the year", position(i64::from(week))),
    }
}

/// "at 06:00 and 18:30"; "at 0 and 20 minutes past the hour" for rules by the hour.
fn say_times(rule: &RRule) -> String {
    let (hours, minutes, seconds) = (rule.get_by_hour(), rule.get_by_minute(), rule.get_by_second());
    let all = |values: &[u8]| values.iter().fold(0_u64, |bits, value| bits | 1 << value);
    let past = |of: &str| match (seconds, all(minutes)) {
        ([0], 2) => format!("at 1 minute past {of}"),
        ([0], bits) => format!("at {} minutes past {of}", numbers(bits)),
        (_, bits) => {
            let (second, minute) = (plural(all(seconds), "second"), plural(bits, "minute"));
            format!("at {second} {} of {minute} {} past {of}", numbers(all(seconds)), numbers(bits))
        }
    };
    if rule.get_freq() == Frequency::Hourly && hours.is_empty() {
        return past("the hour");
    }
    if hours.len() * minutes.len() * seconds.len() > LISTED {
        return past(&format!("{} {}", plural(all(hours), "hour"), numbers(all(hours))));
    }
    let mut times = Vec::new();
    for (hour, minute) in hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (*hour, *minute))) {
        let second = |second: &u8| u32::from(hour) * 3600 + u32::from(minute) * 60 + u32::from(*second);
        times.extend(seconds.iter().map(second));
    }
    times.sort_unstable();
    format!("at {}", joined(times.into_iter().map(clock).collect()))
}

fn unit(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Yearly => "year",
        Frequency::Monthly => "month",
        Frequency::Weekly => "week",
        Frequency::Daily => "day",
        Frequency::Hourly => "hour",
        Frequency::Minutely => "minute",
        Frequency::Secondly => "second",
    }
}

fn every(frequency: Frequency, interval: u16) -> String {
    let unit = unit(frequency);
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
