//! Calendars: named sets of dates, and all of them compiled for whoever computes slots.

use super::{App, Result};
use crate::domain::calendar::CalendarBook;
use crate::store::Tx;
use std::sync::Arc;

impl App {
    /// All calendars, compiled.
    #[expect(clippy::unused_async, reason = "reads the store once calendars are stored")]
    pub async fn calendar_book(&self) -> Result<Arc<CalendarBook>> {
        Ok(Arc::default())
    }
}

/// All calendars, compiled, as a transaction sees them.
#[expect(clippy::unused_async, reason = "reads the store once calendars are stored")]
pub(super) async fn calendar_book(tx: &Tx) -> Result<Arc<CalendarBook>> {
    let _ = tx;
    Ok(Arc::default())
}
