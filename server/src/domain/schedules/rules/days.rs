//! The days that a rule names: months, days of the month and days of the week, as bit sets.
//!
//! One month is one `u32` mask, so a search over 400 years (the calendar's whole cycle) is 4,800 cheap steps. A rule
//! that names no day at all is found to be empty in well under a millisecond. Saffron serves as a second oracle in
//! the tests, but not as the search, because its `31W` fires in months of 30 days, and because it searches all years
//! for a day that never comes.

use chrono::{Datelike, NaiveDate};

/// The calendar repeats after 400 years, so a day that does not come within 400 years never comes.
const HORIZON_MONTHS: u32 = 400 * 12;

/// A day of the month that depends on the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum MonthDay {
    /// `L`, `L-3`: this many days before the last.
    Last(u8),
    /// `LW`: the last Monday to Friday of the month.
    LastWeekday,
    /// `15W`: the Monday to Friday nearest to the day, within the month.
    Nearest(u8),
}

/// A weekday counted within the month. Weekdays are numbered from 0 = Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum WeekDay {
    /// `5#2`: the second Friday.
    Nth(u8, u8),
    /// `5L`: the last Friday.
    Last(u8),
    /// The weekday this many weeks before the last one.
    BeforeLast(u8, u8),
}

/// A rhythm over the days, counted from a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Cycle {
    /// Every nth day, with one of the days.
    Days(u32, NaiveDate),
    /// Every nth week, with a Monday of one of the weeks.
    Weeks(u32, NaiveDate),
}

impl Cycle {
    /// The days of a month that are in the rhythm, bits 1-31.
    fn mask(self, month: Month) -> u32 {
        let Some(first) = month.day(1) else { return 0 };
        let length = i64::from(month.length());
        match self {
            Cycle::Days(every, from) => {
                let every = i64::from(every);
                let begin = (from - first).num_days().rem_euclid(every);
                (begin..length).step_by(every as usize).fold(0, |mask, after| mask | 2 << after)
            }
            Cycle::Weeks(every, monday) => {
                let (every, since) = (i64::from(every), (first - monday).num_days());
                let in_rhythm = |after: &i64| (since + after).div_euclid(7).rem_euclid(every) == 0;
                (0..length).filter(in_rhythm).fold(0, |mask, after| mask | 2 << after)
            }
        }
    }
}

/// The days on which a rule has its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Days {
    /// Bits 1-12.
    pub months: u16,
    /// Bits 1-31.
    pub month_days: u32,
    pub month_specials: Vec<MonthDay>,
    /// Bits 0-6, 0 = Sunday.
    pub week_days: u8,
    pub week_specials: Vec<WeekDay>,
    /// Whether day of month and day of week must both match. If false, either is enough.
    pub both: bool,
    /// Only days in this rhythm count.
    pub cycle: Option<Cycle>,
}

/// Bits 1-31.
pub(in crate::domain) const ALL_MONTH_DAYS: u32 = 0xFFFF_FFFE;
/// Bits 0-6.
pub(in crate::domain) const ALL_WEEK_DAYS: u8 = 0x7F;
/// Bits 1-12.
pub(in crate::domain) const ALL_MONTHS: u16 = 0x1FFE;

impl Days {
    /// Every day.
    pub fn daily() -> Self {
        Self {
            months: ALL_MONTHS,
            month_days: ALL_MONTH_DAYS,
            month_specials: Vec::new(),
            week_days: ALL_WEEK_DAYS,
            week_specials: Vec::new(),
            both: true,
            cycle: None,
        }
    }

    /// Returns whether the day of the month is unrestricted.
    pub fn any_month_day(&self) -> bool {
        self.month_days == ALL_MONTH_DAYS
    }

    /// Returns whether the day of the week is unrestricted.
    pub fn any_week_day(&self) -> bool {
        self.week_days == ALL_WEEK_DAYS
    }

