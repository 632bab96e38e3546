//! All calendars together, compiled, ready for the questions of schedules.
//!
//! A calendar becomes one bit for each day from 1990 to 2100, so that a question costs nanoseconds whatever the
//! calendar is made of. No date outside of these years is in any calendar. A wrong calendar is left out with its
//! problems and does not stop the others.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Calendar, CalendarEntry, Calendars, Maintenance, RULE_DATES};
use crate::domain::core::problem::Problem;
use crate::domain::core::time::{recurrence_dates, time_of_day, zone_parse};
use crate::domain::vocabulary::Weekday;

const FIRST_YEAR: i32 = 1990;
/// The last year of calendars. No later date is in any calendar.
pub const LAST_YEAR: i32 = 2100;

/// Maximum number of titled dates remembered per calendar.
const TITLES: usize = 100_000;

/// The compiled calendars by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarBook {
    calendars: BTreeMap<String, Arc<Dates>>,
    windows: Vec<Arc<MaintenanceWindow>>,
    problems: BTreeMap<String, Vec<Problem>>,
    troubles: BTreeMap<String, Trouble>,
}

/// Why a calendar has no dates, as reported to the calendars that contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    /// The calendar contains itself along this path. Any calendar on the path may be the one to change.
    Circle(String),
    /// The calendar of this name cannot be read.
    Damaged(String),
    /// There is no calendar of this name.
    Missing(String),
    /// The calendar of this name is wrong by itself.
    Own(String),
}

impl Trouble {
    /// Whether every calendar that contains this one reports the same trouble.
    const fn spreads(&self) -> bool {
        matches!(self, Self::Circle(_) | Self::Damaged(_))
    }

    fn words(&self) -> String {
        match self {
            Self::Circle(way) => format!("the calendars form a circle: {way}"),
            Self::Damaged(name) => format!("calendar \"{name}\" is damaged: save it again"),
            Self::Missing(name) => format!("there is no calendar \"{name}\""),
            Self::Own(name) => format!("calendar \"{name}\" has problems of its own"),
        }
    }
}

/// What is wrong with a calendar.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
    /// The first trouble that spreads to other calendars.
    spreading: Option<Trouble>,
}

/// The dates of one calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    name: String,
    bits: Vec<u64>,
    titles: BTreeMap<NaiveDate, Arc<str>>,
}

/// A maintenance window, ready for questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceWindow {
    dates: Arc<Dates>,
    timezone: Tz,
    from: u32,
    to: u32,
    tags: Vec<String>,
}

impl CalendarBook {
    /// Compiles some calendars.
    pub fn compile(calendars: &[Calendar]) -> Self {
        Self::compile_stored(&Calendars { readable: calendars.to_vec(), ..Calendars::default() })
    }

    /// Compiles all calendars. A calendar that needs an unreadable one is wrong.
    pub fn compile_stored(Calendars { readable, damaged }: &Calendars) -> Self {
        let by_name = readable.iter().map(|it| (it.name.as_str(), it)).collect();
        let mut book = Self::default();
        for name in damaged {
            let trouble = Trouble::Damaged(name.clone());
            book.problems.insert(name.clone(), vec![Problem::at("/entries".to_owned(), trouble.words())]);
            book.troubles.insert(name.clone(), trouble);
        }
        let mut maker = Maker { by_name, book, path: Vec::new() };
        for calendar in readable {
            let _what_is_wrong_is_kept = maker.make(&calendar.name);
        }
        maker.book
    }

    /// The dates of a calendar. None if there is no such calendar, or if it is wrong.
    pub fn find(&self, name: &str) -> Option<&Arc<Dates>> {
        self.calendars.get(name)
    }

    /// Why an existing calendar cannot be read; none if it can.
    pub fn damage(&self, name: &str) -> Option<&str> {
        let is_damaged = matches!(self.troubles.get(name), Some(Trouble::Damaged(of)) if of == name);
        self.problems(name).first().filter(|_| is_damaged).map(|problem| problem.message.as_str())
    }

    /// What is wrong with a calendar.
    pub fn problems(&self, name: &str) -> &[Problem] {
        self.problems.get(name).map_or(&[], Vec::as_slice)
    }

    /// Names of all calendars without problems.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.calendars.keys().map(String::as_str)
    }

    /// The maintenance windows that apply to a task with these tags.
    pub fn windows(&self, tags: &[String]) -> Vec<Arc<MaintenanceWindow>> {
        self.windows.iter().filter(|window| window.concerns(tags)).cloned().collect()
    }
}

impl Dates {
    fn empty(name: &str) -> Self {
        Self { name: name.to_owned(), bits: vec![0; bit_count().div_ceil(64)], titles: BTreeMap::new() }
    }

