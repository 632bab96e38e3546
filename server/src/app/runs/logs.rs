//! Logs: where they are, and to which attempts they belong.

use super::no_run;
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::model::{AttemptRecord, RunRecord};
use crate::domain::vocabulary::Permission;
use std::path::PathBuf;

impl App {
    /// Folder of the attempts' logs.
    pub fn log_folder(&self) -> PathBuf {
        self.settings().data_dir.join("runs")
    }

    /// Log file of an attempt.
    pub fn log_path(&self, attempt: AttemptId) -> PathBuf {
        orc_runner::log_path(&self.log_folder(), &attempt.to_string())
    }

    /// Private folder of an attempt: its script, its result, its default working directory.
    pub fn scratch_path(&self, attempt: AttemptId) -> PathBuf {
        self.settings().data_dir.join("scratch").join(attempt.to_string())
    }

    /// A run and one of its attempts: the one with this number, or the newest. None if it has not been started yet.
    pub async fn log_attempt(
        &self,
        caller: &Caller,
        run: RunId,
        number: Option<u32>,
    ) -> Result<(RunRecord, Option<AttemptRecord>)> {
        caller.require(Permission::Read)?;
        let record = self.store().run_find(run).await?.ok_or_else(|| no_run(run))?;
        let mut attempts = self.store().run_attempts(run).await?;
        let found = match number {
            None => attempts.pop(),
            Some(number) => {
                let missing = || Error::NotFound(format!("the run has no attempt {number}"));
                Some(attempts.into_iter().find(|attempt| attempt.number == number).ok_or_else(missing)?)
            }
        };
        Ok((record, found))
    }

    /// Deletes the logs of attempts, on a thread that may block. The pruner finds what cannot be deleted now.
    pub async fn logs_delete(&self, attempts: Vec<AttemptId>) {
        if attempts.is_empty() {
            return;
        }
        let app = self.clone();
        let deleted = tokio::task::spawn_blocking(move || {
            for attempt in attempts {
                if let Err(error) = orc_runner::delete(&app.log_path(attempt)) {
                    tracing::warn!(%attempt, %error, "a log could not be deleted; the pruner will try again");
                }
            }
        });
        let _what_is_left_is_pruned = deleted.await;
    }
}