    /// Returns whether the date is one of the days.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.mask(Month::of(date)) >> date.day() & 1 == 1
    }

    /// The first day at or after `from`, within 400 years.
    pub fn next(&self, from: NaiveDate) -> Option<NaiveDate> {
        let mut month = Month::of(from);
        let mut wanted = u32::MAX << from.day();
        for _ in 0..=HORIZON_MONTHS {
            let found = self.mask(month) & wanted;
            if found != 0 {
                return month.day(found.trailing_zeros());
            }
            wanted = u32::MAX;
            month = month.following();
        }
        None
    }

    /// The last day at or before `from`, within 400 years.
    pub fn previous(&self, from: NaiveDate) -> Option<NaiveDate> {
        let mut month = Month::of(from);
        let mut wanted = u32::MAX >> (31 - from.day());
        for _ in 0..=HORIZON_MONTHS {
            let found = self.mask(month) & wanted;
            if found != 0 {
                return month.day(31 - found.leading_zeros());
            }
            wanted = u32::MAX;
            month = month.preceding();
        }
        None
    }

    /// The matching days of one month, bits 1-31.
    fn mask(&self, month: Month) -> u32 {
        match self.cycle {
            None => self.named(month),
            Some(cycle) => self.named(month) & cycle.mask(month),
        }
    }

    /// The same without the rhythm.
    fn named(&self, month: Month) -> u32 {
        if self.months >> month.number & 1 == 0 {
            return 0;
        }
        let length = month.length();
        let existing = ALL_MONTH_DAYS >> (31 - length);
        let plain = self.month_specials.is_empty() && self.week_specials.is_empty();
        if plain && self.both && self.any_week_day() {
            return self.month_days & existing;
        }
        let first = month.first_weekday();
        let by_day =
            self.month_specials.iter().fold(self.month_days, |mask, special| mask | special.mask(length, first));
        let by_week = self
            .week_specials
            .iter()
            .fold(spread(self.week_days, first), |mask, special| mask | special.mask(length, first));
        existing & if self.both { by_day & by_week } else { by_day | by_week }
    }
}

impl MonthDay {
    fn mask(self, length: u32, first: u32) -> u32 {
        let weekday = |day: u32| (first + day - 1) % 7;
        match self {
            MonthDay::Last(back) => match length.checked_sub(u32::from(back)) {
                None | Some(0) => 0,
                Some(day) => 1 << day,
            },
            MonthDay::LastWeekday => match weekday(length) {
                0 => 1 << (length - 2),
                6 => 1 << (length - 1),
                _ => 1 << length,
            },
            MonthDay::Nearest(day) if u32::from(day) > length => 0,
            MonthDay::Nearest(day) => {
                let day = u32::from(day);
                match weekday(day) {
                    6 if day == 1 => 1 << 3,
                    6 => 1 << (day - 1),
                    0 if day == length => 1 << (day - 2),
                    0 => 1 << (day + 1),
                    _ => 1 << day,
                }
            }
        }
    }
}

impl WeekDay {
    fn mask(self, length: u32, first: u32) -> u32 {
        let earliest = |weekday: u8| (u32::from(weekday) + 7 - first) % 7 + 1;
        match self {
            WeekDay::Nth(weekday, nth) => {
                let day = earliest(weekday) + 7 * (u32::from(nth) - 1);
                if day <= length { 1 << day } else { 0 }
            }
            WeekDay::Last(weekday) => {
                let day = earliest(weekday);
                1 << (day + (length - day) / 7 * 7)
            }
            WeekDay::BeforeLast(weekday, weeks) => {
                let day = earliest(weekday);
                let last = day + (length - day) / 7 * 7;
                last.checked_sub(7 * u32::from(weeks)).filter(|day| *day > 0).map_or(0, |day| 1 << day)
            }
        }
    }
}

/// The days of a month (bits 1-35) whose weekday is in the set, for a month that begins on weekday `first`.
fn spread(week_days: u8, first: u32) -> u32 {
    let turned = u64::from(week_days) << 7 | u64::from(week_days);
    let week = turned >> first & 0x7F;
    let month = week | week << 7 | week << 14 | week << 21 | week << 28;
    (month << 1) as u32
}

/// One month of one year.
#[derive(Debug, Clone, Copy)]
struct Month {
    year: i32,
    number: u32,
}

impl Month {
    fn of(date: NaiveDate) -> Self {
        Self { year: date.year(), number: date.month() }
    }

    fn day(self, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.number, day)
    }

    fn following(self) -> Self {
        match self.number {
            12 => Self { year: self.year + 1, number: 1 },
            number => Self { year: self.year, number: number + 1 },
        }
    }

    fn preceding(self) -> Self {
        match self.number {
            1 => Self { year: self.year - 1, number: 12 },
            number => Self { year: self.year, number: number - 1 },
        }
    }

    fn length(self) -> u32 {
        match self.number {
            4 | 6 | 9 | 11 => 30,
            2 if self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        }
    }

    /// The weekday of the 1st, 0 = Sunday (Sakamoto's formula).
    fn first_weekday(self) -> u32 {
        const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = if self.number < 3 { self.year - 1 } else { self.year };
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        (year + leaps + SHIFT[self.number as usize - 1] + 1).rem_euclid(7) as u32
    }
}
