//! What the workers remember between their rounds, and what others may read of it. It is gone with the process: each worker
//! finds out anew from the database.

use super::{clock, runs, schedules, system};
use crate::domain::ids::TriggerId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The memory of the workers.
#[derive(Debug, Default)]
pub struct Boards {
    /// How the workers are doing.
    pub(in crate::app) workers: system::WorkerBoard,
    /// How far the logs of running attempts have come.
    pub(in crate::app) progress: runs::progress::ProgressBoard,
    /// Schedules that cannot fire.
    pub(in crate::app) invalid: Mutex<Arc<schedules::agenda::InvalidSchedules>>,
    /// Tasks whose next slots must be computed anew.
    pub(in crate::app) replan: Mutex<schedules::agenda::Replan>,
    /// A jump of the clock that the retention waits for.
    pub(in crate::app) leap: Mutex<Option<clock::retention::Leap>>,
    /// Since when the process has been running without a break.
    pub(in crate::app) presence: Mutex<Option<clock::presence::Presence>>,
    /// Why file triggers cannot look.
    pub(in crate::app) file_problems: Mutex<BTreeMap<TriggerId, String>>,
}
