//! Commands to the writer's thread.

use super::shared::Shared;
use super::work::Work;
use crate::domain::model::WalState;
use crate::store::Result;
use tokio::sync::oneshot;

/// Commands to the writer's thread.
pub(in crate::store) enum Command {
    /// Run a closure.
    Work(Box<dyn Work>),
    /// Write rows that share their statements with others of their kind.
    Shared(Box<dyn Shared>),
    /// Checkpoint the write-ahead log, outside any transaction.
    Checkpoint(oneshot::Sender<Result<Option<WalState>>>),
    /// Finish and end.
    Close(oneshot::Sender<()>),
}
