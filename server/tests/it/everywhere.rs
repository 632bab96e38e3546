//! Every time zone of the database x every shape of schedule x two years: no slot lost, none doubled, policies as
//! stated.
//!
//! The same schedule in UTC gives the local times of a rule (the oracle table checks that). Their instants are
//! derived here a second time, from the zone's list of periods with constant offset. The two years are those in which
//! the zone's clock changed most. An ordinary run tries each zone with a few shapes; `ORC_TEST_FULL=1` tries all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use orc_server::domain::core::time::time_of_day;
use orc_server::domain::schedules::{CompiledSchedule, DailyWindow, Fold, Gap, Rule, Schedule, compile};
use serde_json::Value;

use crate::shapes::{definition, shapes};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
const GAPS: [&str; 2] = ["run_after", "skip"];
const FOLDS: [&str; 3] = ["first", "second", "both"];

/// Instants `begin..end` with one offset, all in seconds.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    begin: i64,
    end: i64,
    offset: i64,
}

/// A time zone with the examined years: the slots after `from` and up to `to`.
struct Zone {
    tz: Tz,
    year: i32,
    from: i64,
    to: i64,
    stretches: Vec<Stretch>,
}

fn utc(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).unwrap()
}

fn offset(tz: Tz, at: i64) -> i64 {
    i64::from(tz.offset_from_utc_datetime(&utc(at).naive_utc()).fix().local_minus_utc())
}

fn new_year(year: i32) -> i64 {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp()
}

/// The two years from 1975 on with the most clock changes; of equals, the latest.
fn eventful_year(tz: Tz) -> i32 {
    let mut moved: HashMap<i32, i64> = HashMap::new();
    let mut before = offset(tz, new_year(1975));
    for at in (new_year(1975)..new_year(2037)).step_by(4 * DAY as usize) {
        let now = offset(tz, at);
        *moved.entry(utc(at).year()).or_default() += (now - before).abs();
        before = now;
    }
    let two = |year: i32| moved.get(&year).unwrap_or(&0) + moved.get(&(year + 1)).unwrap_or(&0);
    (1975..=2035).max_by_key(|year| (two(*year), *year)).unwrap()
}

impl Zone {
    fn new(tz: Tz) -> Self {
        let year = eventful_year(tz);
        let (from, to) = (new_year(year), new_year(year + 2));
        let (mut begin, end) = (from - 5 * DAY, to + 5 * DAY);
        let mut stretches = Vec::new();
        let mut before = offset(tz, begin);
        for at in (begin..end).step_by(HOUR as usize) {
            let after = offset(tz, at + HOUR);
            if before != after {
                let change = (at..=at + HOUR).find(|at| offset(tz, *at) != before).unwrap();
                stretches.push(Stretch { begin, end: change, offset: before });
                begin = change;
            }
            before = after;
        }
        stretches.push(Stretch { begin, end, offset: before });
        Self { tz, year, from, to, stretches }
    }

    /// The instants at which the clock shows a local time. If there is none, the error is the first instant after the
    /// gap.
    fn instants(&self, local: i64) -> Result<Vec<i64>, i64> {
        let shows = |stretch: &&Stretch| (stretch.begin..stretch.end).contains(&(local - stretch.offset));
        let found: Vec<i64> = self.stretches.iter().filter(shows).map(|stretch| local - stretch.offset).collect();
        match found.is_empty() {
            false => Ok(found),
            true => Err(self
                .stretches
                .iter()
                .find(|stretch| local < stretch.begin + stretch.offset)
                .map_or(i64::MAX, |stretch| stretch.begin)),
        }
    }

    fn offset(&self, at: i64) -> i64 {
        self.stretches[self.stretches.partition_point(|stretch| stretch.end <= at)].offset
    }

    /// The expected slots of a fixed-time rule: instants, and whether they are skipped.
    fn fixed(&self, locals: &[i64], gap: Gap, fold: Fold) -> BTreeMap<i64, bool> {
        let mut slots = BTreeMap::new();
        for local in locals {
            match self.instants(*local) {
                Ok(found) => {
                    let chosen = match fold {
                        Fold::First => &found[..1],
                        Fold::Second => &found[found.len() - 1..],
                        Fold::Both => &found[..],
                    };
                    slots.extend(chosen.iter().map(|at| (*at, false)));
                }
                Err(at) if at < i64::MAX => {
                    let named = || locals.binary_search(&(at + self.offset(at))).is_ok();
                    slots.insert(at, gap == Gap::Skip && !named());
                }
                Err(_) => {}
            }
        }
        slots
    }

