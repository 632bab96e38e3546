//! What the runner will be on Windows: a job object instead of a session and a subreaper, a named pipe instead of a socket.
//!
//! Not built yet, and said so. Plan, messages, records, and the log format and its reader are the same everywhere and compile here.
//! One thing to know when this is built: a file lock is mandatory on Windows, so the runner must lock a file beside the
//! log, or a byte far beyond its end, or readers cannot read.

use std::path::Path;
use std::process::ExitCode;

/// Refuses: commands cannot run on this system yet.
pub fn run(_log: &Path) -> ExitCode {
    eprintln!("orc-runner: running commands on this system is not supported yet (Linux only)");
    ExitCode::from(4)
}
