//! Adds settings, users with their sessions and tokens, the audit log, and idempotency keys.
//!
//! The audit log is a chain from its first row on (`prev_hash`, `hash`: server/docs/decisions.md, 26). Secrets are
//! stored as hashes only.

use crate::build::*;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000001_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = is_postgres(manager);
        let tables = vec![setting(), user(postgres), session(postgres), token(postgres), audit_entry(), idempotency()];
        create(manager, tables, indexes()).await
    }
}

/// Facts that outlive a restart, by key: a hold, the latest known time. The values are JSON.
fn setting() -> TableCreateStatement {
    table("setting").col(text("key").primary_key()).col(text("value")).to_owned()
}

fn user(postgres: bool) -> TableCreateStatement {
    table("user")
        .col(key(postgres))
        .col(uid())
        .col(name(postgres))
        .col(text("password_hash"))
        .col(text("role"))
        .col(flag("disabled"))
        .col(int("created_at"))
        .col(int_null("last_login_at"))
        .check(check("user_role_word", "role IN ('viewer', 'operator', 'editor', 'admin')"))
        .to_owned()
}

fn session(postgres: bool) -> TableCreateStatement {
    table("session")
        .col(key(postgres))
        .col(uid())
        .col(int("user_id"))
        .col(bytes("secret_hash"))
        .col(int("created_at"))
        .col(int("last_seen_at"))
        .col(int("expires_at"))
        .col(text("user_agent"))
        .foreign_key(refers("session_of_user", "session", "user_id", "user").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn token(postgres: bool) -> TableCreateStatement {
    table("token")
        .col(key(postgres))
        .col(uid())
        .col(text("name"))
        .col(bytes("secret_hash"))
        .col(text("role"))
        .col(int_null("user_id"))
        .col(text("created_by"))
        .col(int("created_at"))
        .col(int_null("expires_at"))
        .col(int_null("last_used_at"))
        .col(int_null("revoked_at"))
        .check(check("token_role_word", "role IN ('viewer', 'operator', 'editor', 'admin')"))
        .foreign_key(refers("token_of_user", "token", "user_id", "user").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn audit_entry() -> TableCreateStatement {
    table("audit_entry")
        .col(int("id").primary_key())
        .col(int("at"))
        .col(text("actor_kind"))
        .col(text("actor"))
        .col(text("action"))
        .col(text("target_kind"))
        .col(text("target"))
        .col(text("detail"))
        .col(text_null("request_id"))
        .col(bytes("prev_hash"))
        .col(bytes("hash"))
        .to_owned()
}

/// The result of a request with an `Idempotency-Key`, so that the same request gets the same result
/// (server/docs/decisions.md, 32).
fn idempotency() -> TableCreateStatement {
    table("idempotency")
        .col(text("scope"))
        .col(text("key"))
        .col(bytes("body_hash"))
        .col(text("result_kind"))
        .col(ColumnDef::new("result_id").uuid().not_null())
        .col(int("created_at"))
        .primary_key(Index::create().col("scope").col("key"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        by_uid("user"),
        by_uid("session"),
        by_uid("token"),
        unique("user_name", "user", &["name"]),
        index("session_user", "session", &["user_id"]),
        index("session_expires", "session", &["expires_at"]),
        index("token_user", "token", &["user_id"]),
        index("idempotency_created", "idempotency", &["created_at"]),
    ]
}