    /// The expected slots of a rule that follows elapsed time. `jumps` says that it names only some hours, so that
    /// times in a gap are reported.
    fn elapsed(&self, locals: &[i64], gap: Gap, jumps: bool) -> BTreeMap<i64, bool> {
        let within = |stretch: &Stretch| {
            let first = locals.partition_point(|local| *local < stretch.begin + stretch.offset);
            let end = locals.partition_point(|local| *local < stretch.end + stretch.offset);
            locals[first..end].iter().map(|local| (*local - stretch.offset, false)).collect::<Vec<_>>()
        };
        let mut slots: BTreeMap<i64, bool> = self.stretches.iter().flat_map(within).collect();
        for at in locals.iter().filter(|_| jumps).filter_map(|local| self.instants(*local).err()) {
            if at < i64::MAX {
                slots.entry(at).or_insert(gap == Gap::Skip);
            }
        }
        slots
    }

    /// The expected slots of an interval with a window.
    fn windowed(&self, every: i64, anchor: Option<i64>, window: &DailyWindow) -> BTreeMap<i64, bool> {
        let second = |text: &str| i64::from(time_of_day("window", text).unwrap());
        let (from, to) = (second(&window.from), second(&window.to));
        let named: Vec<String> = window.weekdays.iter().map(|day| format!("{day:?}").to_lowercase()).collect();
        let begin = |day: i64| self.instants(day + from).map_or_else(|at| at, |found| found[0]);
        let mut slots = BTreeMap::new();
        for day in (self.from - 3 * DAY..self.to + 3 * DAY).step_by(DAY as usize) {
            let weekday = utc(day).format("%A").to_string().to_lowercase();
            if !named.is_empty() && !named.contains(&weekday) {
                continue;
            }
            let over = if to <= from { DAY } else { 0 };
            let shown = self.instants(day + over + to);
            let end = shown.map_or_else(|at| at, |found| found[found.len() - 1]).min(begin(day + DAY));
            let first = match anchor {
                None => begin(day),
                Some(anchor) => (begin(day)..end).find(|at| (at - anchor) % every == 0).unwrap_or(end),
            };
            slots.extend((first..end).step_by(every as usize).map(|at| (at, false)));
        }
        slots
    }

    /// All expected slots of a schedule in the two years; `locals` are its local times.
    fn expected(&self, schedule: &Schedule, locals: &[i64]) -> Vec<(i64, bool)> {
        let as_they_are = || locals.iter().map(|at| (*at, false)).collect();
        let all = match &schedule.rule {
            Rule::Cron { expression } if expression.starts_with("@every") => as_they_are(),
            Rule::Cron { expression } if is_elapsed(expression) => {
                let hours: BTreeSet<i64> = locals.iter().map(|local| local.rem_euclid(DAY) / HOUR).collect();
                self.elapsed(locals, schedule.gap, hours.len() < 24)
            }
            Rule::Rrule { rule, .. } if rule.starts_with("FREQ=HOURLY") => {
                self.elapsed(locals, schedule.gap, rule.contains("INTERVAL") || rule.contains("BYHOUR"))
            }
            Rule::Interval { every_seconds, anchor_at, window: Some(window) } => {
                self.windowed(*every_seconds as i64, anchor_at.map(|at| at.timestamp()), window)
            }
            Rule::Interval { window: None, .. } => as_they_are(),
            Rule::Once { at } if at.ends_with('Z') => as_they_are(),
            Rule::Startup { .. } => BTreeMap::new(),
            _ => self.fixed(locals, schedule.gap, schedule.fold),
        };
        all.into_iter().filter(|(at, _)| (self.from + 1..=self.to).contains(at)).collect()
    }

    fn check(&self, schedule: &Schedule, locals: &[i64]) -> Result<usize, String> {
        let compiled = compile(schedule, "everywhere").map_err(|error| error.to_string())?;
        let expected = self.expected(schedule, locals);
        let mut found = Vec::with_capacity(expected.len());
        for slot in compiled.slots_between(utc(self.from), utc(self.to)) {
            let at = slot.scheduled_for.timestamp();
            if found.last().is_some_and(|(before, _)| *before >= at) {
                return Err(format!("{} does not rise", slot.scheduled_for));
            }
            if slot.local.and_utc().timestamp() - at != self.offset(at) {
                return Err(format!("{} is not {}", slot.scheduled_for, slot.local));
            }
            found.push((at, slot.skipped));
        }
        if found != expected {
            let odd = found.iter().zip(&expected).find(|(found, expected)| found != expected);
            let odd = odd.map(|(found, expected)| (utc(found.0), found.1, utc(expected.0), expected.1));
            return Err(format!("{} found, {} expected, first difference {odd:?}", found.len(), expected.len()));
        }
        self.check_backwards(&compiled, &found)?;
        self.check_counts(&compiled, &found)?;
        Ok(found.len())
    }

