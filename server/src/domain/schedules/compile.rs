//! Turns a definition into a schedule whose slots can be computed: parsed once, trusted from then on.

use crate::domain::core::time::recurrence::{Recurrence, Written};
use crate::domain::core::time::recurrence_text::bad_end;
use crate::domain::core::time::zone::shortened;
use crate::domain::core::time::{ScheduleError, zone_parse};
use crate::domain::names::NameRule;
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use chrono_tz::Tz;

use super::compiled::{CompiledRule, CompiledSchedule};
use super::rules::calendar_rule;
use super::rules::cron::{CronRule, parse_cron};
use super::rules::field::hash;
use super::rules::interval::check_distance;
use super::rules::windows::parse_windows;
use super::slots::wall::Wall;
use super::slots::window::{Windowed, compile_window};
use super::{DailyWindow, Roll, Rule, Schedule};

/// Maximum number of slots a day of a schedule that moves slots to business days.
const ROLL_MOST: usize = 24;

/// 10 January 2024, a date around which no time zone changes its clocks.
const ROLL_SAMPLE: i64 = 1_704_844_800;

/// Compiles a schedule. `hash_seed` (task name and schedule key) decides the value of `H` in a cron expression.
pub fn compile(schedule: &Schedule, hash_seed: &str) -> Result<CompiledSchedule, ScheduleError> {
    check_key(&schedule.key)?;
    check_bounds(schedule)?;
    check_splay(schedule)?;
    let compiled = CompiledSchedule {
        timezone: zone_parse(&schedule.timezone)?,
        start_at: schedule.start_at,
        end_at: schedule.end_at,
        gap: schedule.gap,
        fold: schedule.fold,
        rule: compile_rule(schedule, hash_seed)?,
        delay: delay(schedule, hash_seed),
        splay_seconds: schedule.splay_seconds,
        dates: None,
    };
    check_roll(schedule, &compiled)?;
    Ok(compiled)
}

/// The splay by a stable hash, and the delay of a start-up.
fn delay(schedule: &Schedule, hash_seed: &str) -> Duration {
    let splay = match schedule.splay_seconds {
        0 => 0,
        most => (hash(hash_seed, "splay") % (u64::from(most) + 1)) as i64,
    };
    let startup = match schedule.rule {
        Rule::Startup { delay_seconds } => i64::from(delay_seconds),
        _ => 0,
    };
    Duration::seconds(splay + startup)
}

fn check_splay(schedule: &Schedule) -> Result<(), ScheduleError> {
    match schedule.splay_seconds {
        0..=86_400 => Ok(()),
        splay => Err(ScheduleError::new("splay_seconds", format!("{splay} is out of range 0-86400"))),
    }
}

/// Refuses to move slots of rules that fire often, or at varying times of day. Slots of many excluded dates can move
/// to one date, so there would be too many to compute, and nobody wants them moved.
fn check_roll(schedule: &Schedule, compiled: &CompiledSchedule) -> Result<(), ScheduleError> {
    if schedule.roll == Roll::Skip || schedule.run_only_on.is_empty() && schedule.skip_on.is_empty() {
        return Ok(());
    }
    let sample = DateTime::from_timestamp(ROLL_SAMPLE, 0).unwrap_or_default();
    let Some(first) = compiled.rule_next(sample) else { return Ok(()) };
    let slots = std::iter::successors(Some(first.clone()), |slot| compiled.rule_next(slot.scheduled_for));
    match slots.into_iter().nth(ROLL_MOST) {
        Some(slot) if slot.scheduled_for - first.scheduled_for < Duration::days(1) => {
            let message =
                format!("a schedule that fires more than {ROLL_MOST} times a day cannot be moved to other days");
            Err(ScheduleError::new("roll", message).fix("use skip"))
        }
        _ => Ok(()),
    }
}

/// Everything that is wrong with a schedule, at most one fault per field; empty if nothing is.
pub fn faults(schedule: &Schedule) -> Vec<ScheduleError> {
    let found = [
        check_key(&schedule.key).err(),
        check_bounds(schedule).err(),
        check_splay(schedule).err(),
        zone_parse(&schedule.timezone).err(),
        compile_rule(schedule, "").err().or_else(|| match &schedule.rule {
            Rule::Rrule { rule, .. } => bad_end(rule),
            _ => None,
        }),
        compile(schedule, "").err().filter(|fault| fault.field == "roll"),
    ];
    found.into_iter().flatten().collect()
}

fn check_bounds(schedule: &Schedule) -> Result<(), ScheduleError> {
    match (schedule.start_at, schedule.end_at) {
        (Some(start), Some(end)) if start >= end => {
            Err(ScheduleError::new("end_at", "end_at is not after start_at").fix("choose a later end_at"))
        }
        _ => Ok(()),
    }
}

