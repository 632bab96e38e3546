//! Makes a report: chooses the days, reads, decides, and gives it its forms. Nothing is written or sent.
//!
//! Start reading at `report_preview`.

use super::gathering::{Wanted, gather};
use super::{no_report, unknown};
use crate::app::core::compute::Reach;
use crate::app::{App, Caller, Error, Result};
use crate::domain::reason::Reason;
use crate::domain::reports::ReportDefinition;
use crate::domain::reports::contents::{Contents, compose};
use crate::domain::reports::facts::Subject;
use crate::domain::reports::period::Calling;
use crate::domain::reports::tables::Tables;
use crate::domain::vocabulary::Permission;
use crate::integrations::reports::page::{self, Places};
use crate::integrations::reports::text;
use chrono::{DateTime, NaiveDate, Utc};

/// Which report to make.
#[derive(Debug, Clone)]
pub enum ReportChoice {
    /// A saved one, by its name or id.
    Saved(String),
    /// One that need not be saved.
    Unsaved(Box<ReportDefinition>),
}

/// A report, in all its forms.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it says.
    pub contents: Contents,
    /// The same as texts.
    pub tables: Tables,
    /// The HTML of a mail.
    pub html: String,
    /// The plain text of a mail.
    pub text: String,
}

/// What is made.
#[derive(Debug, Clone)]
pub(super) struct Making {
    /// The definition.
    pub definition: ReportDefinition,
    /// Its timing, ready to be asked.
    pub calling: Calling,
    /// The local day on which the report is due.
    pub due_day: NaiveDate,
    /// What is special about it.
    pub notes: Vec<Reason>,
    /// When.
    pub at: DateTime<Utc>,
}

impl App {
    /// Makes a report about the days that contain `date`, or about the newest ones that are over.
    pub async fn report_preview(&self, caller: &Caller, choice: ReportChoice, date: Option<NaiveDate>) -> Result<Made> {
        caller.require(Permission::Read)?;
        let definition = match choice {
            ReportChoice::Saved(report) => {
                self.store().report_find(&report).await?.ok_or_else(|| no_report(&report))?.definition
            }
            ReportChoice::Unsaved(definition) => {
                self.report_check(&definition).await?;
                *definition
            }
        };
        self.report_make(making(definition, date, self.clock().now())?).await
    }

    /// Refuses a definition that could not be saved, apart from its name being taken.
    async fn report_check(&self, wanted: &ReportDefinition) -> Result<()> {
        let mut problems = wanted.problems();
        for (pointer, name) in wanted.channels() {
            let found = self.store().channel_find(name).await?;
            if found.is_none_or(|found| found.definition.name != name) {
                problems.push(unknown(pointer, name));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Makes a report, in a place of its own because it may read much.
    pub(super) async fn report_make(&self, making: Making) -> Result<Made> {
        let Making { definition, calling, due_day, notes, at } = making;
        let stretch = |found: Option<_>| found.ok_or_else(|| out_of_time(due_day));
        let (covers, before) = (stretch(calling.covers(due_day))?, stretch(calling.covers_before(due_day))?);
        let period = &definition.timing.period;
        let days_ahead = period.days_ahead();
        let wanted = Wanted { what: definition.what.clone(), covers, before, calling, days_ahead, made_at: at };
        let subject = Subject {
            name: definition.name.clone(),
            description: definition.description.clone(),
            period: period.as_str(),
            timezone: definition.timing.timezone.clone(),
            covers,
            before,
            made_at: at,
            all_tasks: definition.what.is_all(),
            notes,
        };
        let change_at = self.report_address(&definition.name);
        let base = self.settings().public_url.clone();
        let work = async move |app: Self, _| {
            let contents = compose(subject, gather(&app, &wanted).await?);
            let tables = Tables::of(&contents);
            let places = Places { base: base.as_deref(), change_at: change_at.as_deref() };
            let html = page::html(&contents, &tables, places);
            let text = text::text(&contents, &tables, places);
            Ok(Made { contents, tables, html, text })
        };
        self.compute(Reach::AllTasks, work).await
    }

    /// Address of the page where a report can be changed; none: nobody said under which address people reach the pages.
    pub(super) fn report_address(&self, report: &str) -> Option<String> {
        let base = self.settings().public_url.as_deref()?;
        Some(format!("{}/reports?report={report}", base.trim_end_matches('/')))
    }
}

/// What is made for the days that contain `date`, or for the newest ones that are over.
pub(super) fn making(definition: ReportDefinition, date: Option<NaiveDate>, now: DateTime<Utc>) -> Result<Making> {
    let wrong = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let calling = Calling::read(&definition.timing).map_err(|error| wrong(&error))?;
    let due_day = match date {
        Some(date) => calling.due_day_of(date).ok_or_else(|| out_of_time(date))?,
        None => calling.due_day(calling.last_due(now).ok_or_else(|| out_of_time(now.date_naive()))?),
    };
    let covers = calling.covers(due_day).ok_or_else(|| out_of_time(due_day))?;
    if covers.from_at > now {
        let message = format!("is in the future: the days from {} on have not begun", covers.first_day);
        return Err(Error::invalid("?date", message));
    }
    let notes = (covers.until_at > now).then_some(Reason::PeriodUnfinished {}).into_iter().collect();
    Ok(Making { definition, calling, due_day, notes, at: now })
}

fn out_of_time(date: NaiveDate) -> Error {
    Error::invalid("?date", format!("{date} is too far away for a report"))
}
