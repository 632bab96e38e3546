//! Whether channels work, as far as what was sent by them shows.

use crate::app::core::events::Change;
use crate::app::{App, Result};
use crate::domain::model::{ChannelRecord, ChannelSent};
use crate::domain::vocabulary::SystemPart;
use crate::store::Tx;

impl App {
    /// Tells pages that channels or deliveries changed.
    pub(super) fn announce_channel(&self) {
        self.events().publish(Change::System { what: SystemPart::Channel });
    }
}

/// Notes whether what was sent by a channel was accepted. What was used may have been replaced meanwhile: the result
/// is not that of the new target.
pub(super) async fn note(tx: &Tx, used: &ChannelRecord, sent: &ChannelSent) -> Result<()> {
    let present = tx.channel_find(&used.id.to_string()).await?;
    if present.is_some_and(|present| present.definition.target == used.definition.target) {
        tx.channel_sent(sent).await?;
    }
    Ok(())
}
