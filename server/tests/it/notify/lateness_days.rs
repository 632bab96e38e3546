//! Thirty simulated days over both changes of the clocks: Orc finds exactly what an oracle finds that is written in
//! another way. Time goes from one event to the next: slots, fates of runs, and the instants at which Orc wants to look.

use super::lateness::{at, book, wait};
use crate::engine::bench::{Bench, child_task};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use orc_server::app::Caller;
use orc_server::clock::Clock;
use orc_server::domain::model::{PageRequest, SlotFilter, SlotRecord};
use orc_server::domain::vocabulary::SlotOutcome;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DAYS: i64 = 30;

/// What happens to the run of a slot; none: never.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

/// What is late about a slot, and since when.
type Found = (DateTime<Utc>, String, DateTime<Utc>);

/// What is expected, as the oracle reads it.
#[derive(Debug, Clone, Copy)]
struct Wish {
    start_minutes: Option<i64>,
    finish_minutes: Option<i64>,
    finish_clock: Option<(u32, u32)>,
}

impl Wish {
    fn body(self) -> Value {
        let mut expect = json!({});
        if let Some(minutes) = self.start_minutes {
            expect["start_within_seconds"] = json!(minutes * 60);
        }
        match (self.finish_minutes, self.finish_clock) {
            (Some(minutes), _) => expect["finish_by"] = json!({"within_seconds": minutes * 60}),
            (None, Some((hour, minute))) => expect["finish_by"] = json!({"at": format!("{hour:02}:{minute:02}")}),
            (None, None) => {}
        }
        expect
    }

    /// Walks from minute to minute with a clock on the wall.
    fn deadline(self, slot: DateTime<Utc>, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
        if let Some(minutes) = self.finish_minutes {
            return Some(slot + TimeDelta::minutes(minutes));
        }
        let (hour, minute) = self.finish_clock?;
        let wall = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        let mut before: NaiveDateTime = wall(slot);
        for passed in 1.. {
            let now = slot + TimeDelta::minutes(passed);
            let shown = wall(now);
            let wanted = shown.date().and_hms_opt(hour, minute, 0).expect("a time");
            let shows = (shown.hour(), shown.minute()) == (hour, minute);
            let jumped_over = before < wanted && wanted < shown;
            if shows || jumped_over {
                return Some(now);
            }
            before = shown;
        }
        None
    }

    /// Lives through the minutes of a slot. Says what went wrong first.
    fn verdict(self, slot: DateTime<Utc>, fate: Option<Fate>, zone: chrono_tz::Tz) -> Option<Found> {
        let Some(fate) = fate else { return Some((slot, "missed".to_owned(), slot)) };
        let finish = self.deadline(slot, zone);
        let (mut started, mut ended) = (false, false);
        for passed in 0..=4 * 24 * 60 {
            let now = slot + TimeDelta::minutes(passed);
            started |= fate.started_at == Some(now);
            ended |= fate.finished_at == Some(now);
            if self.start_minutes == Some(passed) && !started && !ended {
                return Some((slot, "start".to_owned(), now));
            }
            if finish == Some(now) && !ended {
                return Some((slot, "finish".to_owned(), now));
            }
        }
        None
    }
}

fn wish(random: &mut StdRng) -> Wish {
    const CLOCKS: [(u32, u32); 6] = [(2, 30), (2, 0), (3, 0), (6, 0), (23, 59), (0, 0)];
    let start_minutes = random.random_bool(0.7).then(|| random.random_range(1..40));
    let finish_clock = Some(CLOCKS[random.random_range(0..CLOCKS.len())]);
    match random.random_range(0..3) {
        0 => Wish { start_minutes, finish_minutes: Some(random.random_range(40..200)), finish_clock: None },
        1 => Wish { start_minutes: Some(start_minutes.unwrap_or(10)), finish_minutes: None, finish_clock: None },
        _ => Wish { start_minutes, finish_minutes: None, finish_clock },
    }
}

