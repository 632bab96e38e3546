//! Where an attempt's files are, and how they are deleted.
//!
//! `<folder>/<attempt>.log` is the only file of an ordinary attempt; it is also the runner's lock. `.log.1`, `.log.2`
//! ... hold the newest output once the first file is full. `.sock` exists only after the server that started the
//! runner has gone.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::log::read::exit_record;

/// Path of an attempt's log file.
pub fn log_path(folder: &Path, attempt: &str) -> PathBuf {
    folder.join(format!("{attempt}.log"))
}

/// The attempt id in a log file's path: its stem.
pub fn attempt_of(log: &Path) -> Option<&str> {
    (log.extension()? == "log").then(|| log.file_stem()?.to_str())?
}

/// Path of the tail segment with this number (from 1).
pub fn segment_path(log: &Path, number: u64) -> PathBuf {
    let mut name = OsString::from(log);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// Path of the control socket.
pub fn socket_path(log: &Path) -> PathBuf {
    log.with_extension("sock")
}

/// Lists the numbers of the existing tail segments, ascending. Reads the folder, so use it only for logs that have
/// rolled over.
pub fn segments(log: &Path) -> io::Result<Vec<u64>> {
    let Some(name) = log.file_name().and_then(|n| n.to_str()) else { return Ok(Vec::new()) };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder_of(log))? {
        let entry = entry?;
        let number =
            entry.file_name().to_str().and_then(|n| n.strip_prefix(name)?.strip_prefix('.')?.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Deletes all files of an attempt; missing files are fine. Symbolic links are removed, never followed. The log file
/// goes last, so an interrupted deletion can be repeated. The folder is listed only for attempts without an exit
/// record.
pub fn delete(log: &Path) -> io::Result<()> {
    let numbers = match exit_record(log) {
        Ok(Some(record)) if record.log.last_segment == 0 => Vec::new(),
        Ok(Some(record)) => (record.log.first_segment..=record.log.last_segment).collect(),
        _ => segments(log)?,
    };
    for number in numbers {
        remove(&segment_path(log, number))?;
    }
    remove(&socket_path(log))?;
    remove(log)
}

pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(crate) fn folder_of(log: &Path) -> &Path {
    log.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
