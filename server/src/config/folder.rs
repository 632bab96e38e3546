//! The data folder: private to the server's account, held by at most one server at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the lock file; its presence means nothing, only the lock on it does.
const LOCK: &str = "server.lock";

/// The data folder, held exclusively until dropped.
#[derive(Debug)]
pub struct DataFolder {
    /// Where it is.
    pub path: PathBuf,
    _lock: File,
}

/// Why the data folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another server holds it.
    #[error(
        "another Orc server{} uses the data folder {}; stop it first, or choose another folder with --data-dir",
        .pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default(), .path.display()
    )]
    Held {
        /// The folder.
        path: PathBuf,
        /// Process of the other server, if it said so.
        pid: Option<String>,
    },
    /// It cannot be made or opened.
    #[error("the data folder {} cannot be used: {cause}", .path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl DataFolder {
    /// Makes the folder if it is missing, readable by its owner alone, and takes it.
    ///
    /// # Errors
    /// When another server holds it, or the system refuses.
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
    // A folder full of other things, /tmp for instance, is not ours to close.
    if !path.join(LOCK).exists() && std::fs::read_dir(path)?.next().is_some() {
        return Err(io::Error::other("it holds other files and is open to other accounts; name an empty folder"));
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Makes sure that new files are readable by their owner alone.
pub fn protect_new_files() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Writes a small file, whole or not at all, readable by its owner alone.
///
/// # Errors
/// When the system refuses.
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

/// The data folder where none is named: the service manager's, else the account's own.
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
