//! What people expect of slots and tasks, as long as it can still be late, and what was late.
//!
//! The transaction that books a slot of a task with expectations puts it on the list, so no slot is forgotten.
//! Deliberately absent: what is late, which `domain::ledger::lateness` decides. Start reading at `watched_due`.

use super::entity::{slot_watch, task_watch};
use crate::domain::keys::{Key, Task};
use crate::domain::ledger::Expect;
use crate::domain::ledger::lateness::LateKind;
use crate::domain::model::{SlotBooking, SlotEntry, SlotLateness, TaskLateness, WatchStep, WatchedSlot, WatchedTask};
use crate::domain::reason::Reason;
use crate::store::core::entity::task;
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::task::definition::definition_of;
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryResult,
    QuerySelect as _,
};
use std::collections::{HashMap, HashSet};

/// Maximum number of rows in one statement.
const ROWS: usize = 200;

/// Rows of what was late and is not over.
const IS_LATE: &str = "late_at IS NOT NULL AND over_at IS NULL";

impl Store {
    /// When to look next: the earliest instant at which something can become late; none: nothing is expected.
    pub async fn watch_next(&self) -> Result<Option<DateTime<Utc>>> {
        use slot_watch::Column::LookAt as SlotLook;
        use task_watch::Column::LookAt as TaskLook;
        let reader = self.reader();
        let slot = slot_watch::Entity::find().select_only().column(SlotLook).filter(SlotLook.is_not_null());
        let slot: Option<Micros> = slot.order_by_asc(SlotLook).limit(1).into_tuple().one(reader).await?;
        let task = task_watch::Entity::find().select_only().column(TaskLook).filter(TaskLook.is_not_null());
        let task: Option<Micros> = task.order_by_asc(TaskLook).limit(1).into_tuple().one(reader).await?;
        Ok(instant(slot.into_iter().chain(task).min()))
    }

    /// Whether something is expected of any task.
    pub async fn watches_are_there(&self) -> Result<bool> {
        let query = Query::select().expr(Expr::value(1)).from("task_watch").limit(1).take();
        Ok(self.reader().query_one(&query).await?.is_some())
    }

    /// Whether anything is late now.
    pub async fn late_are_there(&self) -> Result<bool> {
        let slots = slot_watch::Entity::find().filter(Expr::cust(IS_LATE)).one(self.reader()).await?;
        let silent = task_watch::Entity::find().filter(task_watch::Column::SilentAt.is_not_null());
        Ok(slots.is_some() || silent.one(self.reader()).await?.is_some())
    }

    /// What is expected of tasks now. Tasks that were deleted or cannot be read expect nothing.
    pub async fn tasks_expect(&self, tasks: &HashSet<Key<Task>>) -> Result<HashMap<Key<Task>, Expect>> {
        expect(self.reader(), tasks).await
    }

    /// What is late about tasks now.
    pub async fn tasks_late(&self, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, TaskLateness>> {
        let mut found = HashMap::new();
        for chunk in tasks.chunks(ROWS) {
            for row in newest_late(chunk).all(self.reader()).await? {
                let kind = kind_of(row.late_kind.as_deref())?.unwrap_or(LateKind::Start);
                let since_at = instant(row.late_at).unwrap_or_default();
                found.insert(row.task_id, TaskLateness { kind, since_at, reason: reason(row.reason_code, row.reason) });
            }
            let silent = task_watch::Entity::find()
                .filter(task_watch::Column::TaskId.is_in(chunk.iter().copied()))
                .filter(task_watch::Column::SilentAt.is_not_null());
            for row in silent.all(self.reader()).await? {
                let since_at = instant(row.silent_at).unwrap_or_default();
                let late =
                    TaskLateness { kind: LateKind::Silent, since_at, reason: reason(row.reason_code, row.reason) };
                found.entry(row.task_id).or_insert(late);
            }
        }
        Ok(found)
    }
}

async fn expect(connection: &impl ConnectionTrait, tasks: &HashSet<Key<Task>>) -> Result<HashMap<Key<Task>, Expect>> {
    let tasks: Vec<Key<Task>> = tasks.iter().copied().collect();
    let mut found = HashMap::with_capacity(tasks.len());
    for chunk in tasks.chunks(ROWS) {
        let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Definition]);
        let living = query.filter(task::Column::DeletedAt.is_null());
        let query = living.filter(task::Column::Id.is_in(chunk.iter().copied()));
        for (key, definition) in query.into_tuple::<(Key<Task>, String)>().all(connection).await? {
            found.insert(key, definition_of(&definition).0.expect);
        }
    }
    Ok(found)
}

