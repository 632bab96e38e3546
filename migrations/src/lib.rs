//! The database schema of Orc: one file for each change, and one builder for SQLite and PostgreSQL.
//!
//! Keys within the database are integers (`id`). Ids that clients see are 16-byte UUIDv7 (`uid`). Instants (`*_at`,
//! `scheduled_for`) are microseconds since 1970 (UTC) and durations are microseconds, both as big integers, so that
//! both databases sort them alike. A word of a closed list is text with a CHECK; a document is JSON as text.
//!
//! `schema.sql` shows the result on one page, and a test keeps it current. A released migration is never changed.
//! Deliberately absent: undoing a change. To go back, restore a backup. Start reading at `schema.sql`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseConnection;

mod build;
mod m20261123_000001_people;
mod m20261123_000002_tasks;
mod m20261123_000003_calendars;
mod m20261123_000005_pools;
mod m20261123_000006_triggers;
mod m20261123_000007_feeds;
mod m20261123_000008_backfills;
mod m20261123_000009_files;
mod m20261124_000010_outlook;
mod m20261128_000011_ledger;
mod m20261129_000012_waiting;
mod m20261129_000013_reruns;
mod m20261129_000014_reasons;
mod m20261129_000015_left_behind;
mod m20261129_000016_calendar_mark;
mod m20261129_000017_hook_calls;
mod m20261129_000018_file_marks;
mod m20261129_000019_run_bodies;
mod m20261129_000020_credentials;
mod m20261129_000021_dependencies;
mod m20261129_000022_networks;
mod m20261129_000023_limits;
mod m20261129_000024_changes;
mod m20261129_000025_bands;
mod m20261130_000026_looks;
mod m20261130_000027_channels;
mod m20261130_000028_deliveries;
mod m20261130_000029_incidents;
mod m20261130_000030_lateness;
mod m20261130_000031_reports;
mod m20261130_000032_silences;
mod m20261130_000035_health;
mod m20261130_000036_slowness;
mod m20261130_000037_rates;

#[derive(Debug)]
struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_people::Migration),
            Box::new(m20261123_000002_tasks::Migration),
            Box::new(m20261123_000003_calendars::Migration),
            Box::new(m20261123_000005_pools::Migration),
            Box::new(m20261123_000006_triggers::Migration),
            Box::new(m20261123_000007_feeds::Migration),
            Box::new(m20261123_000008_backfills::Migration),
            Box::new(m20261123_000009_files::Migration),
            Box::new(m20261124_000010_outlook::Migration),
            Box::new(m20261128_000011_ledger::Migration),
            Box::new(m20261129_000012_waiting::Migration),
            Box::new(m20261129_000013_reruns::Migration),
            Box::new(m20261129_000014_reasons::Migration),
            Box::new(m20261129_000015_left_behind::Migration),
            Box::new(m20261129_000016_calendar_mark::Migration),
            Box::new(m20261129_000017_hook_calls::Migration),
            Box::new(m20261129_000018_file_marks::Migration),
            Box::new(m20261129_000019_run_bodies::Migration),
            Box::new(m20261129_000020_credentials::Migration),
            Box::new(m20261129_000021_dependencies::Migration),
            Box::new(m20261129_000022_networks::Migration),
            Box::new(m20261129_000023_limits::Migration),
            Box::new(m20261129_000024_changes::Migration),
            Box::new(m20261129_000025_bands::Migration),
            Box::new(m20261130_000026_looks::Migration),
            Box::new(m20261130_000027_channels::Migration),
            Box::new(m20261130_000028_deliveries::Migration),
            Box::new(m20261130_000029_incidents::Migration),
            Box::new(m20261130_000030_lateness::Migration),
            Box::new(m20261130_000031_reports::Migration),
            Box::new(m20261130_000032_silences::Migration),
            Box::new(m20261130_000035_health::Migration),
            Box::new(m20261130_000036_slowness::Migration),
            Box::new(m20261130_000037_rates::Migration),
        ]
    }
}

/// Returns the names of the changes that were applied to a database, oldest first, and writes nothing. An empty
/// database has none.
pub async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let mut select = Query::select();
    select.column("version").from("seaql_migrations").order_by("version", Order::Asc);
    db.query_all(&select).await?.iter().map(|row| row.try_get("", "version")).collect()
}

/// Applies the missing changes to a database, each in its own transaction.
pub async fn apply(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Returns the names of all changes, oldest first.
pub fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}
