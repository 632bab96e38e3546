//! Adds reports.
//!
//! `report.done_at` is the instant up to which everything that was due is done with. `report_channel` lists the channels
//! that get a report, in the order in which a person named them. A channel that is listed there cannot be deleted.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000031_reports"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let indexes = vec![
            by_uid("report"),
            unique("report_name", "report", &["name"]),
            index("report_channel_of_channel", "report_channel", &["channel_id"]),
        ];
        create(manager, vec![report(postgres), report_channel()], indexes).await
    }
}

fn report(postgres: bool) -> TableCreateStatement {
    table("report")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("description"))
        .col(flag("enabled"))
        .col(text("timing"))
        .col(text("scope"))
        .col(text("when_empty"))
        .col(int("version"))
        .col(int("created_at"))
        .col(int("updated_at"))
        .col(int("done_at"))
        .col(int_null("sent_at"))
        .check(check("report_when_empty_word", "when_empty IN ('send', 'skip')"))
        .to_owned()
}

fn report_channel() -> TableCreateStatement {
    table("report_channel")
        .col(int("report_id"))
        .col(int("position"))
        .col(int("channel_id"))
        .primary_key(Index::create().col("report_id").col("position"))
        .foreign_key(
            refers("report_channel_of_report", "report_channel", "report_id", "report")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut refers("report_channel_to_channel", "report_channel", "channel_id", "channel"))
        .to_owned()
}