/// The newest row of each of these tasks about which something is late.
fn newest_late(tasks: &[Key<Task>]) -> sea_orm::Select<slot_watch::Entity> {
    let newest = "NOT EXISTS (SELECT 1 FROM slot_watch AS other WHERE other.task_id = slot_watch.task_id \
                  AND other.late_at IS NOT NULL AND other.over_at IS NULL AND (other.late_at, other.schedule_id, \
                  other.first_at) > (slot_watch.late_at, slot_watch.schedule_id, slot_watch.first_at))";
    slot_watch::Entity::find()
        .filter(slot_watch::Column::TaskId.is_in(tasks.iter().copied()))
        .filter(Expr::cust(IS_LATE))
        .filter(Expr::cust(newest))
}

impl Tx {
    /// Puts new entries on the list whose tasks expect something of them. `new` says which entries are new.
    pub(super) async fn slots_watch(
        &self,
        bookings: &[SlotBooking],
        new: &[Vec<bool>],
        at: DateTime<Utc>,
    ) -> Result<()> {
        let watched = bookings.iter().zip(new).filter(|(booking, _)| booking.watched);
        let entries = watched.flat_map(|(booking, new)| {
            let entries = booking.entries.iter().zip(new).filter(|(_, new)| **new);
            entries.map(move |(entry, _)| (booking, entry))
        });
        let entries: Vec<(&SlotBooking, &SlotEntry)> = entries.collect();
        for chunk in entries.chunks(ROWS) {
            let mut rows = Rows::new(["schedule_id", "first_at", "task_id", "look_at", "reason"]);
            for (booking, entry) in chunk {
                rows.push([
                    booking.schedule_row.into(),
                    Micros::from(entry.first_at).into(),
                    booking.task_key.into(),
                    Micros::from(at).into(),
                    "".into(),
                ]);
            }
            let after = " ON CONFLICT (schedule_id, first_at) DO NOTHING";
            self.execute_raw(rows.insert(self.get_database_backend(), "slot_watch", &[], after)).await?;
        }
        Ok(())
    }

    /// Notes what is expected of a task from now on; none: nothing, so nothing is late any more. `anew` says that the
    /// time in which it must succeed begins now.
    pub(in crate::store) async fn task_watch_put(
        &self,
        task_key: Key<Task>,
        expect: Option<&Expect>,
        anew: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        use slot_watch::Column::{LateAt, LookAt, OverAt, TaskId};
        let now = Micros::from(at);
        let of_task = || Condition::all().add(TaskId.eq(task_key)).add(LateAt.is_null());
        if expect.is_none_or(Expect::is_none) {
            slot_watch::Entity::delete_many().filter(of_task()).exec(self).await?;
            let late = Condition::all().add(TaskId.eq(task_key)).add(Expr::cust(IS_LATE));
            let over = slot_watch::Entity::update_many().col_expr(OverAt, Expr::value(now)).filter(late);
            over.exec(self).await?;
            task_watch::Entity::delete_by_id(task_key).exec(self).await?;
            return Ok(());
        }
        let mut rows = Rows::new(["task_id", "since_at", "look_at", "reason", "runs"]);
        let runs = expect.is_some_and(Expect::watches_runs);
        rows.push([task_key.into(), now.into(), now.into(), "".into(), runs.into()]);
        let again = "since_at = excluded.since_at, silent_at = NULL, ";
        let more = if anew { again } else { "" };
        let after =
            format!(" ON CONFLICT (task_id) DO UPDATE SET {more}look_at = excluded.look_at, runs = excluded.runs");
        self.execute_raw(rows.insert(self.get_database_backend(), "task_watch", &[], &after)).await?;
        let look = slot_watch::Entity::update_many().col_expr(LookAt, Expr::value(now)).filter(of_task());
        look.exec(self).await?;
        Ok(())
    }

