//! The data folder: private to the server's account, held by at most one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the lock file. Only the lock on the file counts, not its existence.
const LOCK: &str = "server.lock";

/// The data folder, held exclusively until dropped.
#[derive(Debug)]
pub struct DataFolder {
    /// Path of the folder.
    pub path: PathBuf,
    _lock: File,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another server holds it.
    #[error(
        "another Orc server{} uses the data folder {}; stop it first, or choose another folder with --data-dir",
        .pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default(), .path.display()
    )]
    Held {
        /// Path of the folder.
        path: PathBuf,
        /// Process id of the other server, if the lock file contains it.
        pid: Option<String>,
    },
    /// The folder cannot be created or opened.
    #[error("the data folder {} cannot be used: {cause}", .path.display())]
    Unusable {
        /// Path of the folder.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
}

impl DataFolder {
    /// Takes the folder. If it is missing, creates it, readable by its owner only.
    ///
    /// # Errors
    /// Fails if another server holds the folder or if the system refuses.
    pub fn take(path: &Path) -> Result<Self, FolderError> {
        let unusable = |cause| FolderError::Unusable { path: path.to_path_buf(), cause };
        create_private(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.create(true).read(true).write(true).truncate(false);
        let mut lock = options.open(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = std::fs::read_to_string(path.join(LOCK)).ok().map(|text| text.trim().to_owned());
                return Err(FolderError::Held { path, pid: pid.filter(|pid| !pid.is_empty()) });
            }
            Err(TryLockError::Error(cause)) => return Err(unusable(cause)),
        }
        lock.set_len(0).and_then(|()| lock.write_all(std::process::id().to_string().as_bytes())).map_err(unusable)?;
        Ok(Self { path, _lock: lock })
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    if std::fs::metadata(path)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    // A folder with other content, such as /tmp, must not be closed to other accounts.
    if !path.join(LOCK).exists() && std::fs::read_dir(path)?.next().is_some() {
        return Err(io::Error::other("it contains other files and is open to other accounts; choose an empty folder"));
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Makes new files readable by their owner only.
pub fn protect_new_files() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Closes the memory of this process to other processes of the account, and to core files: it has the key of the vault
/// and, while an http task runs, its credentials. A system that cannot do so is no reason not to start.
pub fn protect_memory() {
    #[cfg(target_os = "linux")]
    let _closed = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Writes a small file, either completely or not at all, readable by its owner only.
///
/// # Errors
/// Fails if the system refuses.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&beside, path)
}

/// The default data folder: the service manager's, or else the account's own.
pub(super) fn default_dir(environment: impl Fn(&str) -> Option<String>) -> PathBuf {
    if cfg!(windows) {
        return PathBuf::from(environment("PROGRAMDATA").unwrap_or_else(|| r"C:\ProgramData".into())).join("Orc");
    }
    if let Some(state) = environment("STATE_DIRECTORY") {
        return state.split(':').next().unwrap_or_default().into();
    }
    let data = environment("XDG_DATA_HOME").filter(|path| Path::new(path).is_absolute()).map(PathBuf::from);
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    data.or_else(home).map_or_else(|| "/var/lib/orc".into(), |data| data.join("orc"))
}
