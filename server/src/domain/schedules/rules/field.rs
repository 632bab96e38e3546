//! One field of a crontab expression: lists of values, ranges, steps, names, `H` and the day specials.

use super::days::{MonthDay, WeekDay};
use crate::domain::core::time::ScheduleError;
use crate::domain::core::time::zone::shortened;

/// The six fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum FieldKind {
    Second,
    Minute,
    Hour,
    MonthDay,
    Month,
    WeekDay,
}

/// A parsed field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::domain) struct Field {
    /// The plain values. Weekdays are 0-6, 0 = Sunday.
    pub bits: u64,
    /// Days that depend on the month.
    pub specials: Vec<Special>,
    /// Whether the field begins with `*` or `?`.
    pub star: bool,
}

/// A day that depends on the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Special {
    Month(MonthDay),
    Week(WeekDay),
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEK: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Field {
    /// A field with one value.
    pub fn only(value: u32) -> Self {
        Self { bits: 1 << value, ..Self::default() }
    }
}

impl Special {
    pub fn month_day(&self) -> Option<MonthDay> {
        match self {
            Special::Month(day) => Some(*day),
            Special::Week(_) => None,
        }
    }

    pub fn week_day(&self) -> Option<WeekDay> {
        match self {
            Special::Week(day) => Some(*day),
            Special::Month(_) => None,
        }
    }
}

impl FieldKind {
    pub const ALL: [FieldKind; 6] = [
        FieldKind::Second,
        FieldKind::Minute,
        FieldKind::Hour,
        FieldKind::MonthDay,
        FieldKind::Month,
        FieldKind::WeekDay,
    ];

    fn name(self) -> &'static str {
        match self {
            FieldKind::Second => "second",
            FieldKind::Minute => "minute",
            FieldKind::Hour => "hour",
            FieldKind::MonthDay => "day of month",
            FieldKind::Month => "month",
            FieldKind::WeekDay => "day of week",
        }
    }

    /// The smallest and the largest value that may be written.
    fn range(self) -> (u32, u32) {
        match self {
            FieldKind::Second | FieldKind::Minute => (0, 59),
            FieldKind::Hour => (0, 23),
            FieldKind::MonthDay => (1, 31),
            FieldKind::Month => (1, 12),
            FieldKind::WeekDay => (0, 7),
        }
    }

    /// The highest value for ranges that wrap around and for `*`, because 7 is only another spelling of Sunday.
    fn top(self) -> u32 {
        if self == FieldKind::WeekDay { 6 } else { self.range().1 }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            FieldKind::Month => &MONTHS,
            FieldKind::WeekDay => &WEEK,
            _ => &[],
        }
    }

    fn advice(self) -> String {
        let (low, high) = self.range();
        match self {
            FieldKind::Month => "use 1-12 or JAN-DEC".to_owned(),
            FieldKind::WeekDay => "use 0-7 (0 and 7 are Sunday) or SUN-SAT".to_owned(),
            _ => format!("use {low}-{high}"),
        }
    }
}

/// Parses one field that begins at a given character of the expression.
pub(in crate::domain) fn parse_field(
    kind: FieldKind,
    text: &str,
    position: usize,
    seed: &str,
) -> Result<Field, ScheduleError> {
    let upper = text.to_ascii_uppercase();
    let mut field = Field { star: upper.starts_with(['*', '?']), ..Field::default() };
    let mut at = position;
    for (term, written) in upper.split(',').zip(text.split(',')) {
        Term { kind, text: term, written, at, seed, alone: term.len() == upper.len() }.add_to(&mut field)?;
        at += term.chars().count() + 1;
    }
    Ok(field)
}

/// One member of a field's list.
struct Term<'a> {
    kind: FieldKind,
    /// The text in capitals.
    text: &'a str,
    /// The text as written.
    written: &'a str,
    at: usize,
    seed: &'a str,
    alone: bool,
}

