//! Reads the credentials of Task Python Orchestrator out of its database.
//!
//! The file is only copied, because even a reader of SQLite writes beside a database with a write-ahead log. The copy
//! includes that log, so the newest values are there. Deliberately absent: opening sealed values. Start reading at
//! `original_credentials`.

use crate::domain::credentials::export::Stored;
use crate::store::core::connect::{Access, sqlite};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, Statement};
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Largest database that is copied, in bytes, its log included.
const SIZE_MAX: u64 = 1 << 30;

/// Folder of the data folder for the copies.
const COPIES: &str = "imports";

/// Number of tries to copy a database that is being written.
const TRIES: usize = 3;

/// Files that belong to a database, by the end of their name. The index of the log is made anew from the log.
const PARTS: [&str; 3] = ["", "-wal", "-journal"];

/// Columns that are read.
const COLUMNS: [&str; 2] = ["name", "value"];

/// What the system says, in words for people.
fn said(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => cause.to_string(),
    }
}

/// Why a database cannot be read. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OriginalError {
    /// The file cannot be read.
    #[error("{path} cannot be read on the server: {}", said(cause))]
    System {
        /// Path of the file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The path leads to something else.
    #[error(
        "{0} is not a file; give the path of the database, usually data/orchestrator.db in the folder of the original"
    )]
    NoFile(PathBuf),
    /// The file is too large to be copied.
    #[error(
        "{0} is larger than 1 GiB, its log included; export its table credentials as CSV instead: sqlite3 -csv -header FILE 'SELECT name, CAST(value AS TEXT) AS value FROM credentials'"
    )]
    TooLarge(PathBuf),
    /// Another program writes the file.
    #[error("{0} is being written; stop Task Python Orchestrator and try again")]
    Written(PathBuf),
    /// The database has no table of credentials.
    #[error(
        "this database has no table credentials with the columns name and value; give the database of Task Python Orchestrator"
    )]
    NoTable,
    /// The file is no SQLite database, or is damaged.
    #[error("this is not a readable SQLite database: {0}")]
    Damaged(String),
}

/// Reads the credentials of the original's database, by name: at most `limit`. The copy is made in the data folder
/// and removed again.
pub async fn original_credentials(path: &Path, data_dir: &Path, limit: usize) -> Result<Vec<Stored>, OriginalError> {
    let scratch = Scratch::make(&data_dir.join(COPIES))?;
    let (from, to) = (path.to_owned(), scratch.0.join("copy.db"));
    let copied = to.clone();
    tokio::task::spawn_blocking(move || copy(&from, &copied))
        .await
        .map_err(|error| OriginalError::System { path: path.to_owned(), cause: io::Error::other(error) })??;
    let database = sqlite(&to, Access::Read, 1).await.map_err(|error| OriginalError::Damaged(error.to_string()))?;
    let query = format!(
        "SELECT CAST(name AS TEXT) AS name, CAST(value AS BLOB) AS value FROM credentials ORDER BY name LIMIT {limit}"
    );
    let columns = columns(&database).await;
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), query)).await;
    let closed = database.close().await;
    if columns? < COLUMNS.len() {
        return Err(OriginalError::NoTable);
    }
    let read = rows.map_err(fault)?.into_iter().map(|row| {
        let value: Option<Vec<u8>> = row.try_get("", "value").map_err(fault)?;
        Ok(Stored { name: row.try_get("", "name").map_err(fault)?, value: Zeroizing::new(value.unwrap_or_default()) })
    });
    let read = read.collect::<Result<Vec<_>, _>>()?;
    closed.map_err(fault)?;
    Ok(read)
}

/// Removes copies that a server left behind that was killed while it read them.
pub fn forget_copies(data_dir: &Path) {
    drop(std::fs::remove_dir_all(data_dir.join(COPIES)));
}

fn fault(error: DbErr) -> OriginalError {
    OriginalError::Damaged(error.to_string())
}

/// Number of the needed columns that the table has; 0: there is no such table.
async fn columns(database: &DatabaseConnection) -> Result<usize, OriginalError> {
    let names = COLUMNS.map(|name| format!("'{name}'")).join(", ");
    let query = format!("SELECT name FROM pragma_table_info('credentials') WHERE lower(name) IN ({names})");
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), query)).await;
    Ok(rows.map_err(fault)?.len())
}

/// Copies the database and its log, unless they change meanwhile.
fn copy(from: &Path, to: &Path) -> Result<(), OriginalError> {
    let system = |cause| OriginalError::System { path: from.to_owned(), cause };
    for _ in 0..TRIES {
        let before = state(from).map_err(system)?;
        match before[0] {
            Some(State { file: true, .. })
                if before.iter().flatten().map(|part| part.bytes).sum::<u64>() > SIZE_MAX =>
            {
                return Err(OriginalError::TooLarge(from.to_owned()));
            }
            Some(State { file: true, .. }) => {}
            Some(State { file: false, .. }) => return Err(OriginalError::NoFile(from.to_owned())),
            None => return Err(system(io::ErrorKind::NotFound.into())),
        }
        for (end, there) in PARTS.iter().zip(&before) {
            let copied = with_end(to, end);
            match there {
                Some(_) => {
                    std::fs::copy(with_end(from, end), copied).map_err(system)?;
                }
                None => drop(std::fs::remove_file(copied)),
            }
        }
        if state(from).map_err(system)? == before {
            return Ok(());
        }
    }
    Err(OriginalError::Written(from.to_owned()))
}

/// What shows that a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    file: bool,
    bytes: u64,
    written: Option<DateTime<Utc>>,
}

fn state(path: &Path) -> io::Result<[Option<State>; PARTS.len()]> {
    let mut all = [None; PARTS.len()];
    for (end, one) in PARTS.iter().zip(&mut all) {
        *one = match std::fs::metadata(with_end(path, end)) {
            Ok(found) => Some(State {
                file: found.is_file(),
                bytes: found.len(),
                written: found.modified().ok().map(Into::into),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
    }
    Ok(all)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A folder for the copy. It is removed when the copy was read, and by the next start if the server is killed before.
struct Scratch(PathBuf);

impl Scratch {
    fn make(parent: &Path) -> Result<Self, OriginalError> {
        let folder = parent.join(uuid::Uuid::new_v4().simple().to_string());
        std::fs::create_dir_all(&folder).map_err(|cause| OriginalError::System { path: folder.clone(), cause })?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
        // Another import may still use the parent.
        self.0.parent().map(std::fs::remove_dir).map(drop).unwrap_or_default();
    }
}
