//! What is due of one schedule: which slots run, which are caught up, which are only written down. Pure.

use crate::domain::schedule::{CatchUp, CompiledSchedule, Note, Slot};
use crate::store::Told;
use chrono::{DateTime, TimeDelta, Utc};

/// A slot that is at most this late still counts as on time.
pub const ON_TIME: TimeDelta = TimeDelta::seconds(60);

/// Slots of an outage that are looked at one by one.
const LOOKED_AT: usize = 20_000;

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
    /// A run for a slot that was missed, at once.
    CatchUp,
    /// A run for a slot that was missed, in its turn.
    Pending,
    /// No run, on purpose.
    Skipped(String),
    /// No run, because nobody was there.
    Missed(String),
}

/// Everything of a schedule that is due after its watermark and up to now, in order of time, without what the ledger tells
/// of already. `stopped`: why nothing fires.
pub fn due(
    schedule: &CompiledSchedule,
    catch_up: CatchUp,
    (watermark_at, now): (DateTime<Utc>, DateTime<Utc>),
    told: &[Told],
    stopped: Option<&str>,
) -> Vec<Due> {
    let fresh_from = (now - ON_TIME).max(watermark_at);
    let mut found = Vec::new();
    let fresh: Vec<Slot> = schedule.slots_between(fresh_from, now).collect();
    if fresh_from > watermark_at {
        let newer_runs = fresh.iter().any(|slot| !slot.skipped);
        Missed { schedule, told, from: watermark_at, until: fresh_from }
            .list(catch_up, newer_runs, stopped, &mut found);
    }
    let fresh = fresh.into_iter().filter(|slot| !is_told(told, slot.scheduled_for));
    found.extend(fresh.map(|slot| single(&slot, stopped, Verdict::Run)));
    found
}

fn is_told(told: &[Told], at: DateTime<Utc>) -> bool {
    told.iter().any(|(first, last)| (first..=last).contains(&&at))
}

fn single(slot: &Slot, stopped: Option<&str>, verdict: Verdict) -> Due {
    let verdict = match stopped {
        _ if slot.skipped => Verdict::Skipped(words(slot)),
        Some(reason) => Verdict::Skipped(reason.to_owned()),
        None => verdict,
    };
    Due { first_at: slot.scheduled_for, last_at: slot.scheduled_for, count: 1, verdict }
}

/// Slots that are too late to be on time.
struct Missed<'a> {
    schedule: &'a CompiledSchedule,
    told: &'a [Told],
    /// After this instant.
    from: DateTime<Utc>,
    /// Up to and including this one.
    until: DateTime<Utc>,
}

impl Missed<'_> {
    /// Those that are run after all, and the stretches between them.
    fn list(&self, catch_up: CatchUp, newer_runs: bool, stopped: Option<&str>, found: &mut Vec<Due>) {
        let chosen = match (stopped, catch_up) {
            (Some(_), _) | (_, CatchUp::None) => Vec::new(),
            (None, CatchUp::Latest) if newer_runs => Vec::new(),
            (None, CatchUp::Latest) => self.newest(self.from, 1),
            (None, CatchUp::All { max_count }) => self.newest(self.from, max_count),
            (None, CatchUp::Window { max_age_seconds, max_count }) => {
                let oldest = self.until + ON_TIME - TimeDelta::seconds(max_age_seconds.into());
                self.newest(self.from.max(oldest), max_count)
            }
        };
        let verdict = if catch_up == CatchUp::Latest { Verdict::CatchUp } else { Verdict::Pending };
        let why = stopped
            .map_or_else(|| Verdict::Missed(reason(catch_up).to_owned()), |why| Verdict::Skipped(why.to_owned()));
        let mut done = self.from;
        for slot in chosen {
            let at = slot.scheduled_for;
            self.untold(done, at - TimeDelta::seconds(1), &why, found);
            found.push(single(&slot, None, verdict.clone()));
            done = at;
        }
        self.untold(done, self.until, &why, found);
    }

    /// The newest slots after an instant that are neither told nor skipped anyway, oldest first.
    fn newest(&self, from: DateTime<Utc>, most: u32) -> Vec<Slot> {
        let mut chosen = Vec::new();
        let mut next = self.schedule.latest_at_or_before(self.until);
        for _ in 0..LOOKED_AT {
            let Some(slot) = next.filter(|slot| slot.scheduled_for > from && chosen.len() < most as usize) else {
                break;
            };
            next = self.schedule.latest_at_or_before(slot.scheduled_for - TimeDelta::seconds(1));
            if !slot.skipped && !is_told(self.told, slot.scheduled_for) {
                chosen.push(slot);
            }
        }
        chosen.reverse();
        chosen
    }

    /// The stretches of slots that do not run, around what is told already.
    fn untold(&self, from: DateTime<Utc>, until: DateTime<Utc>, why: &Verdict, found: &mut Vec<Due>) {
        let mut done = from;
        for (first, last) in self.told.iter().filter(|(first, last)| *last > from && *first <= until) {
            found.extend(stretch(self.schedule, (done, *first - TimeDelta::seconds(1)), why));
            done = done.max(*last);
        }
        found.extend(stretch(self.schedule, (done, until), why));
    }
}

