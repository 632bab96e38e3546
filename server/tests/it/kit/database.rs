//! The database of the tests, and a way to it that bypasses the server.

use super::cluster;
use orc_server::store::{DatabaseConfig, Store};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// Creates a fresh database of the kind chosen for this run of the tests.
pub async fn fresh(data_dir: &Path) -> DatabaseConfig {
    let url = match std::env::var_os("ORC_TEST_ON_POSTGRES") {
        Some(_) => Some(postgres_migrated(data_dir).await),
        None => None,
    };
    DatabaseConfig { url, ..DatabaseConfig::in_data_dir(data_dir) }
}

/// The address of a fresh database with all tables, copied from one that was migrated once, because that is faster
/// than migrating again.
async fn postgres_migrated(data_dir: &Path) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(async || {
        let (name, url) = postgres("").await;
        let config = DatabaseConfig { url: Some(url), ..DatabaseConfig::in_data_dir(data_dir) };
        Store::open(&config).await.expect("a database").close().await;
        name
    });
    postgres(&format!("TEMPLATE {}", template.await)).await.1
}

/// The address of a fresh, empty database on PostgreSQL.
pub async fn postgres_url() -> String {
    postgres("").await.1
}

/// Name and address of a new database.
async fn postgres(how: &str) -> (String, String) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("orc_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let url = tokio::task::spawn_blocking(cluster::admin_url).await.expect("a cluster");
    let admin = Database::connect(url).await.expect("PostgreSQL");
    admin.execute_unprepared(&format!("CREATE DATABASE {name} {how}")).await.expect("a database");
    admin.close().await.expect("closes");
    let url = cluster::url_of(&name);
    (name, url)
}

/// A connection that bypasses the server, to read rows and to damage them.
pub async fn beside(config: &DatabaseConfig) -> DatabaseConnection {
    let file = || format!("sqlite:{}", config.data_dir.join("orc.db").display());
    Database::connect(config.url.clone().unwrap_or_else(file)).await.expect("connects")
}

/// Changes the database behind the server's back. Returns the number of changed rows.
pub async fn behind(config: &DatabaseConfig, sql: &str) -> u64 {
    let raw = beside(config).await;
    let changed = raw.execute_unprepared(sql).await.expect("done").rows_affected();
    raw.close().await.expect("closes");
    changed
}