    /// Name of the calendar.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the date is in the calendar.
    pub fn contains(&self, date: NaiveDate) -> bool {
        bit(date).is_some_and(|bit| self.bits[bit / 64] >> (bit % 64) & 1 == 1)
    }

    /// The title of the date, if an entry gives one.
    pub fn title(&self, date: NaiveDate) -> Option<&str> {
        self.titles.get(&date).map(AsRef::as_ref)
    }

    /// The first date of the calendar at or after a date.
    pub fn next(&self, from: NaiveDate) -> Option<NaiveDate> {
        let from = from.max(first_date());
        from.iter_days().take_while(|date| date.year() <= LAST_YEAR).find(|date| self.contains(*date))
    }

    /// Number of dates in the calendar.
    pub fn count(&self) -> u32 {
        self.bits.iter().map(|bits| bits.count_ones()).sum()
    }

    fn insert(&mut self, date: NaiveDate, title: Option<&Arc<str>>) {
        let Some(bit) = bit(date) else { return };
        self.bits[bit / 64] |= 1 << (bit % 64);
        if let Some(title) = title.filter(|_| self.titles.len() < TITLES) {
            self.titles.entry(date).or_insert_with(|| Arc::clone(title));
        }
    }

    fn unite(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, more)| *bits |= more);
        for (date, title) in &other.titles {
            self.titles.entry(*date).or_insert_with(|| Arc::clone(title));
        }
    }

    fn subtract(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(bits, less)| *bits &= !less);
        self.titles.retain(|date, _| !other.contains(*date));
    }
}

impl MaintenanceWindow {
    /// Name of the window's calendar.
    pub fn name(&self) -> &str {
        &self.dates.name
    }

    /// Returns whether the window applies to a task with these tags.
    pub fn concerns(&self, tags: &[String]) -> bool {
        self.tags.is_empty() || self.tags.iter().any(|tag| tags.contains(tag))
    }

    /// Returns whether the window is open at an instant.
    pub fn holds_at(&self, at: DateTime<Utc>) -> bool {
        use chrono::Timelike as _;
        let local: NaiveDateTime = at.with_timezone(&self.timezone).naive_local();
        let (date, second) = (local.date(), local.num_seconds_from_midnight());
        if self.from < self.to {
            return (self.from..self.to).contains(&second) && self.dates.contains(date);
        }
        second >= self.from && self.dates.contains(date)
            || second < self.to && date.pred_opt().is_some_and(|before| self.dates.contains(before))
    }

    /// Returns whether the window begins on this date of its time zone.
    pub fn touches(&self, date: NaiveDate) -> bool {
        self.dates.contains(date)
    }
}

struct Maker<'a> {
    by_name: BTreeMap<&'a str, &'a Calendar>,
    book: CalendarBook,
    /// Names of the calendars being compiled, outermost first.
    path: Vec<String>,
}

impl Maker<'_> {
    /// Compiles the dates of a calendar when they are first needed. The error says why there are none.
    fn make(&mut self, name: &str) -> Result<Arc<Dates>, Trouble> {
        if let Some(made) = self.book.calendars.get(name) {
            return Ok(Arc::clone(made));
        }
        if self.path.iter().any(|above| above == name) {
            let circle: Vec<&str> = self.path.iter().map(String::as_str).skip_while(|above| *above != name).collect();
            return Err(Trouble::Circle(format!("{} -> {name}", circle.join(" -> "))));
        }
        if let Some(trouble) = self.book.troubles.get(name) {
            return Err(trouble.clone());
        }
        let Some(calendar) = self.by_name.get(name).copied() else {
            return Err(Trouble::Missing(name.to_owned()));
        };
        self.path.push(name.to_owned());
        let (mut dates, mut found) = (Dates::empty(name), Found::default());
        let mut budget = RULE_DATES;
        self.gather(&calendar.entries, "/entries", &mut dates, &mut found, &mut budget);
        let mut except = Dates::empty(name);
        self.gather(&calendar.except, "/except", &mut except, &mut found, &mut budget);
        dates.subtract(&except);
        self.path.pop();
        let dates = Arc::new(dates);
        let window = calendar.maintenance.as_ref().map(|it| window(it, &dates, &mut found.problems));
        if !found.problems.is_empty() {
            let trouble = found.spreading.unwrap_or_else(|| Trouble::Own(name.to_owned()));
            self.book.problems.insert(name.to_owned(), found.problems);
            self.book.troubles.insert(name.to_owned(), trouble.clone());
            return Err(trouble);
        }
        self.book.windows.extend(window.flatten().map(Arc::new));
        self.book.calendars.insert(name.to_owned(), Arc::clone(&dates));
        Ok(dates)
    }

    fn gather(
        &mut self,
        entries: &[CalendarEntry],
        place: &str,
        dates: &mut Dates,
        found: &mut Found,
        budget: &mut usize,
    ) {
        for (index, entry) in entries.iter().enumerate() {
            let at = |field: &str, message: String| Problem::at(format!("{place}/{index}/{field}"), message);
            let problem = match entry {
                CalendarEntry::Calendar { name } => match self.make(name) {
                    Ok(other) => {
                        dates.unite(&other);
                        None
                    }
                    Err(trouble) => {
                        let message = trouble.words();
                        found.spreading = found.spreading.take().or_else(|| trouble.spreads().then_some(trouble));
                        Some(at("name", message))
                    }
                },
                entry => own(entry, dates, budget).err().map(|(field, message)| at(field, message)),
            };
            found.problems.extend(problem);
        }
    }
}

