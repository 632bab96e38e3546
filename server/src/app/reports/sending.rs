//! Sends reports: those that are due, and those that somebody asks for.
//!
//! One transaction notes that a report is done and puts it into the outboxes of its channels, so a crash at any moment
//! neither loses nor doubles one. Of the reports that were due while the server was not there, only the newest is sent,
//! and it says so. Start reading at `reports_send_due`.

use super::making::{Made, Making, making};
use super::no_report;
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::model::{ChannelRecord, DeliveryNew, ReportDone, ReportRecord};
use crate::domain::notify::Target;
use crate::domain::notify::notice::{MailForm, Notice};
use crate::domain::reason::Reason;
use crate::domain::reports::WhenEmpty;
use crate::domain::reports::notice::short;
use crate::domain::reports::period::{Calling, Stretch};
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::json;
use uuid::Uuid;

/// Largest number of reports that are counted as left out.
const COUNTED_MOST: u64 = 1_000;

/// A report that was put into the outboxes of its channels.
#[derive(Debug, Clone)]
pub struct ReportSent {
    /// What it covers.
    pub covers: Stretch,
    /// Names of the channels.
    pub channels: Vec<String>,
}

impl App {
    /// When a report is due next; none: none is.
    pub async fn report_next(&self) -> Result<Option<DateTime<Utc>>> {
        let reports = self.store().reports_enabled().await?;
        let next = |report: &ReportRecord| Calling::read(&report.definition.timing).ok()?.next_due(report.done_at);
        Ok(reports.iter().filter_map(next).min())
    }

    /// Sends the reports that are due. Returns how many were made.
    pub async fn reports_send_due(&self) -> Result<u64> {
        let mut made = 0;
        let mut problem = None;
        for report in self.store().reports_enabled().await? {
            // One report that cannot be made holds up no other.
            match self.report_send_due(report).await {
                Ok(sent) => made += u64::from(sent),
                Err(error) => problem = Some(error),
            }
        }
        problem.map_or(Ok(made), Err)
    }

    async fn report_send_due(&self, report: ReportRecord) -> Result<bool> {
        let Ok(calling) = Calling::read(&report.definition.timing) else { return Ok(false) };
        let now = self.clock().now();
        if report.done_at > now {
            // The clock was set back. Otherwise the report would be silent until the time comes again.
            return self.report_note(report, ReportDone { due_at: now, sent_at: None }).await;
        }
        let Some(due_at) = calling.last_due(now).filter(|due| *due > report.done_at) else { return Ok(false) };
        let due_day = calling.due_day(due_at);
        let notes = notes(&calling, report.done_at, due_at, self.present_from());
        let making = Making { definition: report.definition.clone(), calling, due_day, notes, at: now };
        let made = self.report_make(making).await?;
        if made.contents.is_empty() && report.definition.when_empty == WhenEmpty::Skip {
            return self.report_note(report, ReportDone { due_at, sent_at: None }).await;
        }
        let key = format!("report {} {}", report.id, stamp(due_at));
        let address = self.report_address(&report.definition.name);
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if !tx.report_done(&report, &ReportDone { due_at, sent_at: Some(now) }).await? {
                return Ok(false);
            }
            let channels = tx.report_channels(report.key).await?;
            tx.deliveries_add(&deliveries(&channels, &made, &key, address.as_deref(), now)).await?;
            Ok(true)
        };
        let announce = |app: &Self, _: &bool| {
            app.announce_outbox();
            app.announce_reports();
        };
        self.write(write, announce).await
    }

    async fn report_note(&self, report: ReportRecord, done: ReportDone) -> Result<bool> {
        let write = async move |tx: &Tx, _: Moment| Ok(tx.report_done(&report, &done).await?);
        self.write(write, |app, _| app.announce_reports()).await?;
        Ok(false)
    }

    /// Sends a report now, about the days that contain `date`, or about the newest ones that are over. A disabled
    /// report can be sent too.
    pub async fn report_send(&self, caller: &Caller, report: &str, date: Option<NaiveDate>) -> Result<ReportSent> {
        caller.require(Permission::Run)?;
        let read = self.store().report_find(report).await?.ok_or_else(|| no_report(report))?;
        let made = self.report_make(making(read.definition.clone(), date, self.clock().now())?).await?;
        let covers = made.contents.subject.covers;
        // Whoever asks twice gets it twice.
        let key = format!("report {} {} {}", read.id, stamp(covers.from_at), Uuid::now_v7());
        let address = self.report_address(&read.definition.name);
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let name = read.id.to_string();
            let present = tx.report_find(&name).await?.ok_or_else(|| no_report(&read.definition.name))?;
            let channels = tx.report_channels(present.key).await?;
            tx.deliveries_add(&deliveries(&channels, &made, &key, address.as_deref(), now)).await?;
            tx.report_sent(present.key, now).await?;
            let channels: Vec<String> = channels.into_iter().map(|channel| channel.definition.name).collect();
            let detail = json!({"from": covers.first_day, "to": covers.last_day, "who": channels});
            let target = ("report", present.definition.name.clone());
            tx.audit_append(&caller.audit(now, "report_send", target, detail)).await?;
            Ok(ReportSent { covers, channels })
        };
        let announce = |app: &Self, _: &ReportSent| {
            app.announce_outbox();
            app.announce_reports();
        };
        self.write(write, announce).await
    }
}

/// What a report that comes late says about that.
fn notes(calling: &Calling, done_at: DateTime<Utc>, due_at: DateTime<Utc>, present_from: DateTime<Utc>) -> Vec<Reason> {
    let mut reports = 0;
    let mut at = done_at;
    while let Some(next) = calling.next_due(at).filter(|next| *next < due_at && reports < COUNTED_MOST) {
        reports += 1;
        at = next;
    }
    let delayed = (due_at < present_from).then_some(Reason::ReportDelayed { due_at });
    let left_out = (reports > 0).then_some(Reason::ReportsLeftOut { reports });
    delayed.into_iter().chain(left_out).collect()
}

/// The notification for each channel. Mail gets the whole report, and the others say the most important of it.
fn deliveries(
    channels: &[ChannelRecord],
    made: &Made,
    key: &str,
    address: Option<&str>,
    at: DateTime<Utc>,
) -> Vec<DeliveryNew> {
    let notice = short(&made.contents, &made.tables, address.map(str::to_owned));
    let mail = MailForm {
        html: Some(made.html.clone()),
        text: Some(made.text.clone()),
        change_at: address.map(str::to_owned),
        thread: None,
    };
    let delivery = |channel: &ChannelRecord| {
        let id = DeliveryId::generate();
        let is_mail = matches!(channel.definition.target, Target::Mail(_));
        let mail = if is_mail { mail.clone() } else { MailForm::default() };
        DeliveryNew {
            id,
            channel: channel.key,
            channel_name: channel.definition.name.clone(),
            dedup_key: Some(key.to_owned()),
            notice: Notice { id: id.to_string(), key: key.to_owned(), mail, ..notice.clone() },
            suppressed: None,
            at,
        }
    };
    channels.iter().map(delivery).collect()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
