//! Conversions of triggers between the wire and the domain.

use crate::api::wire;
use crate::domain::triggers::webhook::{Filter, FilterTest, SignatureRule, WebhookRule};
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
        wire::TaskTrigger::Webhook(webhook) => webhook_in(webhook),
        wire::TaskTrigger::File(wire::TriggerFile { pattern, change, settle_seconds, key, enabled }) => {
            let rule = TriggerRule::File { pattern, change, settle_seconds };
            Trigger { key: key.unwrap_or_default(), enabled, rule }
        }
        wire::TaskTrigger::Task(wire::TriggerTask { tasks, states, params, key, enabled }) => {
            Trigger { key: key.unwrap_or_default(), enabled, rule: TriggerRule::Task { tasks, states, params } }
        }
    }
}

fn webhook_in(webhook: wire::TriggerWebhook) -> Trigger {
    let wire::TriggerWebhook { proof, sender, signature, params, filters, key, enabled } = webhook;
    let (signature, filters) = (signature.map(signature_in), filters.into_iter().map(filter_in).collect());
    let rule = TriggerRule::Webhook(WebhookRule { proof, sender, signature, params, filters });
    Trigger { key: key.unwrap_or_default(), enabled, rule }
}

fn signature_in(signature: wire::WebhookSignature) -> SignatureRule {
    let wire::WebhookSignature { algorithm, header, prefix, encoding, signed, timestamp_header, tolerance_seconds } =
        signature;
    SignatureRule { algorithm, header, prefix, encoding, signed, timestamp_header, tolerance_seconds }
}

fn signature_out(rule: SignatureRule) -> wire::WebhookSignature {
    let SignatureRule { algorithm, header, prefix, encoding, signed, timestamp_header, tolerance_seconds } = rule;
    wire::WebhookSignature { algorithm, header, prefix, encoding, signed, timestamp_header, tolerance_seconds }
}

/// Converts a filter. One that names no condition, or several, has none.
fn filter_in(filter: wire::WebhookFilter) -> Filter {
    let wire::WebhookFilter { at, is, is_not, one_of, matches } = filter;
    let mut tests = [
        is.map(FilterTest::Is),
        is_not.map(FilterTest::IsNot),
        one_of.map(FilterTest::OneOf),
        matches.map(FilterTest::Matches),
    ]
    .into_iter()
    .flatten();
    let test = tests.next().filter(|_| tests.next().is_none());
    Filter { at, test }
}

fn filter_out(filter: Filter) -> wire::WebhookFilter {
    let Filter { at, test } = filter;
    let empty = wire::WebhookFilter { at, is: None, is_not: None, one_of: None, matches: None };
    match test {
        Some(FilterTest::Is(text)) => wire::WebhookFilter { is: Some(text), ..empty },
        Some(FilterTest::IsNot(text)) => wire::WebhookFilter { is_not: Some(text), ..empty },
        Some(FilterTest::OneOf(texts)) => wire::WebhookFilter { one_of: Some(texts), ..empty },
        Some(FilterTest::Matches(pattern)) => wire::WebhookFilter { matches: Some(pattern), ..empty },
        None => empty,
    }
}

/// Converts a trigger to the wire.
pub fn trigger_out(trigger: Trigger) -> wire::TaskTrigger {
    let Trigger { key, enabled, rule } = trigger;
    let key = Some(key);
    match rule {
        TriggerRule::Webhook(WebhookRule { proof, sender, signature, params, filters }) => {
            let (signature, filters) = (signature.map(signature_out), filters.into_iter().map(filter_out).collect());
            wire::TaskTrigger::Webhook(wire::TriggerWebhook { proof, sender, signature, params, filters, key, enabled })
        }
        TriggerRule::File { pattern, change, settle_seconds } => {
            wire::TaskTrigger::File(wire::TriggerFile { pattern, change, settle_seconds, key, enabled })
        }
        TriggerRule::Task { tasks, states, params } => {
            wire::TaskTrigger::Task(wire::TriggerTask { tasks, states, params, key, enabled })
        }
    }
}