    /// Checks that slots near clock changes, and some others, are also found when searching backwards.
    fn check_backwards(&self, compiled: &CompiledSchedule, found: &[(i64, bool)]) -> Result<(), String> {
        let near = |at: i64| self.stretches.iter().any(|stretch| (stretch.begin - at).abs() < DAY);
        let every = found.len() / 40 + 1;
        for (index, (at, skipped)) in
            found.iter().enumerate().skip(1).filter(|(i, (at, _))| i % every == 0 || near(*at))
        {
            let before = found[index - 1];
            let latest =
                |at: i64| compiled.latest_at_or_before(utc(at)).map(|it| (it.scheduled_for.timestamp(), it.skipped));
            let next = compiled.next_after(utc(at.midpoint(before.0) - 1)).map(|slot| slot.scheduled_for.timestamp());
            let middle = if at.midpoint(before.0) - 1 < before.0 { before.0 } else { *at };
            if latest(*at) != Some((*at, *skipped)) || latest(at - 1) != Some(before) || next != Some(middle) {
                return Err(format!("around {}: {:?} {:?} {next:?}", utc(*at), latest(*at), latest(at - 1)));
            }
        }
        Ok(())
    }

    fn check_counts(&self, compiled: &CompiledSchedule, found: &[(i64, bool)]) -> Result<(), String> {
        let changes = self.stretches.iter().skip(1).map(|stretch| stretch.begin + 1).take(4);
        let begins = changes.filter(|at| *at >= self.from).chain([self.from, self.from + 100 * DAY + 12_345]);
        for from in begins {
            for to in [self.to, self.to - 200 * DAY - 7] {
                let listed = found.iter().filter(|(at, _)| *at > from && *at <= to).count() as u64;
                let counted = compiled.count_between(utc(from), utc(to));
                if counted != listed {
                    return Err(format!("{counted} counted, {listed} listed after {} to {}", utc(from), utc(to)));
                }
            }
        }
        Ok(())
    }
}

/// The local times of a shape around two years.
fn locals(shape: &Value, year: i32) -> Vec<i64> {
    let compiled = compile(&definition(shape, year, "UTC", "skip", "first"), "everywhere").unwrap();
    let (from, to) = (utc(new_year(year)) - Duration::days(4), utc(new_year(year + 2)) + Duration::days(4));
    compiled.slots_between(from, to).map(|slot| slot.scheduled_for.timestamp()).collect()
}

/// True if the minute or the hour begins with `*`.
fn is_elapsed(expression: &str) -> bool {
    let fields: Vec<&str> = expression.split(' ').rev().collect();
    expression == "@hourly" || fields.len() >= 5 && (fields[4].starts_with('*') || fields[3].starts_with('*'))
}

/// Tries shapes in time zones, chosen by their numbers. Returns the number of cases, the number of slots, and the
/// faults.
fn try_all(chosen: impl Fn(usize, usize) -> bool + Sync) -> (usize, usize, Vec<String>) {
    let zones: Vec<Zone> = TZ_VARIANTS.iter().map(|tz| Zone::new(*tz)).collect();
    let shapes = shapes();
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut cases, mut slots, mut faults) = (0, 0, Vec::new());
        while let Some((number, shape)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, shapes.get(i)?)))
        {
            let mut known: HashMap<i32, Vec<i64>> = HashMap::new();
            for (index, zone) in zones.iter().enumerate().filter(|(index, _)| chosen(*index, number)) {
                let (gap, fold) = (GAPS[(index + number) % 2], FOLDS[(index + number) % 3]);
                let locals = known.entry(zone.year).or_insert_with(|| locals(shape, zone.year));
                let schedule = definition(shape, zone.year, zone.tz.name(), gap, fold);
                cases += 1;
                match zone.check(&schedule, locals) {
                    Ok(found) => slots += found,
                    Err(fault) => {
                        faults.push(format!("{} {gap} {fold} {} {shape}: {fault}", zone.tz.name(), zone.year))
                    }
                }
            }
        }
        (cases, slots, faults)
    };
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).fold((0, 0, Vec::new()), |sum, mut part| {
            part.2.extend(sum.2);
            (sum.0 + part.0, sum.1 + part.1, part.2)
        })
    })
}

#[test]
fn every_shape_in_every_zone() {
    let full = std::env::var("ORC_TEST_FULL").is_ok_and(|value| value == "1");
    let count = shapes().len();
    assert!(count >= 60, "{count} shapes");
    let (cases, slots, faults) = try_all(|zone, shape| full || zone * 7 % count == shape);
    let shown: Vec<&String> = faults.iter().take(20).collect();
    assert!(faults.is_empty(), "{} of {cases} cases differ: {shown:#?}", faults.len());
    assert_eq!(cases, if full { count * TZ_VARIANTS.len() } else { TZ_VARIANTS.len() });
    assert!(slots > cases, "only {slots} slots in {cases} cases");
    println!("{cases} cases, {slots} slots");
}
