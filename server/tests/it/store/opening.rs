//! Opening: migrations with a copy, what is refused, and that the page with the schema is current.

use super::both;
use super::fixture::{Fixture, definition};
use orc_server::domain::model::{DatabaseKind, TaskRef};
use orc_server::store::{DatabaseConfig, Store, StoreError, Tx};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;
use std::path::Path;

both!(a_newer_database_is_refused_untouched, opens_again, facts);

async fn a_newer_database_is_refused_untouched(fixture: Fixture) {
    let raw = fixture.raw().await;
    raw.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99991231_000001_future', 1)")
        .await
        .expect("a newer change");
    raw.close().await.expect("closes");
    fixture.store.close().await;
    let before = files(fixture.dir.path());
    let refused = Store::open(&fixture.config).await;
    let Err(StoreError::Refused(text)) = refused else { panic!("{refused:?}") };
    assert!(text.contains("newer version") && text.contains("m99991231_000001_future"), "{text}");
    assert!(files(fixture.dir.path()) == before, "a file was touched");
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("reads")))
        .filter(|(name, bytes)| !name.ends_with("-shm") && !bytes.is_empty())
        .collect();
    found.sort();
    found
}

async fn opens_again(fixture: Fixture) {
    let task = fixture.task(definition("stays")).await;
    fixture.store.close().await;
    let store = Store::open(&fixture.config).await.expect("opens again");
    assert_eq!(store.copy_before_migration(), None, "nothing changed, so nothing was copied");
    assert_eq!(store.task_find(&TaskRef::from("stays")).await.expect("reads"), Some(task));
}

async fn facts(fixture: Fixture) {
    let facts = fixture.store.database_facts().await.expect("facts");
    assert_eq!(facts.kind, fixture.store.kind());
    assert!(facts.size_bytes > 0);
    assert!(facts.schema_version.starts_with("m2026"), "{facts:?}");
    assert_eq!(fixture.store.database_check().await.expect("checks"), Vec::<String>::new());
    let moved = fixture.store.wal_checkpoint().await.expect("a checkpoint");
    assert_eq!(moved.is_some(), fixture.store.kind() == DatabaseKind::Sqlite);
}

/// An older database: the newest change is undone, so that it is pending.
#[tokio::test]
async fn a_copy_is_taken_before_the_schema_changes() {
    let fixture = Fixture::sqlite().await;
    fixture.store.write(async |tx: &Tx| tx.setting_put("kept", &json!(7)).await).await.expect("written");
    fixture.store.close().await;
    let raw = fixture.raw().await;
    raw.execute_unprepared("PRAGMA foreign_keys = OFF").await.expect("off");
    let first = ["setting", "user", "session", "token", "audit_entry", "idempotency", "seaql_migrations"];
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for row in raw.query_all_raw(Statement::from_string(DbBackend::Sqlite, tables)).await.expect("tables") {
        let table: String = row.try_get("", "name").expect("a name");
        if !first.contains(&table.as_str()) {
            raw.execute_unprepared(&format!("DROP TABLE \"{table}\"")).await.expect("dropped");
        }
    }
    for table in ["user", "token"] {
        raw.execute_unprepared(&format!("ALTER TABLE \"{table}\" DROP COLUMN grants")).await.expect("dropped");
    }
    let newer = "DELETE FROM seaql_migrations WHERE version <> (SELECT min(version) FROM seaql_migrations)";
    raw.execute_unprepared(newer).await.expect("forgotten");
    raw.close().await.expect("closes");

    let store = Store::open(&fixture.config).await.expect("opens and changes the schema");
    let copy = store.copy_before_migration().expect("a copy").to_owned();
    assert!(copy.starts_with(fixture.dir.path().join("backups")), "{}", copy.display());
    assert_eq!(store.setting_find("kept").await.expect("reads"), Some(json!(7)));
    assert_eq!(store.task_find(&TaskRef::from("none")).await.expect("there is such a table"), None);
    let old = sea_orm::Database::connect(format!("sqlite:{}", copy.display())).await.expect("the copy opens");
    old.execute_unprepared("SELECT key FROM setting").await.expect("it has what was there");
    old.execute_unprepared("SELECT name FROM task").await.expect_err("it does not have what is new");
}

#[tokio::test]
async fn a_database_of_others_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("orc.db");
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let others = sea_orm::Database::connect(url).await.expect("a database");
    others.execute_unprepared("CREATE TABLE theirs (id integer)").await.expect("a table");
    others.close().await.expect("closes");
    let refused = Store::open(&DatabaseConfig::in_data_dir(dir.path())).await;
    let Err(StoreError::Refused(text)) = refused else { panic!("{refused:?}") };
    assert!(text.contains(&file.display().to_string()), "the file is named: {text}");
}

