//! What makes sense in a task whose job Orc does not start: a heartbeat.
//!
//! Deliberately absent: what calls of the job do, which `triggers::heartbeat` decides.

use super::{Definition, RunSpec};
use crate::domain::core::problem::Problem;
use crate::domain::triggers::TriggerRule;
use crate::domain::triggers::words::WebhookSender;
use crate::domain::vocabulary::WebhookProof;

impl Definition {
    /// Everything that makes no sense in a task that Orc does not start.
    pub(super) fn heartbeat_problems(&self, found: &mut Vec<Problem>) {
        let RunSpec::Heartbeat {} = &self.run else { return };
        let Definition { schedules, dependencies, params, pool, retry, expect, attempt_timeout_seconds, .. } = self;
        let mut refuse = |wrong: bool, pointer: &str, message: &str| {
            if wrong {
                found.push(Problem::at(pointer, message));
            }
        };
        let plain = |rule: &TriggerRule| match rule {
            TriggerRule::Webhook(rule) => {
                rule.proof == WebhookProof::SecretUrl
                    && rule.sender == WebhookSender::Orc
                    && rule.params.is_empty()
                    && rule.filters.is_empty()
            }
            TriggerRule::File { .. } | TriggerRule::Task { .. } => false,
        };
        let address =
            "must be one webhook with the proof secret_url, without params or filters: the job calls its address";
        refuse(!matches!(&self.triggers[..], [only] if plain(&only.rule)), "/triggers", address);
        let unstarted = "must be empty: Orc does not start a heartbeat task, it only hears of its job";
        let slots = "must be empty: Orc does not start a heartbeat task; how often its job calls is \
                     expect.at_least_every_seconds";
        refuse(!schedules.is_empty(), "/schedules", slots);
        refuse(!dependencies.is_empty(), "/dependencies", unstarted);
        refuse(!params.is_empty(), "/params", unstarted);
        refuse(pool.is_some(), "/pool", unstarted);
        refuse(retry.max_attempts > 1, "/retry/max_attempts", "must be 1: Orc does not start a heartbeat task");
        let limit =
            "must be absent: the time limit of a heartbeat task is timeout_seconds, from its start call to its end";
        refuse(attempt_timeout_seconds.is_some(), "/attempt_timeout_seconds", limit);
        let slots = "is about slots, and a heartbeat task has none; use at_least_every_seconds";
        refuse(expect.start_within_seconds.is_some(), "/expect/start_within_seconds", slots);
        refuse(expect.finish_by.is_some(), "/expect/finish_by", slots);
        let unwaiting = "must be absent: a run of a heartbeat begins when its job says so, and never waits";
        refuse(expect.wait_within_seconds.is_some(), "/expect/wait_within_seconds", unwaiting);
    }
}
