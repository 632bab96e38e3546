//! What Orc's server and its runners share, and the runner itself.
//!
//! The runner is the tiny process between the server and a command: it outlives the server, so that a killed server
//! loses neither a run nor a byte of its log nor its exit code. Start reading at [`plan`], [`message`] and [`record`];
//! the log format is in [`log`] (reading: [`LogReader`]), the files in [`layout`], the runner's life in `run.rs`.
//! Deliberately absent: async, threads, the network, any knowledge of tasks, schedules or the database. Linux first:
//! elsewhere [`run`] refuses with a clear sentence, and what needs no processes works.

pub mod clock;
#[cfg(unix)]
mod connect;
#[cfg(target_os = "linux")]
mod control;
#[cfg(target_os = "linux")]
mod fork_server;
mod frame;
pub mod layout;
pub mod log;
mod log_read;
mod log_write;
pub mod message;
pub mod plan;
pub mod record;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod scratch;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod sweep;
#[cfg(target_os = "linux")]
mod unix;
#[cfg(not(target_os = "linux"))]
mod windows;

#[cfg(unix)]
pub use connect::{connect, line, parse};
#[cfg(target_os = "linux")]
pub use fork_server::{fork_channel, fork_request, fork_server};
pub use layout::{delete, log_path, runner_alive};
pub use log::{Content, GapReason, Record, Stream};
pub use log_read::{LogReader, exit_record};
pub use log_write::LogWriter;
pub use message::{Identity, RunnerMessage, ServerMessage, Started, StopReason};
pub use plan::{LogLimits, Plan, PlanScript};
pub use record::{CancelledBy, Exit, ExitRecord, LogTotals, Outcome, SpawnFailure, Survivor, TimeLimit};
#[cfg(target_os = "linux")]
pub use run::run;
#[cfg(target_os = "linux")]
pub use sweep::{Swept, marked, sweep};
#[cfg(not(target_os = "linux"))]
pub use windows::run;
