//! What the writer's thread is told.

use super::shared::Shared;
use super::work::Work;
use crate::domain::model::WalState;
use crate::store::Result;
use tokio::sync::oneshot;

/// What the writer's thread is told.
pub(in crate::store) enum Command {
    /// A closure.
    Work(Box<dyn Work>),
    /// Rows that share their statements with others of their kind.
    Shared(Box<dyn Shared>),
    /// Checkpoint the write-ahead log, outside any transaction.
    Checkpoint(oneshot::Sender<Result<Option<WalState>>>),
    /// Finish and end.
    Close(oneshot::Sender<()>),
}
