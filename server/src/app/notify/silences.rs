//! Silences: people keep rules from telling about some tasks for a while.
//!
//! Deliberately absent: what is not told because of them, which `telling` finds out. Start reading at `silence_create`.

use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::SilenceId;
use crate::domain::model::{Page, PageRequest, SilenceNew, SilenceRecord};
use crate::domain::notify::rules::silences::SilenceDefinition;
use crate::domain::notify::words::SilenceState;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;

/// A silence, with where it stands.
#[derive(Debug, Clone)]
pub struct SilenceView {
    /// The silence.
    pub silence: SilenceRecord,
    /// Where it stands.
    pub state: SilenceState,
}

impl App {
    /// A page of silences that are in one of some states, those that begin last first. No state: all.
    pub async fn silence_list(
        &self,
        caller: &Caller,
        states: &[SilenceState],
        page: &PageRequest,
    ) -> Result<Page<SilenceView>> {
        caller.require(Permission::Read)?;
        let now = self.clock().now();
        Ok(self.store().silence_list(states, now, page).await?.map(|silence| view(silence, now)))
    }

    /// Finds a silence.
    pub async fn silence_view(&self, caller: &Caller, silence: SilenceId) -> Result<SilenceView> {
        caller.require(Permission::Read)?;
        let found = self.store().silence_find(silence).await?.ok_or_else(|| no_silence(silence))?;
        Ok(view(found, self.clock().now()))
    }

    /// Silences tasks. `from_at` is now if the caller names none.
    pub async fn silence_create(
        &self,
        caller: &Caller,
        wanted: impl FnOnce(DateTime<Utc>) -> SilenceDefinition + Send + 'static,
    ) -> Result<SilenceView> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let definition = wanted(self.clock().now());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let problems = definition.problems(now);
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let (definition, by) = (definition.clone(), caller.name.clone());
            let made = tx.silence_insert(&SilenceNew { definition, at: now, by }).await?;
            let SilenceDefinition { what, from_at, until_at, reason } = &made.definition;
            let detail = json!({"what": what, "from_at": from_at, "until_at": until_at, "reason": reason});
            let target = ("silence", made.id.to_string());
            tx.audit_append(&caller.audit(now, "silence_create", target, detail)).await?;
            Ok(view(made, now))
        };
        self.write(write, |app, _| app.announce_incidents()).await
    }

    /// Ends a silence before its time. What it kept from being told is told now, as far as it still holds.
    pub async fn silence_end(&self, caller: &Caller, silence: SilenceId) -> Result<SilenceView> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.silence_find(silence).await?.ok_or_else(|| no_silence(silence))?;
            if !tx.silence_end(&read, now, &caller.name).await? {
                return Err(Error::conflict("already_ended", "the silence is over already"));
            }
            tx.tellings_look_again(None, now).await?;
            let detail = json!({"what": read.definition.what, "reason": read.definition.reason});
            let target = ("silence", silence.to_string());
            tx.audit_append(&caller.audit(now, "silence_end", target, detail)).await?;
            let ended = tx.silence_find(silence).await?.ok_or_else(|| no_silence(silence))?;
            Ok(view(ended, now))
        };
        self.write(write, |app, _| app.announce_incidents()).await
    }
}

/// A silence, with where it stands at an instant.
pub(super) fn view(silence: SilenceRecord, now: DateTime<Utc>) -> SilenceView {
    SilenceView { state: silence.state(now), silence }
}

fn no_silence(silence: SilenceId) -> Error {
    Error::NotFound(format!("there is no silence \"{silence}\""))
}
