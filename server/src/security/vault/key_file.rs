//! The file of a master key: one line of hexadecimal digits, readable by the server's account only.
//!
//! A file that others can read is refused, not mended, because its key may be known already. Deliberately absent:
//! deleting key files, because a backup of the database may still need them.

use super::{KEY, MasterKey};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is no such file.
    #[error("the key file {} is missing; copy it back from where you keep it, restore a backup together with its key file, or give up the values (orc vault rotate --forget-values, or the page's Credentials)", .0.display())]
    Missing(PathBuf),
    /// Other accounts can read the file or its folder.
    #[error("{} can be read by other accounts (mode {mode:03o}); close it with chmod {right}, and change the key if others may have read it", .path.display())]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// The permissions it should have.
        right: &'static str,
    },
    /// The file belongs to another account.
    #[error("the key file {} belongs to another account than the server's", .0.display())]
    Foreign(PathBuf),
    /// The file does not contain a key.
    #[error("the key file {} does not contain a key of 64 hexadecimal digits", .0.display())]
    Damaged(PathBuf),
    /// The system refused.
    #[error("the key file {} cannot be used: {cause}", .path.display())]
    System {
        /// Path of the file.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
}

/// Path of a key's file in a data folder.
pub fn path(data_dir: &Path, id: &str) -> PathBuf {
    data_dir.join("keys").join(format!("master-{id}.key"))
}

/// Reads the key that `id` names.
///
/// # Errors
/// Fails if the file is missing, damaged, or open to others.
pub fn read(data_dir: &Path, id: &str) -> Result<MasterKey, KeyFileError> {
    let path = path(data_dir, id);
    let system = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => KeyFileError::Missing(path.clone()),
        _ => KeyFileError::System { path: path.clone(), cause },
    };
    let mut file = File::open(&path).map_err(system)?;
    private(path.parent().unwrap_or(data_dir), &std::fs::metadata(data_dir.join("keys")).map_err(system)?, "700")?;
    private(&path, &file.metadata().map_err(system)?, "600")?;
    let mut text = Zeroizing::new(Vec::with_capacity(2 * KEY + 2));
    (&mut file).take(1024).read_to_end(&mut text).map_err(system)?;
    let mut key = Zeroizing::new([0; KEY]);
    let read = hex::decode_to_slice(text.trim_ascii(), key.as_mut());
    read.map_err(|_not_a_key| KeyFileError::Damaged(path))?;
    Ok(MasterKey(key))
}

/// Writes a key that `id` names, so that it survives a power cut. Fails if the file exists.
///
/// # Errors
/// Fails if the system refuses.
pub fn write(data_dir: &Path, id: &str, key: &MasterKey) -> Result<(), KeyFileError> {
    let path = path(data_dir, id);
    let written = || -> io::Result<()> {
        let folder = data_dir.join("keys");
        create_folder(&folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(key.0.as_ref()))));
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        sync_folder(&folder)
    };
    written().map_err(|cause| KeyFileError::System { path, cause })
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new name in a folder is safe only when the folder itself was written.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(unix)]
fn private(path: &Path, metadata: &std::fs::Metadata, right: &'static str) -> Result<(), KeyFileError> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_path_buf(), mode, right });
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(KeyFileError::Foreign(path.to_path_buf()));
    }
    Ok(())
}

/// On Windows the data folder's access list protects the file; it is not checked here, and has not run there.
#[cfg(not(unix))]
fn private(_path: &Path, _metadata: &std::fs::Metadata, _right: &'static str) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn a_key_comes_back_and_others_cannot_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        assert!(matches!(read(data, "a"), Err(KeyFileError::Missing(_))));
        let key = MasterKey::generate();
        write(data, "a", &key).expect("writes");
        assert_eq!(read(data, "a").expect("reads").0, key.0);
        assert!(write(data, "a", &MasterKey::generate()).is_err(), "a key is never overwritten");
        let file = path(data, "a");
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o644, 0o610] {
            chmod(&file, mode);
            assert!(matches!(read(data, "a"), Err(KeyFileError::Open { right: "600", .. })), "{mode:o}");
        }
        chmod(&file, 0o600);
        chmod(&data.join("keys"), 0o750);
        assert!(matches!(read(data, "a"), Err(KeyFileError::Open { right: "700", .. })));
        chmod(&data.join("keys"), 0o700);
        std::fs::write(&file, "too short").expect("writes");
        let error = read(data, "a").expect_err("damaged");
        assert!(matches!(error, KeyFileError::Damaged(_)) && !error.to_string().contains("too short"));
    }
}
