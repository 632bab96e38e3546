//! Section `[database]`: where the database is.

use super::layers::{Key, Layers};

/// Where the database is.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `postgres://...`; none: SQLite in the data folder.
    pub url: Option<String>,
    /// Number of days within which a backup must have been made and read; none: nobody asks for one.
    pub backup_within_days: Option<u32>,
}

const URL: Key =
    Key::new("database_url", "postgres://...; empty: SQLite in the data folder").section("database").secret();

const BACKUP_WITHIN_DAYS: Key = Key::new(
    "backup_within_days",
    "Number of days within which `orc-server backup` must have made a copy that can be read, 1 to 3650; otherwise there is an \
     incident. Empty: no backup is expected. SQLite only",
)
.section("database");

pub(super) fn read(layers: &mut Layers) -> Option<DatabaseConfig> {
    let url = layers.read(&URL, String::new, url);
    let backup_within_days = layers.read(&BACKUP_WITHIN_DAYS, String::new, days);
    let (url, backup_within_days) = (url?, backup_within_days?);
    let is_sqlite = url.as_ref().is_none_or(|url| url.starts_with("sqlite:"));
    if backup_within_days.is_some() && !is_sqlite {
        layers.fault_of("backup_within_days", "needs SQLite: Orc does not see how PostgreSQL is backed up");
    }
    Some(DatabaseConfig { url, backup_within_days })
}

fn days(text: &str) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let days = text.parse().ok().filter(|days| (1..=3650).contains(days));
    days.map(Some).ok_or_else(|| format!("\"{text}\" is not a number of days from 1 to 3650"))
}

fn url(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    let known = ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
    match text {
        "" => Ok(None),
        _ if known => Ok(Some(text.to_owned())),
        _ => Err("must begin with postgres:// (or be empty: SQLite in the data folder)".to_owned()),
    }
}
