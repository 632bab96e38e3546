//! What is due of one schedule: which slots run, which are caught up, which are only written down. Pure.

use crate::domain::schedule::{CatchUp, CompiledSchedule, Note, Slot};
use chrono::{DateTime, TimeDelta, Utc};

/// A slot that is at most this late still counts as on time.
pub const ON_TIME: TimeDelta = TimeDelta::seconds(60);

/// What is to become of one slot, or of a stretch of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant.
    pub last_at: DateTime<Utc>,
    /// Number of slots.
    pub count: u64,
    /// What becomes of them.
    pub verdict: Verdict,
}

/// What becomes of due slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A run on time.
    Run,
    /// A run for a slot that was missed.
    CatchUp,
    /// No run, on purpose.
    Skipped(String),
    /// No run, because nobody was there.
    Missed(String),
}

/// Everything of a schedule that is due after its watermark and up to now, in order of time. `stopped`: why nothing fires.
pub fn due(
    schedule: &CompiledSchedule,
    catch_up: CatchUp,
    watermark_at: DateTime<Utc>,
    now: DateTime<Utc>,
    stopped: Option<&str>,
) -> Vec<Due> {
    let fresh_from = (now - ON_TIME).max(watermark_at);
    let mut found = Vec::new();
    let fresh: Vec<Slot> = schedule.slots_between(fresh_from, now).collect();
    if fresh_from > watermark_at {
        missed(
            schedule,
            catch_up,
            (watermark_at, fresh_from),
            (fresh.iter().any(|slot| !slot.skipped), stopped),
            &mut found,
        );
    }
    found.extend(fresh.into_iter().map(|slot| single(&slot, stopped, Verdict::Run)));
    found
}

fn single(slot: &Slot, stopped: Option<&str>, verdict: Verdict) -> Due {
    let verdict = match stopped {
        _ if slot.skipped => Verdict::Skipped(slot.notes.iter().map(Note::words).collect::<Vec<_>>().join("; ")),
        Some(reason) => Verdict::Skipped(reason.to_owned()),
        None => verdict,
    };
    Due { first_at: slot.scheduled_for, last_at: slot.scheduled_for, count: 1, verdict }
}

/// Slots that are too late to be on time: one stretch, and the one of them that is caught up.
fn missed(
    schedule: &CompiledSchedule,
    catch_up: CatchUp,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    (newer_runs, stopped): (bool, Option<&str>),
    found: &mut Vec<Due>,
) {
    let Some(range) = schedule.range_between(from, until) else { return };
    let latest = schedule.latest_at_or_before(range.last_at).filter(|slot| !slot.skipped);
    let caught = latest.filter(|_| catch_up == CatchUp::Latest && stopped.is_none() && !newer_runs);
    let rest = if caught.is_some() { range.count - 1 } else { range.count };
    let last_at = match &caught {
        Some(_) if rest == 0 => None,
        Some(slot) => schedule.latest_at_or_before(slot.scheduled_for - TimeDelta::seconds(1)).map(|s| s.scheduled_for),
        None => Some(range.last_at),
    };
    if let Some(last_at) = last_at {
        let verdict = match stopped {
            Some(reason) => Verdict::Skipped(reason.to_owned()),
            None if catch_up == CatchUp::None => {
                Verdict::Missed("the server was not there, and catch-up is off".into())
            }
            None => Verdict::Missed("the server was not there; only the latest slot is caught up".into()),
        };
        found.push(Due { first_at: range.first_at, last_at, count: rest, verdict });
    }
    found.extend(caught.map(|slot| single(&slot, None, Verdict::CatchUp)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::{Rule, Schedule, compile};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn hourly() -> CompiledSchedule {
        let schedule: Schedule =
            serde_json::from_value(serde_json::json!({"kind": "cron", "expression": "0 * * * *"})).expect("a schedule");
        assert!(matches!(schedule.rule, Rule::Cron { .. }));
        compile(&schedule, "a/cron").expect("valid")
    }

    fn check(catch_up: CatchUp, hold: Option<&str>, now: &str, expected: &[(&str, &str, u64, &str)]) {
        let found = due(&hourly(), catch_up, at("2026-01-01T00:30:00Z"), at(now), hold);
        let shown: Vec<_> = found
            .iter()
            .map(|due| {
                let word = match &due.verdict {
                    Verdict::Run => "run",
                    Verdict::CatchUp => "catch_up",
                    Verdict::Skipped(_) => "skipped",
                    Verdict::Missed(_) => "missed",
                };
                (due.first_at, due.last_at, due.count, word)
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(f, l, c, w)| (at(f), at(l), *c, *w)).collect();
        assert_eq!(shown, expected, "{catch_up:?} {hold:?} {now}");
    }

    #[test]
    fn what_is_due() {
        let (one, two, four, five) =
            ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z", "2026-01-01T05:00:00Z");
        check(CatchUp::Latest, None, "2026-01-01T00:59:59Z", &[]);
        check(CatchUp::Latest, None, "2026-01-01T01:00:00Z", &[(one, one, 1, "run")]);
        check(CatchUp::Latest, None, "2026-01-01T01:30:00Z", &[(one, one, 1, "catch_up")]);
        check(CatchUp::None, None, "2026-01-01T01:30:00Z", &[(one, one, 1, "missed")]);
        check(CatchUp::Latest, None, "2026-01-01T02:30:00Z", &[(one, one, 1, "missed"), (two, two, 1, "catch_up")]);
        check(CatchUp::Latest, None, "2026-01-01T05:30:00Z", &[(one, four, 4, "missed"), (five, five, 1, "catch_up")]);
        check(CatchUp::None, None, "2026-01-01T05:30:00Z", &[(one, five, 5, "missed")]);
        check(CatchUp::Latest, None, "2026-01-01T05:00:20Z", &[(one, four, 4, "missed"), (five, five, 1, "run")]);
        check(
            CatchUp::Latest,
            Some("x"),
            "2026-01-01T05:00:20Z",
            &[(one, four, 4, "skipped"), (five, five, 1, "skipped")],
        );
    }
}
