//! Pools: named limits of simultaneous runs.

use super::core::events::Change;
use super::core::write::{Moment, Write};
use super::{App, Caller, Error, Result, Signal};
use crate::domain::core::phrases::first_ten;
use crate::domain::core::problem::Problem;
use crate::domain::ids::PoolId;
use crate::domain::model::{Page, PageRequest, PoolRecord, PoolUse};
use crate::domain::names::name_problem;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use serde_json::json;

/// What a person defines about a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolDefinition {
    /// Unique name.
    pub name: String,
    /// What the pool stands for.
    pub description: String,
    /// Number of places; 0: the pool is closed.
    pub capacity: u32,
}

/// A pool, how much of it is in use, and the tasks that use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolView {
    /// The pool.
    pub record: PoolRecord,
    /// How much of the pool is in use now.
    pub now: PoolUse,
    /// Names of the tasks that use it.
    pub tasks: Vec<String>,
}

impl App {
    /// A page of pools by name.
    pub async fn pool_list(&self, caller: &Caller, text: Option<&str>, page: &PageRequest) -> Result<Page<PoolView>> {
        caller.require(Permission::Read)?;
        let listed = self.store().pool_list(text, page).await?;
        let mut items = Vec::with_capacity(listed.items.len());
        for record in listed.items {
            items.push(self.pool_seen(record).await?);
        }
        Ok(Page { items, next: listed.next })
    }

    /// Finds a pool by name or id.
    pub async fn pool_view(&self, caller: &Caller, pool: &str) -> Result<PoolView> {
        caller.require(Permission::Read)?;
        self.pool_seen(self.store().pool_find(pool).await?.ok_or_else(|| no_pool(pool))?).await
    }

    /// Creates a pool.
    pub async fn pool_create(&self, caller: &Caller, wanted: PoolDefinition, dry_run: bool) -> Result<PoolView> {
        caller.require(Permission::Define)?;
        pool_check(&wanted)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            free(tx, &wanted.name).await?;
            let made = tx.pool_insert(&wanted.name, &wanted.description, wanted.capacity, now).await?;
            let detail = json!({"capacity": made.capacity});
            tx.audit_append(&caller.audit(now, "pool_create", ("pool", made.name.clone()), detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_pool()).await?;
        if dry_run {
            made.id = PoolId(uuid::Uuid::nil());
        }
        self.pool_seen(made).await
    }

    /// Replaces a pool's definition. Runs in progress keep their places.
    pub async fn pool_update(
        &self,
        caller: &Caller,
        pool: &str,
        wanted: PoolDefinition,
        Write { base, dry_run }: Write,
    ) -> Result<PoolView> {
        caller.require(Permission::Define)?;
        pool_check(&wanted)?;
        let (caller, pool) = (caller.clone(), pool.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.pool_find(&pool).await?.ok_or_else(|| no_pool(&pool))?;
            Error::unless_at(read.version, base)?;
            if wanted.name != read.name {
                free(tx, &wanted.name).await?;
                unused(tx, &read, "renamed").await?;
            }
            let PoolDefinition { name, description, capacity } = wanted.clone();
            let changed = PoolRecord { name, description, capacity, ..read.clone() };
            if changed == read {
                return Ok(read);
            }
            let written = tx.pool_update(&read, &changed, now).await?;
            let detail = json!({"capacity": written.capacity, "before": read.capacity});
            tx.audit_append(&caller.audit(now, "pool_update", ("pool", written.name.clone()), detail)).await?;
            Ok(written)
        };
        let changed = self.write_or_try(dry_run, write, |app, _| app.announce_pool()).await?;
        self.pool_seen(changed).await
    }

    /// Deletes a pool that no task and no open run uses.
    pub async fn pool_delete(&self, caller: &Caller, pool: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, pool) = (caller.clone(), pool.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.pool_find(&pool).await?.ok_or_else(|| no_pool(&pool))?;
            Error::unless_at(read.version, base)?;
            unused(tx, &read, "deleted").await?;
            tx.pool_delete(&read).await?;
            let detail = json!({"capacity": read.capacity});
            tx.audit_append(&caller.audit(now, "pool_delete", ("pool", read.name.clone()), detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_pool()).await
    }

    async fn pool_seen(&self, record: PoolRecord) -> Result<PoolView> {
        let now = self.store().pool_uses().await?.get(&record.name).copied().unwrap_or_default();
        let tasks = self.store().pool_tasks(&record.name).await?;
        Ok(PoolView { record, now, tasks })
    }

    fn announce_pool(&self) {
        self.events().publish(Change::System { what: SystemPart::Pool });
        self.signals().raise(Signal::Queue);
    }
}

/// Refuses a definition that names a pool that does not exist.
pub(super) async fn pool_known(tx: &Tx, definition: &Definition) -> Result<()> {
    let Some(pool) = &definition.pool else { return Ok(()) };
    match tx.pool_find(pool).await? {
        Some(found) if found.name == *pool => Ok(()),
        _ => Err(Error::Invalid(vec![unknown(pool)])),
    }
}

impl App {
    /// The problem with a definition's pool, if the pool does not exist.
    pub(super) async fn pool_problem(&self, definition: &Definition) -> Result<Option<Problem>> {
        let Some(pool) = &definition.pool else { return Ok(None) };
        let found = self.store().pool_find(pool).await?.is_some_and(|found| found.name == *pool);
        Ok((!found).then(|| unknown(pool)))
    }
}

fn unknown(pool: &str) -> Problem {
    Problem::at("/pool", format!("there is no pool \"{pool}\"; create it first"))
}

fn pool_check(wanted: &PoolDefinition) -> Result<()> {
    match name_problem(&wanted.name) {
        Some(message) => Err(Error::invalid("/name", message)),
        None => Ok(()),
    }
}

/// Refuses a name that another pool has.
async fn free(tx: &Tx, name: &str) -> Result<()> {
    match tx.pool_find(name).await? {
        Some(_) => Err(Error::taken("pool", name)),
        None => Ok(()),
    }
}

async fn unused(tx: &Tx, pool: &PoolRecord, verb: &str) -> Result<()> {
    let tasks = tx.pool_tasks(&pool.name).await?;
    let open = tx.pool_uses().await?.get(&pool.name).copied().unwrap_or_default();
    if tasks.is_empty() && open == PoolUse::default() {
        return Ok(());
    }
    let mut places = first_ten(tasks.iter().map(|task| format!("task \"{task}\"")).collect());
    if open != PoolUse::default() {
        places.push("open runs".to_owned());
    }
    let detail = format!("pool \"{}\" cannot be {verb}, it is used by {}", pool.name, places.join(", "));
    Err(Error::conflict("pool_in_use", detail))
}

fn no_pool(pool: &str) -> Error {
    Error::NotFound(format!("there is no pool \"{pool}\""))
}
