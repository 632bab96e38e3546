//! The plan: everything the runner needs to know to run one attempt.
//!
//! The server turns every task kind into this shape: a shell line is a program with arguments, a script is a file
//! that the runner writes. The plan travels as one JSON line over the runner's standard input, never on a command
//! line, because the environment may hold secrets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::protocol::limits::PlanLimits;
use crate::protocol::secret::PlanSecret;

/// Name of the environment variable that marks every process of an attempt; its value is the attempt id.
pub const MARKER: &str = "ORC_ATTEMPT_ID";

/// Name of the environment variable that tells a command where it may write its result as JSON.
pub const RESULT_FILE: &str = "ORC_RESULT_FILE";

/// Largest accepted result file, in bytes (1 MiB).
pub const RESULT_LIMIT: u64 = 1024 * 1024;

/// Everything needed to run one attempt.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The attempt's id (a UUID). Must be the stem of the log file's name.
    pub attempt: String,
    /// Secret that a later connection to the control socket must present.
    pub token: String,
    /// Program to start: a path (contains a separator), or a name looked up in the plan's own `PATH`.
    pub program: String,
    /// Arguments after the program, passed on byte for byte.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// A script to write to a private file. Its path is appended to `arguments`, followed by the script's own
    /// arguments.
    #[serde(default)]
    pub script: Option<PlanScript>,
    /// Absolute folder in which the command starts.
    pub working_directory: PathBuf,
    /// The whole environment except credentials. The runner adds only [`MARKER`], [`RESULT_FILE`] and the variables of
    /// `files`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Credentials that the command gets, and that are masked in everything that leaves the runner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<PlanSecret>,
    /// Files that the command may read, such as its params. The runner adds a variable with the path of each.
    #[serde(default)]
    pub files: Vec<PlanFile>,
    /// Sentences for the log, written before the command starts.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Existing private folder for the script, the files and the result. The attempt leaves nothing in it.
    pub scratch_folder: PathBuf,
    /// Exit codes that count as success.
    #[serde(default = "success_default")]
    pub success_codes: Vec<i32>,
    /// Seconds after the command's start at which it is stopped with outcome `timed_out`.
    #[serde(default)]
    pub attempt_timeout_seconds: Option<f64>,
    /// Seconds from the plan's arrival to the deadline of the whole run. Passing it also gives outcome `timed_out`.
    #[serde(default)]
    pub run_deadline_seconds: Option<f64>,
    /// Seconds between asking a command to stop and killing it.
    #[serde(default = "grace_default")]
    pub grace_seconds: f64,
    /// Seconds to wait for pipes that a descendant keeps open after the command has ended.
    #[serde(default = "leak_grace_default")]
    pub leak_grace_seconds: f64,
    /// Permissions that the command's new files do not get, as for umask(2).
    #[serde(default = "umask_default")]
    pub umask: u32,
    /// Whether processes that continue after the command has ended are left alone and reported, instead of stopped.
    #[serde(default)]
    pub leave_behind: bool,
    /// Whether the command is stopped when the server's channel ends, because nobody else waits for it.
    #[serde(default)]
    pub stop_with_server: bool,
    /// Limits of the log.
    #[serde(default)]
    pub log: LogLimits,
    /// Limits of the processes.
    #[serde(default)]
    pub limits: PlanLimits,
    /// Name of the account that the command runs as; none: that of the runner.
    #[serde(default)]
    pub run_as: Option<String>,
    /// Folder of a cgroup in which the runner creates one for the attempt; none: the attempt has none.
    #[serde(default)]
    pub cgroup: Option<PathBuf>,
}

/// A script carried inside the plan.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanScript {
    /// The text, written unchanged.
    pub text: String,
    /// End of the file's name including the dot (`.py`), or empty. Letters, digits and dots only.
    #[serde(default)]
    pub suffix: String,
    /// Arguments after the script's path.
    #[serde(default)]
    pub arguments: Vec<String>,
}

/// A private file carried inside the plan. It is removed when the attempt ends.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Name of the environment variable that holds the path.
    pub variable: String,
    /// End of the file's name including the dot (`.json`). Letters, digits and dots only.
    pub suffix: String,
    /// The bytes in base64, because they need not be text.
    pub base64: String,
}

/// Limits of one attempt's log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogLimits {
    /// Maximum bytes on disk per attempt. Of a longer log, the first and the last half of the cap are kept.
    pub cap_bytes: u64,
    /// Bytes kept of one line, half of them from its start and half from its end. The middle is dropped and counted.
    pub line_cap_bytes: u64,
    /// Minimum free space on the log's file system, in percent. Below it, log data is dropped and counted.
    pub min_free_percent: f64,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { cap_bytes: 16 * 1024 * 1024, line_cap_bytes: 64 * 1024, min_free_percent: 5.0 }
    }
}

impl std::fmt::Debug for Plan {
    /// Never shows the token, the environment's values, or the script, because they may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("attempt", &self.attempt).field("program", &self.program).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PlanScript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlanScript").field("suffix", &self.suffix).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PlanFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlanFile").field("variable", &self.variable).finish_non_exhaustive()
    }
}

fn success_default() -> Vec<i32> {
    vec![0]
}

fn grace_default() -> f64 {
    10.0
}

fn umask_default() -> u32 {
    0o022
}

fn leak_grace_default() -> f64 {
    2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_ever_shown() {
        let text = r#"{"attempt":"a","token":"hush","program":"p","working_directory":"/","scratch_folder":"/",
            "arguments":["hush"],"environment":{"KEY":"hush"},"script":{"text":"hush"},
            "files":[{"variable":"A","suffix":".a","base64":"hush"}],
            "secrets":[{"name":"key","value":"hush","inject":{"kind":"env","variable":"KEY"}}]}"#;
        let plan: Plan = serde_json::from_str(text).expect("defaults fill in the rest");
        assert!(!format!("{plan:?} {:?} {:?} {:?}", plan.script, plan.files, plan.secrets).contains("hush"));
        assert_eq!((plan.grace_seconds, plan.log.cap_bytes, plan.success_codes), (10.0, 16 << 20, vec![0]));
    }
}
