//! When a rule speaks: at once, in groups, or once a day, and never in its quiet hours.
//!
//! Pure. Local times follow the clocks of their zone: a time that does not exist is the next one that does, and of two
//! equal times the first counts. Start reading at `speaks_at`.

use crate::domain::core::problem::Problem;
use crate::domain::core::time::zone::{local, offset_at, shown_at};
use crate::domain::core::time::{time_of_day, zone_parse};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Whether a rule tells at once or collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pace {
    /// Each incident at once.
    AtOnce {},
    /// Everything of some minutes together, counted from the first.
    Grouped {
        /// Number of minutes.
        minutes: u32,
    },
    /// Everything since the last time together, once a day.
    Digest {
        /// Time of day, `HH:MM`.
        at: String,
        /// Time zone of that time.
        timezone: String,
    },
}

/// Part of each day in which a rule tells nothing. What happens in it is told at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Begin, `HH:MM`.
    pub from: String,
    /// End, `HH:MM`. If it is before `from`, the hours reach over midnight.
    pub to: String,
    /// Time zone of both.
    pub timezone: String,
}

impl Pace {
    /// What is wrong with it.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        match self {
            Self::AtOnce {} => {}
            Self::Grouped { minutes } => {
                if !(1..=1440).contains(minutes) {
                    found.push(Problem::at("/how/minutes", "must be from 1 to 1440 (a day)"));
                }
            }
            Self::Digest { at, timezone } => {
                found.extend(time_problem("/how/at", at));
                found.extend(zone_problem("/how/timezone", timezone));
            }
        }
    }
}

impl Quiet {
    /// What is wrong with it.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        found.extend(time_problem("/quiet_hours/from", &self.from));
        found.extend(time_problem("/quiet_hours/to", &self.to));
        found.extend(zone_problem("/quiet_hours/timezone", &self.timezone));
        if self.from == self.to {
            found.push(Problem::at("/quiet_hours/to", "must differ from the begin; to tell nothing, disable the rule"));
        }
    }

    /// End of the quiet hours that contain an instant; none: the instant is not in quiet hours.
    fn end(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let zone = zone_parse(&self.timezone).ok()?;
        let (from, to) = (time(&self.from)?, time(&self.to)?);
        let today = local(at, offset_at(zone, at)).date();
        let begins = [today.checked_sub_days(Days::new(1))?, today];
        begins.into_iter().find_map(|day| {
            let last = if to > from { day } else { day.checked_add_days(Days::new(1))? };
            let (begin, end) = (instant_of(zone, day, from), instant_of(zone, last, to));
            (begin <= at && at < end).then_some(end)
        })
    }
}

/// When a rule speaks about something that happened at an instant.
pub fn speaks_at(how: &Pace, quiet: Option<&Quiet>, happened_at: DateTime<Utc>) -> DateTime<Utc> {
    let at = match how {
        Pace::AtOnce {} => happened_at,
        Pace::Grouped { minutes } => happened_at + Duration::minutes(i64::from(*minutes)),
        Pace::Digest { at, timezone } => next_daily(at, timezone, happened_at).unwrap_or(happened_at),
    };
    quiet.and_then(|quiet| quiet.end(at)).unwrap_or(at)
}

/// The next instant after another at which the clocks of a zone show a time of day.
fn next_daily(at: &str, timezone: &str, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (zone, wanted) = (zone_parse(timezone).ok()?, time(at)?);
    let today = local(after, offset_at(zone, after)).date();
    (0..3).find_map(|days| {
        let at = instant_of(zone, today.checked_add_days(Days::new(days))?, wanted);
        (at > after).then_some(at)
    })
}

fn instant_of(zone: Tz, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    shown_at(zone, day.and_time(time))
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(time_of_day("at", text).ok()?, 0)
}

fn time_problem(at: &str, text: &str) -> Option<Problem> {
    time_of_day("at", text).err().map(|error| Problem::at(at, error.to_string()))
}

fn zone_problem(at: &str, name: &str) -> Option<Problem> {
    zone_parse(name).err().map(|error| Problem::at(at, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn digest(time: &str) -> Pace {
        Pace::Digest { at: time.into(), timezone: "Europe/Berlin".into() }
    }

    fn quiet(from: &str, to: &str) -> Quiet {
        Quiet { from: from.into(), to: to.into(), timezone: "Europe/Berlin".into() }
    }

    #[test]
    fn at_once_in_groups_and_once_a_day() {
        let noon = at("2026-06-01T10:00:00Z");
        assert_eq!(speaks_at(&Pace::AtOnce {}, None, noon), noon);
        assert_eq!(speaks_at(&Pace::Grouped { minutes: 15 }, None, noon), at("2026-06-01T10:15:00Z"));
        assert_eq!(speaks_at(&digest("12:00"), None, noon), at("2026-06-02T10:00:00Z"), "not at the same instant");
        assert_eq!(speaks_at(&digest("12:01"), None, noon), at("2026-06-01T10:01:00Z"));
    }

    #[test]
    fn a_daily_time_follows_the_clocks_of_its_zone() {
        // On 2026-03-29, 02:00 to 03:00 does not exist in Berlin; on 2026-10-25, it exists twice.
        assert_eq!(speaks_at(&digest("02:30"), None, at("2026-03-29T00:00:00Z")), at("2026-03-29T01:00:00Z"));
        assert_eq!(speaks_at(&digest("02:30"), None, at("2026-10-25T00:00:00Z")), at("2026-10-25T00:30:00Z"));
        assert_eq!(speaks_at(&digest("02:30"), None, at("2026-10-25T00:30:00Z")), at("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn quiet_hours_put_off_to_their_end_also_over_midnight() {
        let night = quiet("22:00", "07:00");
        let told = |text: &str| speaks_at(&Pace::AtOnce {}, Some(&night), at(text));
        assert_eq!(told("2026-06-01T20:00:00Z"), at("2026-06-02T05:00:00Z"), "22:00 in Berlin");
        assert_eq!(told("2026-06-02T04:59:59Z"), at("2026-06-02T05:00:00Z"));
        assert_eq!(told("2026-06-02T05:00:00Z"), at("2026-06-02T05:00:00Z"), "the end is not quiet");
        assert_eq!(told("2026-06-02T19:59:59Z"), at("2026-06-02T19:59:59Z"));
        assert_eq!(told("2026-03-29T00:30:00Z"), at("2026-03-29T05:00:00Z"), "the night that is an hour shorter");
        let noon = quiet("12:00", "13:00");
        assert_eq!(speaks_at(&Pace::AtOnce {}, Some(&noon), at("2026-06-01T10:30:00Z")), at("2026-06-01T11:00:00Z"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let mut found = Vec::new();
        Pace::Grouped { minutes: 0 }.problems(&mut found);
        Pace::Digest { at: "25:00".into(), timezone: "Mars".into() }.problems(&mut found);
        quiet("7", "7").problems(&mut found);
        let places: Vec<&str> = found.iter().map(|problem| problem.pointer.as_str()).collect();
        let all =
            ["/how/minutes", "/how/at", "/how/timezone", "/quiet_hours/from", "/quiet_hours/to", "/quiet_hours/to"];
        assert_eq!(places, all);
    }
}
