//! One transaction per closure: how the writer works on PostgreSQL.
//!
//! Serialization failures and deadlocks are repeated after a growing pause. Starts and ends of attempts still share
//! statements: one task gathers them while the previous transaction is in progress.

use super::command::Command;
use super::shared::{Shared, join_all};
use super::tx::Tx;
use super::work::{Work, run_guarded};
use crate::store::core::connect;
use crate::store::core::error::{Trouble, trouble};
use crate::store::{Result, StoreError};
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// Maximum number of repetitions of a transaction.
const REPEATS: u32 = 12;
/// Maximum number of commands gathered at once.
const GATHER: usize = 256;

/// Serves until it is closed or all senders are gone.
pub(in crate::store) async fn serve(connection: DatabaseConnection, mut receiver: mpsc::Receiver<Command>) {
    let places = Arc::new(Semaphore::new(connect::POSTGRES_WRITERS as usize));
    let (shared, gathered) = mpsc::unbounded_channel();
    let gatherer = tokio::task::spawn_local(gather(connection.clone(), gathered));
    let mut close = None;
    while let Some(command) = receiver.recv().await {
        match command {
            Command::Work(work) => {
                let place = Arc::clone(&places).acquire_owned().await;
                let connection = connection.clone();
                tokio::task::spawn_local(async move {
                    run(&connection, work).await;
                    drop(place);
                });
            }
            Command::Shared(rows) => {
                let _the_gatherer_lives_as_long = shared.send(rows);
            }
            Command::Checkpoint(reply) => {
                let _ = reply.send(Ok(None));
            }
            Command::Close(reply) => {
                receiver.close();
                close = Some(reply);
            }
        }
    }
    drop(shared);
    let _ = gatherer.await;
    let _ = places.acquire_many(connect::POSTGRES_WRITERS).await;
    let _ = connection.close().await;
    if let Some(reply) = close {
        let _ = reply.send(());
    }
}

async fn gather(connection: DatabaseConnection, mut receiver: mpsc::UnboundedReceiver<Box<dyn Shared>>) {
    let mut waiting = Vec::with_capacity(GATHER);
    while receiver.recv_many(&mut waiting, GATHER).await > 0 {
        for mut work in join_all(waiting.drain(..)) {
            let result = attempt(&connection, work.as_mut()).await;
            let parts = if matches!(result, Ok(true)) { Vec::new() } else { work.divide() };
            work.answer(result.map(drop));
            for part in parts {
                run(&connection, part).await;
            }
        }
    }
}

async fn run(connection: &DatabaseConnection, mut work: Box<dyn Work>) {
    if work.abandoned() {
        return;
    }
    let result = attempt(connection, work.as_mut()).await;
    work.answer(result.map(drop));
}

/// Runs work in its own transaction and repeats it if the database asks for that. Returns whether the result was
/// kept.
async fn attempt(connection: &DatabaseConnection, work: &mut dyn Work) -> Result<bool> {
    for repeat in 0..REPEATS {
        match once(connection, work).await {
            Ok(Some(kept)) => return Ok(kept),
            Ok(None) => tokio::time::sleep(Duration::from_millis(1 << repeat.min(7))).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Busy)
}

/// Tries once. Returns whether the result was kept, or none if the work must be repeated.
async fn once(connection: &DatabaseConnection, work: &mut dyn Work) -> Result<Option<bool>, DbErr> {
    let tx = Tx::new(connection.begin().await?);
    let keep = run_guarded(work, &tx).await;
    match tx.trouble() {
        Trouble::Repeat => {
            let _ = tx.rollback().await;
            Ok(None)
        }
        Trouble::Dead => {
            let _ = tx.rollback().await;
            Err(DbErr::Custom("the connection was lost within a transaction".into()))
        }
        Trouble::None | Trouble::Statement if !keep => {
            let _ = tx.rollback().await;
            Ok(Some(false))
        }
        Trouble::None | Trouble::Statement => match tx.commit().await {
            Ok(()) => Ok(Some(true)),
            Err(error) if trouble(&error) == Trouble::Repeat => Ok(None),
            Err(error) => Err(error),
        },
    }
}
