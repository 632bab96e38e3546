//! (a place holder until the store lands: replace the whole file)

/// The store.
#[derive(Debug)]
pub struct Store;
