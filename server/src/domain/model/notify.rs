//! Channels and deliveries, as the store keeps them.

use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::keys::{Channel, Delivery, Key};
use crate::domain::notify::ChannelDefinition;
use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::{ChannelHealth, DeliveryState};
use crate::domain::reason::Reason;
use chrono::{DateTime, Utc};

/// A channel as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRecord {
    /// Id of the channel.
    pub id: ChannelId,
    /// Key in the database.
    pub key: Key<Channel>,
    /// What a person defined.
    pub definition: ChannelDefinition,
    /// Version of the definition. It grows by one with each change.
    pub version: u32,
    /// When the channel was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// When the other side last accepted something.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When something was last not accepted.
    pub refused_at: Option<DateTime<Utc>>,
    /// How many in a row were not accepted, up to now.
    pub refused_count: u32,
    /// Why the last one was not accepted; none: it was.
    pub problem: Option<Reason>,
}

impl ChannelRecord {
    /// Whether the channel is known to work.
    pub const fn health(&self) -> ChannelHealth {
        match (&self.problem, self.accepted_at) {
            (Some(_), _) => ChannelHealth::Failing,
            (None, Some(_)) => ChannelHealth::Working,
            (None, None) => ChannelHealth::Unproven,
        }
    }
}

/// A definition to store, with the names of the credentials that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelChange {
    /// What a person defined.
    pub definition: ChannelDefinition,
    /// Names of the credentials.
    pub credentials: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSent {
    /// The channel.
    pub key: Key<Channel>,
    /// Why it was not accepted; none: it was.
    pub problem: Option<Reason>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A notification on its way through a channel, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Id of the delivery. It is the id of the notification, whenever it is sent.
    pub id: DeliveryId,
    /// Key in the database.
    pub key: Key<Delivery>,
    /// The channel; none: it was deleted.
    pub channel: Option<Key<Channel>>,
    /// Name of the channel when the delivery was made.
    pub channel_name: String,
    /// Key that keeps the same notification from being added twice to a channel; none: it is never the same.
    pub dedup_key: Option<String>,
    /// What is said.
    pub notice: Notice,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Since when it is tried: when it was added, or when somebody last asked for another attempt.
    pub begun_at: DateTime<Utc>,
    /// When it is tried next; none: it is not tried any more.
    pub due_at: Option<DateTime<Utc>>,
    /// Number of attempts since `begun_at`.
    pub attempt_count: u32,
    /// When the last attempt ended.
    pub attempted_at: Option<DateTime<Utc>>,
    /// When the other side accepted it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// What the other side last said.
    pub answer: Option<String>,
    /// Recipients that were refused while others were accepted. Only these are tried again.
    pub unreached: Vec<String>,
    /// Why it was last not accepted, or why it is not sent; none: there is no such reason.
    pub problem: Option<Reason>,
}

/// A notification for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryNew {
    /// Id of the delivery. The notice carries it too.
    pub id: DeliveryId,
    /// The channel.
    pub channel: Key<Channel>,
    /// Name of the channel.
    pub channel_name: String,
    /// Key that keeps the same notification from being added twice to the channel; none: it is never the same.
    pub dedup_key: Option<String>,
    /// What is said.
    pub notice: Notice,
    /// Why it is only recorded and never sent; none: it is sent.
    pub suppressed: Option<Reason>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySent {
    /// The delivery.
    pub key: Key<Delivery>,
    /// Since when it was tried when this attempt began. If that changed, somebody asked for another attempt meanwhile.
    pub begun_at: DateTime<Utc>,
    /// Where it stands now.
    pub state: DeliveryState,
    /// When it is tried next.
    pub due_at: Option<DateTime<Utc>>,
    /// Number of attempts, with this one.
    pub attempt_count: u32,
    /// What the other side said.
    pub answer: Option<String>,
    /// Recipients that are still to be reached.
    pub unreached: Vec<String>,
    /// Why it was not accepted.
    pub problem: Option<Reason>,
    /// When the attempt ended.
    pub at: DateTime<Utc>,
}

/// The next delivery of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryNext {
    /// The channel.
    pub channel: Key<Channel>,
    /// The delivery.
    pub delivery: Key<Delivery>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those of this channel.
    pub channel: Option<DeliveryChannel>,
    /// Only those in these states; empty: all.
    pub states: Vec<DeliveryState>,
}

/// A channel whose deliveries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryChannel {
    /// One that is there.
    There(Key<Channel>),
    /// One that was deleted, by its name.
    Gone(String),
}
