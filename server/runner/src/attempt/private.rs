//! Files that hold the values of credentials: where they are, and how they are removed.
//!
//! They are in a folder of one attempt that only this account may enter, on a file system in memory if there is one,
//! so that no value reaches a disk. Their runner removes them. The server removes those of a runner that was killed,
//! and a restart of the machine removes all. The folder's name tells which log folder it belongs to, because several
//! servers may run under one account.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::log::layout::{attempt_of, folder_of};
use crate::os;

/// Name of the folder inside of the scratch folder, used where there is no file system in memory or no room on it.
const FALLBACK: &str = "credentials";

/// The folder of one attempt's private files, as a server finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateFolder {
    /// Id of the attempt.
    pub attempt: String,
    /// Path of the folder.
    pub path: PathBuf,
}

impl PrivateFolder {
    /// Lists the folders in memory that belong to attempts with logs in this folder.
    pub fn list(log_folder: &Path) -> io::Result<Vec<Self>> {
        let beginning = beginning(log_folder)?;
        let mut all = Vec::new();
        for parent in parents() {
            let Ok(entries) = fs::read_dir(parent) else { continue };
            for entry in entries.filter_map(Result::ok) {
                let name = entry.file_name();
                if let Some(attempt) = name.to_str().and_then(|name| name.strip_prefix(&beginning)) {
                    all.push(Self { attempt: attempt.to_owned(), path: entry.path() });
                }
            }
        }
        Ok(all)
    }

    /// Removes the folder and all files in it.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.path)
    }
}

/// Removes the private files that an attempt has in memory. Those in its scratch folder go with that folder.
pub(crate) fn remove_of(log: &Path) -> io::Result<()> {
    let Some(attempt) = attempt_of(log) else { return Ok(()) };
    let name = format!("{}{attempt}", beginning(folder_of(log))?);
    parents().iter().try_for_each(|parent| remove(&parent.join(&name)))
}

/// All folders in which private folders may be.
fn parents() -> Vec<PathBuf> {
    let mut all = os::memory_folders();
    let shared = os::shared_folders().into_iter().filter(|folder| !all.contains(folder)).collect::<Vec<_>>();
    all.extend(shared);
    all
}

/// The private files of this runner's attempt. They are removed when this value is dropped.
#[derive(Default)]
pub(crate) struct PrivateFiles {
    folders: Vec<PathBuf>,
    count: usize,
    /// The only folder to use, if there is one.
    open: Option<PathBuf>,
}

impl PrivateFiles {
    /// Creates the folder for an attempt that runs as another account, where that account can reach it, and uses only
    /// this one from then on.
    pub(crate) fn open(&mut self, attempt: &str) -> io::Result<PathBuf> {
        let name = format!("{}{attempt}", beginning(Path::new("."))?);
        let mut trouble = io::Error::from(io::ErrorKind::NotFound);
        for folder in os::shared_folders().into_iter().map(|parent| parent.join(&name)) {
            match os::create_folder(&folder) {
                Ok(()) => {
                    self.folders.push(folder.clone());
                    self.open = Some(folder.clone());
                    return Ok(folder);
                }
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    /// Writes a value to a new file, byte for byte, and returns its path. The runner's current folder is that of the
    /// logs.
    pub(crate) fn write(&mut self, attempt: &str, scratch: &Path, name: &str, value: &[u8]) -> io::Result<PathBuf> {
        self.count += 1;
        let name = format!("{}-{}", self.count, plain(name));
        if let Some(folder) = self.open.clone() {
            return self.write_in(&folder, &name, value);
        }
        let beginning = beginning(Path::new("."))?;
        let in_memory = os::memory_folders().into_iter().map(|parent| parent.join(format!("{beginning}{attempt}")));
        let mut trouble = io::Error::from(io::ErrorKind::NotFound);
        for folder in in_memory.chain([scratch.join(FALLBACK)]) {
            match self.write_in(&folder, &name, value) {
                Ok(path) => return Ok(path),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    fn write_in(&mut self, folder: &Path, name: &str, value: &[u8]) -> io::Result<PathBuf> {
        if !self.folders.iter().any(|own| own == folder) {
            // A folder that exists already may belong to anybody, so it is not used.
            os::create_folder(folder)?;
            self.folders.push(folder.to_owned());
        }
        let path = folder.join(name);
        let written = os::create_private(&path).and_then(|mut file| file.write_all(value));
        if written.is_err() {
            let _the_folder_goes_at_the_end = fs::remove_file(&path);
        }
        written.map(|()| path)
    }
}

impl Drop for PrivateFiles {
    fn drop(&mut self) {
        for folder in &self.folders {
            let _the_server_removes_what_is_left = remove(folder);
        }
    }
}

fn beginning(log_folder: &Path) -> io::Result<String> {
    Ok(format!("orc-{}-", os::folder_id(log_folder)?))
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A name as part of a file's name.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    name.chars().take(100).map(plain).collect()
}
