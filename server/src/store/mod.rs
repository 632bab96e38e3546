//! The database: the only room that knows sea-orm, SQL and transactions.
//!
//! `Store` reads and opens; `Tx` writes inside `store.write(async move |tx: &Tx| ...)`. Records are plain structs,
//! and rows never leave the room. Deliberately absent: rules (they are in `domain`), clocks (every function receives
//! the instant), and signals (`app` raises them after the commit). Start reading at `writer`, then `runs`, then
//! `claim`.

pub mod access;
mod calendars;
pub mod core;
pub mod credentials;
mod dependencies;
pub mod forecast;
mod ledger;
mod networks;
mod notify;
mod pools;
mod reports;
mod runs;
mod schedules;
pub mod system;
mod tasks;
mod triggers;

pub use self::core::connect::DatabaseConfig;
pub use self::core::error::{Conflict, Result, StoreError};
pub use self::core::store::Store;
pub use self::core::writer::tx::Tx;
pub use self::runs::waiting::LinePage;
