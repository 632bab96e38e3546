//! Calendars from iCalendar files of other programs.

use super::CalendarView;
use crate::app::core::upload::Upload;
use crate::app::core::write::Write;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::{Calendar, IcsImport, IcsNote, IcsZones, ics_import};
use crate::domain::core::time::zone_parse;
use crate::domain::vocabulary::Permission;

/// A file, and how to import it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// Name of the calendar.
    pub name: String,
    /// The file.
    pub file: Upload,
    /// Zone of the dates of events with times of day; none: the zone that the file says, else the server's.
    pub timezone: Option<String>,
    /// What the calendar is for; none: as before, or the name that the file gives itself.
    pub description: Option<String>,
    /// Whether an existing calendar of this name gets the dates of the file instead of its own.
    pub replace: bool,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// Result of importing a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarImported {
    /// The calendar.
    pub view: CalendarView,
    /// Whether it is a new one.
    pub created: bool,
    /// Number of its dates from 1990 to 2100.
    pub date_count: u32,
    /// What was read differently than it was written.
    pub notes: Vec<IcsNote>,
    /// Zone whose dates were taken.
    pub timezone: String,
    /// Encoding that the file was read in.
    pub encoding: &'static str,
}

impl App {
    /// Turns an iCalendar file into a calendar. If the file is refused, the error names the line.
    pub async fn calendar_import(&self, caller: &Caller, file: CalendarFile) -> Result<CalendarImported> {
        caller.require(Permission::Define)?;
        let CalendarFile { name, file, timezone, description, replace, dry_run } = file;
        let zone = |name: &str| zone_parse(name).map_err(|error| Error::invalid("/timezone", error.to_string()));
        let otherwise = zone(&self.settings().timezone)?;
        let zones = IcsZones { chosen: timezone.as_deref().map(zone).transpose()?, otherwise };
        let today = self.clock().now().with_timezone(&zones.chosen.unwrap_or(otherwise)).date_naive();
        let text = file.read("/ics", true)?;
        let read = ics_import(&text.text, zones, today).map_err(|error| Error::invalid("/ics", error.to_string()))?;
        let IcsImport { title, entries, except, notes, timezone } = read;
        let old = if replace { self.store().calendar_find(&name).await? } else { None };
        let (described, maintenance) = match &old {
            Some(old) => (old.definition.description.clone(), old.definition.maintenance.clone()),
            None => (title.chars().take(200).collect(), None),
        };
        let name = old.as_ref().map_or(name, |old| old.definition.name.clone());
        let description = description.unwrap_or(described);
        let wanted = Calendar { name, description, entries, except, maintenance };
        let (_, book) = self.calendar_books_with(&wanted.name, &wanted).await?;
        let date_count = book.find(&wanted.name).map_or(0, |dates| dates.count());
        let created = old.is_none();
        let view = match old {
            None => self.calendar_create(caller, wanted, dry_run).await?,
            Some(old) => {
                let name = old.definition.name.clone();
                self.calendar_update(caller, &name, wanted, Write { base: Some(old.version), dry_run }).await?
            }
        };
        let timezone = timezone.name().to_owned();
        Ok(CalendarImported { view, created, date_count, notes, timezone, encoding: text.encoding })
    }
}
