//! What Orc's server and its runners share, and the runner itself.
//!
//! The runner is a tiny process between the server and a command. It outlives the server, so a killed server loses
//! neither a run nor a byte of its log nor its exit code. Start reading at [`plan`], [`message`] and [`record`]. The
//! log format is in [`log`] (for reading it, see [`LogReader`]), the files in [`layout`], the runner's life in
//! `attempt`.
//! Deliberately absent: async, threads, the network, any knowledge of tasks, schedules or the database. Everything
//! that differs between operating systems is in `os/`. The server knows a runner as a [`Link`] and asks a
//! [`ForkServer`] for new ones. Commands run on Linux only; other systems refuse every start with a clear message,
//! but everything that needs no process works there.

mod attempt;
pub mod clock;
mod fork_server;
mod link;
pub mod log;
mod os;
mod protocol;
pub mod redact;
mod wipe;

pub use attempt::private::PrivateFolder;
pub use attempt::run;
pub use attempt::sweep::Swept;
pub use fork_server::{ForkServer, Request, fork_server};
pub use link::Link;
pub use log::layout::{self, delete, log_path};
pub use log::read::{LogReader, exit_record};
pub use log::write::LogWriter;
pub use log::{Content, GapReason, Record, Stream};
pub use os::{Abilities, Account, Channel, abilities, account, lower_priority, remove_left_cgroups, unsupported, user};
pub use protocol::limits::{AppliedLimit, LimitKind, LimitMeans, PlanLimits};
pub use protocol::message::{Identity, RunnerMessage, ServerMessage, Started, StopReason, line, parse};
pub use protocol::plan::{LogLimits, Plan, PlanFile, PlanScript};
pub use protocol::record::{
    CancelledBy, Exit, ExitRecord, LeftBehind, LogTotals, Outcome, SpawnFailure, Survivor, TimeLimit,
};
pub use protocol::secret::{Inject, PlanSecret, SecretValue};
pub use protocol::{limits, message, plan, record, secret};
pub use redact::{MASK, Redactor, Secrets, redact_bytes, redact_json, redact_text};
pub use wipe::WipingAllocator;
