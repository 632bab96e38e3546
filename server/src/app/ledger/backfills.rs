//! Backfill: runs a task for each slot of a past period, in order, a limited number at a time.
//!
//! The slots are those of the current definition. The runs do not change the ledger (server/docs/decisions.md, 21).
//! Among themselves they ignore the task's overlap rule, but they do not start while other runs of the task are open,
//! unless the rule allows several.

use crate::app::core::compute::Reach;
use crate::app::core::events::Change;
use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted, new_run, whole};
use crate::app::schedules::compile;
use crate::app::schedules::source::{Source, merged};
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::calendars::CalendarBook;
use crate::domain::core::overlap::Overlap;
use crate::domain::ids::BackfillId;
use crate::domain::keys::Key;
use crate::domain::model::{BackfillNew, BackfillRecord, Page, PageRequest, RunCancel, RunNew, TaskRecord, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::runs::OpenRuns;
use crate::domain::runs::params;
use crate::domain::schedules::Slot;
use crate::domain::tasks::start_limits;
use crate::domain::vocabulary::{BackfillState, Permission, SystemPart, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Maximum number of slots in one backfill.
const SLOTS_MAX: usize = 10_000;

/// A backfill as requested.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillRequest {
    /// Key of the only schedule; none: all enabled ones.
    pub schedule_key: Option<String>,
    /// First instant.
    pub from_at: DateTime<Utc>,
    /// Last instant.
    pub until_at: DateTime<Utc>,
    /// Maximum number of simultaneous runs.
    pub at_once: u32,
    /// Params of the runs.
    pub params: Map<String, Value>,
    /// Whether to only count the slots.
    pub dry_run: bool,
}

/// A backfill with the name of its task.
#[derive(Debug, Clone, PartialEq)]
pub struct BackfillView {
    /// The backfill.
    pub record: BackfillRecord,
    /// Name of its task.
    pub task: String,
}

impl App {
    /// Returns the backfills that still have runs to make.
    pub async fn backfills_running(&self) -> Result<Vec<BackfillId>> {
        Ok(self.store().backfills_running().await?)
    }

    /// Begins a backfill, or only counts its slots.
    pub async fn backfill_create(&self, caller: &Caller, task: &str, request: BackfillRequest) -> Result<BackfillView> {
        caller.require(Permission::Run)?;
        let now = self.clock().now();
        if request.from_at > request.until_at || request.until_at > now {
            return Err(Error::invalid("/until_at", "must not be before the start of the period, nor in the future"));
        }
        let record = self.living(task).await?;
        whole(&record)?;
        let definition = &record.definition;
        if !definition.enabled {
            let detail = format!("task \"{}\" is disabled; enable it first", definition.name);
            return Err(Error::conflict("task_disabled", detail));
        }
        let params = params::resolve(&definition.params_admitted(), &request.params).map_err(Error::Invalid)?;
        self.params_refuse_values(definition, &request.params).await?;
        let too_large = start_limits::run_problems(definition, &params, self.settings().surroundings.limits);
        if !too_large.is_empty() {
            return Err(Error::Invalid(too_large));
        }
        let book = self.calendar_book().await?;
        let sources = sources(&book, &record, request.schedule_key.as_deref());
        if sources.is_empty() {
            return Err(Error::invalid("/schedule_key", "the task has no enabled and valid schedule with this key"));
        }
        let before = request.from_at - TimeDelta::microseconds(1);
        let until_at = request.until_at;
        let counted = self.compute(Reach::OneTask, async move |_, stop| {
            let slots = merged(&sources, before, until_at).take_while(|_| !stop.asked());
            Ok(slots.filter(|(slot, _)| !slot.skipped).take(SLOTS_MAX + 1).count())
        });
        let count = counted.await?;
        if count > SLOTS_MAX {
            let message = format!("there are more than {SLOTS_MAX} slots in this period; choose a shorter one");
            return Err(Error::invalid("/from_at", message));
        }
        if count == 0 && !request.dry_run {
            return Err(Error::invalid("/from_at", "there is no slot in this period, so there is nothing to run"));
        }
        let new = BackfillNew {
            task_key: record.key,
            schedule_key: request.schedule_key,
            from_at: request.from_at,
            until_at: request.until_at,
            at_once: request.at_once,
            params: request.params,
            slot_count: count as u64,
            created_at: now,
            created_by: caller.name.clone(),
        };
        let name = definition.name.clone();
        if request.dry_run {
            return Ok(BackfillView { record: dry_record(new, &record), task: name });
        }
        let (caller, shown) = (caller.clone(), name.clone());
        let write = async move |tx: &Tx, _: Moment| {
            let made = tx.backfill_insert(&new).await?;
            let detail =
                json!({"task": shown, "from_at": made.from_at, "until_at": made.until_at, "slots": made.slot_count});
            tx.audit_append(&caller.audit(now, "backfill_create", ("backfill", made.id.to_string()), detail)).await?;
            Ok(made)
        };
        let made = self.write(write, |app, _| app.announce_backfill()).await?;
        Ok(BackfillView { record: made, task: name })
    }

    /// A page of backfills, newest first, of one task or of all.
    pub async fn backfill_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<BackfillView>> {
        caller.require(Permission::Read)?;
        let key = match task {
            Some(task) => Some(self.task_key(task).await?),
            None => None,
        };
        let listed = self.store().backfill_list(key, page).await?;
        let mut items = Vec::with_capacity(listed.items.len());
        for record in listed.items {
            items.push(self.backfill_seen(record).await?);
        }
        Ok(Page { items, next: listed.next })
    }

    /// A backfill.
    pub async fn backfill_view(&self, caller: &Caller, id: BackfillId) -> Result<BackfillView> {
        caller.require(Permission::Read)?;
        let record = self.store().backfill_find(id).await?.ok_or_else(|| no_backfill(id))?;
        self.backfill_seen(record).await
    }

    /// Stops a backfill: it makes no more runs, and its open runs are cancelled.
    pub async fn backfill_cancel(&self, caller: &Caller, id: BackfillId) -> Result<BackfillView> {
        caller.require(Permission::Run)?;
        let by = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.backfill_find(id).await?.ok_or_else(|| no_backfill(id))?;
            let reason = Reason::Cancelled { by: by.name.clone() };
            if !tx.backfill_end(&read, BackfillState::Cancelled, Some(&reason), now).await? {
                return Err(Error::conflict("backfill_finished", format!("the backfill has ended: {}", read.state)));
            }
            let mut cancelled = Vec::new();
            let whole = Reason::CancelledWithBackfill { by: by.name.clone() };
            for run in tx.backfill_open_runs(&read).await? {
                cancelled.extend(tx.run_cancel(run.id, &whole, now).await?);
            }
            let detail = json!({"made": read.made_count, "cancelled_runs": cancelled.len()});
            tx.audit_append(&by.audit(now, "backfill_cancel", ("backfill", id.to_string()), detail)).await?;
            Ok(cancelled)
        };
        let announce = |app: &Self, cancelled: &Vec<RunCancel>| {
            app.announce_cancelled(cancelled);
            app.announce_backfill();
        };
        self.write(write, announce).await?;
        self.backfill_view(caller, id).await
    }

    /// Advances these backfills by one round. Returns how many runs were made.
    ///
    /// # Errors
    /// The first failure. All other backfills have been advanced all the same.
    pub async fn backfills_advance(&self, running: Vec<BackfillId>) -> Result<usize> {
        let (mut made, mut failed, now) = (0, None, self.clock().now());
        for id in running {
            let announce = |app: &Self, (inserted, ended): &(Inserted, bool)| {
                app.announce_inserted(inserted);
                if *ended || !inserted.made.is_empty() {
                    app.events().publish(Change::System { what: SystemPart::Backfill });
                }
            };
            match self.write(async move |tx: &Tx, _| advance(tx, id, now).await, announce).await {
                Ok((inserted, _)) => made += inserted.made.len(),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(made), Err)
    }

    async fn backfill_seen(&self, record: BackfillRecord) -> Result<BackfillView> {
        let task = self.store().task_find(&TaskRef::Id(record.task)).await?;
        Ok(BackfillView { record, task: task.map_or_else(String::new, |task| task.definition.name) })
    }

    fn announce_backfill(&self) {
        self.events().publish(Change::System { what: SystemPart::Backfill });
        self.signals().raise(Signal::Queue);
    }
}

/// Makes the next runs of a backfill, or ends it.
async fn advance(tx: &Tx, id: BackfillId, now: DateTime<Utc>) -> Result<(Inserted, bool)> {
    let nothing = (Inserted::default(), false);
    let Some(read) = tx.backfill_find(id).await?.filter(|it| it.state == BackfillState::Running) else {
        return Ok(nothing);
    };
    let task = tx.task_find(&TaskRef::Id(read.task)).await?.filter(|task| task.deleted_at.is_none());
    let stopped = match &task {
        None => Some(Reason::TaskDeleted {}),
        Some(task) if !task.definition.enabled && task.damage.rest.is_none() => Some(Reason::TaskDisabled {}),
        Some(task) => task.damage.rest.clone().map(|problem| Reason::TaskDamaged { problem }),
    };
    let (Some(task), None) = (task, &stopped) else {
        return Ok((
            Inserted::default(),
            tx.backfill_end(&read, BackfillState::Cancelled, stopped.as_ref(), now).await?,
        ));
    };
    let own = u32::try_from(read.open_count).unwrap_or(u32::MAX);
    let open = admit::open_of(tx, &task).await?;
    let others = (open.active + open.waiting).saturating_sub(own);
    let places = match task.definition.overlap {
        Overlap::Allow { max } => max.saturating_sub(others + own).min(read.at_once.saturating_sub(own)),
        _ if others > 0 => 0,
        _ => read.at_once.saturating_sub(own),
    };
    let book = crate::app::calendars::calendar_book(tx).await?;
    let next = next_slots(&sources(&book, &task, read.schedule_key.as_deref()), &read, places as usize);
    if next.is_empty() && places > 0 {
        let ended = own == 0 && tx.backfill_end(&read, BackfillState::Finished, None, now).await?;
        return Ok((Inserted::default(), ended));
    }
    let Some(done) = next.last().map(|(slot, key)| (slot.scheduled_for, key.clone())) else { return Ok(nothing) };
    if !tx.backfill_advance(&read, &done, next.len() as u64).await? {
        return Ok(nothing);
    }
    let mut runs = Vec::with_capacity(next.len());
    for (slot, key) in next {
        match run(&task, &read, (slot.scheduled_for, key), now) {
            Ok(run) => runs.push(run),
            Err(reason) => {
                return Ok((
                    Inserted::default(),
                    tx.backfill_end(&read, BackfillState::Cancelled, Some(&reason), now).await?,
                ));
            }
        }
    }
    Ok((admit::insert(tx, &runs, &BTreeMap::new(), now).await?, false))
}

/// The next slots of a backfill, with the keys of their schedules.
fn next_slots(sources: &[Source], read: &BackfillRecord, most: usize) -> Vec<(Slot, String)> {
    let (done_at, done_key) = &read.done;
    let after = (*done_at - TimeDelta::microseconds(1)).max(read.from_at - TimeDelta::microseconds(1));
    merged(sources, after, read.until_at)
        .filter(|(slot, source)| (slot.scheduled_for, source.schedule_key.as_str()) > (*done_at, done_key.as_str()))
        .filter(|(slot, _)| !slot.skipped)
        .take(most)
        .map(|(slot, source)| (slot, source.schedule_key.clone()))
        .collect()
}

fn run(
    task: &TaskRecord,
    read: &BackfillRecord,
    (at, key): (DateTime<Utc>, String),
    now: DateTime<Utc>,
) -> std::result::Result<RunNew, Reason> {
    let by = Some(read.created_by.clone());
    let wanted = Wanted::new(task, TriggerKind::Backfill, by, now).for_slot(key, at);
    let wanted = Wanted { params: read.params.clone(), backfill_key: Some(read.key), ..wanted };
    new_run(wanted, &mut OpenRuns::default(), now).map_err(admit::Refusal::into_reason)
}

fn sources(book: &CalendarBook, task: &TaskRecord, only: Option<&str>) -> Vec<Source> {
    let definition = &task.definition;
    let wanted = definition.schedules.iter().filter(|it| it.enabled && only.is_none_or(|key| it.key == key));
    let source = |schedule: &crate::domain::schedules::Schedule| {
        Some(Source {
            task: definition.name.clone(),
            task_key: task.key,
            schedule_key: schedule.key.clone(),
            skip_on: Vec::new(),
            tags: Vec::new(),
            compiled: compile(book, &definition.name, &definition.tags, schedule).ok()?,
        })
    };
    let mut sources: Vec<Source> = wanted.filter_map(source).collect();
    sources.sort_by(|a, b| a.schedule_key.cmp(&b.schedule_key));
    sources
}

fn dry_record(new: BackfillNew, task: &TaskRecord) -> BackfillRecord {
    let BackfillNew { task_key, schedule_key, from_at, until_at, at_once, params, slot_count, created_at, created_by } =
        new;
    BackfillRecord {
        id: BackfillId(uuid::Uuid::nil()),
        key: Key::NONE,
        task: task.id,
        task_key,
        schedule_key,
        from_at,
        until_at,
        at_once,
        params,
        state: BackfillState::Running,
        reason: None,
        slot_count,
        made_count: 0,
        done: (from_at, String::new()),
        created_at,
        created_by,
        finished_at: None,
        open_count: 0,
        succeeded_count: 0,
        failed_count: 0,
    }
}

fn no_backfill(id: BackfillId) -> Error {
    Error::NotFound(format!("there is no backfill {id}"))
}