    /// Notes when runs of tasks succeeded, for tasks of which something is expected.
    pub async fn tasks_succeeded(&self, newest: &HashMap<Key<Task>, DateTime<Utc>>) -> Result<()> {
        let mut newest: Vec<_> = newest.iter().collect();
        newest.sort_by_key(|(task, _)| **task);
        for chunk in newest.chunks(ROWS) {
            let mut rows = Rows::new(["task_id", "at"]);
            chunk.iter().for_each(|(task, at)| rows.push([(**task).into(), Micros::from(**at).into()]));
            let text = "UPDATE task_watch SET success_at = v.at, silent_at = NULL, \
                        look_at = CASE WHEN task_watch.silent_at IS NULL THEN task_watch.look_at ELSE v.at END FROM {rows} \
                        WHERE task_watch.task_id = v.task_id AND COALESCE(task_watch.success_at, 0) < v.at";
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        Ok(())
    }

    /// What is expected of tasks now. Tasks that were deleted or cannot be read expect nothing.
    pub async fn tasks_expect(&self, tasks: &HashSet<Key<Task>>) -> Result<HashMap<Key<Task>, Expect>> {
        expect(self, tasks).await
    }

    /// Writes what changes about a watched slot. Returns false if it changed meanwhile.
    pub async fn slot_watch_step(&self, slot: &WatchedSlot, step: &WatchStep) -> Result<bool> {
        use slot_watch::Column::{FirstAt, LateAt, LateKind as Kind, LookAt, OverAt, ReasonCode, ScheduleId};
        let row = Condition::all().add(ScheduleId.eq(slot.schedule_row));
        let row = row.add(FirstAt.eq(Micros::from(slot.seen.first_at)));
        let update = slot_watch::Entity::update_many().filter(row.clone());
        let changed = match step {
            WatchStep::Settle => {
                { slot_watch::Entity::delete_many().filter(row).filter(LateAt.is_null()).exec(self).await? }
                    .rows_affected
            }
            WatchStep::LookAt(at) => {
                { update.col_expr(LookAt, Expr::value(Micros::from(*at))).filter(LateAt.is_null()).exec(self).await? }
                    .rows_affected
            }
            WatchStep::Late(late, reason) => {
                {
                    let columns = ReasonColumns::of(Some(reason));
                    let update = update
                        .col_expr(Kind, Expr::value(late.kind.as_str()))
                        .col_expr(LateAt, Expr::value(Micros::from(late.since_at)))
                        .col_expr(ReasonCode, Expr::value(columns.code))
                        .col_expr(slot_watch::Column::Reason, Expr::value(columns.args))
                        .col_expr(LookAt, Expr::value(None::<i64>));
                    update.filter(LateAt.is_null()).exec(self).await?
                }
                .rows_affected
            }
            WatchStep::Over(at) => {
                { update.col_expr(OverAt, Expr::value(Micros::from(*at))).filter(OverAt.is_null()).exec(self).await? }
                    .rows_affected
            }
        };
        Ok(changed > 0)
    }

    /// Tasks at which to look now, because they may be silent for too long.
    pub async fn tasks_watched_due(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<WatchedTask>> {
        use task_watch::Column::{LookAt, TaskId};
        let query = task_watch::Entity::find().filter(LookAt.lte(Micros::from(now)));
        let rows = query.order_by_asc(LookAt).order_by_asc(TaskId).limit(most).all(self).await?;
        let mut expected = self.tasks_expect(&rows.iter().map(|row| row.task_id).collect()).await?;
        let record = |row: task_watch::Model| WatchedTask {
            task_key: row.task_id,
            expect: expected.remove(&row.task_id).unwrap_or_default(),
            since_at: row.since_at.into(),
            success_at: instant(row.success_at),
            silent_at: instant(row.silent_at),
        };
        Ok(rows.into_iter().map(record).collect())
    }

    /// The end of the newest run of a task that succeeded after an instant.
    pub async fn newest_success(&self, task: Key<Task>, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let query = Query::select()
            .expr_as(Expr::cust("MAX(finished_at)"), "at")
            .from("run")
            .and_where(Expr::col("task_id").eq(task))
            .and_where(Expr::cust(format!("state = 'succeeded' AND finished_at > {}", Micros::from(after).0)))
            .take();
        let row = self.query_one(&query).await?;
        Ok(instant(row.map(|row| row.try_get("", "at")).transpose()?.flatten()))
    }

    /// Writes when to look at a task again, when a run of it last succeeded, and since when it is silent for too long.
    pub async fn task_watch_step(
        &self,
        task: &WatchedTask,
        look_at: Option<DateTime<Utc>>,
        because: Option<&Reason>,
    ) -> Result<()> {
        use task_watch::Column::{LookAt, Reason as Args, ReasonCode, SilentAt, SuccessAt};
        let columns = ReasonColumns::of(because);
        task_watch::Entity::update_many()
            .col_expr(LookAt, Expr::value(look_at.map(Micros::from)))
            .col_expr(SuccessAt, Expr::value(task.success_at.map(Micros::from)))
            .col_expr(SilentAt, Expr::value(task.silent_at.map(Micros::from)))
            .col_expr(ReasonCode, Expr::value(columns.code))
            .col_expr(Args, Expr::value(columns.args))
            .filter(task_watch::Column::TaskId.eq(task.task_key))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Which of these tasks have slots that are late now, with a run or without one.
    pub async fn tasks_late_still(&self, tasks: &[Key<Task>]) -> Result<HashSet<(Key<Task>, bool)>> {
        let mut found = HashSet::new();
        for chunk in tasks.chunks(ROWS) {
            let query = slot_watch::Entity::find()
                .select_only()
                .columns([slot_watch::Column::TaskId, slot_watch::Column::LateKind])
                .filter(slot_watch::Column::TaskId.is_in(chunk.iter().copied()))
                .filter(Expr::cust(IS_LATE))
                .distinct();
            for (task, kind) in query.into_tuple::<(Key<Task>, Option<String>)>().all(self).await? {
                found.insert((task, kind_of(kind.as_deref())? == Some(LateKind::Missed)));
            }
        }
        Ok(found)
    }

    /// Which of these tasks are silent for too long.
    pub async fn tasks_silent_still(&self, tasks: &[Key<Task>]) -> Result<HashSet<Key<Task>>> {
        let mut found = HashSet::new();
        for chunk in tasks.chunks(ROWS) {
            let query = task_watch::Entity::find()
                .select_only()
                .column(task_watch::Column::TaskId)
                .filter(task_watch::Column::TaskId.is_in(chunk.iter().copied()))
                .filter(task_watch::Column::SilentAt.is_not_null());
            found.extend(query.into_tuple::<Key<Task>>().all(self).await?);
        }
        Ok(found)
    }
}

pub(super) fn kind_of(kind: Option<&str>) -> Result<Option<LateKind>> {
    kind.map(str::parse).transpose().map_err(|error| damaged("slot_watch", error))
}

fn reason(code: Option<String>, args: String) -> Reason {
    ReasonColumns { code, args }.read().unwrap_or_else(|| Reason::Text { text: String::new() })
}

/// The columns of what was late that `record` reads.
pub(super) const LATE_COLUMNS: [(&str, &str); 5] = [
    ("slot_watch.late_kind", "late_kind"),
    ("slot_watch.late_at", "late_at"),
    ("slot_watch.reason_code", "late_code"),
    ("slot_watch.reason", "late_args"),
    ("slot_watch.over_at", "over_at"),
];

/// What is or was late about the slot of a row with `LATE_COLUMNS`.
pub(super) fn slot_lateness(row: &QueryResult) -> Result<Option<SlotLateness>> {
    let kind = kind_of(row.try_get::<Option<String>>("", "late_kind")?.as_deref())?;
    let since_at = instant(row.try_get("", "late_at")?);
    let Some((kind, since_at)) = kind.zip(since_at) else { return Ok(None) };
    let args = row.try_get::<Option<String>>("", "late_args")?.unwrap_or_default();
    let (reason, over_at) = (reason(row.try_get("", "late_code")?, args), instant(row.try_get("", "over_at")?));
    Ok(Some(SlotLateness { kind, since_at, reason, over_at }))
}
