//! The days of a schedule in English: "the 15th of each month", "on Monday to Friday".

use super::lists::{evenly, joined, runs};
use crate::domain::schedules::rules::days::{ALL_MONTHS, Cycle, Days, MonthDay, WeekDay};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEK: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NTH: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

/// Days in words.
pub(in crate::domain) enum DaysSaid {
    /// Every day.
    Always,
    /// "the 15th of each month", to follow "on".
    Month(String),
    /// "on Monday to Friday", "in March".
    Other(String),
}

/// Describes the days of a rule.
pub(in crate::domain) fn say_days(days: &Days) -> DaysSaid {
    match days.cycle {
        Some(Cycle::Days(every, from)) => {
            return DaysSaid::Other(format!("every {every} days, counted from {}", from.format("%-d %B %Y")));
        }
        Some(Cycle::Weeks(every, from)) => {
            let from = from.format("%-d %B %Y");
            return DaysSaid::Other(format!("every {every} weeks on {}, counted from {from}", week_days(days)));
        }
        None => {}
    }
    let months = (days.months != ALL_MONTHS)
        .then(|| joined(runs(u64::from(days.months), |number| MONTHS[number as usize - 1].to_owned())));
    let any_month_day = days.any_month_day();
    let any_week_day = days.any_week_day();
    let in_months = months.as_ref().map(|months| format!(" in {months}")).unwrap_or_default();
    if !days.both && (any_month_day || any_week_day) || any_month_day && any_week_day {
        return match months {
            None => DaysSaid::Always,
            Some(months) => DaysSaid::Other(format!("every day in {months}")),
        };
    }
    if any_month_day {
        return DaysSaid::Other(format!("on {}{in_months}", week_days(days)));
    }
    let of = months.unwrap_or_else(|| "each month".to_owned());
    let by_day = format!("{} of {of}", month_days(days));
    if any_week_day {
        return DaysSaid::Month(by_day);
    }
    if days.both {
        return DaysSaid::Other(format!("on {by_day}, only if that is {}", week_days(days).replace(" and ", " or ")));
    }
    DaysSaid::Month(format!("{by_day} and also on {}{in_months}", week_days(days)))
}

fn month_days(days: &Days) -> String {
    let plain = u64::from(days.month_days);
    let mut said = match plain.count_ones() {
        0 => Vec::new(),
        6.. if let Some(step @ 2..) = evenly(plain)
            && step + 31 - days.month_days.leading_zeros() > 31 =>
        {
            vec![format!("every {} day from the {}", ordinal(step), ordinal(plain.trailing_zeros()))]
        }
        _ => vec![format!("the {}", joined(runs(plain, ordinal)))],
    };
    said.extend(days.month_specials.iter().map(|special| match special {
        MonthDay::Last(0) => "the last day".to_owned(),
        MonthDay::Last(1) => "the second to last day".to_owned(),
        MonthDay::Last(back) => format!("the {} day before the last day", ordinal(u32::from(*back))),
        MonthDay::LastWeekday => "the last weekday (Monday to Friday)".to_owned(),
        MonthDay::Nearest(day) => format!("the weekday (Monday to Friday) nearest to the {}", ordinal(u32::from(*day))),
    }));
    joined(said)
}

fn week_days(days: &Days) -> String {
    let monday_first = u64::from(days.week_days) & !1 | u64::from(days.week_days & 1) << 7;
    let name = |day: u32| WEEK[day as usize % 7].to_owned();
    let mut said = runs(monday_first, name);
    said.extend(days.week_specials.iter().map(|special| match special {
        WeekDay::Nth(day, nth) => format!("the {} {} of the month", NTH[usize::from(*nth) - 1], name(u32::from(*day))),
        WeekDay::BeforeLast(day, weeks) => {
            format!("the {} to last {} of the month", NTH[usize::from(*weeks)], name(u32::from(*day)))
        }
        WeekDay::Last(day) => format!("the last {} of the month", name(u32::from(*day))),
    }));
    joined(said)
}

/// "1st", "22nd", "13th".
pub(in crate::domain) fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