fn reason(catch_up: CatchUp) -> &'static str {
    match catch_up {
        CatchUp::None => "the server was not there, and catch-up is off",
        CatchUp::Latest => "the server was not there; only the latest slot is caught up",
        CatchUp::All { .. } => "the server was not there; more slots were missed than are caught up",
        CatchUp::Window { .. } => {
            "the server was not there; the slot is too old to be caught up, or there are too many"
        }
    }
}

/// A stretch of slots that do not run: skipped if calendars skip all of them, else for the given reason.
fn stretch(schedule: &CompiledSchedule, (from, until): (DateTime<Utc>, DateTime<Utc>), why: &Verdict) -> Option<Due> {
    let range = schedule.range_between(from, until)?;
    let mut notes: Option<String> = None;
    let all_skipped = schedule.slots_between(from, until).take(LOOKED_AT).all(|slot| {
        notes.get_or_insert_with(|| words(&slot));
        slot.skipped
    });
    let verdict = match notes {
        Some(notes) if all_skipped && range.count <= LOOKED_AT as u64 => Verdict::Skipped(notes),
        _ => why.clone(),
    };
    Some(Due { first_at: range.first_at, last_at: range.last_at, count: range.count, verdict })
}

fn words(slot: &Slot) -> String {
    slot.notes.iter().map(Note::words).collect::<Vec<_>>().join("; ")
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

    type Expected = (&'static str, &'static str, u64, &'static str);

    fn check(catch_up: CatchUp, hold: Option<&str>, now: &str, expected: &[Expected]) {
        check_told(catch_up, hold, &[], now, expected);
    }

    fn check_told(catch_up: CatchUp, hold: Option<&str>, told: &[Told], now: &str, expected: &[Expected]) {
        let found = due(&hourly(), catch_up, (at("2026-01-01T00:30:00Z"), at(now)), told, hold);
        let shown: Vec<_> = found
            .iter()
            .map(|due| {
                let word = match &due.verdict {
                    Verdict::Run => "run",
                    Verdict::CatchUp => "catch_up",
                    Verdict::Pending => "pending",
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
        let all = CatchUp::All { max_count: 1000 };
        check(all, None, "2026-01-01T02:30:00Z", &[(one, one, 1, "pending"), (two, two, 1, "pending")]);
        check(all, None, "2026-01-01T02:00:00Z", &[(one, one, 1, "pending"), (two, two, 1, "run")]);
        let three = "2026-01-01T03:00:00Z";
        let two_of = CatchUp::All { max_count: 2 };
        let newest = [(one, three, 3, "missed"), (four, four, 1, "pending"), (five, five, 1, "pending")];
        check(two_of, None, "2026-01-01T05:30:00Z", &newest);
        check(CatchUp::Window { max_age_seconds: 7200, max_count: 9 }, None, "2026-01-01T05:30:00Z", &newest);
        check(all, Some("x"), "2026-01-01T02:30:00Z", &[(one, two, 2, "skipped")]);
        check(
            CatchUp::Latest,
            Some("x"),
            "2026-01-01T05:00:20Z",
            &[(one, four, 4, "skipped"), (five, five, 1, "skipped")],
        );
    }

    #[test]
    fn what_is_told_already_is_not_due_again() {
        let (one, two, four, five) =
            ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z", "2026-01-01T05:00:00Z");
        let three = "2026-01-01T03:00:00Z";
        let middle = &[(at(two), at(three))];
        let around = [(one, one, 1, "missed"), (four, five, 2, "missed")];
        check_told(CatchUp::None, None, middle, "2026-01-01T05:30:00Z", &around);
        let skipped = [(one, one, 1, "skipped"), (four, five, 2, "skipped")];
        check_told(CatchUp::None, Some("x"), middle, "2026-01-01T05:30:00Z", &skipped);
        let all = CatchUp::All { max_count: 2 };
        let newest = [(one, one, 1, "missed"), (four, four, 1, "pending"), (five, five, 1, "pending")];
        check_told(all, None, middle, "2026-01-01T05:30:00Z", &newest);
        let ends = &[(at(one), at(one)), (at(five), at(five))];
        check_told(CatchUp::None, None, ends, "2026-01-01T05:30:00Z", &[(two, four, 3, "missed")]);
        check_told(CatchUp::None, None, ends, "2026-01-01T05:00:00Z", &[(two, four, 3, "missed")]);
        check_told(CatchUp::Latest, None, ends, "2026-01-01T05:00:00Z", &[(two, four, 3, "missed")]);
        check_told(CatchUp::None, None, &[(at(one), at(five))], "2026-01-01T05:00:00Z", &[]);
    }
}
