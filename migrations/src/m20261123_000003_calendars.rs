//! Adds calendars with all their versions.
//!
//! Every version stays, because what was due in the past is computed with the calendar of that time.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000003_calendars"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let living = partial(unique("calendar_name", "calendar", &["name"]), "deleted_at IS NULL");
        create(manager, vec![calendar(postgres), calendar_version()], vec![by_uid("calendar"), living]).await
    }
}

fn calendar(postgres: bool) -> TableCreateStatement {
    table("calendar")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(int("version"))
        .col(text("definition"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .col(int_null("deleted_at"))
        .check(check("calendar_version_from_one", "version >= 1"))
        .to_owned()
}

fn calendar_version() -> TableCreateStatement {
    table("calendar_version")
        .col(int("calendar_id"))
        .col(int("version"))
        .col(text("definition"))
        .col(int("created_at"))
        .col(text("created_by"))
        .primary_key(Index::create().col("calendar_id").col("version"))
        .foreign_key(&mut refers("calendar_version_of_calendar", "calendar_version", "calendar_id", "calendar"))
        .to_owned()
}
