//! The clock after a jump: Orc warns, records it in the audit log, and lets an administrator confirm the new time.
//!
//! Deliberately absent: the decision whether to trust a clock, which `domain::clock` makes. Start reading at
//! `presence`.

pub(in crate::app) mod presence;
pub(in crate::app) mod retention;

use super::core::events::Change;
use super::core::write::{Moment, silent};
use super::{App, Caller, Result};
pub use crate::clock::ClockView;
use crate::clock::{Clock, LastingDoubt};
use crate::domain::clock::{Because, Turn};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::{self, Store, Tx};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Key of a stored doubt among the settings, followed by the name of the node.
const DOUBT: &str = "clock_doubt ";

/// Continues a doubt that existed when the server ended, because a restart is no reason to trust a clock.
///
/// # Errors
/// Fails if the database cannot be read.
pub async fn resume(store: &Store, clock: &Clock, node: &str) -> store::Result<()> {
    let key = format!("{DOUBT}{node}");
    let Some(stored) = store.setting_find(&key).await? else { return Ok(()) };
    let doubted = serde_json::from_value(stored).is_ok_and(|doubt| clock.resume(&doubt));
    let ClockView { machine_at, planning_at, .. } = clock.view();
    if doubted {
        tracing::warn!(
            "the machine's clock shows {machine_at} and is still doubted; Orc continues to plan by \
            {planning_at}"
        );
        return Ok(());
    }
    let because = "the server was started, and the clock shows the expected time again or the machine was rebooted";
    let detail = json!({"machine_at": machine_at, "because": because});
    let entry = Caller::system().audit(planning_at, "clock_trusted", ("system", node.to_owned()), detail);
    let settled = async move |tx: &Tx| {
        tx.setting_delete(&key).await?;
        tx.audit_append(&entry).await
    };
    store.write(settled).await.map(drop)
}

impl App {
    /// What the machine's clock shows, and by which time Orc plans.
    pub fn clock_view(&self) -> ClockView {
        self.clock().view()
    }

    /// Trusts the machine's clock at once if it is doubted, and trusts a time so late that history has become old.
    pub async fn clock_confirm(&self, caller: &Caller) -> Result<ClockView> {
        caller.require(Permission::Admin)?;
        let ClockView { machine_at, planning_at, doubted_since } = self.clock_view();
        if doubted_since.is_some() {
            let detail = trusted(planning_at, machine_at, "an administrator confirmed the new time");
            self.clock_audit(caller, vec![("clock_trusted", detail)], None).await?;
            self.clock().confirm();
            self.clock_changed();
        }
        if self.deletion_confirm().await? {
            let detail = json!({"machine_at": machine_at, "because": "an administrator confirmed the time"});
            self.clock_audit(caller, vec![("deletion_resumed", detail)], self.clock().lasting_doubt()).await?;
        }
        Ok(self.clock_view())
    }

    /// Reports everything that happened to the clock since the last call: to audit, log, page and workers. Returns
    /// one reason for each. A change counts as reported only when it is in the audit log.
    pub async fn clock_tell(&self) -> Result<Vec<Reason>> {
        let turns = self.clock().turns();
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let (reasons, entries): (Vec<_>, Vec<_>) = turns.iter().map(turn_reason).unzip();
        self.clock_audit(&Caller::system(), entries, self.clock().lasting_doubt()).await?;
        self.clock().turns_forget(turns.len());
        for reason in &reasons {
            tracing::warn!("{reason}");
        }
        self.clock_changed();
        Ok(reasons)
    }

    /// Writes entries into the audit log, and stores the present doubt, if any, for the next start of the server.
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
        self.events().publish(Change::System { what: SystemPart::Clock });
    }
}

/// A change as a reason, and as an audit entry.
fn turn_reason(turn: &Turn) -> (Reason, (&'static str, Value)) {
    match turn {
        Turn::Doubted { planning_at, machine_at } => (
            Reason::ClockDoubted { machine_at: *machine_at, planning_at: *planning_at },
            ("clock_doubted", json!({"machine_at": machine_at, "planning_at": planning_at})),
        ),
        Turn::Trusted { before_at, machine_at, because } => (
            match because {
                Because::Returned => Reason::ClockReturned {},
                Because::Held => Reason::ClockHeld {},
            },
            ("clock_trusted", trusted(*before_at, *machine_at, because.as_str())),
        ),
    }
}

fn trusted(before_at: DateTime<Utc>, machine_at: DateTime<Utc>, because: &str) -> Value {
    json!({"machine_at": machine_at, "before_at": before_at, "because": because})
}
