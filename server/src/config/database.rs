//! Section `[database]`: where the database is.

use super::layers::{Key, Layers};

/// Where the database is.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `postgres://...`; none: SQLite in the data folder.
    pub url: Option<String>,
}

const URL: Key =
    Key::new("database_url", "postgres://...; empty: SQLite in the data folder").section("database").secret();

pub(super) fn read(layers: &mut Layers) -> Option<DatabaseConfig> {
    layers.read(&URL, String::new, url).map(|url| DatabaseConfig { url })
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
