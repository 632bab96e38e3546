//! What the kinds of looks need.

use crate::app::App;
use crate::app::triggers::file_roots::Disks;
use crate::engine::runs::fork_server::Runners;
use std::sync::Arc;

/// What looks need. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    /// The use cases.
    pub app: App,
    /// Starts runners for commands.
    pub runners: Arc<Runners>,
    /// The disks of this machine.
    pub disks: Arc<Disks>,
    /// Port on which this server listens.
    pub own_port: u16,
}
