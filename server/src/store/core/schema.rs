//! Brings the schema up to date without risk: look first, refuse a newer one, make a copy, then change.

use super::connect;
use super::connect::Access;
use crate::store::{Result, StoreError};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use std::path::{Path, PathBuf};

/// Larger files are not checked at every start. The check can be requested at any time.
const CHECK_AT_START_BYTES: u64 = 64 << 20;
/// Lock that makes two servers starting on one PostgreSQL database take turns.
const MIGRATION_LOCK: i64 = 0x6f72_635f_6d69;

/// Content of the migrations table.
struct Applied {
    names: Vec<String>,
    pending: Vec<String>,
}

impl Applied {
    fn judge(names: Vec<String>) -> Result<Self> {
        let known = orc_migrations::names();
        if let Some(newer) = names.iter().find(|name| !known.contains(name)) {
            return Err(StoreError::Refused(format!(
                "the database was written by a newer version of Orc (it has the change \"{newer}\", which this \
                version does not know); nothing was touched: start the newer version, or restore the copy it made \
                before"
            )));
        }
        let pending = known.into_iter().filter(|name| !names.contains(name)).collect();
        Ok(Self { names, pending })
    }
}

/// Checks a SQLite file and brings its schema up to date. Returns the path of the copy made before a change.
pub(in crate::store) async fn prepare_sqlite(path: &Path, data_dir: &Path) -> Result<Option<PathBuf>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .map_err(|error| StoreError::Refused(format!("{} cannot be made: {error}", folder.display())))?;
    refuse_network(folder)?;
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let mut copy = None;
    if size > 0 {
        let look = connect::sqlite(path, Access::Look, 1).await.map_err(|error| unreadable(path, &error))?;
        let applied = look_at(&look, path, size).await;
        let _ = look.close().await;
        let applied = applied?;
        if applied.pending.is_empty() {
            return Ok(None);
        }
        if !applied.names.is_empty() {
            copy = Some(copy_before(path, data_dir, &applied.pending[0]).await?);
        }
    }
    let connection = connect::sqlite(path, Access::Write, 1).await?;
    let result = orc_migrations::apply(&connection).await.map_err(StoreError::from);
    let _ = connection.close().await;
    result.map(|()| copy)
}

async fn look_at(look: &DatabaseConnection, path: &Path, size: u64) -> Result<Applied> {
    let names = orc_migrations::applied(look).await.map_err(|error| unreadable(path, &error.into()))?;
    if names.is_empty() && table_count(look).await? > 0 {
        return Err(StoreError::Refused(format!("{} is a database, but not an Orc database", path.display())));
    }
    let applied = Applied::judge(names)?;
    if size <= CHECK_AT_START_BYTES {
        let found = quick_check(look).await.map_err(|error| unreadable(path, &error.into()))?;
        if !found.is_empty() {
            return Err(StoreError::Damaged(format!("{}: {}", path.display(), found.join("; "))));
        }
    }
    Ok(applied)
}

fn unreadable(path: &Path, error: &StoreError) -> StoreError {
    match error {
        StoreError::Damaged(text) => StoreError::Damaged(format!("{}: {text}", path.display())),
        error => StoreError::Refused(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Number of tables besides the list of changes.
async fn table_count(look: &DatabaseConnection) -> Result<i64> {
    // A server that was killed in its first start may have made nothing but the list of changes.
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
               AND name <> 'seaql_migrations'";
    let row = look.query_one_raw(statement(look, sql)).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Runs SQLite's own check of the file. Returns what it found.
pub(in crate::store) async fn quick_check(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let rows = connection.query_all_raw(statement(connection, "PRAGMA quick_check(20)")).await?;
    let found = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

async fn copy_before(path: &Path, data_dir: &Path, change: &str) -> Result<PathBuf> {
    let folder = data_dir.join("backups");
    std::fs::create_dir_all(&folder)
        .map_err(|error| StoreError::Refused(format!("{} cannot be made: {error}", folder.display())))?;
    let free = |number: u32| folder.join(format!("orc-before-{change}-{number}.db"));
    let file = (1..).map(free).find(|file| !file.exists()).expect("the numbers do not end");
    copy_into(path, &file).await?;
    Ok(file)
}

/// Reads a whole SQLite file. Fails if it is damaged.
pub(in crate::store) async fn prove(file: &Path) -> Result<()> {
    let look = connect::sqlite(file, Access::Look, 1).await?;
    let found = quick_check(&look).await;
    let _ = look.close().await;
    let found = found?;
    if found.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Damaged(format!("{}: {}", file.display(), found.join("; "))))
    }
}

/// Writes a consistent copy of a SQLite database to a file that must not exist yet.
pub(in crate::store) async fn copy_into(path: &Path, file: &Path) -> Result<()> {
    let target = file.to_str().ok_or_else(|| StoreError::Refused("the path of the copy is not UTF-8".into()))?;
    if file.exists() {
        return Err(StoreError::Refused(format!("{target} exists already")));
    }
    let connection = connect::sqlite(path, Access::Write, 1).await?;
    let sql = Statement::from_sql_and_values(sea_orm::DbBackend::Sqlite, "VACUUM INTO ?", [target.into()]);
    let result = connection.execute_raw(sql).await;
    let _ = connection.close().await;
    result?;
    let synced = std::fs::File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::Other(format!("{target} cannot be synced: {error}")))
}

/// Brings a PostgreSQL database up to date.
pub(in crate::store) async fn prepare_postgres(url: &str) -> Result<()> {
    let connection = connect::postgres(url, 1).await?;
    let result = async {
        connection.execute_raw(statement(&connection, &format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))).await?;
        let applied = Applied::judge(orc_migrations::applied(&connection).await?)?;
        if !applied.pending.is_empty() {
            orc_migrations::apply(&connection).await?;
        }
        Ok(())
    }
    .await;
    let _ = connection.close().await;
    result
}

pub(in crate::store) fn statement(connection: &impl ConnectionTrait, sql: &str) -> Statement {
    Statement::from_string(connection.get_database_backend(), sql)
}

/// Refuses network file systems, because SQLite's locks and shared memory do not work there.
#[cfg(target_os = "linux")]
fn refuse_network(folder: &Path) -> Result<()> {
    const NETWORKS: [(u32, &str); 9] = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB2"),
        (0x5346_414f, "AFS"),
        (0x0102_1997, "9p"),
        (0x00c3_6400, "Ceph"),
        (0x0bd0_0bd0, "Lustre"),
        (0x4750_4653, "GPFS"),
    ];
    let Ok(facts) = rustix::fs::statfs(folder) else { return Ok(()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the type is a 32-bit magic number")]
    let kind = facts.f_type as u32;
    match NETWORKS.iter().find(|(magic, _)| *magic == kind) {
        None => Ok(()),
        Some((_, name)) => Err(StoreError::Refused(format!(
            "{} is on a network file system ({name}), where SQLite would damage its file; put the data folder on a local \
             disk, or use PostgreSQL",
            folder.display()
        ))),
    }
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_folder: &Path) -> Result<()> {
    Ok(())
}
