//! How definitions are changed: the version that a change is based on, and the dry run.

/// How a definition changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Write {
    /// Version that the change is based on; none: the last writer wins.
    pub base: Option<u32>,
    /// Whether nothing is saved.
    pub dry_run: bool,
}
