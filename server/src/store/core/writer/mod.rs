//! The writer: every change to the database goes through here.
//!
//! On SQLite one thread runs the waiting closures one after another, each in its own savepoint, commits them
//! together, and only then answers each (`group`). On PostgreSQL each closure is its own transaction, repeated after
//! serialization failures (`each`).

pub(in crate::store) mod command;
mod each;
mod group;
pub(in crate::store) mod shared;
pub(in crate::store) mod tx;
pub(in crate::store) mod work;

use self::command::Command;
use super::connect;
use crate::store::{Result, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Maximum number of waiting commands.
const QUEUE_LENGTH: usize = 4096;

/// Starts the writer's thread. Returns when its connection is open.
pub(in crate::store) async fn start(target: connect::Target) -> Result<mpsc::Sender<Command>> {
    let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
    let (ready, started) = oneshot::channel();
    let body = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => tokio::task::LocalSet::new().block_on(&runtime, serve(target, receiver, ready)),
            Err(error) => {
                let _ = ready.send(Err(StoreError::Other(format!("the writer cannot start: {error}"))));
            }
        }
    };
    let thread = std::thread::Builder::new().name("orc-store".into()).spawn(body);
    thread.map_err(|error| StoreError::Other(format!("the writer cannot start: {error}")))?;
    started.await.map_err(|_| StoreError::Closed)??;
    Ok(sender)
}

async fn serve(target: connect::Target, receiver: mpsc::Receiver<Command>, ready: oneshot::Sender<Result<()>>) {
    match connect::writer(&target).await {
        Err(error) => {
            let _ = ready.send(Err(error));
        }
        Ok(connection) => {
            let _ = ready.send(Ok(()));
            match target {
                connect::Target::Sqlite(_) => group::serve(target, connection, receiver).await,
                connect::Target::Postgres(_) => each::serve(connection, receiver).await,
            }
        }
    }
}