/// Adds the dates of an entry that names no other calendar. `budget` is the number of dates that rules may still add.
fn own(entry: &CalendarEntry, dates: &mut Dates, budget: &mut usize) -> Result<(), (&'static str, String)> {
    let titled = |title: &str| (!title.is_empty()).then(|| Arc::from(title));
    match entry {
        CalendarEntry::Date { date, until, title } => {
            let (title, until) = (titled(title), until.unwrap_or(*date));
            if until < *date {
                return Err(("until", "must not be before the first date".to_owned()));
            }
            if (until - *date).num_days() > 3660 {
                return Err(("until", "a range has at most ten years".to_owned()));
            }
            date.iter_days().take_while(|date| *date <= until).for_each(|date| dates.insert(date, title.as_ref()));
        }
        CalendarEntry::Yearly { month, day, title } => {
            let in_year = |year| NaiveDate::from_ymd_opt(year, u32::from(*month), u32::from(*day));
            if !(1..=12).contains(month) {
                return Err(("month", format!("{month} is out of range 1-12")));
            }
            in_year(2000).ok_or_else(|| ("day", format!("month {month} has no day {day}")))?;
            let title = titled(title);
            (FIRST_YEAR..=LAST_YEAR).filter_map(in_year).for_each(|date| dates.insert(date, title.as_ref()));
        }
        CalendarEntry::Weekdays { weekdays } => {
            if weekdays.is_empty() {
                return Err(("weekdays", "name at least one day".to_owned()));
            }
            let named = |date: &NaiveDate| weekdays.contains(&weekday(*date));
            let all = first_date().iter_days().take_while(|date| date.year() <= LAST_YEAR);
            all.filter(named).for_each(|date| dates.insert(date, None));
        }
        CalendarEntry::Rrule { rule, dtstart, title } => {
            let until = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).expect("a real date");
            let many = || ("rule", format!("from here on, rules have more than {RULE_DATES} dates until {LAST_YEAR}"));
            if *budget == 0 {
                return Err(many());
            }
            let found = recurrence_dates(rule, *dtstart, until);
            let found = found.map_err(|error| (error.field, error.to_string()))?;
            let left = budget.checked_sub(found.len());
            *budget = left.unwrap_or_default();
            left.ok_or_else(many)?;
            let title = titled(title);
            found.into_iter().for_each(|date| dates.insert(date, title.as_ref()));
        }
        CalendarEntry::Calendar { .. } => {}
    }
    Ok(())
}

fn window(written: &Maintenance, dates: &Arc<Dates>, problems: &mut Vec<Problem>) -> Option<MaintenanceWindow> {
    let mut at = |field: &str, message: String| problems.push(Problem::at(format!("/maintenance/{field}"), message));
    let timezone = zone_parse(&written.timezone).map_err(|error| at("timezone", error.to_string())).ok();
    let from = time_of_day("from", &written.from).map_err(|error| at("from", error.to_string())).ok();
    let to = match written.to.as_str() {
        "24:00" => Some(86_400),
        text => time_of_day("to", text).map_err(|error| at("to", error.to_string())).ok(),
    };
    Some(MaintenanceWindow {
        dates: Arc::clone(dates),
        timezone: timezone?,
        from: from?,
        to: to?,
        tags: written.tags.clone(),
    })
}

fn weekday(date: NaiveDate) -> Weekday {
    match date.weekday() {
        chrono::Weekday::Mon => Weekday::Monday,
        chrono::Weekday::Tue => Weekday::Tuesday,
        chrono::Weekday::Wed => Weekday::Wednesday,
        chrono::Weekday::Thu => Weekday::Thursday,
        chrono::Weekday::Fri => Weekday::Friday,
        chrono::Weekday::Sat => Weekday::Saturday,
        chrono::Weekday::Sun => Weekday::Sunday,
    }
}

fn first_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).expect("a real date")
}

fn bit_count() -> usize {
    bit(NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).expect("a real date")).map_or(0, |bit| bit + 1)
}

fn bit(date: NaiveDate) -> Option<usize> {
    if date.year() > LAST_YEAR {
        return None;
    }
    usize::try_from((date - first_date()).num_days()).ok()
}
