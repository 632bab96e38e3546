//! Memory: file systems in it, and what of this process must not leave it.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// `TMPFS_MAGIC` and `RAMFS_MAGIC` of linux/magic.h.
const IN_MEMORY: [u32; 2] = [0x0102_1994, 0x8584_58f6];

/// The limit on core files with which this runner was started, and which its command gets back.
static CORE: OnceLock<Rlimit> = OnceLock::new();

/// Closes this process's memory to others and to core files.
pub(super) fn close() -> io::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let inherited = *CORE.get_or_init(|| rustix::process::getrlimit(Resource::Core));
    // The hard limit stays, so that the command can be given the inherited limit.
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), ..inherited })?;
    Ok(())
}

/// Gives the command the limit on core files that the runner was started with. May be called between fork and exec.
pub(super) fn reopen_cores() -> io::Result<()> {
    let Some(inherited) = CORE.get() else { return Ok(()) };
    rustix::process::setrlimit(Resource::Core, *inherited)?;
    Ok(())
}

/// Folders on file systems in memory in which this account may create folders, the best one first. The folder of the
/// account's login (`XDG_RUNTIME_DIR`) comes last, because it goes with the last login.
pub(crate) fn memory_folders() -> Vec<PathBuf> {
    let own = rustix::process::getuid().as_raw();
    let folders = ["/dev/shm".to_owned(), format!("/run/user/{own}")];
    let in_memory = |folder: &PathBuf| {
        let kind = rustix::fs::statfs(folder).map(|facts| facts.f_type as u32);
        kind.is_ok_and(|kind| IN_MEMORY.contains(&kind))
    };
    folders.into_iter().map(PathBuf::from).filter(in_memory).collect()
}

/// Folders in which every account can reach what it owns, the best one first.
pub(crate) fn shared_folders() -> Vec<PathBuf> {
    let in_memory = memory_folders().into_iter().filter(|folder| folder.starts_with("/dev"));
    in_memory.chain([PathBuf::from("/tmp")]).collect()
}

/// Creates a folder that must not exist yet and that only this account may enter.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// What tells one folder from every other, as part of a name.
pub(crate) fn folder_id(path: &Path) -> io::Result<String> {
    let facts = std::fs::metadata(path)?;
    Ok(format!("{:x}-{:x}", facts.dev(), facts.ino()))
}
