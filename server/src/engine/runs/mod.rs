//! From a queued run to its end: claim, start, follow, cancel, and adoption after a restart.
//!
//! Only `fork_server` starts a process. Deliberately absent: decisions about retries and states, which `domain::runs`
//! makes, and transactions that stay open while a process runs. Start reading at `dispatcher`, then `executor`.

pub(in crate::engine) mod active;
pub(in crate::engine) mod brief;
pub(in crate::engine) mod canceller;
mod conditions;
pub(in crate::engine) mod dispatcher;
pub(in crate::engine) mod executor;
pub(in crate::engine) mod follow;
pub(in crate::engine) mod fork_server;
pub(in crate::engine) mod http;
pub(in crate::engine) mod judging;
pub(in crate::engine) mod reach;
pub(in crate::engine) mod rescuer;
pub(in crate::engine) mod runners;