fn fate(random: &mut StdRng, booked: DateTime<Utc>) -> Fate {
    if random.random_bool(0.05) {
        return Fate::default();
    }
    let whole = booked + TimeDelta::seconds((60 - booked.timestamp() % 60) % 60);
    let started = whole + TimeDelta::minutes(random.random_range(0..45));
    let most = if random.random_bool(0.2) { 1500 } else { 120 };
    let lasts = TimeDelta::minutes(random.random_range(0..most));
    Fate { started_at: Some(started), finished_at: Some(started + lasts) }
}

/// Times in which the server is not there, in order.
fn outages(random: &mut StdRng, begin: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let (mut found, mut from) = (Vec::new(), begin);
    for _ in 0..4 {
        from += TimeDelta::minutes(random.random_range(60..7 * 24 * 60));
        let to = from + TimeDelta::minutes(random.random_range(5..900));
        found.push((from, to));
        from = to;
    }
    found
}

async fn ledger(bench: &Bench) -> Vec<SlotRecord> {
    let (mut rows, mut page) = (Vec::new(), PageRequest::first(500));
    loop {
        let found =
            bench.app.slot_list(&Caller::local(), None, SlotFilter::default(), &page).await.expect("the ledger");
        rows.extend(found.items);
        let Some(next) = found.next else { return rows };
        page = PageRequest { cursor: Some(next), ..page };
    }
}

/// A world in which runs have fates.
struct World {
    bench: Bench,
    random: StdRng,
    fates: BTreeMap<DateTime<Utc>, Fate>,
    /// Runs whose fate has not come to its end.
    open: BTreeMap<DateTime<Utc>, Fate>,
}