/// `cargo xtask trust A18` found this: the list of changes is made before the first change is.
#[tokio::test]
async fn a_first_start_that_was_killed_is_completed() {
    let dir = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}?mode=rwc", dir.path().join("orc.db").display());
    let begun = sea_orm::Database::connect(url).await.expect("a database");
    let list = "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)";
    begun.execute_unprepared(list).await.expect("a table");
    begun.close().await.expect("closes");
    let store = Store::open(&DatabaseConfig::in_data_dir(dir.path())).await.expect("opens");
    assert_eq!(store.copy_before_migration(), None, "there was nothing to copy");
    assert!(store.database_facts().await.expect("facts").schema_version.starts_with("m2026"));
}

#[tokio::test]
async fn backups_are_databases() {
    let fixture = Fixture::sqlite().await;
    fixture.store.write(async |tx: &Tx| tx.setting_put("in the copy", &json!(7)).await).await.expect("written");
    let other = tempfile::tempdir().expect("a folder");
    let file = other.path().join("orc.db");
    fixture.store.backup_create(&file).await.expect("a copy");
    let again = fixture.store.backup_create(&file).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    fixture.store.write(async |tx: &Tx| tx.setting_put("later", &json!(8)).await).await.expect("written");
    let store = Store::open(&DatabaseConfig::in_data_dir(other.path())).await.expect("opens");
    assert_eq!(store.setting_find("in the copy").await.expect("reads"), Some(json!(7)));
    assert_eq!(store.setting_find("later").await.expect("reads"), None);
}

#[tokio::test]
async fn files_that_are_no_database_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("orc.db"), vec![b'x'; 10_000]).expect("writes");
    let refused = Store::open(&DatabaseConfig::in_data_dir(dir.path())).await;
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
    assert_eq!(std::fs::read(dir.path().join("orc.db")).expect("reads"), vec![b'x'; 10_000]);
    let odd = DatabaseConfig { url: Some("mysql://x".into()), ..DatabaseConfig::in_data_dir(dir.path()) };
    assert!(matches!(Store::open(&odd).await, Err(StoreError::Refused(_))));
    let nobody = DatabaseConfig {
        url: Some("postgres://orc@localhost/none?host=/nonexistent".into()),
        ..DatabaseConfig::in_data_dir(dir.path())
    };
    assert!(matches!(Store::open(&nobody).await, Err(StoreError::Refused(_))));
}

/// `migrations/schema.sql` shows the schema on one page. `UPDATE=1` writes it again.
#[tokio::test]
async fn the_page_with_the_schema_is_current() {
    let fixture = Fixture::sqlite().await;
    let raw = fixture.raw().await;
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'seaql%' AND name NOT LIKE 'sqlite%' \
               ORDER BY tbl_name, type DESC, name";
    let rows = raw.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql)).await.expect("rows");
    let mut page = String::from("-- The schema as SQLite shows it. Generated by a test (UPDATE=1), never edited.\n");
    for row in rows {
        let text: String = row.try_get_by_index(0).expect("text");
        let text = if text.starts_with("CREATE TABLE") { one_a_line(&text) } else { text };
        page.push_str(&format!("\n{text};\n"));
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema.sql");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).expect("writes");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "migrations/schema.sql is not current: run this test with UPDATE=1");
}

/// One column or constraint per line.
fn one_a_line(sql: &str) -> String {
    let (mut depth, mut page) = (0, String::new());
    for letter in sql.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        match (letter, depth) {
            (',', 1) => page.push_str(",\n    "),
            ('(', 1) => page.push_str("(\n    "),
            (')', 0) => page = format!("{}\n)", page.trim_end()),
            (' ', 1) if page.ends_with("\n    ") => {}
            _ => page.push(letter),
        }
    }
    page
}

