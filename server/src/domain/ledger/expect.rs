//! What people expect of a task: when its slots have started and ended at the latest, how often it succeeds, and how long
//! its runs take and wait at most.

use crate::domain::core::problem::Problem;
use crate::domain::core::time::time_of_day;
use crate::domain::core::time::zone::{Meaning, instant, local, meaning, offset_at};
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Longest duration of an expectation in seconds: 366 days.
pub const EXPECT_MAX: u32 = 31_622_400;

/// Shortest time in which a success may be expected, in seconds.
pub const AT_LEAST_EVERY_MIN: u32 = 60;

/// What is expected of a task. Without any field, nothing is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// Seconds after its slot within which a run has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within_seconds: Option<u32>,
    /// When the run of a slot has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_by: Option<FinishBy>,
    /// Maximum number of seconds between two runs that succeed, whatever starts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_every_seconds: Option<u32>,
    /// How many times what runs usually take at most a run may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_times: Option<f64>,
    /// Maximum number of seconds for which a run waits before it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_within_seconds: Option<u32>,
}

/// When the run of a slot has ended at the latest. Exactly one of the two is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishBy {
    /// Seconds after the slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_seconds: Option<u32>,
    /// The next time at which the clocks of the schedule's zone show this, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl Expect {
    /// Whether nothing is expected.
    pub const fn is_none(&self) -> bool {
        !self.watches_slots() && self.at_least_every_seconds.is_none() && !self.watches_runs()
    }

    /// Whether something is expected of each run, whatever starts it.
    pub const fn watches_runs(&self) -> bool {
        self.usual_times.is_some() || self.wait_within_seconds.is_some()
    }

    /// Whether something is expected of each slot.
    pub const fn watches_slots(&self) -> bool {
        self.start_within_seconds.is_some() || self.finish_by.is_some()
    }

    /// The instant by which the run of a slot has started.
    pub fn start_by(&self, slot: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.start_within_seconds.map(|seconds| slot + TimeDelta::seconds(seconds.into()))
    }

    /// The instant by which the run of a slot has ended. The schedule of the slot is in `zone`.
    pub fn finish_by(&self, slot: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let by = self.finish_by.as_ref()?;
        match (by.within_seconds, &by.at) {
            (Some(seconds), _) => Some(slot + TimeDelta::seconds(seconds.into())),
            (None, Some(at)) => next_time(zone, parsed(at)?, slot),
            (None, None) => None,
        }
    }

    /// Everything that makes no sense. Pointers begin with `/expect`.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        bounded(self.start_within_seconds, 1, "/expect/start_within_seconds", found);
        bounded(self.at_least_every_seconds, AT_LEAST_EVERY_MIN, "/expect/at_least_every_seconds", found);
        bounded(self.wait_within_seconds, 1, "/expect/wait_within_seconds", found);
        if self.usual_times.is_some_and(|times| !(1.0..=1000.0).contains(&times)) {
            found.push(Problem::at("/expect/usual_times", "must be from 1 to 1000"));
        }
        let Some(by) = &self.finish_by else { return };
        bounded(by.within_seconds, 1, "/expect/finish_by/within_seconds", found);
        match (by.within_seconds, &by.at) {
            (None, None) => {
                let message = "must have \"within_seconds\" (after the slot) or \"at\" (a time of day, HH:MM)";
                found.push(Problem::at("/expect/finish_by", message));
            }
            (Some(_), Some(_)) => {
                found.push(Problem::at("/expect/finish_by", "must have either \"within_seconds\" or \"at\", not both"));
            }
            (Some(finish), None) => {
                if self.start_within_seconds.is_some_and(|start| start > finish) {
                    let message = "is before the latest start (start_within_seconds), so every start after it is late";
                    found.push(Problem::at("/expect/finish_by/within_seconds", message));
                }
            }
            (None, Some(at)) => {
                let wrong = time_of_day("at", at).err();
                found.extend(wrong.map(|error| Problem::at("/expect/finish_by/at", error.to_string())));
            }
        }
    }
}