impl World {
    async fn new(seed: u64, begin: DateTime<Utc>, expect: Value) -> Self {
        const RULES: [&str; 4] = ["30 2 * * *", "0 */4 * * *", "15 1-3 * * *", "*/30 2,14 * * *"];
        let bench = Bench::at(Clock::manual(begin)).await;
        let mut random = StdRng::seed_from_u64(seed);
        let rule = RULES[random.random_range(0..RULES.len())];
        let schedule = json!({"kind": "cron", "expression": rule, "timezone": "Europe/Berlin"});
        let more = json!({"schedules": [schedule], "expect": expect, "overlap": {"kind": "allow", "max": 1000}});
        bench.task(child_task("it", &["exit", "0"], more)).await;
        Self { bench, random, fates: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// What happens next by itself after an instant: a slot is due, or a run starts or ends.
    async fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let planned = self.bench.app.schedules_planned(now).await.expect("planned");
        let slots = planned.iter().filter_map(|planned| planned.next_at());
        let changes = self.open.values().flat_map(|fate| [fate.started_at, fate.finished_at]).flatten();
        slots.chain(changes).filter(|at| *at > now).min()
    }

    /// Lets runs start and end, as their runners do whether the server is there or not.
    async fn live(&mut self, until: DateTime<Utc>) {
        let mut ended = Vec::new();
        for (slot_at, fate) in &mut self.open {
            let slot = slot_at.timestamp_micros();
            let change = match (fate.started_at.filter(|at| *at <= until), fate.finished_at.filter(|at| *at <= until)) {
                (_, Some(finished)) => {
                    ended.push(*slot_at);
                    let started = self.fates[slot_at].started_at.expect("it started").timestamp_micros();
                    let finished = finished.timestamp_micros();
                    format!("state = 'succeeded', node = 'x', started_at = {started}, finished_at = {finished}")
                }
                (Some(started), None) => {
                    fate.started_at = None;
                    format!("state = 'running', node = 'x', started_at = {}", started.timestamp_micros())
                }
                (None, None) => continue,
            };
            self.bench.behind(&format!("UPDATE run SET {change} WHERE scheduled_for = {slot}")).await;
        }
        self.open.retain(|slot, _| !ended.contains(slot));
    }

    /// Books what is due, decides about fates of new runs, and looks.
    async fn look(&mut self) {
        let now = self.bench.app.clock().now();
        if book(&self.bench).await > 0 {
            for row in ledger(&self.bench).await {
                if row.outcome == SlotOutcome::Run && !self.fates.contains_key(&row.first_at) {
                    let fate = fate(&mut self.random, now);
                    self.fates.insert(row.first_at, fate);
                    self.open.insert(row.first_at, fate);
                }
            }
            self.live(now).await;
        }
        self.bench.app.lateness_look().await.expect("looked");
    }
}

/// Simulates the days. Returns what Orc found, what the oracle finds, and the number of slots in incidents.
async fn simulate(seed: u64, begin: DateTime<Utc>) -> (Vec<Found>, Vec<Found>, u64) {
    let mut random = StdRng::seed_from_u64(seed ^ 0x5eed);
    let wish = wish(&mut random);
    let mut down = outages(&mut random, begin).into_iter().peekable();
    let mut world = World::new(seed, begin, wish.body()).await;
    let (mut now, end) = (begin, begin + TimeDelta::days(DAYS));
    world.look().await;
    while now < end {
        let own = world.next(now).await;
        let look = world.bench.app.lateness_next().await.expect("known").map(|at| at.max(now + TimeDelta::seconds(1)));
        let mut next = own.into_iter().chain(look).chain([end]).min().expect("an end");
        let falls = down.next_if(|(from, _)| *from <= next);
        if let Some((_, to)) = falls {
            next = to.max(now);
        }
        if next - now <= TimeDelta::seconds(10) {
            wait(&world.bench, (next - now).num_seconds()).await;
        } else {
            world.bench.clock.advance(next - now);
        }
        now = next;
        world.live(now).await;
        if falls.is_some() {
            world.bench = world.bench.restarted().await;
        }
        world.look().await;
    }
    compare(&world, wish, end).await
}

async fn compare(world: &World, wish: Wish, end: DateTime<Utc>) -> (Vec<Found>, Vec<Found>, u64) {
    let zone = chrono_tz::Europe::Berlin;
    let settled = |found: &Found| found.2 + TimeDelta::minutes(1) < end;
    let (mut seen, mut oracle) = (Vec::new(), Vec::new());
    let mut slots = 0;
    for row in ledger(&world.bench).await {
        let fate = world.fates.get(&row.first_at).copied();
        assert_eq!(fate.is_some(), row.outcome == SlotOutcome::Run, "{row:?}");
        oracle.extend(wish.verdict(row.first_at, fate, zone).filter(settled));
        let late = row.late.map(|late| (row.first_at, late.kind.as_str().to_owned(), late.since_at));
        slots += if late.is_some() { row.count } else { 0 };
        seen.extend(late.filter(settled));
    }
    seen.sort();
    oracle.sort();
    (seen, oracle, slots)
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_days_over_both_changes_equal_the_oracle() {
    for (seed, begin) in [
        (1, "2026-03-10T11:00:00Z"),
        (2, "2026-03-10T11:00:00Z"),
        (3, "2026-10-05T11:00:00Z"),
        (4, "2026-10-05T11:00:00Z"),
    ] {
        let (seen, oracle, _) = simulate(seed, at(begin)).await;
        assert_eq!(seen, oracle, "seed {seed}");
        assert!(!seen.is_empty(), "seed {seed} shows nothing");
    }
}

proptest! {
    #[test]
    fn a_time_of_day_is_found_as_by_walking(
        minute in 0_i64..30 * 24 * 60,
        clock in 0_u32..24 * 60,
        autumn: bool,
        zone in prop::sample::select(vec!["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Antarctica/Troll"]),
    ) {
        let zone: chrono_tz::Tz = zone.parse().unwrap();
        let begin = at(if autumn { "2026-10-10T00:00:00Z" } else { "2026-03-15T00:00:00Z" });
        let slot = begin + TimeDelta::minutes(minute);
        let (hour, minute) = (clock / 60, clock % 60);
        let wish = Wish { start_minutes: None, finish_minutes: None, finish_clock: Some((hour, minute)) };
        let expect: orc_server::domain::ledger::Expect = serde_json::from_value(wish.body()).unwrap();
        prop_assert_eq!(expect.finish_by(slot, zone), wish.deadline(slot, zone));
    }
}
