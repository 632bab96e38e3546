//! Adds silences, until when an incident is snoozed, and links by which somebody takes an incident up without logging in.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261130_000032_silences"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        for column in [int_null("snoozed_until"), text_null("snoozed_by")] {
            manager.alter_table(Table::alter().table("incident").add_column(column).take()).await?;
        }
        let silence = table("silence")
            .col(key(postgres))
            .col(uid())
            .col(text("what"))
            .col(int("from_at"))
            .col(int("until_at"))
            .col(text("reason"))
            .col(int("created_at"))
            .col(text("created_by"))
            .col(int_null("ended_at"))
            .col(text_null("ended_by"))
            .check(check("silence_has_a_length", "from_at < until_at"))
            .to_owned();
        let link = table("incident_link")
            .col(key(postgres))
            .col(uid())
            .col(int("incident_id"))
            .col(text("channel_name"))
            .col(bytes("secret_hash"))
            .col(int("expires_at"))
            .col(int_null("used_at"))
            .foreign_key(
                refers("link_of_incident", "incident_link", "incident_id", "incident")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        let indexes = vec![
            by_uid("incident_link"),
            index("link_incident", "incident_link", &["incident_id"]),
            by_uid("silence"),
            paged(postgres, "silence_begun", "silence", &["from_at"]),
            index("silence_until", "silence", &["until_at"]),
        ];
        create(manager, vec![silence, link], indexes).await
    }
}
