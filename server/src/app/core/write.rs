//! Options of a change to a definition: the version on which it is based, and the dry run.

/// How to change a definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Write {
    /// Version on which the change is based; none: the last writer wins.
    pub base: Option<u32>,
    /// Whether nothing is saved.
    pub dry_run: bool,
}
