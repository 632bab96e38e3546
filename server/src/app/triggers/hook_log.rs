//! The log of webhooks: what became of the newest calls of each trigger.
//!
//! Calls are collected in memory and written in groups by the recorder, so a flood of calls costs the writer no more
//! than a few rows a round. It is kept as well as possible: a server that is killed loses the last seconds. Calls of
//! unknown addresses are not kept. Deliberately absent: secrets, bodies, queries.

use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::keys::{Key, Trigger};
use crate::domain::model::HookCallRecord;
use crate::domain::triggers::TriggerRule;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many calls with a right proof are kept of each trigger.
pub const KEPT: usize = 50;

/// How many calls without a right proof are kept of each trigger. They have their own number, so that somebody who
/// only knows the address displaces nothing.
pub const KEPT_WRONG: usize = 10;

/// Calls that are not stored yet, by trigger.
#[derive(Debug, Default)]
pub struct HookCalls {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    by_trigger: BTreeMap<Key<Trigger>, VecDeque<(u64, HookCallRecord)>>,
    /// Number of the newest call.
    newest: u64,
    /// Number of the newest call that is being written.
    writing: u64,
}

impl HookCalls {
    /// Adds a call. Calls without proof that follow each other from one address are one entry.
    pub(super) fn add(&self, trigger: Key<Trigger>, call: HookCallRecord) {
        let mut waiting = self.lock();
        waiting.newest += 1;
        let (number, writing) = (waiting.newest, waiting.writing);
        let calls = waiting.by_trigger.entry(trigger).or_default();
        let (proved, verdict) = (call.verdict.is_proved(), call.verdict);
        let alike = |old: &HookCallRecord| !proved && old.verdict == verdict && old.address == call.address;
        if let Some((_, old)) = calls.iter_mut().rev().find(|(at, old)| *at > writing && alike(old)) {
            let count = old.count.saturating_add(call.count);
            *old = HookCallRecord { count, ..call };
            return;
        }
        calls.push_back((number, call));
        let most = if proved { KEPT } else { KEPT_WRONG };
        let same_kind = |(_, old): &(u64, HookCallRecord)| old.verdict.is_proved() == proved;
        if calls.iter().filter(|call| same_kind(call)).count() > most
            && let Some(oldest) = calls.iter().position(same_kind)
        {
            calls.remove(oldest);
        }
    }

    /// The calls of a trigger, oldest first.
    fn of(&self, trigger: Key<Trigger>) -> Vec<HookCallRecord> {
        let waiting = self.lock();
        waiting.by_trigger.get(&trigger).into_iter().flatten().map(|(_, call)| call.clone()).collect()
    }

    /// Everything that waits, to be written.
    fn begin(&self) -> BTreeMap<Key<Trigger>, Vec<HookCallRecord>> {
        let mut waiting = self.lock();
        waiting.writing = waiting.newest;
        let calls = |calls: &VecDeque<(u64, HookCallRecord)>| calls.iter().map(|(_, call)| call.clone()).collect();
        waiting.by_trigger.iter().map(|(trigger, of)| (*trigger, calls(of))).collect()
    }

    /// Forgets what was written.
    fn written(&self) {
        let mut waiting = self.lock();
        let writing = waiting.writing;
        for calls in waiting.by_trigger.values_mut() {
            calls.retain(|(number, _)| *number > writing);
        }
        waiting.by_trigger.retain(|_, calls| !calls.is_empty());
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The newest calls of a webhook, newest first.
    pub async fn trigger_call_list(&self, caller: &Caller, task: &str, key: &str) -> Result<Vec<HookCallRecord>> {
        caller.require(Permission::Read)?;
        let task = self.living(task).await?;
        let name = &task.definition.name;
        let missing = || Error::NotFound(format!("task \"{name}\" has no trigger \"{key}\""));
        let trigger = task.definition.triggers.iter().find(|trigger| trigger.key == key).ok_or_else(missing)?;
        if !matches!(trigger.rule, TriggerRule::Webhook(_)) {
            let detail = format!("trigger \"{key}\" is of kind {}; only webhooks are called", trigger.rule.kind());
            return Err(Error::conflict("no_calls", detail));
        }
        let records = self.store().trigger_list(task.key).await?;
        let row = records.iter().find(|record| record.key == key).ok_or_else(missing)?.row;
        // What waits is read first: what is written in between is then there twice, not missing.
        let mut calls = self.inner.boards.hook_calls.of(row);
        calls.reverse();
        let stored = self.store().hook_calls(row, (KEPT + KEPT_WRONG) as u64).await?;
        calls.extend(stored.into_iter().filter(|call| !calls.contains(call)).collect::<Vec<_>>());
        let (mut right, mut wrong) = (0, 0);
        calls.retain(|call| {
            let (count, most) = if call.verdict.is_proved() { (&mut right, KEPT) } else { (&mut wrong, KEPT_WRONG) };
            *count += 1;
            *count <= most
        });
        Ok(calls)
    }

    /// Stores the calls that wait. Returns how many there were.
    pub async fn hook_calls_record(&self) -> Result<usize> {
        let calls = self.inner.boards.hook_calls.begin();
        let count = calls.values().map(Vec::len).sum();
        if count == 0 {
            return Ok(0);
        }
        let write = async move |tx: &Tx, _: Moment| {
            for (trigger, calls) in &calls {
                tx.hook_calls_add(*trigger, calls, (KEPT as u64, KEPT_WRONG as u64)).await?;
            }
            Ok(())
        };
        self.write(write, silent).await?;
        self.inner.boards.hook_calls.written();
        Ok(count)
    }
}
