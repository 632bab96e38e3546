//! `migrate`, `backup`, `restore` and `doctor`: maintenance of the data folder.

use super::door::Door;
use super::prompt;
use crate::clock::Clock;
use crate::config::{Config, DataFolder, FolderError, folder};
use crate::serve::{self, ServeError};
use serde_json::json;
use std::io;
use std::path::Path;

/// Opens the database, which brings its schema up to date. Returns what to print.
pub async fn migrate(config: &Config) -> Result<String, ServeError> {
    folder::protect_new_files();
    let folder = DataFolder::take(&config.data_dir)?;
    let app = serve::open(config, &folder).await?;
    let facts = app.store().database_facts().await;
    app.store().close().await;
    let facts = facts?;
    Ok(format!("the {} database is at {}", facts.kind.as_str(), facts.schema_version))
}

/// Invents history for a demonstration. Returns what to print.
pub async fn seed(config: &Config, weeks: u32) -> Result<String, ServeError> {
    folder::protect_new_files();
    let folder = DataFolder::take(&config.data_dir)?;
    let app = serve::open(config, &folder).await?;
    let made = app.history_invent(weeks).await;
    app.store().close().await;
    Ok(format!("invented {} runs in the past {weeks} weeks", made.map_err(io::Error::other)?))
}

/// Writes a consistent copy of the database, reads it, and notes that there is one. Returns what to print.
pub async fn backup(config: &Config, file: &Path) -> Result<String, String> {
    match Door::open(config).await.map_err(|error| error.to_string())? {
        Door::Here(here) => {
            let app = &here.state.app;
            let copied = async {
                app.store().backup_create(file).await.map_err(|error| error.to_string())?;
                app.backup_note().await.map_err(|error| error.to_string())
            };
            let copied = copied.await;
            app.store().close().await;
            copied.map(|()| format!("the database was copied to {}, and the copy can be read", file.display()))
        }
        Door::There { url, .. } => {
            Err(format!("a server uses the data folder ({url}); stop it while the copy is made"))
        }
    }
}

/// Replaces the database with a copy and keeps the old one. A copy that cannot be opened changes nothing.
pub async fn restore(config: &Config, copy: &Path) -> Result<String, String> {
    if config.database.url.is_some() {
        return Err("this server's database is PostgreSQL: restore it with pg_restore".to_owned());
    }
    folder::protect_new_files();
    let folder = DataFolder::take(&config.data_dir).map_err(|error| error.to_string())?;
    let named = |cause: io::Error| format!("{}: {cause}", copy.display());
    let aside =
        folder.path.join("backups").join(format!("before-restore-{}", Clock::system().now().timestamp_micros()));
    std::fs::create_dir_all(&aside).map_err(|error| error.to_string())?;
    let incoming = folder.path.join("orc.db.new");
    std::fs::copy(copy, &incoming).map_err(named)?;
    move_database(&folder.path, &aside).map_err(|error| error.to_string())?;
    std::fs::rename(&incoming, folder.path.join(DATABASE[0])).map_err(|error| error.to_string())?;
    match check_database(config, &folder).await {
        Ok(faults) if faults.is_empty() => {
            Ok(format!("the database was replaced with {}; the old one is in {}", copy.display(), aside.display()))
        }
        found => {
            let why = found.map_or_else(|error| error.to_string(), |faults| faults.join("; "));
            DATABASE.iter().for_each(|name| drop(std::fs::remove_file(folder.path.join(name))));
            move_database(&aside, &folder.path).map_err(|error| error.to_string())?;
            Err(format!("{} is not a usable database, so nothing was changed: {why}", copy.display()))
        }
    }
}

/// The files that are the SQLite database.
const DATABASE: [&str; 3] = ["orc.db", "orc.db-wal", "orc.db-shm"];

fn move_database(from: &Path, to: &Path) -> io::Result<()> {
    for name in DATABASE.iter().filter(|name| from.join(name).exists()) {
        std::fs::rename(from.join(name), to.join(name))?;
    }
    Ok(())
}

/// Checks everything that a server needs. Returns the findings, and whether all is well.
pub async fn doctor(config: &Config) -> (String, bool) {
    let mut findings = Vec::new();
    let mut well = true;
    let mut note = |good: bool, text: String| {
        findings.push(format!("{} {text}", if good { "ok   " } else { "WRONG" }));
        well &= good;
    };
    note(true, format!("configuration: {} settings are valid", config.settings.len()));
    config.warnings.iter().for_each(|warning| note(true, format!("note: {warning}")));
    match config.check_serving() {
        Ok(()) => note(true, format!("runner: {}", config.engine.runner.display())),
        Err(faults) => note(false, faults.to_string()),
    }
    note(true, format!("time zone: {} (zone data {})", config.engine.timezone, chrono_tz::IANA_TZDB_VERSION));
    folder::protect_new_files();
    match DataFolder::take(&config.data_dir) {
        Ok(folder) => {
            note(true, format!("data folder: {}", folder.path.display()));
            match check_database(config, &folder).await {
                Ok(faults) if faults.is_empty() => note(true, "database: no damage found".to_owned()),
                Ok(faults) => faults.into_iter().for_each(|fault| note(false, format!("database: {fault}"))),
                Err(error) => note(false, format!("database: {error}")),
            }
        }
        Err(FolderError::Held { path, .. }) => {
            note(true, format!("data folder: {} (a server uses it: the database was not checked)", path.display()));
        }
        Err(error) => note(false, error.to_string()),
    }
    (findings.join("\n"), well)
}

async fn check_database(config: &Config, folder: &DataFolder) -> Result<Vec<String>, ServeError> {
    let app = serve::open(config, folder).await?;
    let faults = app.store().database_check().await;
    app.store().close().await;
    Ok(faults?)
}

/// Gives the passphrase of the vault to the running server. Returns what to print.
pub async fn unseal(door: &Door, from_stdin: bool) -> Result<String, String> {
    if let Door::Here(_) = door {
        return Err("no server is running with this data folder; start it, then unseal it".to_owned());
    }
    let vault = door.ask("GET", "/vault", None).await?;
    if vault["state"] != "sealed" {
        return Ok("the vault is not sealed".to_owned());
    }
    let passphrase = prompt::passphrase(from_stdin)?;
    door.ask("POST", "/vault/unseal", Some(&json!({"passphrase": passphrase}))).await?;
    Ok("the vault is open; runs that waited for it start".to_owned())
}
