//! Network profiles, as the store keeps them.

use crate::domain::ids::NetworkId;
use crate::domain::keys::{Key, Network};
use crate::domain::networks::Profile;
use chrono::{DateTime, Utc};

/// A network profile as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkRecord {
    /// Id of the profile.
    pub id: NetworkId,
    /// Key in the database.
    pub key: Key<Network>,
    /// What a person defined.
    pub profile: Profile,
    /// Version of the definition.
    pub version: u32,
    /// When the profile was created.
    pub created_at: DateTime<Utc>,
    /// When the definition last changed.
    pub updated_at: DateTime<Utc>,
}
