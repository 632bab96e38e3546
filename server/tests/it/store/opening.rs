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
