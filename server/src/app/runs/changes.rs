//! What changed since a task last worked: a run beside the newest one that succeeded before it.
//!
//! Deliberately absent: comparing definitions, which the API does on what it shows. Start reading at `run_changes`.

use super::no_run;
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::model::{AttemptRecord, RunRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::changes::{Difference, differences, plain_lines};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::Permission;
use orc_runner::{Content, LogReader, Record};
use std::io;
use std::path::Path;

/// Number of lines at the end of a log that are shown.
const TAIL: usize = 40;

/// Maximum number of bytes that are read for them.
const TAIL_BYTES: u64 = 64 * 1024;

/// One of two runs that are compared.
#[derive(Debug, Clone)]
pub struct RunSide {
    /// The run.
    pub run: RunRecord,
    /// Its newest attempt.
    pub attempt: Option<AttemptRecord>,
    /// The definition of its version; none if it cannot be read.
    pub definition: Option<Definition>,
    /// The last lines of the attempt's log, as plain text.
    pub log_tail: Vec<String>,
}

/// A run beside an earlier one.
#[derive(Debug, Clone)]
pub struct RunChanges {
    /// The run.
    pub run: RunSide,
    /// The run with which it is compared.
    pub before: Option<RunSide>,
    /// What differs, without the definition.
    pub differences: Vec<Difference>,
    /// Why something cannot be compared.
    pub problems: Vec<Reason>,
}

impl App {
    /// Compares a run with another one of its task: with `with`, or with the newest run before it that succeeded.
    pub async fn run_changes(&self, caller: &Caller, run: RunId, with: Option<RunId>) -> Result<RunChanges> {
        caller.require(Permission::Read)?;
        let record = self.store().run_find(run).await?.ok_or_else(|| no_run(run))?;
        let before = match with {
            None => self.store().run_succeeded_before(&record).await?,
            Some(with) => Some(self.named(&record, with).await?),
        };
        let run = self.side(record).await?;
        let Some(before) = before else {
            return Ok(RunChanges {
                run,
                before: None,
                differences: Vec::new(),
                problems: vec![Reason::NeverWorked {}],
            });
        };
        let before = self.side(before).await?;
        let sides = [&before, &run];
        let mut problems = Vec::new();
        problems.extend(sides.iter().any(|side| side.definition.is_none()).then_some(Reason::VersionLost {}));
        let unknown = |side: &&RunSide| side.attempt.as_ref().is_none_or(|attempt| attempt.conditions.is_none());
        problems.extend(sides.iter().any(unknown).then_some(Reason::ConditionsUnknown {}));
        let differences = differences((&before.run, before.attempt.as_ref()), (&run.run, run.attempt.as_ref()));
        Ok(RunChanges { run, before: Some(before), differences, problems })
    }

    async fn named(&self, run: &RunRecord, with: RunId) -> Result<RunRecord> {
        let other = self.store().run_find(with).await?.ok_or_else(|| no_run(with))?;
        if other.task_key != run.task_key {
            return Err(Error::invalid(
                "?with",
                format!("is a run of task \"{}\"; name one of the same task", other.task_name),
            ));
        }
        if other.id == run.id {
            return Err(Error::invalid("?with", "is the run itself; name another one"));
        }
        Ok(other)
    }

    async fn side(&self, run: RunRecord) -> Result<RunSide> {
        let mut attempts = self.store().run_attempts(run.id).await?;
        let stored = self.store().task_version_find(run.task_key, run.task_version).await?;
        let readable = stored.filter(|stored| stored.damage.rest.is_none());
        let attempt = attempts.pop();
        let log_tail = match &attempt {
            Some(attempt) => self.log_tail(attempt.id).await,
            None => Vec::new(),
        };
        Ok(RunSide { run, attempt, definition: readable.map(|stored| stored.definition), log_tail })
    }

    /// A log that cannot be read has no lines here; its own page says why.
    pub(in crate::app) async fn log_tail(&self, attempt: AttemptId) -> Vec<String> {
        let path = self.log_path(attempt);
        let reading = tokio::task::spawn_blocking(move || tail(&path)).await;
        reading.ok().and_then(io::Result::ok).unwrap_or_default()
    }
}

fn tail(log: &Path) -> io::Result<Vec<String>> {
    let mut reader = LogReader::open(log)?;
    let from = reader.seek_last_lines(TAIL)?;
    let end = reader.totals()?.bytes;
    reader.seek(from.max(end.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    // The log of a running attempt may grow faster than it is read.
    while reader.offset() < end {
        let records = reader.read(16 * 1024)?;
        if records.is_empty() {
            break;
        }
        bytes.extend(records.iter().flat_map(bytes_of).copied());
    }
    Ok(plain_lines(&bytes, TAIL))
}

fn bytes_of(record: &Record) -> &[u8] {
    match &record.content {
        Content::Bytes(bytes) => bytes,
        Content::Gap { .. } => b"\n",
    }
}
