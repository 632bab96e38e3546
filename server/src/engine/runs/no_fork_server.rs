//! Starting runners where that is not built yet: every start is refused in words, and the run waits in the queue.

use super::runners::Link;
use orc_runner::message::Identity;
use std::io;
use std::path::{Path, PathBuf};

/// Starts no runners.
#[derive(Debug)]
pub struct Runners;

impl Runners {
    /// What would start runners of this program.
    pub fn new(_program: PathBuf, _folder: PathBuf) -> Self {
        Self
    }

    /// Nothing has to be prepared.
    pub async fn prepare(&self) -> io::Result<()> {
        Ok(())
    }

    /// Refuses.
    pub async fn start(&self, _log: &Path) -> io::Result<(Link, Identity)> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "commands can be run on Linux only, so far"))
    }

    /// Nothing has to be ended.
    pub async fn close(&self) {}
}
