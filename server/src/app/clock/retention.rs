//! The time by which history is deleted. A clock that runs years ahead must not delete what people still need.
//!
//! The time of the pruner's last work is stored. If it is more than a month ago, the server was off for long or its
//! clock is wrong. History is then deleted by the stored time, until the server has run for a day or an administrator
//! confirms the new time.

use crate::app::core::events::Change;
use crate::app::core::write::silent;
use crate::app::{App, Result};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::SystemPart;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::PoisonError;
use std::time::Duration;

/// Key of the stored time among the settings.
const PRUNED_AT: &str = "pruned_at";

/// A larger leap is not trusted at once.
const LEAP_MAX: TimeDelta = TimeDelta::days(31);

/// A leap is trusted after this long.
const HELD: Duration = Duration::from_secs(24 * 3600);

/// The stored time is updated when it is this old.
const STORE_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A leap of time that is not trusted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Leap {
    from_at: DateTime<Utc>,
    to_at: DateTime<Utc>,
    /// How long the server had been running when the leap was seen.
    seen_after: Duration,
}

impl App {
    /// The time by which history is deleted.
    pub async fn deletion_time(&self) -> Result<DateTime<Utc>> {
        let now = self.clock().now();
        let stored = self.store().setting_find(PRUNED_AT).await?;
        let stored: Option<DateTime<Utc>> = stored.and_then(|value| serde_json::from_value(value).ok());
        if let Some(from_at) = stored.filter(|at| now - *at > LEAP_MAX)
            && self.leap_holds(from_at, now)
        {
            return Ok(from_at);
        }
        self.leap_end();
        if stored.is_none_or(|at| (now - at).abs() >= STORE_EVERY) {
            self.deletion_time_store(now).await?;
        }
        Ok(now)
    }

    /// Trusts the time. Returns whether it was not trusted before.
    pub(in crate::app) async fn deletion_confirm(&self) -> Result<bool> {
        if self.leap_end() {
            self.deletion_time_store(self.clock().now()).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Why old history is not deleted; none if it is.
    pub(in crate::app) fn deletion_held(&self) -> Option<Reason> {
        let leap = (*self.inner.boards.leap.lock().unwrap_or_else(PoisonError::into_inner))?;
        Some(Reason::DeletionHeld { from_at: leap.from_at, to_at: leap.to_at })
    }

    async fn deletion_time_store(&self, at: DateTime<Utc>) -> Result<()> {
        let value: Value = json!(at);
        self.write(async move |tx: &Tx, _| Ok(tx.setting_put(PRUNED_AT, &value).await?), silent).await
    }

    fn leap_holds(&self, from_at: DateTime<Utc>, to_at: DateTime<Utc>) -> bool {
        let running = self.clock().running();
        let mut leap = self.inner.boards.leap.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = *leap {
            return running.saturating_sub(known.seen_after) < HELD;
        }
        tracing::warn!(%from_at, %to_at, "the time went forward by more than a month, so old history is not deleted \
            for a day");
        *leap = Some(Leap { from_at, to_at, seen_after: running });
        drop(leap);
        self.events().publish(Change::System { what: SystemPart::Clock });
        true
    }

    fn leap_end(&self) -> bool {
        let ended = self.inner.boards.leap.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
        if ended {
            self.events().publish(Change::System { what: SystemPart::Clock });
        }
        ended
    }
}
