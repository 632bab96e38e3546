//! Locks on PostgreSQL for things that no row represents. On SQLite the single writer is enough.

use crate::store::{Result, Tx};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

/// What a transaction locks until its end.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Hold {
    /// The end of the audit chain.
    Audit = 1,
    /// The set of users.
    Users = 2,
    /// The vault and what is sealed with its key.
    Vault = 3,
    /// Which task needs which task or network profile.
    Needs = 4,
}

const SPACE: i32 = 0x6f72_6300;

/// Takes a lock and waits for its present holder.
pub(in crate::store) async fn hold(tx: &Tx, what: Hold) -> Result<()> {
    if tx.locks() {
        let values = [SPACE.into(), (what as i32).into()];
        let text = "SELECT pg_advisory_xact_lock($1, $2)";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, text, values)).await?;
    }
    Ok(())
}

/// Takes a lock named by a text.
pub(in crate::store) async fn hold_text(tx: &Tx, text: &str) -> Result<()> {
    if tx.locks() {
        let sql = "SELECT pg_advisory_xact_lock($1, hashtext($2))";
        let values = [(SPACE + 1).into(), text.into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    }
    Ok(())
}
