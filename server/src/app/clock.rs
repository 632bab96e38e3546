//! A clock that jumped: said loudly, written to the audit log, and confirmed by an admin.

use super::events::Change;
use super::{App, Caller, Error, Result, Signal};
pub use crate::clock::ClockView;
use crate::domain::timekeeping::Turn;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use serde_json::json;

impl App {
    /// What the machine's clock says and what Orc plans by.
    pub fn clock_view(&self) -> ClockView {
        self.clock().view()
    }

    /// Believes the machine's clock at once, if it is doubted.
    pub async fn clock_confirm(&self, caller: &Caller) -> Result<ClockView> {
        caller.require(Permission::Admin)?;
        if self.clock().confirm() {
            self.clock_tell(caller).await?;
        }
        Ok(self.clock_view())
    }

    /// Tells of everything that happened to the clock since the last time: log, audit, page, workers. What happened, in a
    /// sentence each.
    pub async fn clock_tell(&self, caller: &Caller) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for turn in self.clock().turns() {
            let (action, sentence, detail) = match turn {
                Turn::Doubted { planning_at, machine_at } => (
                    "clock_doubted",
                    format!("the machine's clock jumped to {machine_at}; Orc plans on by {planning_at}"),
                    json!({"machine_at": machine_at, "planning_at": planning_at}),
                ),
                Turn::Trusted { before_at, machine_at, because } => (
                    "clock_trusted",
                    format!("the machine's clock is trusted again: {}", because.as_str()),
                    json!({"machine_at": machine_at, "before_at": before_at, "because": because.as_str()}),
                ),
            };
            tracing::warn!("{sentence}");
            let target = ("system", self.settings().node.clone());
            let entry = caller.audit(self.clock().now(), action, target, detail);
            self.store().write(async move |tx: &Tx| Ok::<_, Error>(tx.audit_append(&entry).await?)).await?;
            told.push(sentence);
        }
        if !told.is_empty() {
            self.signals().raise(Signal::Schedules);
            self.events().publish(Change::System { what: "clock" });
        }
        Ok(told)
    }
}
