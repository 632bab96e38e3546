//! The reporter: makes the reports that are due and hands them to their channels.
//!
//! Nothing is remembered here but the next due instant, until which the worker sleeps: the database says up to when each
//! report is done. Deliberately absent: sending, which the notifier does. Start reading at `Reporter::round`.

use crate::app::{App, Signal};
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundResult, Worker};
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest pause between two rounds. A clock that was set is noticed then.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// The worker for reports.
#[derive(Debug)]
pub struct Reporter {
    app: App,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Reporter {
    /// Creates the worker.
    pub fn new(app: App) -> Self {
        Self { app, next: Mutex::default() }
    }

    async fn round(&self) -> RoundResult {
        let reports = self.app.reports_send_due().await?;
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = self.app.report_next().await?;
        Ok((reports > 0).then_some(Reason::ReportsSent { reports }))
    }
}

impl Worker for Reporter {
    fn name(&self) -> &'static str {
        "reporter"
    }

    fn every(&self) -> Duration {
        SLEEP_MAX
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Reports]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.map(|next| (next - self.app.clock().now()).to_std().unwrap_or(Duration::ZERO))
    }
}