fn bounded(value: Option<u32>, least: u32, at: &str, found: &mut Vec<Problem>) {
    if value.is_some_and(|value| !(least..=EXPECT_MAX).contains(&value)) {
        found.push(Problem::at(at, format!("must be from {least} to {EXPECT_MAX} seconds (366 days)")));
    }
}

fn parsed(at: &str) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(time_of_day("at", at).ok()?, 0)
}

/// The first instant after another at which the clocks of a zone show a time of day. Of a time that they show twice,
/// each counts. In place of a time that they skip, the first instant after the gap counts.
fn next_time(zone: Tz, time: NaiveTime, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = local(after, offset_at(zone, after)).date();
    // Apia once skipped a whole day, and an instant of yesterday's time may come after a change of the date.
    let days = [today.checked_sub_days(Days::new(1))?, today].into_iter();
    let days = days.chain((1..4).filter_map(|days| today.checked_add_days(Days::new(days))));
    let instants = days.flat_map(|day| {
        let wanted = day.and_time(time);
        match meaning(zone, wanted) {
            Meaning::Once(offset) => [Some(instant(wanted, offset)), None],
            Meaning::Twice(twice) => [Some(instant(wanted, twice.first)), Some(instant(wanted, twice.second))],
            Meaning::Never(after) => [Some(after), None],
        }
    });
    instants.flatten().filter(|at| *at > after).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn until(time: &str) -> Expect {
        let by = FinishBy { at: Some(time.into()), ..FinishBy::default() };
        Expect { finish_by: Some(by), ..Expect::default() }
    }

    #[test]
    fn a_time_of_day_follows_the_clocks_of_the_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        let by = |time: &str, slot: &str| until(time).finish_by(at(slot), berlin).expect("a deadline");
        assert_eq!(by("06:00", "2026-06-01T00:00:00Z"), at("2026-06-01T04:00:00Z"));
        assert_eq!(by("06:00", "2026-06-01T04:00:00Z"), at("2026-06-02T04:00:00Z"), "not at the slot itself");
        // On 2026-03-29, the clocks go from 02:00 to 03:00.
        assert_eq!(by("02:30", "2026-03-29T00:00:00Z"), at("2026-03-29T01:00:00Z"));
        assert_eq!(by("06:00", "2026-03-29T00:00:00Z"), at("2026-03-29T04:00:00Z"));
        // On 2026-10-25, they show 02:00 to 03:00 twice.
        assert_eq!(by("02:30", "2026-10-25T00:00:00Z"), at("2026-10-25T00:30:00Z"));
        assert_eq!(by("02:30", "2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"), "they show it again");
        assert_eq!(by("02:30", "2026-10-25T01:30:00Z"), at("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let problems = |expect: Expect| {
            let mut found = Vec::new();
            expect.problems(&mut found);
            found.into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        let within = |seconds, at: Option<&str>| FinishBy { within_seconds: seconds, at: at.map(str::to_owned) };
        let all = |start, by, every| Expect {
            start_within_seconds: start,
            finish_by: Some(by),
            at_least_every_seconds: every,
            ..Expect::default()
        };
        let runs = |usual_times, wait_within_seconds| Expect { usual_times, wait_within_seconds, ..Expect::default() };
        assert_eq!(problems(runs(Some(1.0), Some(1))), Vec::<String>::new());
        assert_eq!(problems(runs(Some(0.5), Some(0))), ["/expect/wait_within_seconds", "/expect/usual_times"]);
        assert_eq!(problems(runs(Some(f64::NAN), None)), ["/expect/usual_times"]);
        assert_eq!(problems(Expect::default()), Vec::<String>::new());
        assert_eq!(problems(all(Some(60), within(Some(60), None), Some(60))), Vec::<String>::new());
        assert_eq!(
            problems(all(Some(0), within(None, None), Some(59))),
            ["/expect/start_within_seconds", "/expect/at_least_every_seconds", "/expect/finish_by"]
        );
        assert_eq!(problems(all(None, within(Some(1), Some("06:00")), None)), ["/expect/finish_by"]);
        assert_eq!(problems(all(Some(61), within(Some(60), None), None)), ["/expect/finish_by/within_seconds"]);
        assert_eq!(problems(all(None, within(None, Some("25:00")), None)), ["/expect/finish_by/at"]);
    }
}