fn compile_rule(schedule: &Schedule, hash_seed: &str) -> Result<CompiledRule, ScheduleError> {
    match &schedule.rule {
        Rule::Cron { expression } => match parse_cron(expression, hash_seed)? {
            CronRule::Every(seconds) => Ok(interval(seconds, schedule.start_at)),
            CronRule::Startup => Ok(CompiledRule::Startup { delay_seconds: 0 }),
            CronRule::Wall { wall, wildcard } => {
                fires(&wall, "expression", "check day of month against month (30 February does not exist)")?;
                Ok(if wildcard { CompiledRule::Elapsed(wall) } else { CompiledRule::Fixed(wall) })
            }
        },
        Rule::Interval { every_seconds, anchor_at, window: None } => {
            check_distance("every_seconds", *every_seconds)?;
            Ok(interval(*every_seconds, anchor_at.or(schedule.start_at)))
        }
        Rule::Interval { every_seconds, anchor_at, window: Some(window) } => {
            check_distance("every_seconds", *every_seconds)?;
            windowed(*every_seconds, *anchor_at, window, zone_parse(&schedule.timezone)?)
        }
        Rule::Once { at } => parse_at(at),
        Rule::Windows { text } => parse_windows(text).map(CompiledRule::Fixed),
        Rule::CalendarRule { days, times } => {
            let wall = calendar_rule::compile_rule(days, times)?;
            fires(&wall, "days", "check days against months (30 February does not exist)")?;
            Ok(CompiledRule::Fixed(wall))
        }
        Rule::Rrule { rule, dtstart, exdate, rdate } => {
            let written = Written { rule, dtstart, exdate, rdate };
            Recurrence::compile(written, zone_parse(&schedule.timezone)?).map(CompiledRule::Recurring)
        }
        Rule::Startup { delay_seconds: delay_seconds @ 0..=86_400 } => {
            Ok(CompiledRule::Startup { delay_seconds: *delay_seconds })
        }
        Rule::Startup { delay_seconds } => {
            Err(ScheduleError::new("delay_seconds", format!("{delay_seconds} is out of range 0-86400")))
        }
    }
}

/// Refuses local times that never occur.
fn fires(wall: &Wall, field: &'static str, fix: &str) -> Result<(), ScheduleError> {
    let from = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a real date");
    match wall.days.next(from) {
        Some(_) => Ok(()),
        None => {
            let message = match field {
                "expression" => "this expression never fires: no date has that day, month and weekday",
                _ => "this rule never fires: no date has that day, month and weekday",
            };
            Err(ScheduleError::new(field, message).fix(fix))
        }
    }
}

fn windowed(
    every: u64,
    anchor: Option<DateTime<Utc>>,
    window: &DailyWindow,
    timezone: Tz,
) -> Result<CompiledRule, ScheduleError> {
    let window = compile_window(window)?;
    let rule = Windowed { every: every as i64, anchor: anchor.map(|anchor| anchor.timestamp()), window };
    let from = DateTime::from_timestamp(rule.anchor.unwrap_or(946_684_800), 0).unwrap_or_default();
    match rule.next(timezone, from) {
        Some(_) => Ok(CompiledRule::Windowed(rule)),
        None => Err(ScheduleError::new("window", "this interval never fires: none of its slots falls into the window")
            .fix("leave out anchor_at, or choose a wider window")),
    }
}

fn interval(every: u64, anchor: Option<DateTime<Utc>>) -> CompiledRule {
    CompiledRule::Interval { every: every as i64, anchor: anchor.map_or(0, |anchor| anchor.timestamp()) }
}

/// Parses an instant with its offset, or a local time.
fn parse_at(text: &str) -> Result<CompiledRule, ScheduleError> {
    let trimmed = text.trim();
    let (first, last) = ("1900-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    let inside = |at: NaiveDateTime| (1900..9999).contains(&chrono::Datelike::year(&at));
    let rule = if let Ok(at) = DateTime::parse_from_rfc3339(trimmed) {
        let at = at.with_timezone(&Utc).trunc_subsecs(0);
        inside(at.naive_utc()).then_some(CompiledRule::At(at))
    } else {
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
        let Some(at) = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(trimmed, format).ok()) else {
            return Err(ScheduleError::new("at", format!("\"{}\" is not a time", shortened(text)))
                .fix("write an instant (2026-12-01T02:00:00Z) or a local time (2026-12-01T02:00)"));
        };
        inside(at).then(|| CompiledRule::AtLocal(at.trunc_subsecs(0)))
    };
    rule.ok_or_else(|| {
        ScheduleError::new("at", format!("the time is not between {first} and {last}"))
            .fix("choose a time between them")
    })
}

fn check_key(key: &str) -> Result<(), ScheduleError> {
    match NameRule::ITEM_KEY.problem(key).filter(|_| !key.is_empty()) {
        Some(problem) => Err(ScheduleError::new("key", problem)),
        None => Ok(()),
    }
}
