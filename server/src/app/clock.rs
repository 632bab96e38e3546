//! A clock that jumped: said loudly, written to the audit log, and confirmed by an admin.

use super::events::Change;
use super::{App, Caller, Error, Result};
pub use crate::clock::ClockView;
use crate::domain::timekeeping::Turn;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

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
            self.clock_audit(caller, vec![("clock_trusted", detail)]).await?;
            self.clock().confirm();
            self.clock_changed();
        }
        if self.deletion_confirm().await? {
            let detail = json!({"machine_at": machine_at, "because": "an admin confirmed the time"});
            self.clock_audit(caller, vec![("deletion_resumed", detail)]).await?;
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
        self.clock_audit(&Caller::system(), entries).await?;
        self.clock().told(turns.len());
        for sentence in &sentences {
            tracing::warn!("{sentence}");
        }
        self.clock_changed();
        Ok(sentences)
    }

    async fn clock_audit(&self, caller: &Caller, entries: Vec<(&'static str, Value)>) -> Result<()> {
        let (now, node) = (self.clock().now(), &self.settings().node);
        let entry = |(action, detail)| caller.audit(now, action, ("system", node.clone()), detail);
        let entries: Vec<_> = entries.into_iter().map(entry).collect();
        self.store()
            .write(async move |tx: &Tx| {
                for entry in &entries {
                    tx.audit_append(entry).await?;
                }
                Ok::<_, Error>(())
            })
            .await
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
