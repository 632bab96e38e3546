//! Calendar rules: days described by structure instead of an expression, with one or more times of day.
//!
//! They become the same days and times as cron expressions, so that all other code treats them alike.

use chrono::{Datelike, NaiveDate};

use super::days::{ALL_MONTHS, ALL_WEEK_DAYS, Cycle, Days, MonthDay, WeekDay};
use super::times::Times;
use crate::domain::core::time::ScheduleError;
use crate::domain::core::time::time_of_day;
use crate::domain::schedules::DayRule;
use crate::domain::schedules::slots::wall::Wall;
use crate::domain::vocabulary::Weekday;

/// Compiles a calendar rule.
pub(in crate::domain) fn compile_rule(days: &DayRule, times: &[String]) -> Result<Wall, ScheduleError> {
    Ok(Wall { days: compile_days(days)?, times: compile_times(times)? })
}

fn compile_days(rule: &DayRule) -> Result<Days, ScheduleError> {
    let any = Days::daily();
    match rule {
        DayRule::EveryDays { every, from } => {
            let cycle = (at_least_one("days/every", *every)? > 1).then(|| Cycle::Days(*every, origin(*from)));
            Ok(Days { cycle, ..any })
        }
        DayRule::EveryWeeks { every, weekdays, from } => {
            let (week_days, origin) = (week_days("days/weekdays", weekdays)?, origin(*from));
            let back = chrono::Days::new(u64::from(origin.weekday().num_days_from_monday()));
            let monday = origin.checked_sub_days(back).unwrap_or(origin);
            let cycle = (at_least_one("days/every", *every)? > 1).then_some(Cycle::Weeks(*every, monday));
            Ok(Days { week_days, cycle, ..any })
        }
        DayRule::MonthDays { months, days } => {
            let (mut month_days, mut month_specials) = (0, Vec::new());
            not_empty("days/days", days)?;
            for day in days {
                match day {
                    1..=31 => month_days |= 1_u32 << day,
                    -31..=-1 => month_specials.push(MonthDay::Last(day.unsigned_abs() - 1)),
                    _ => return Err(range("days/days", *day, "1 to 31, or -1 (the last day) to -31")),
                }
            }
            Ok(Days { months: month_mask(months)?, month_days, month_specials, ..any })
        }
        DayRule::MonthWeekdays { months, nth, weekdays } => {
            let named = week_days("days/weekdays", weekdays)?;
            not_empty("days/nth", nth)?;
            let mut week_specials = Vec::new();
            for nth in nth {
                for day in (0..7_u8).filter(|day| named >> day & 1 == 1) {
                    week_specials.push(match nth {
                        1..=5 => WeekDay::Nth(day, nth.unsigned_abs()),
                        -1 => WeekDay::Last(day),
                        -5..=-2 => WeekDay::BeforeLast(day, nth.unsigned_abs() - 1),
                        _ => return Err(range("days/nth", *nth, "1 to 5, or -1 (the last) to -5")),
                    });
                }
            }
            Ok(Days { months: month_mask(months)?, week_days: 0, week_specials, ..any })
        }
    }
}

/// Weekdays as bits 0-6, 0 = Sunday.
pub(in crate::domain) fn week_days(field: &'static str, weekdays: &[Weekday]) -> Result<u8, ScheduleError> {
    not_empty(field, weekdays)?;
    Ok(week_mask(weekdays))
}

/// Weekdays as bits 0-6, 0 = Sunday. An empty list means all.
pub(in crate::domain) fn week_mask(weekdays: &[Weekday]) -> u8 {
    if weekdays.is_empty() {
        return ALL_WEEK_DAYS;
    }
    weekdays.iter().fold(0, |mask, day| {
        mask | match day {
            Weekday::Sunday => 1,
            Weekday::Monday => 1 << 1,
            Weekday::Tuesday => 1 << 2,
            Weekday::Wednesday => 1 << 3,
            Weekday::Thursday => 1 << 4,
            Weekday::Friday => 1 << 5,
            Weekday::Saturday => 1 << 6,
        }
    })
}

fn month_mask(months: &[u8]) -> Result<u16, ScheduleError> {
    if months.is_empty() {
        return Ok(ALL_MONTHS);
    }
    months.iter().try_fold(0, |mask, month| match month {
        1..=12 => Ok(mask | 1 << month),
        _ => Err(range("days/months", *month, "1 to 12")),
    })
}

fn compile_times(times: &[String]) -> Result<Times, ScheduleError> {
    not_empty("times", times)?;
    let mut seconds = times.iter().map(|time| time_of_day("times", time)).collect::<Result<Vec<_>, _>>()?;
    seconds.sort_unstable();
    seconds.dedup();
    Ok(Times::List(seconds))
}

fn origin(from: Option<NaiveDate>) -> NaiveDate {
    from.unwrap_or(NaiveDate::from_ymd_opt(1970, 1, 1).expect("a real date"))
}

fn at_least_one(field: &'static str, every: u32) -> Result<u32, ScheduleError> {
    match every {
        1..=3660 => Ok(every),
        _ => Err(ScheduleError::new(field, format!("{every} is out of range 1-3660"))),
    }
}

fn not_empty<T>(field: &'static str, list: &[T]) -> Result<(), ScheduleError> {
    match list {
        [] => Err(ScheduleError::new(field, "nothing is named").fix("name at least one")),
        _ => Ok(()),
    }
}

fn range(field: &'static str, value: impl std::fmt::Display, allowed: &str) -> ScheduleError {
    ScheduleError::new(field, format!("{value} is out of range")).fix(format!("use {allowed}"))
}
