//! What a dispatcher has to do: one statement over one index, asked in every round.

use crate::domain::model::RunOutlook;
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store, StoreError};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

impl RunOutlook {
    /// The condition of the index, spelled out so that the index is used.
    pub(in crate::store) const INDEXED: &str = "state IN ('queued', 'backing_off', 'waiting')";
}

impl Store {
    /// What a dispatcher has to do, in one statement.
    pub async fn run_outlook(&self, now: DateTime<Utc>) -> Result<RunOutlook> {
        let backend = self.reader().get_database_backend();
        let given = if backend == DbBackend::Postgres { "$1" } else { "?1" };
        let least = |name: &str, rule: String| {
            format!("(SELECT MIN(due_at) FROM run WHERE {} AND {rule}) AS {name}", RunOutlook::INDEXED)
        };
        let states = ["queued", "backing_off", "waiting"];
        let columns = states.map(|state| {
            let later = format!("state = '{state}' AND due_at > {given}");
            format!(
                "{}, {}",
                least(&format!("{state}_first"), format!("state = '{state}'")),
                least(&format!("{state}_later"), later)
            )
        });
        let gate = "(SELECT MIN(gate_until) FROM run WHERE gate_until IS NOT NULL) AS gate_first";
        let text = format!("SELECT {}, {gate}", columns.join(", "));
        let statement = Statement::from_sql_and_values(backend, text, [Micros::from(now).into()]);
        let row = self.reader().query_one_raw(statement).await?;
        let row = row.ok_or_else(|| StoreError::Other("no answer to a SELECT without FROM".into()))?;
        let read = |column: &str| Ok::<_, StoreError>(instant(row.try_get::<Option<i64>>("", column)?.map(Micros)));
        let mut later = Vec::new();
        for state in states {
            later.extend(read(&format!("{state}_later"))?);
        }
        Ok(RunOutlook {
            queued_due: read("queued_first")?.is_some_and(|at| at <= now),
            backing_off_due: read("backing_off_first")?.is_some_and(|at| at <= now),
            waiting: read("waiting_first")?.is_some(),
            gates_stale: read("gate_first")?.is_some_and(|at| at < now),
            next_due: later.into_iter().min(),
        })
    }
}
