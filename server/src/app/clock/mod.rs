//! A clock that jumped: Orc says so loudly, writes it to the audit log, and lets an admin confirm it.
//!
//! Deliberately absent: the decision whether to believe a clock, which `domain::clock` makes. Start reading at `presence`.

pub(in crate::app) mod presence;
pub(in crate::app) mod retention;

use super::core::events::Change;
use super::core::write::{Moment, silent};
use super::{App, Caller, Result};
pub use crate::clock::ClockView;
use crate::clock::{Clock, LastingDoubt};
use crate::domain::clock::Turn;
use crate::domain::vocabulary::Permission;
use crate::store::{self, Store, Tx};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Key of a doubt among the stored settings, before the name of the node.
const DOUBT: &str = "clock_doubt ";

/// Goes on doubting a clock that was doubted when the server ended: a restart is no reason to believe it.
///
/// # Errors
/// When the database cannot be read.
pub async fn resume(store: &Store, clock: &Clock, node: &str) -> store::Result<()> {
    let key = format!("{DOUBT}{node}");
    let Some(stored) = store.setting_find(&key).await? else { return Ok(()) };
    let doubted = serde_json::from_value(stored).is_ok_and(|doubt| clock.resume(&doubt));
    let ClockView { machine_at, planning_at, .. } = clock.view();
    if doubted {
        tracing::warn!("the machine's clock shows {machine_at} and is doubted still; Orc plans on by {planning_at}");
        return Ok(());
    }
    let because = "the server was started, and the clock shows the expected time or the machine was booted meanwhile";
    let detail = json!({"machine_at": machine_at, "because": because});
    let entry = Caller::system().audit(planning_at, "clock_trusted", ("system", node.to_owned()), detail);
    let settled = async move |tx: &Tx| {
        tx.setting_delete(&key).await?;
        tx.audit_append(&entry).await
    };
    store.write(settled).await.map(drop)
}

impl App {
    /// What the machine's clock says and what Orc plans by.
    pub fn clock_view(&self) -> ClockView {
        self.clock().view()
    }

    /// Believes the machine's clock at once, if it is doubted, and that so much time has passed that history grew old.
    pub async fn clock_confirm(&self, caller: &Caller) -> Result<ClockView> {
        caller.require(Permission::Admin)?;
        let ClockView { machine_at, planning_at, doubted_since } = self.clock_view();
        if doubted_since.is_some() {
            let detail = trusted(planning_at, machine_at, "an admin confirmed the new time");
            self.clock_audit(caller, vec![("clock_trusted", detail)], None).await?;
            self.clock().confirm();
            self.clock_changed();
        }
        if self.deletion_confirm().await? {
            let detail = json!({"machine_at": machine_at, "because": "an admin confirmed the time"});
            self.clock_audit(caller, vec![("deletion_resumed", detail)], self.clock().lasting_doubt()).await?;
        }
        Ok(self.clock_view())
    }

    /// Tells of everything that happened to the clock by itself since the last time: audit, log, page, workers. What
    /// happened, in a sentence each; nothing counts as told before it is in the audit log.
    pub async fn clock_tell(&self) -> Result<Vec<String>> {
        let turns = self.clock().turns();
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let (sentences, entries): (Vec<_>, Vec<_>) = turns.iter().map(told).unzip();
        self.clock_audit(&Caller::system(), entries, self.clock().lasting_doubt()).await?;
        self.clock().told(turns.len());
        for sentence in &sentences {
            tracing::warn!("{sentence}");
        }
        self.clock_changed();
        Ok(sentences)
    }

    /// Writes entries into the audit log, and what is doubted now, if anything, for the next start of the server.
    async fn clock_audit(
        &self,
        caller: &Caller,
        entries: Vec<(&'static str, Value)>,
        doubt: Option<LastingDoubt>,
    ) -> Result<()> {
        let (now, node) = (self.clock().now(), &self.settings().node);
        let key = format!("{DOUBT}{node}");
        let entry = |(action, detail)| caller.audit(now, action, ("system", node.clone()), detail);
        let entries: Vec<_> = entries.into_iter().map(entry).collect();
        let write = async move |tx: &Tx, _: Moment| {
            for entry in &entries {
                tx.audit_append(entry).await?;
            }
            match &doubt {
                Some(doubt) => tx.setting_put(&key, &json!(doubt)).await?,
                None => drop(tx.setting_delete(&key).await?),
            }
            Ok(())
        };
        self.write(write, silent).await
    }

    fn clock_changed(&self) {
        self.replan_all();
        self.events().publish(Change::System { what: "clock" });
    }
}

/// A turn in a sentence, and as an audit entry.
fn told(turn: &Turn) -> (String, (&'static str, Value)) {
    match turn {
        Turn::Doubted { planning_at, machine_at } => (
            format!("the machine's clock jumped to {machine_at}; Orc plans on by {planning_at}"),
            ("clock_doubted", json!({"machine_at": machine_at, "planning_at": planning_at})),
        ),
        Turn::Trusted { before_at, machine_at, because } => (
            format!("the machine's clock is trusted again: {}", because.as_str()),
            ("clock_trusted", trusted(*before_at, *machine_at, because.as_str())),
        ),
    }
}

fn trusted(before_at: DateTime<Utc>, machine_at: DateTime<Utc>, because: &str) -> Value {
    json!({"machine_at": machine_at, "before_at": before_at, "because": because})
}
