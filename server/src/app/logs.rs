//! Logs: where they are.

use super::App;
use crate::domain::ids::AttemptId;
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

    /// Removes the log of an attempt. What cannot be removed now is found again by the pruner.
    pub fn log_delete(&self, attempt: AttemptId) {
        if let Err(error) = orc_runner::delete(&self.log_path(attempt)) {
            tracing::warn!(%attempt, %error, "a log could not be removed; the pruner tries again");
        }
    }
}
