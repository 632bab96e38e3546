//! What Orc's server and its runners share, and the runner itself.
//!
//! The runner is the tiny process between the server and a command: it outlives the server, so that a killed server
//! loses neither a run nor a byte of its log nor its exit code. Start reading at [`plan`], [`message`] and [`record`];
//! the log format is in [`log`] (reading: [`LogReader`]), the files in [`layout`], the runner's life in `run.rs`.
//! Deliberately absent: async, threads, the network, any knowledge of tasks, schedules or the database. What differs
//! between operating systems stands in `os/` alone; the server knows a runner as a [`Link`] and asks a [`ForkServer`] for
//! new ones. Commands run on Linux; elsewhere every start is refused with a sentence, and what needs no processes works.

pub mod clock;
mod control;
mod fork_server;
mod frame;
pub mod layout;
mod link;
pub mod log;
mod log_read;
mod log_write;
pub mod message;
mod os;
pub mod plan;
pub mod record;
mod run;
mod scratch;
mod supervise;
mod sweep;

pub use fork_server::{ForkServer, Request, fork_server};
pub use layout::{delete, log_path};
pub use link::Link;
pub use log::{Content, GapReason, Record, Stream};
pub use log_read::{LogReader, exit_record};
pub use log_write::LogWriter;
pub use message::{Identity, RunnerMessage, ServerMessage, Started, StopReason, line, parse};
pub use os::{Channel, lower_priority, unsupported};
pub use plan::{LogLimits, Plan, PlanScript};
pub use record::{CancelledBy, Exit, ExitRecord, LogTotals, Outcome, SpawnFailure, Survivor, TimeLimit};
pub use run::run;
pub use sweep::Swept;