impl Term<'_> {
    fn add_to(&self, field: &mut Field) -> Result<(), ScheduleError> {
        if self.text.is_empty() {
            return Err(self.fault("a value is missing", 0).fix(self.kind.advice()));
        }
        if let Some(special) = self.special()? {
            field.specials.push(special);
            return Ok(());
        }
        let (base, step) = match self.text.split_once('/') {
            None => (self.text, None),
            Some((base, step)) => (base, Some(self.step(step, base.chars().count() + 1)?)),
        };
        for value in self.values(base, step)?.into_iter().step_by(step.unwrap_or(1) as usize) {
            field.bits |= 1 << if self.kind == FieldKind::WeekDay { value % 7 } else { value };
        }
        Ok(())
    }

    /// The values of the part before the step, in order.
    fn values(&self, base: &str, step: Option<u32>) -> Result<Vec<u32>, ScheduleError> {
        let (low, top) = (self.kind.range().0, self.kind.top());
        if base == "*" {
            return Ok((low..=top).collect());
        }
        if base == "?" {
            let day = matches!(self.kind, FieldKind::MonthDay | FieldKind::WeekDay);
            return match day && self.alone && step.is_none() {
                true => Ok((low..=top).collect()),
                false => Err(self.fault("\"?\" is only allowed alone, in day of month or day of week", 0).fix("use *")),
            };
        }
        if let Some(rest) = base.strip_prefix('H') {
            return self.hashed(rest, step);
        }
        if let Some((from, to)) = base.split_once('-') {
            let start = self.value(from, 0)?;
            let end = self.value(to, from.chars().count() + 1)?;
            return Ok(match start <= end {
                true => (start..=end).collect(),
                false => (start % (top + 1)..=top).filter(|_| start <= top).chain(low..=end).collect(),
            });
        }
        let value = self.value(base, 0)?;
        Ok(if step.is_some() { (value..=self.kind.range().1).collect() } else { vec![value] })
    }

    /// `H`, `H(0-7)`: one value of the range, or with a step the start of a series. The seed chooses it.
    fn hashed(&self, rest: &str, step: Option<u32>) -> Result<Vec<u32>, ScheduleError> {
        let (mut low, mut high) = (self.kind.range().0, self.kind.top());
        if self.kind == FieldKind::MonthDay {
            high = 28;
        }
        if !rest.is_empty() {
            let inner =
                rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).and_then(|inner| inner.split_once('-'));
            let Some((from, to)) = inner else {
                return Err(self
                    .fault(format!("\"{}\" is not understood", shortened(self.written)), 0)
                    .fix("write H, H(0-7) or H/15"));
            };
            low = self.value(from, 2)?;
            high = self.value(to, 3 + from.chars().count())?;
            if low > high {
                return Err(self.fault("the range of H runs backwards", 2).fix("write the lower value first"));
            }
        }
        let width = high - low + 1;
        let choices = u64::from(step.map_or(width, |step| step.min(width)));
        let start = low + (hash(self.seed, self.kind.name()) % choices) as u32;
        Ok(if step.is_some() { (start..=high).collect() } else { vec![start] })
    }

    /// `L`, `L-3`, `LW`, `15W` in day of month; `5#2`, `FRIL` in day of week.
    fn special(&self) -> Result<Option<Special>, ScheduleError> {
        match self.kind {
            FieldKind::MonthDay => self.month_special(),
            FieldKind::WeekDay => self.week_special(),
            _ if self.text == "L" || self.text.contains(['W', '#']) && !self.text.starts_with('H') => Err(self
                .fault(format!("\"{}\" belongs to the day fields only", shortened(self.written)), 0)
                .fix(self.kind.advice())),
            _ => Ok(None),
        }
    }

    fn month_special(&self) -> Result<Option<Special>, ScheduleError> {
        let day = match self.text {
            "L" => MonthDay::Last(0),
            "LW" => MonthDay::LastWeekday,
            text => {
                if let Some(back) = text.strip_prefix("L-") {
                    let back = self.number(back, 2, (1, 30))?;
                    MonthDay::Last(back as u8)
                } else if let Some(day) = text.strip_suffix('W') {
                    MonthDay::Nearest(self.number(day, 0, (1, 31))? as u8)
                } else if text.contains('#') || text.ends_with('L') {
                    return Err(self
                        .fault(format!("\"{}\" belongs to day of week", shortened(self.written)), 0)
                        .fix("use L, L-3, LW or 15W"));
                } else {
                    return Ok(None);
                }
            }
        };
        Ok(Some(Special::Month(day)))
    }

    fn week_special(&self) -> Result<Option<Special>, ScheduleError> {
        if let Some((day, nth)) = self.text.split_once('#') {
            let weekday = self.value(day, 0)? % 7;
            let nth = self.number(nth, day.chars().count() + 1, (1, 5))?;
            return Ok(Some(Special::Week(WeekDay::Nth(weekday as u8, nth as u8))));
        }
        if self.text == "L" {
            return Err(self.fault("\"L\" needs a day", 0).fix("use 5L or FRIL for the last Friday of the month"));
        }
        if self.text.ends_with('W') && !WEEK.contains(&self.text) {
            return Err(self
                .fault(format!("\"{}\" belongs to day of month", shortened(self.written)), 0)
                .fix(self.kind.advice()));
        }
        match self.text.strip_suffix('L') {
            Some(day) => Ok(Some(Special::Week(WeekDay::Last((self.value(day, 0)? % 7) as u8)))),
            None => Ok(None),
        }
    }

    /// A value of the field, as a number or a name.
    fn value(&self, text: &str, offset: usize) -> Result<u32, ScheduleError> {
        let (low, high) = self.kind.range();
        if let Some(index) = self.kind.names().iter().position(|name| *name == text) {
            return Ok(index as u32 + if self.kind == FieldKind::Month { 1 } else { 0 });
        }
        self.number(text, offset, (low, high))
    }

    fn number(&self, text: &str, offset: usize, (low, high): (u32, u32)) -> Result<u32, ScheduleError> {
        let quoted = shortened(self.as_written(text, offset));
        if text.is_empty() {
            return Err(self.fault("a value is missing", offset).fix(self.kind.advice()));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.fault(format!("\"{quoted}\" is not understood"), offset).fix(self.kind.advice()));
        }
        match text.parse::<u32>() {
            Ok(value) if (low..=high).contains(&value) => Ok(value),
            _ => Err(self.fault(format!("\"{quoted}\" is out of range {low}-{high}"), offset)),
        }
    }

    fn step(&self, text: &str, offset: usize) -> Result<u32, ScheduleError> {
        let high = self.kind.range().1;
        let step = self.number(text, offset, (0, u32::MAX))?;
        if (1..=high).contains(&step) {
            return Ok(step);
        }
        if step == 0 {
            return Err(self.fault("a step of 0 goes nowhere", offset).fix(format!("use 1-{high}")));
        }
        let fault = self.fault(format!("step \"{text}\" is larger than the field ({high})"), offset);
        Err(match self.kind {
            FieldKind::Second => fault.fix(format!("for every {step} seconds use @every {step}s")),
            FieldKind::Minute => fault.fix(format!("for every {step} minutes use @every {step}m")),
            FieldKind::Hour => fault.fix(format!("for every {step} hours use @every {step}h")),
            _ => fault.fix(format!("use 1-{high}")),
        })
    }

    /// A part of the term as it was written, starting at a number of characters.
    fn as_written<'b>(&'b self, part: &'b str, offset: usize) -> &'b str {
        let begin = self.written.char_indices().nth(offset).map_or(self.written.len(), |(byte, _)| byte);
        self.written.get(begin..begin + part.len()).unwrap_or(part)
    }

    fn fault(&self, message: impl Into<String>, offset: usize) -> ScheduleError {
        ScheduleError::new("expression", message).part(self.kind.name()).at(self.at + offset)
    }
}

/// A hash that is the same on every machine and in every release (FNV-1a, 64 bits, then mixed as in MurmurHash3).
pub(in crate::domain) fn hash(seed: &str, field: &str) -> u64 {
    let bytes = seed.bytes().chain([0]).chain(field.bytes());
    let mut value =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    value = (value ^ value >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    value = (value ^ value >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    value ^ value >> 33
}
