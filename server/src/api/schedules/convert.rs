//! Conversions of schedules between the wire and the domain.

use crate::api::wire;
use crate::domain::schedules;

macro_rules! schedule_common {
    ($schedule:expr, $zone:expr, $rule:expr) => {{
        let it = $schedule;
        schedules::Schedule {
            key: it.key.unwrap_or_default(),
            enabled: it.enabled,
            timezone: it.timezone.unwrap_or_else(|| $zone.to_owned()),
            start_at: it.start_at,
            end_at: it.end_at,
            gap: match it.gap {
                wire::Gap::RunAfter => schedules::Gap::RunAfter,
                wire::Gap::Skip => schedules::Gap::Skip,
            },
            fold: match it.fold {
                wire::Fold::First => schedules::Fold::First,
                wire::Fold::Second => schedules::Fold::Second,
                wire::Fold::Both => schedules::Fold::Both,
            },
            catch_up: catch_up_in(it.catch_up),
            splay_seconds: it.splay_seconds,
            run_only_on: it.run_only_on,
            skip_on: it.skip_on,
            roll: match it.roll {
                wire::Roll::Skip => schedules::Roll::Skip,
                wire::Roll::NextBusinessDay => schedules::Roll::NextBusinessDay,
                wire::Roll::PreviousBusinessDay => schedules::Roll::PreviousBusinessDay,
            },
            rule: $rule,
        }
    }};
}

