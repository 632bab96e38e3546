//! Invented history for demonstrations: past slots become runs that have ended, as the engine would have booked them.
//!
//! It uses the same store functions as real runs, with a clock set to the past. Nothing is started.

use crate::app::core::write::silent;
use crate::app::runs::attempts::{AttemptReport, LogCounts};
use crate::app::schedules::agenda::Planned;
use crate::app::{App, Error, Result};
use crate::clock::Clock;
use crate::domain::model::Claim;
use crate::domain::model::{ClaimOrder, ClaimedRun};
use crate::domain::reason::Reason;
use crate::domain::tasks::RunSpec;
use crate::domain::vocabulary::AttemptOutcome;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use orc_runner::message::Identity;
use orc_runner::record::{Exit, ExitRecord, Outcome};
use orc_runner::{LogWriter, Stream};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;

/// Maximum number of past slots invented per schedule. If there are more, a uniform selection is used.
const SLOTS_MAX: usize = 500;

impl App {
    /// Invents the history of all enabled schedules over the past weeks. Returns how many runs it made.
    pub async fn history_invent(&self, weeks: u32) -> Result<usize> {
        let now = self.clock().now();
        let clock = Clock::manual(now - TimeDelta::weeks(weeks.into()));
        let past = Self::new(self.store().clone(), clock.clone(), self.settings().clone());
        let mut moments = moments(&past.schedules_planned(now).await?, clock.now(), now);
        moments.sort_by_key(|(at, _)| *at);
        let mut dice = StdRng::seed_from_u64(7);
        let mut made = 0;
        for (at, planned) in moments {
            clock.advance(at - clock.now());
            let one = Planned { watermark_at: at - TimeDelta::seconds(1), ..planned.as_ref().clone() };
            past.slots_book(vec![Arc::new(one)], at).await?;
            past.write(async move |tx: &Tx, _| Ok(tx.runs_backing_off_promote(at).await?), silent).await?;
            for claimed in
                past.store().runs_claim(Claim::of(20, ClaimOrder::Priority), &past.settings().node, at).await?
            {
                let (report, text) = story(&claimed, at, &mut dice);
                past.log_invent(&claimed, &report, &text)?;
                past.attempt_finish(&claimed, &report).await?;
                made += 1;
            }
        }
        Ok(made)
    }

    fn log_invent(&self, claimed: &ClaimedRun, report: &AttemptReport, text: &str) -> Result<()> {
        let unwritten = |error: std::io::Error| Error::Internal(format!("a log cannot be written: {error}"));
        std::fs::create_dir_all(self.log_folder()).map_err(unwritten)?;
        let identity = Identity::blank(claimed.attempt.id.to_string());
        let mut log = LogWriter::create(&self.log_path(claimed.attempt.id), &identity).map_err(unwritten)?;
        log.data(Stream::Stdout, text.as_bytes());
        let code = report.exit_code.unwrap_or_default();
        let (started_at, finished_at) = (claimed.attempt.started_at, report.finished_at);
        let (started_at, finished_at) = (started_at.timestamp_micros(), finished_at.timestamp_micros());
        let mut record = ExitRecord {
            success: code == 0,
            exit: Some(Exit::Code { code }),
            cpu_seconds: report.cpu_seconds.unwrap_or_default(),
            peak_memory_bytes: report.peak_memory_bytes.unwrap_or_default(),
            ..ExitRecord::blank(Outcome::Exited { code }, started_at, finished_at)
        };
        log.finish(&mut record).map_err(unwritten)
    }
}

fn moments(planned: &[Arc<Planned>], from: DateTime<Utc>, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Arc<Planned>)> {
    let until = now - TimeDelta::hours(1);
    let mut all = Vec::new();
    for planned in planned {
        let slots: Vec<_> = planned.compiled.slots_between(from, until).filter(|slot| !slot.skipped).collect();
        let every = slots.len().div_ceil(SLOTS_MAX).max(1);
        all.extend(slots.into_iter().step_by(every).map(|slot| (slot.scheduled_for, Arc::clone(planned))));
    }
    all
}

/// How an invented attempt ended, and what it wrote.
fn story(claimed: &ClaimedRun, at: DateTime<Utc>, dice: &mut StdRng) -> (AttemptReport, String) {
    let name = &claimed.run.task_name;
    let weight: u32 = name.bytes().map(u32::from).sum();
    let failing = f64::from(weight % 7) * 0.012;
    let seconds = f64::from(weight % 40) * dice.random_range(0.6..1.8) + dice.random_range(0.2..3.0);
    let (outcome, code, reason) = if dice.random_bool(failing) {
        (AttemptOutcome::Failed, 1, Some(Reason::ExitCode { exit_code: 1 }))
    } else {
        (AttemptOutcome::Succeeded, 0, None)
    };
    let said = match &claimed.definition.run {
        RunSpec::Shell { line, .. } => line.split('\'').skip(1).step_by(2).collect::<Vec<_>>().join("\n"),
        _ => format!("{name} ran"),
    };
    let text = if code == 0 { format!("{said}\n") } else { format!("{said}\nerror: it did not work this time\n") };
    let report = AttemptReport {
        exit_code: Some(code),
        cpu_seconds: Some(seconds * 0.3),
        peak_memory_bytes: Some(u64::from(weight) * 40_000),
        log: LogCounts { bytes: text.len() as u64, lines: text.lines().count() as u64, dropped_bytes: 0 },
        ..AttemptReport::bare(outcome, at + crate::app::core::span::seconds(seconds), reason)
    };
    (report, text)
}
