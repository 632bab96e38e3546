//! What workers remember between rounds, and what others may read of it. It ends with the process: each worker finds
//! everything again in the database.

use super::{clock, dependencies, notify, runs, schedules, system, triggers};
use crate::domain::ids::TriggerId;
use crate::domain::reason::Reason;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The memory of the workers.
#[derive(Debug, Default)]
pub struct Boards {
    /// Status of the workers.
    pub(in crate::app) workers: system::WorkerBoard,
    /// Sizes of the logs of running attempts.
    pub(in crate::app) progress: runs::progress::ProgressBoard,
    /// Who looks at dependencies.
    pub(in crate::app) prober: dependencies::ProberDoor,
    /// Who runs the commands of channels.
    pub(in crate::app) commander: notify::sending::commands::CommanderDoor,
    /// Schedules that cannot fire.
    pub(in crate::app) invalid: Mutex<Arc<schedules::agenda::InvalidSchedules>>,
    /// Tasks whose next slots must be computed again.
    pub(in crate::app) replan: Mutex<schedules::agenda::Replan>,
    /// A jump of the clock that retention does not trust yet.
    pub(in crate::app) leap: Mutex<Option<clock::retention::Leap>>,
    /// Since when the process has been running without interruption.
    pub(in crate::app) presence: Mutex<Option<clock::presence::Presence>>,
    /// Why file triggers cannot look at their files.
    pub(in crate::app) file_problems: Mutex<BTreeMap<TriggerId, Reason>>,
    /// What became of the calls of the server's own heartbeat.
    pub(in crate::app) beacon: system::beacon::BeaconBoard,
    /// Calls of webhooks that are not stored yet.
    pub(in crate::app) hook_calls: triggers::hook_log::HookCalls,
    /// Held while a call of a heartbeat is handled, because it first adds to a log and then changes a run.
    pub(in crate::app) heartbeats: tokio::sync::Mutex<()>,
}
