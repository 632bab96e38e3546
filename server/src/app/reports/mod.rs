//! Reports: what happened in a day, a week or a month, told to channels.
//!
//! Deliberately absent: what a report says, which `domain::reports` decides, and how it looks, which `integrations`
//! knows. Start reading at `report_create`, then `making`, then `sending`.

mod gathering;
pub mod making;
pub mod sending;

use super::core::events::Change;
use super::core::write::{Moment, Write};
use super::{App, Caller, Error, Result, Signal};
use crate::domain::core::problem::Problem;
use crate::domain::ids::ReportId;
use crate::domain::keys::{Channel, Key};
use crate::domain::model::{Page, PageRequest, ReportChange, ReportRecord};
use crate::domain::reports::ReportDefinition;
use crate::domain::reports::period::Calling;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;

/// A report, and when it is due next.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// The report.
    pub report: ReportRecord,
    /// When it is due next; none: it is disabled.
    pub next_at: Option<DateTime<Utc>>,
}

impl App {
    /// A page of reports by name.
    pub async fn report_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ReportView>> {
        caller.require(Permission::Read)?;
        Ok(self.store().report_list(text, page).await?.map(|report| self.seen(report)))
    }

    /// Finds a report by name or id.
    pub async fn report_view(&self, caller: &Caller, report: &str) -> Result<ReportView> {
        caller.require(Permission::Read)?;
        let found = self.store().report_find(report).await?.ok_or_else(|| no_report(report))?;
        Ok(self.seen(found))
    }

    /// Creates a report. The first one is sent when it is next due.
    pub async fn report_create(&self, caller: &Caller, wanted: ReportDefinition, dry_run: bool) -> Result<ReportView> {
        caller.require(Permission::Define)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let channels = check(tx, &wanted).await?;
            if tx.report_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("report", &wanted.name));
            }
            let change = ReportChange { definition: wanted.clone(), channels, done_at: now, at: now };
            let made = tx.report_insert(&change).await?;
            let detail = json!({"who": made.definition.who});
            let target = ("report", made.definition.name.clone());
            tx.audit_append(&caller.audit(now, "report_create", target, detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_reports()).await?;
        if dry_run {
            made.id = ReportId(uuid::Uuid::nil());
        }
        Ok(self.seen(made))
    }

    /// Replaces a report's definition. What was due before a change of its times is not sent any more.
    pub async fn report_update(
        &self,
        caller: &Caller,
        report: &str,
        wanted: ReportDefinition,
        Write { base, dry_run }: Write,
    ) -> Result<ReportView> {
        caller.require(Permission::Define)?;
        let (caller, report) = (caller.clone(), report.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.report_find(&report).await?.ok_or_else(|| no_report(&report))?;
            Error::unless_at(read.version, base)?;
            if wanted == read.definition {
                return Ok(read);
            }
            let channels = check(tx, &wanted).await?;
            if wanted.name != read.definition.name && tx.report_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("report", &wanted.name));
            }
            let goes_on = read.definition.enabled && wanted.timing == read.definition.timing;
            let done_at = if goes_on { read.done_at } else { now };
            let change = ReportChange { definition: wanted.clone(), channels, done_at, at: now };
            let written = tx.report_update(&read, &change).await?;
            let before = &read.definition.name;
            let renamed = (*before != wanted.name).then_some(before);
            let detail = json!({"enabled": wanted.enabled, "who": wanted.who, "renamed_from": renamed});
            let target = ("report", wanted.name.clone());
            tx.audit_append(&caller.audit(now, "report_update", target, detail)).await?;
            Ok(written)
        };
        let written = self.write_or_try(dry_run, write, |app, _| app.announce_reports()).await?;
        Ok(self.seen(written))
    }

    /// Deletes a report. What is on its way already is still sent.
    pub async fn report_delete(&self, caller: &Caller, report: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, report) = (caller.clone(), report.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.report_find(&report).await?.ok_or_else(|| no_report(&report))?;
            Error::unless_at(read.version, base)?;
            if !tx.report_delete(&read).await? {
                return Err(Error::Stale { current: read.version });
            }
            let target = ("report", read.definition.name.clone());
            tx.audit_append(&caller.audit(now, "report_delete", target, json!({}))).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_reports()).await
    }

    fn seen(&self, report: ReportRecord) -> ReportView {
        let calling = Calling::read(&report.definition.timing).ok().filter(|_| report.definition.enabled);
        let next_at = calling.and_then(|calling| calling.next_due(self.clock().now()));
        ReportView { report, next_at }
    }

    /// Wakes the reporter and tells pages, after reports changed.
    fn announce_reports(&self) {
        self.signals().raise(Signal::Reports);
        self.events().publish(Change::System { what: SystemPart::Report });
    }
}

/// Refuses a definition that makes no sense or names a channel that does not exist. Returns the channels.
async fn check(tx: &Tx, wanted: &ReportDefinition) -> Result<Vec<Key<Channel>>> {
    let mut problems = wanted.problems();
    let mut channels = Vec::new();
    for (pointer, name) in wanted.channels() {
        match tx.channel_find(name).await?.filter(|found| found.definition.name == name) {
            Some(found) => channels.push(found.key),
            None => problems.push(unknown(pointer, name)),
        }
    }
    if problems.is_empty() { Ok(channels) } else { Err(Error::Invalid(problems)) }
}

fn unknown(pointer: String, channel: &str) -> Problem {
    Problem::at(pointer, format!("there is no channel \"{channel}\"; create it first"))
}

fn no_report(report: &str) -> Error {
    Error::NotFound(format!("there is no report \"{report}\""))
}