/// Incidents of the time before they could be about the server, with what was told and the links that were sent.
#[tokio::test]
async fn incidents_of_earlier_builds_stay_with_all_that_belongs_to_them() {
    let fixture = Fixture::sqlite().await;
    fixture.task(definition("nightly")).await;
    fixture.store.close().await;
    let raw = fixture.raw().await;
    let uid = |last: u8| format!("X'019300000000700080000000000000{last:02x}'");
    for statement in [
        "PRAGMA foreign_keys = OFF".to_owned(),
        "DROP TABLE incident_link".to_owned(),
        "DROP TABLE telling".to_owned(),
        "DROP TABLE incident".to_owned(),
        OLD_INCIDENTS.to_owned(),
        "DELETE FROM seaql_migrations WHERE version = 'm20261130_000035_health'".to_owned(),
        "PRAGMA foreign_keys = ON".to_owned(),
        format!(
            "INSERT INTO rule (id, uid, name, description, enabled, terms, version, created_at, updated_at) VALUES \
             (3, {}, 'night', '', 1, '{{}}', 1, 1, 1)",
            uid(3)
        ),
        format!(
            "INSERT INTO incident (id, uid, task_id, kind, opened_at, seen_at, run_count, reason, note, snoozed_by) VALUES \
             (7, {}, (SELECT id FROM task), 'failing', 5, 6, 2, '', 'who looks', 'ada')",
            uid(7)
        ),
        "INSERT INTO telling (id, rule_id, incident_id, task_id, kind, step, round, happened_at, due_at, muted_args) \
         VALUES (9, 3, 7, 1, 'failed', 'event', 0, 5, 5, '')"
            .to_owned(),
        format!(
            "INSERT INTO incident_link (id, uid, incident_id, channel_name, secret_hash, expires_at) VALUES \
             (11, {}, 7, 'ops', X'00', 9)",
            uid(11)
        ),
    ] {
        raw.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    raw.close().await.expect("closes");
    let store = Store::open(&fixture.config).await.expect("opens and changes the schema");
    assert!(store.copy_before_migration().is_some());
    store.close().await;
    let raw = fixture.raw().await;
    let ask = async |sql: &str| {
        let row = raw.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("reads");
        row.map(|row| row.try_get_by_index::<String>(0).expect("text"))
    };
    let incident = "SELECT id || kind || note || snoozed_by || (part IS NULL) FROM incident WHERE resolved_at IS NULL";
    assert_eq!(ask(incident).await.as_deref(), Some("7failingwho looksada1"));
    assert_eq!(ask("SELECT id || step FROM telling WHERE incident_id = 7").await.as_deref(), Some("9event"));
    assert_eq!(ask("SELECT id || channel_name FROM incident_link").await.as_deref(), Some("11ops"));
    assert_eq!(
        ask("SELECT \"table\" FROM pragma_foreign_key_check").await,
        None,
        "every row refers to one that is there"
    );
    raw.execute_unprepared("DELETE FROM incident").await.expect("deleted");
    assert_eq!(ask("SELECT id || '' FROM telling").await, None, "what was told goes with its incident");
}

/// The tables as they were before.
const OLD_INCIDENTS: &str = "
CREATE TABLE incident (
    id integer NOT NULL PRIMARY KEY, uid uuid_text NOT NULL, task_id integer NOT NULL, kind text NOT NULL,
    opened_at integer NOT NULL, seen_at integer NOT NULL, run_count integer NOT NULL, first_run_uid uuid_text,
    last_run_uid uuid_text, state text, reason_code text, reason text NOT NULL, acknowledged_at integer,
    acknowledged_by text, note text NOT NULL, resolved_at integer, resolved_by text, snoozed_until integer,
    snoozed_by text, FOREIGN KEY (task_id) REFERENCES task (id),
    CONSTRAINT incident_kind_word CHECK (kind IN ('failing', 'skipped', 'suspicious', 'late', 'missed', 'silent')));
CREATE INDEX incident_of_task_opened ON incident (task_id, opened_at);
CREATE UNIQUE INDEX incident_open ON incident (task_id, kind) WHERE resolved_at IS NULL;
CREATE INDEX incident_opened ON incident (opened_at);
CREATE UNIQUE INDEX incident_uid ON incident (uid);
CREATE TABLE incident_link (
    id integer NOT NULL PRIMARY KEY, uid uuid_text NOT NULL, incident_id integer NOT NULL, channel_name text NOT NULL,
    secret_hash blob NOT NULL, expires_at integer NOT NULL, used_at integer,
    FOREIGN KEY (incident_id) REFERENCES incident (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX incident_link_uid ON incident_link (uid);
CREATE INDEX link_incident ON incident_link (incident_id);
CREATE TABLE telling (
    id integer NOT NULL PRIMARY KEY, rule_id integer NOT NULL, incident_id integer, task_id integer NOT NULL,
    run_uid uuid_text, kind text NOT NULL, step text NOT NULL, round integer NOT NULL, happened_at integer NOT NULL,
    due_at integer NOT NULL, told_at integer, muted text, muted_args text NOT NULL, muted_until integer,
    FOREIGN KEY (rule_id) REFERENCES rule (id) ON DELETE CASCADE,
    FOREIGN KEY (incident_id) REFERENCES incident (id) ON DELETE CASCADE);
CREATE INDEX telling_due ON telling (due_at) WHERE told_at IS NULL AND muted IS NULL;
CREATE INDEX telling_incident ON telling (incident_id);
CREATE UNIQUE INDEX telling_once ON telling (rule_id, incident_id, step, round) WHERE incident_id IS NOT NULL;
CREATE INDEX telling_put_off ON telling (muted_until) WHERE told_at IS NULL AND muted IS NOT NULL;
CREATE INDEX telling_recent ON telling (due_at, rule_id);";
