//! Conversions of reports between wire and domain. Every field is named, so a new one does not compile until somebody
//! decides about it.

use super::contents_wire::*;
use super::wire::*;
use crate::api::notify::rule_convert::{scope_in, scope_out};
use crate::app::reports::ReportView;
use crate::app::reports::making::Made;
use crate::app::reports::sending::ReportSent;
use crate::domain::model::{ReportRecord, RunFigures};
use crate::domain::reports as domain;
use crate::domain::reports::contents as said;
use crate::domain::reports::facts::{Expiring, SpecialDay, Storage, Subject};
use crate::domain::reports::period::{Period, Stretch};
use chrono::TimeDelta;

/// A definition as the domain knows it.
pub fn definition_in(wire: ReportDefinition) -> domain::ReportDefinition {
    let ReportDefinition { name, description, enabled, period, at, timezone, what, who, when_empty } = wire;
    let period = match period {
        ReportPeriod::Daily(ReportDaily {}) => Period::Daily {},
        ReportPeriod::Weekly(ReportWeekly { weekday }) => Period::Weekly { weekday },
        ReportPeriod::Monthly(ReportMonthly { day }) => Period::Monthly { day },
    };
    let timing = domain::ReportTiming { period, at, timezone };
    let what = scope_in(what);
    domain::ReportDefinition { name, description, enabled, timing, what, who, when_empty }
}

/// A report as the wire shows it.
pub fn report_out(ReportView { report, next_at }: ReportView) -> Report {
    let ReportRecord { id, key: _, definition, version, created_at, updated_at, done_at: _, sent_at } = report;
    let domain::ReportDefinition { name, description, enabled, timing, what, who, when_empty } = definition;
    let domain::ReportTiming { period, at, timezone } = timing;
    let period = match period {
        Period::Daily {} => ReportPeriod::Daily(ReportDaily {}),
        Period::Weekly { weekday } => ReportPeriod::Weekly(ReportWeekly { weekday }),
        Period::Monthly { day } => ReportPeriod::Monthly(ReportMonthly { day }),
    };
    let what = scope_out(what);
    Report {
        id: id.0,
        version,
        created_at,
        updated_at,
        next_at,
        sent_at,
        name,
        description,
        enabled,
        period,
        at,
        timezone,
        what,
        who,
        when_empty,
    }
}

/// What was sent, as the wire shows it.
pub fn sent_out(ReportSent { covers, channels }: ReportSent) -> ReportSending {
    ReportSending { from_at: covers.from_at, until_at: covers.until_at, channels }
}

/// A report in all its forms, as the wire shows it.
pub fn preview_out(made: Made) -> ReportPreview {
    let Made { contents, tables: _, html, text } = made;
    let (subject, csv) = (domain::notice::subject(&contents), domain::csv::csv(&contents));
    ReportPreview { subject, contents: contents_out(contents), html, text, csv }
}

fn contents_out(contents: said::Contents) -> ReportContents {
    let empty = contents.is_empty();
    let said::Contents {
        subject,
        now,
        before,
        failures,
        missed,
        late,
        slowest,
        changed,
        flapping,
        disabled,
        unowned,
        days,
        pools,
        credentials,
        storage,
    } = contents;
    let Subject { name, description: _, period: _, timezone, covers, before: _, made_at, all_tasks: _, notes } =
        subject;
    let Stretch { from_at, until_at, first_day, last_day } = covers;
    let Storage { database_bytes, disk_bytes, free_bytes } = storage;
    ReportContents {
        report: name,
        from_at,
        until_at,
        first_day,
        last_day,
        timezone,
        made_at,
        empty,
        notes: notes.into_iter().map(Into::into).collect(),
        figures: figures_out(&now),
        figures_before: figures_out(&before),
        failures: failures.into_iter().map(failure_out).collect(),
        missed: missed.into_iter().map(missed_out).collect(),
        late: late.into_iter().map(late_out).collect(),
        flapping: flapping.into_iter().map(flapping_out).collect(),
        durations: slowest.into_iter().map(duration_out).collect(),
        changed: changed.into_iter().map(changed_out).collect(),
        disabled: disabled.into_iter().map(disabled_out).collect(),
        unowned,
        credentials: credentials.into_iter().map(credential_out).collect(),
        days: days.into_iter().map(day_out).collect(),
        pools: pools.into_iter().map(pool_out).collect(),
        storage: ReportStorage { database_bytes, disk_bytes, free_bytes },
    }
}

fn figures_out(figures: &RunFigures) -> ReportFigures {
    let RunFigures { succeeded_count, failed_count, cancelled_count, skipped_count, mean_seconds, p95_seconds } =
        *figures;
    ReportFigures {
        run_count: figures.run_count(),
        succeeded_count,
        failed_count,
        cancelled_count,
        skipped_count,
        success_rate: figures.success_rate(),
        mean_seconds,
        p95_seconds,
    }
}

fn failure_out(row: said::TaskFailures) -> ReportFailure {
    let said::TaskFailures { task, run_count, last_run, last_state, reason, last_at } = row;
    ReportFailure { task, run_count, last_run: last_run.0, last_state, last_at, reason: reason.map(Into::into) }
}

fn missed_out(said::TaskMissed { task, slot_count, reason, last_at }: said::TaskMissed) -> ReportMissed {
    ReportMissed { task, slot_count, last_at, reason: reason.map(Into::into) }
}

fn late_out(said::TaskLate { task, slot_count, most_milliseconds }: said::TaskLate) -> ReportLate {
    let most = TimeDelta::milliseconds(i64::try_from(most_milliseconds).unwrap_or(i64::MAX));
    ReportLate { task, slot_count, most_seconds: most.as_seconds_f64() }
}

fn flapping_out(said::TaskFlapping { task, break_count }: said::TaskFlapping) -> ReportFlapping {
    ReportFlapping { task, break_count }
}

fn duration_out(row: said::TaskDuration) -> ReportDuration {
    let said::TaskDuration { task, run_count, mean_seconds, p95_seconds } = row;
    ReportDuration { task, run_count, mean_seconds, p95_seconds }
}

fn changed_out(said::TaskChanged { task, mean_seconds, before_seconds }: said::TaskChanged) -> ReportChanged {
    ReportChanged { task, before_seconds, mean_seconds }
}

fn disabled_out(said::TaskDisabled { task, updated_at }: said::TaskDisabled) -> ReportDisabled {
    ReportDisabled { task, updated_at }
}

fn credential_out(Expiring { credential, expires_at, expired }: Expiring) -> ReportCredential {
    ReportCredential { credential, expires_at, expired }
}

fn day_out(SpecialDay { date, calendar, title }: SpecialDay) -> ReportDay {
    ReportDay { date, calendar, title }
}

fn pool_out(said::PoolFull { pool, capacity, full_seconds }: said::PoolFull) -> ReportPool {
    ReportPool { pool, capacity, full_seconds }
}