/// Converts a schedule to the domain. A schedule without a time zone gets `timezone`.
pub fn schedule_in(schedule: wire::Schedule, timezone: &str) -> schedules::Schedule {
    use schedules::Rule;
    match schedule {
        wire::Schedule::Cron(it) => {
            let rule = Rule::Cron { expression: it.expression.clone() };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::Windows(it) => {
            let rule = Rule::Windows { text: it.text.clone() };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::Interval(it) => {
            let window = it.window.clone().map(window_in);
            let rule = Rule::Interval { every_seconds: it.every_seconds.into(), anchor_at: it.anchor_at, window };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::Once(it) => {
            let rule = Rule::Once { at: it.at.clone() };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::CalendarRule(it) => {
            let rule = Rule::CalendarRule { days: days_in(it.days.clone()), times: it.times.clone() };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::Rrule(it) => {
            let (exdate, rdate) = (it.exdate.clone(), it.rdate.clone());
            let rule = Rule::Rrule { rule: it.rule.clone(), dtstart: it.dtstart.clone(), exdate, rdate };
            schedule_common!(it, timezone, rule)
        }
        wire::Schedule::Startup(it) => {
            let rule = Rule::Startup { delay_seconds: it.delay_seconds };
            schedule_common!(it, timezone, rule)
        }
    }
}

macro_rules! schedule_wire {
    ($variant:ident, $type:ident, $it:expr, { $($own:ident: $value:expr),+ }) => {
        wire::Schedule::$variant(wire::$type {
            $($own: $value,)+
            key: Some($it.key),
            enabled: $it.enabled,
            timezone: Some($it.timezone),
            start_at: $it.start_at,
            end_at: $it.end_at,
            gap: match $it.gap {
                schedules::Gap::RunAfter => wire::Gap::RunAfter,
                schedules::Gap::Skip => wire::Gap::Skip,
            },
            fold: match $it.fold {
                schedules::Fold::First => wire::Fold::First,
                schedules::Fold::Second => wire::Fold::Second,
                schedules::Fold::Both => wire::Fold::Both,
            },
            catch_up: catch_up_out($it.catch_up),
            splay_seconds: $it.splay_seconds,
            run_only_on: $it.run_only_on,
            skip_on: $it.skip_on,
            roll: match $it.roll {
                schedules::Roll::Skip => wire::Roll::Skip,
                schedules::Roll::NextBusinessDay => wire::Roll::NextBusinessDay,
                schedules::Roll::PreviousBusinessDay => wire::Roll::PreviousBusinessDay,
            },
            id: None,
            words: None,
            problem: None,
        })
    };
}

/// Converts a schedule to the wire.
pub fn schedule_out(it: schedules::Schedule) -> wire::Schedule {
    use schedules::Rule;
    match it.rule {
        Rule::Cron { expression } => schedule_wire!(Cron, ScheduleCron, it, { expression: expression }),
        Rule::Windows { text } => schedule_wire!(Windows, ScheduleWindows, it, { text: text }),
        Rule::Interval { every_seconds, anchor_at, window } => {
            let every_seconds = u32::try_from(every_seconds).unwrap_or(u32::MAX);
            let window = window.map(window_out);
            let own = (every_seconds, anchor_at, window);
            schedule_wire!(Interval, ScheduleInterval, it, { every_seconds: own.0, anchor_at: own.1, window: own.2 })
        }
        Rule::Once { at } => schedule_wire!(Once, ScheduleOnce, it, { at: at }),
        Rule::CalendarRule { days, times } => {
            schedule_wire!(CalendarRule, ScheduleCalendarRule, it, { days: days_out(days), times: times })
        }
        Rule::Rrule { rule, dtstart, exdate, rdate } => {
            let own = (rule, dtstart, exdate, rdate);
            schedule_wire!(Rrule, ScheduleRrule, it, { rule: own.0, dtstart: own.1, exdate: own.2, rdate: own.3 })
        }
        Rule::Startup { delay_seconds } => {
            schedule_wire!(Startup, ScheduleStartup, it, { delay_seconds: delay_seconds })
        }
    }
}

impl wire::Schedule {
    /// Fills in the fields that only the server knows.
    pub fn describe(&mut self, id: Option<uuid::Uuid>, words: Option<String>, problem: Option<String>) {
        let (own_id, own_words, own_problem) = match self {
            Self::Cron(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::Windows(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::Interval(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::Once(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::CalendarRule(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::Rrule(it) => (&mut it.id, &mut it.words, &mut it.problem),
            Self::Startup(it) => (&mut it.id, &mut it.words, &mut it.problem),
        };
        (*own_id, *own_words, *own_problem) = (id, words, problem);
    }
}

const fn catch_up_in(catch_up: wire::CatchUp) -> schedules::CatchUp {
    match catch_up {
        wire::CatchUp::None => schedules::CatchUp::None,
        wire::CatchUp::Latest => schedules::CatchUp::Latest,
        wire::CatchUp::All(wire::CatchUpAll { max_count }) => schedules::CatchUp::All { max_count },
        wire::CatchUp::Window(wire::CatchUpWindow { max_age_seconds, max_count }) => {
            schedules::CatchUp::Window { max_age_seconds, max_count }
        }
    }
}

const fn catch_up_out(catch_up: schedules::CatchUp) -> wire::CatchUp {
    match catch_up {
        schedules::CatchUp::None => wire::CatchUp::None,
        schedules::CatchUp::Latest => wire::CatchUp::Latest,
        schedules::CatchUp::All { max_count } => wire::CatchUp::All(wire::CatchUpAll { max_count }),
        schedules::CatchUp::Window { max_age_seconds, max_count } => {
            wire::CatchUp::Window(wire::CatchUpWindow { max_age_seconds, max_count })
        }
    }
}

fn window_in(window: wire::DailyWindow) -> schedules::DailyWindow {
    let wire::DailyWindow { from, to, weekdays } = window;
    schedules::DailyWindow { from, to, weekdays }
}

fn window_out(window: schedules::DailyWindow) -> wire::DailyWindow {
    let schedules::DailyWindow { from, to, weekdays } = window;
    wire::DailyWindow { from, to, weekdays }
}

fn days_in(days: wire::DayRule) -> schedules::DayRule {
    use schedules::DayRule as Days;
    match days {
        wire::DayRule::EveryDays(wire::DayRuleEveryDays { every, from }) => Days::EveryDays { every, from },
        wire::DayRule::EveryWeeks(wire::DayRuleEveryWeeks { every, weekdays, from }) => {
            Days::EveryWeeks { every, weekdays, from }
        }
        wire::DayRule::MonthDays(wire::DayRuleMonthDays { months, days }) => Days::MonthDays { months, days },
        wire::DayRule::MonthWeekdays(wire::DayRuleMonthWeekdays { months, nth, weekdays }) => {
            Days::MonthWeekdays { months, nth, weekdays }
        }
    }
}

fn days_out(days: schedules::DayRule) -> wire::DayRule {
    use schedules::DayRule as Days;
    match days {
        Days::EveryDays { every, from } => wire::DayRule::EveryDays(wire::DayRuleEveryDays { every, from }),
        Days::EveryWeeks { every, weekdays, from } => {
            wire::DayRule::EveryWeeks(wire::DayRuleEveryWeeks { every, weekdays, from })
        }
        Days::MonthDays { months, days } => wire::DayRule::MonthDays(wire::DayRuleMonthDays { months, days }),
        Days::MonthWeekdays { months, nth, weekdays } => {
            wire::DayRule::MonthWeekdays(wire::DayRuleMonthWeekdays { months, nth, weekdays })
        }
    }
}
