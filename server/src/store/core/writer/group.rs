//! Group commit: how the writer works on SQLite.
//!
//! Everything that waits runs in one transaction, each piece in its own savepoint. After one COMMIT everybody is
//! answered. If the transaction itself fails, the connection is reopened and each piece is tried alone.

use super::command::Command;
use super::shared::join_all;
use super::tx::Tx;
use super::work::{Work, run_guarded};
use crate::domain::model::WalState;
use crate::store::core::connect;
use crate::store::core::error::Trouble;
use crate::store::{Result, StoreError};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Maximum number of commands in one transaction.
const GROUP: usize = 256;

/// After this long without writes, the write-ahead log is copied into the database, so that no burst has to wait for
/// the copy.
const REST: Duration = Duration::from_millis(500);

/// With fewer changed rows than this, a copy is not worthwhile.
const REST_ROWS: i64 = 2_000;

/// Serves until it is closed or all senders are gone.
pub(in crate::store) async fn serve(
    target: connect::Target,
    connection: DatabaseConnection,
    mut receiver: mpsc::Receiver<Command>,
) {
    let mut writer = GroupWriter { target, connection, copied_rows: 0 };
    let mut waiting = Vec::with_capacity(GROUP);
    loop {
        let received = match tokio::time::timeout(REST, receiver.recv_many(&mut waiting, GROUP)).await {
            Ok(received) => received,
            Err(_) => {
                writer.rest().await;
                receiver.recv_many(&mut waiting, GROUP).await
            }
        };
        if received == 0 {
            break;
        }
        let (mut shared, mut work, mut checkpoints, mut close) = (Vec::new(), Vec::new(), Vec::new(), None);
        for command in waiting.drain(..) {
            match command {
                Command::Work(piece) => work.push(piece),
                Command::Shared(rows) => shared.push(rows),
                Command::Checkpoint(reply) => checkpoints.push(reply),
                Command::Close(reply) => close = Some(reply),
            }
        }
        let group: Vec<_> = join_all(shared).into_iter().chain(work).collect();
        writer.commit(group).await;
        writer.checkpoint(checkpoints).await;
        if let Some(reply) = close {
            receiver.close();
            let _ = writer.connection.close().await;
            let _ = reply.send(());
            return;
        }
    }
    let _ = writer.connection.close().await;
}

struct GroupWriter {
    target: connect::Target,
    connection: DatabaseConnection,
    /// Number of rows that the connection had changed when the log was last copied.
    copied_rows: i64,
}

impl GroupWriter {
    async fn commit(&mut self, mut group: Vec<Box<dyn Work>>) {
        group.retain(|work| !work.abandoned());
        if group.is_empty() {
            return;
        }
        let Err(error) = self.attempt(&mut group).await else {
            group.into_iter().for_each(|work| work.answer(Ok(())));
            return;
        };
        tracing::warn!(%error, pieces = group.len(), "a transaction failed; its pieces are tried one by one");
        for work in group {
            let reopened = self.reopen().await;
            let mut alone = vec![work];
            let result = match reopened {
                Ok(()) => self.attempt(&mut alone).await.map_err(StoreError::from),
                Err(error) => Err(error),
            };
            alone.into_iter().for_each(|work| work.answer(result.clone()));
        }
    }

    /// Runs all pieces in one transaction. An error means that nothing of any piece was kept.
    async fn attempt(&self, group: &mut Vec<Box<dyn Work>>) -> Result<(), DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let outer = self.connection.begin_with_options(options).await?;
        if group.len() == 1 && !group[0].divisible() {
            let tx = Tx::new(outer);
            let keep = run_guarded(group[0].as_mut(), &tx).await;
            return match (tx.trouble(), keep) {
                (Trouble::Dead, _) => Err(dead(tx.rollback().await)),
                (_, true) => tx.commit().await,
                (_, false) => tx.rollback().await,
            };
        }
        let mut at = 0;
        while at < group.len() {
            let tx = Tx::new(outer.begin().await?);
            let keep = run_guarded(group[at].as_mut(), &tx).await;
            if tx.trouble() == Trouble::Dead {
                let _ = tx.rollback().await;
                return Err(dead(outer.rollback().await));
            }
            if keep {
                tx.commit().await?;
            } else {
                tx.rollback().await?;
                let parts = group[at].divide();
                group.splice(at + 1..at + 1, parts);
            }
            at += 1;
        }
        outer.commit().await
    }

    async fn reopen(&mut self) -> Result<()> {
        let _ = self.connection.close_by_ref().await;
        self.connection = connect::writer(&self.target).await?;
        self.copied_rows = 0;
        Ok(())
    }

    /// Copies the write-ahead log into the database if much was written. A copy that fails is made later.
    async fn rest(&mut self) {
        let statement = |text: &str| sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, text);
        let changed = self.connection.query_one_raw(statement("SELECT total_changes()")).await;
        let Ok(Some(Ok(changed))) = changed.map(|row| row.map(|row| row.try_get_by_index::<i64>(0))) else { return };
        if changed - self.copied_rows >= REST_ROWS
            && self.connection.execute_raw(statement("PRAGMA wal_checkpoint(PASSIVE)")).await.is_ok()
        {
            self.copied_rows = changed;
        }
    }

    async fn checkpoint(&self, replies: Vec<oneshot::Sender<Result<Option<WalState>>>>) {
        if replies.is_empty() {
            return;
        }
        let result = self.checkpoint_now().await.map(Some).map_err(StoreError::from);
        for reply in replies {
            let _ = reply.send(result.clone());
        }
    }

    async fn checkpoint_now(&self) -> Result<WalState, DbErr> {
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.connection.query_one_raw(statement).await?;
        let row = row.ok_or_else(|| DbErr::Custom("no answer to a checkpoint".into()))?;
        let busy: i64 = row.try_get_by_index(0)?;
        Ok(WalState { busy: busy != 0, pages: row.try_get_by_index(1)?, moved: row.try_get_by_index(2)? })
    }
}

fn dead(rollback: Result<(), DbErr>) -> DbErr {
    rollback.err().unwrap_or_else(|| DbErr::Custom("a statement failed in a way that ends the transaction".into()))
}
