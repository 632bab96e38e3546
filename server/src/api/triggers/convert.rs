//! Conversions of triggers between the wire and the domain.

use crate::api::wire;
use crate::domain::triggers::{Trigger, TriggerRule};

/// Converts triggers to the domain. A trigger without a key gets its kind as key, then `kind-2` ...
pub fn triggers_in(triggers: Vec<wire::TaskTrigger>) -> Vec<Trigger> {
    let mut found: Vec<Trigger> = triggers.into_iter().map(trigger_in).collect();
    for index in 0..found.len() {
        if !found[index].key.is_empty() {
            continue;
        }
        let kind = found[index].rule.kind();
        let free = std::iter::once(kind.to_owned())
            .chain((2..).map(|number| format!("{kind}-{number}")))
            .find(|key| !found.iter().any(|other| other.key == *key))
            .expect("the numbers do not end");
        found[index].key = free;
    }
    found
}

fn trigger_in(trigger: wire::TaskTrigger) -> Trigger {
    match trigger {
        wire::TaskTrigger::Webhook(wire::TriggerWebhook { proof, params, key, enabled }) => {
            Trigger { key: key.unwrap_or_default(), enabled, rule: TriggerRule::Webhook { proof, params } }
        }
        wire::TaskTrigger::File(wire::TriggerFile { pattern, change, settle_seconds, key, enabled }) => {
            let rule = TriggerRule::File { pattern, change, settle_seconds };
            Trigger { key: key.unwrap_or_default(), enabled, rule }
        }
        wire::TaskTrigger::Task(wire::TriggerTask { tasks, states, key, enabled }) => {
            Trigger { key: key.unwrap_or_default(), enabled, rule: TriggerRule::Task { tasks, states } }
        }
    }
}

/// Converts a trigger to the wire.
pub fn trigger_out(trigger: Trigger) -> wire::TaskTrigger {
    let Trigger { key, enabled, rule } = trigger;
    let key = Some(key);
    match rule {
        TriggerRule::Webhook { proof, params } => {
            wire::TaskTrigger::Webhook(wire::TriggerWebhook { proof, params, key, enabled })
        }
        TriggerRule::File { pattern, change, settle_seconds } => {
            wire::TaskTrigger::File(wire::TriggerFile { pattern, change, settle_seconds, key, enabled })
        }
        TriggerRule::Task { tasks, states } => {
            wire::TaskTrigger::Task(wire::TriggerTask { tasks, states, key, enabled })
        }
    }
}
