//! The hold on everything: while it is set, nothing new starts.
//!
//! Deliberately absent: setting and releasing it, which `system` does.

use crate::app::Result;
use crate::domain::reason::Reason;
use crate::store::Tx;

/// Key of the hold among the settings.
pub(in crate::app) const HOLD: &str = "hold";

/// Why nothing fires, if everything is on hold.
pub(in crate::app) async fn on_hold(tx: &Tx) -> Result<Option<Reason>> {
    let hold = tx.setting_find(HOLD).await?;
    Ok(hold.map(|hold| Reason::OnHold { note: hold["reason"].as_str().unwrap_or_default().to_owned() }))
}
