//! Incidents: what is or was wrong with tasks and with the server.
//!
//! Deliberately absent: what opens and resolves an incident, which `domain::notify::incidents` decides. Start reading at
//! `incidents_open`.

use super::entity::incident;
use crate::domain::ids::{IncidentId, RunId};
use crate::domain::keys::{Incident, Key, Task};
use crate::domain::model::{About, Cursor, IncidentFilter, IncidentRecord, IncidentShown, Page, PageRequest};
use crate::domain::notify::incidents::Ended;
use crate::domain::notify::replay::PastRun;
use crate::domain::notify::rules::TaskFacts;
use crate::domain::notify::words::{IncidentKind, IncidentState};
use crate::store::core::entity::task;
use crate::store::core::error::damaged;
use crate::store::core::page::newest_first;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::small;
use crate::store::core::time::{Micros, instant};
use crate::store::runs::entity::run;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, NotSet,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Incidents about lateness.
const LATENESS: [IncidentKind; 3] = [IncidentKind::Late, IncidentKind::Missed, IncidentKind::Silent];

/// Incidents that no end of a run shows: those about lateness, those that a look at open runs or schedules shows, and those
/// about the server.
fn kinds_by_looks() -> impl Iterator<Item = &'static str> {
    use IncidentKind::{Failing, Skipped, Suspicious};
    let by_ends = |kind: &&IncidentKind| matches!(kind, Failing | Skipped | Suspicious);
    IncidentKind::ALL.iter().filter(move |kind| !by_ends(kind)).map(|kind| kind.as_str())
}

/// Maximum number of keys in one statement.
const KEYS: usize = 500;

impl Store {
    /// A page of incidents, newest first.
    pub async fn incident_list(&self, filter: &IncidentFilter, page: &PageRequest) -> Result<Page<IncidentRecord>> {
        let mut query = incident::Entity::find();
        if let Some(task) = filter.task_key {
            query = query.filter(incident::Column::TaskId.eq(task));
        }
        if !filter.states.is_empty() {
            let any = filter.states.iter().fold(Condition::any(), |any, state| any.add(in_state(*state)));
            query = query.filter(any);
        }
        let columns = [incident::Column::OpenedAt, incident::Column::Id];
        let place = |row: &incident::Model| Cursor::number(row.opened_at.0, row.id);
        let Page { items, next } = newest_first(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// Finds an incident.
    pub async fn incident_find(&self, id: IncidentId) -> Result<Option<IncidentRecord>> {
        find(self.reader(), id).await
    }

    /// Incidents by their keys.
    pub async fn incidents_by_key(
        &self,
        keys: impl IntoIterator<Item = Key<Incident>>,
    ) -> Result<HashMap<Key<Incident>, IncidentRecord>> {
        let keys: Vec<Key<Incident>> = keys.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let mut found = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS) {
            let query = incident::Entity::find().filter(incident::Column::Id.is_in(chunk.iter().copied()));
            let rows = query.all(self.reader()).await?;
            found.extend(records(self.reader(), rows).await?.into_iter().map(|incident| (incident.key, incident)));
        }
        Ok(found)
    }

    /// What rules look at, of tasks by their keys, including deleted ones.
    pub async fn task_facts(&self, keys: impl IntoIterator<Item = Key<Task>>) -> Result<HashMap<Key<Task>, TaskFacts>> {
        facts(self.reader(), keys).await
    }
}

impl Store {
    /// The newest runs that were created since an instant and ended, in the order of their ends.
    pub async fn past_runs(&self, since: DateTime<Utc>, most: u64) -> Result<Vec<PastRun>> {
        use run::Column::{CreatedAt, FinishedAt, Reason, ReasonCode, State, Suspicious, TaskId, TaskName, Uid};
        let query = run::Entity::find()
            .select_only()
            .columns([Uid, TaskId, TaskName, State, Suspicious, FinishedAt, ReasonCode, Reason])
            .filter(CreatedAt.gte(Micros::from(since)))
            .filter(FinishedAt.is_not_null())
            .order_by_desc(CreatedAt)
            .limit(most);
        let rows = query.into_model::<PastRow>().all(self.reader()).await?;
        let mut found = rows.into_iter().map(past).collect::<Result<Vec<_>>>()?;
        found.sort_by_key(|run| (run.ended.at, run.run));
        Ok(found)
    }
}

impl Store {
    /// The newest incidents that were opened since an instant and that no end of a run shows.
    pub async fn past_incidents(&self, since: DateTime<Utc>, most: u64) -> Result<Vec<IncidentRecord>> {
        let query = incident::Entity::find()
            .filter(incident::Column::Kind.is_in(kinds_by_looks()))
            .filter(incident::Column::OpenedAt.gte(Micros::from(since)))
            .order_by_desc(incident::Column::OpenedAt)
            .limit(most);
        records(self.reader(), query.all(self.reader()).await?).await
    }

    /// Whether an incident about lateness is open.
    pub async fn lateness_is_open(&self) -> Result<bool> {
        let query = incident::Entity::find()
            .filter(incident::Column::Kind.is_in(LATENESS.map(IncidentKind::as_str)))
            .filter(incident::Column::ResolvedAt.is_null());
        Ok(query.one(self.reader()).await?.is_some())
    }
}

impl Tx {
    /// Finds an incident.
    pub async fn incident_find(&self, id: IncidentId) -> Result<Option<IncidentRecord>> {
        find(self, id).await
    }

    /// What rules look at, of tasks by their keys, including deleted ones.
    pub async fn task_facts(&self, keys: impl IntoIterator<Item = Key<Task>>) -> Result<HashMap<Key<Task>, TaskFacts>> {
        facts(self, keys).await
    }

    /// The incidents of tasks that are not resolved.
    pub async fn incidents_open(&self, tasks: &[Key<Task>]) -> Result<Vec<IncidentRecord>> {
        let mut found = Vec::new();
        for chunk in tasks.chunks(KEYS) {
            let query = incident::Entity::find()
                .filter(incident::Column::TaskId.is_in(chunk.iter().copied()))
                .filter(incident::Column::ResolvedAt.is_null())
                .order_by_asc(incident::Column::Id);
            found.extend(records(self, query.all(self).await?).await?);
        }
        Ok(found)
    }

    /// The open incidents about lateness, of all tasks.
    pub async fn incidents_of_lateness(&self) -> Result<Vec<IncidentRecord>> {
        let query = incident::Entity::find()
            .filter(incident::Column::Kind.is_in(LATENESS.map(IncidentKind::as_str)))
            .filter(incident::Column::ResolvedAt.is_null())
            .order_by_asc(incident::Column::Id);
        records(self, query.all(self).await?).await
    }

    /// Opens an incident. `name` is that of its task or of the part of the server.
    pub async fn incident_insert(&self, shown: IncidentShown<'_>, name: &str) -> Result<IncidentRecord> {
        let IncidentShown { kind, sign, count } = shown;
        let reason = ReasonColumns::of(sign.reason);
        let row = incident::ActiveModel {
            id: NotSet,
            uid: Set(IncidentId::generate().0),
            task_id: Set(sign.about.task_key()),
            part: Set(sign.about.part().map(str::to_owned)),
            kind: Set(kind.as_str().to_owned()),
            opened_at: Set(sign.at.into()),
            seen_at: Set(sign.at.into()),
            run_count: Set(count.into()),
            first_run_uid: Set(sign.run.map(|run| run.0)),
            last_run_uid: Set(sign.run.map(|run| run.0)),
            state: Set(sign.state.map(|state| state.as_str().to_owned())),
            reason_code: Set(reason.code),
            reason: Set(reason.args),
            acknowledged_at: Set(None),
            acknowledged_by: Set(None),
            note: Set(String::new()),
            resolved_at: Set(None),
            resolved_by: Set(None),
            snoozed_until: Set(None),
            snoozed_by: Set(None),
        };
        record(row.insert(self).await?, name.to_owned())
    }

    /// Notes one more sign of an incident. Of two runs, the one that ended later is the newest.
    pub async fn incident_show(&self, read: &IncidentRecord, shown: IncidentShown<'_>) -> Result<()> {
        let IncidentShown { kind: _, sign, count } = shown;
        let mut update = incident::Entity::update_many()
            .col_expr(incident::Column::RunCount, Expr::value(i64::from(count)))
            .filter(incident::Column::Id.eq(read.key));
        if sign.at >= read.seen_at {
            let reason = ReasonColumns::of(sign.reason);
            update = update
                .col_expr(incident::Column::SeenAt, Expr::value(Micros::from(sign.at)))
                .col_expr(incident::Column::LastRunUid, Expr::value(sign.run.map(|run| run.0)))
                .col_expr(incident::Column::State, Expr::value(sign.state.map(|state| state.as_str().to_owned())))
                .col_expr(incident::Column::ReasonCode, Expr::value(reason.code))
                .col_expr(incident::Column::Reason, Expr::value(reason.args));
        }
        update.exec(self).await?;
        Ok(())
    }

    /// Resolves an incident, for a run or for a person. Returns false if it was resolved already.
    pub async fn incident_resolve(&self, key: Key<Incident>, at: DateTime<Utc>, by: Option<&str>) -> Result<bool> {
        let update = incident::Entity::update_many()
            .col_expr(incident::Column::ResolvedAt, Expr::value(Micros::from(at)))
            .col_expr(incident::Column::ResolvedBy, Expr::value(by.map(str::to_owned)))
            .filter(incident::Column::Id.eq(key))
            .filter(incident::Column::ResolvedAt.is_null());
        Ok(update.exec(self).await?.rows_affected > 0)
    }

    /// Notes that somebody takes care of an incident. Returns false if it is resolved.
    pub async fn incident_acknowledge(
        &self,
        key: Key<Incident>,
        at: DateTime<Utc>,
        by: &str,
        note: &str,
    ) -> Result<bool> {
        let update = incident::Entity::update_many()
            .col_expr(incident::Column::AcknowledgedAt, Expr::value(Micros::from(at)))
            .col_expr(incident::Column::AcknowledgedBy, Expr::value(by))
            .col_expr(incident::Column::Note, Expr::value(note))
            .filter(incident::Column::Id.eq(key))
            .filter(incident::Column::ResolvedAt.is_null());
        Ok(update.exec(self).await?.rows_affected > 0)
    }

    /// Notes until when no rule tells about an incident. Returns false if it is resolved.
    pub async fn incident_snooze(
        &self,
        key: Key<Incident>,
        until: Option<DateTime<Utc>>,
        by: Option<&str>,
    ) -> Result<bool> {
        let update = incident::Entity::update_many()
            .col_expr(incident::Column::SnoozedUntil, Expr::value(until.map(Micros::from)))
            .col_expr(incident::Column::SnoozedBy, Expr::value(by.map(str::to_owned)))
            .filter(incident::Column::Id.eq(key))
            .filter(incident::Column::ResolvedAt.is_null());
        Ok(update.exec(self).await?.rows_affected > 0)
    }

    /// Deletes incidents that were resolved before an instant, with what was told about them. Returns how many went.
    pub async fn incidents_delete(&self, before: DateTime<Utc>, limit: u32) -> Result<u64> {
        let old = incident::Entity::find()
            .select_only()
            .column(incident::Column::Id)
            .filter(incident::Column::ResolvedAt.lt(Micros::from(before)))
            .limit(u64::from(limit));
        let old: Vec<Key<Incident>> = old.into_tuple().all(self).await?;
        let mut gone = 0;
        for chunk in old.chunks(KEYS) {
            let query = incident::Entity::delete_many().filter(incident::Column::Id.is_in(chunk.iter().copied()));
            gone += query.exec(self).await?.rows_affected;
        }
        Ok(gone)
    }
}

#[derive(FromQueryResult)]
struct PastRow {
    uid: Uuid,
    task_id: Key<Task>,
    task_name: String,
    state: String,
    suspicious: Option<String>,
    finished_at: Micros,
    reason_code: Option<String>,
    reason: String,
}

fn past(row: PastRow) -> Result<PastRun> {
    let PastRow { uid, task_id, task_name, state, suspicious, finished_at, reason_code, reason } = row;
    let state = state.parse().map_err(|error| damaged("run", error))?;
    let ended = Ended { state, suspicious: suspicious.is_some(), at: finished_at.into() };
    let reason = ReasonColumns { code: reason_code, args: reason }.read().map(|reason| reason.code());
    Ok(PastRun { run: RunId(uid), task_key: task_id, task: task_name, ended, reason })
}

fn in_state(state: IncidentState) -> Condition {
    let (acknowledged, resolved) = (incident::Column::AcknowledgedAt, incident::Column::ResolvedAt);
    match state {
        IncidentState::Open => Condition::all().add(resolved.is_null()).add(acknowledged.is_null()),
        IncidentState::Acknowledged => Condition::all().add(resolved.is_null()).add(acknowledged.is_not_null()),
        IncidentState::Resolved => Condition::all().add(resolved.is_not_null()),
    }
}

/// What a choice of tasks looks at, as the database has it.
#[derive(FromQueryResult)]
struct FactsRow {
    id: Key<Task>,
    name: String,
    folder: String,
    tags: String,
    owner: Option<String>,
}

async fn facts(
    connection: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = Key<Task>>,
) -> Result<HashMap<Key<Task>, TaskFacts>> {
    let keys: Vec<Key<Task>> = keys.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS) {
        use task::Column::{Folder, Id, Name, Owner, Tags};
        let query = task::Entity::find().select_only().columns([Id, Name, Folder, Tags, Owner]);
        let query = query.filter(Id.is_in(chunk.iter().copied()));
        for FactsRow { id, name, folder, tags, owner } in query.into_model().all(connection).await? {
            let tags = serde_json::from_str(&tags).map_err(|error| damaged("task", error))?;
            found.insert(id, TaskFacts { name, folder, tags, owner });
        }
    }
    Ok(found)
}

async fn find(connection: &impl ConnectionTrait, id: IncidentId) -> Result<Option<IncidentRecord>> {
    let rows = incident::Entity::find().filter(incident::Column::Uid.eq(id.0)).all(connection).await?;
    Ok(records(connection, rows).await?.into_iter().next())
}

/// Converts rows to records, in the same order.
pub(super) async fn records(
    connection: &impl ConnectionTrait,
    rows: Vec<incident::Model>,
) -> Result<Vec<IncidentRecord>> {
    let tasks = facts(connection, rows.iter().filter_map(|row| row.task_id)).await?;
    let named = |row: incident::Model| {
        let name = match (row.task_id, &row.part) {
            (Some(task), _) => tasks.get(&task).map(|task| task.name.clone()),
            (None, part) => part.clone(),
        };
        let name = name.ok_or_else(|| damaged("incident", "its task does not exist"))?;
        record(row, name)
    };
    rows.into_iter().map(named).collect()
}

fn record(row: incident::Model, name: String) -> Result<IncidentRecord> {
    let incident::Model {
        id,
        uid,
        task_id,
        part,
        kind,
        opened_at,
        seen_at,
        run_count,
        first_run_uid,
        last_run_uid,
        state,
        reason_code,
        reason,
        acknowledged_at,
        acknowledged_by,
        note,
        resolved_at,
        resolved_by,
        snoozed_until,
        snoozed_by,
    } = row;
    Ok(IncidentRecord {
        id: IncidentId(uid),
        key: id,
        about: task_id.map_or_else(|| About::Part(part.unwrap_or_default()), About::Task),
        name,
        kind: kind.parse().map_err(|error| damaged("incident", error))?,
        opened_at: opened_at.into(),
        seen_at: seen_at.into(),
        run_count: small(run_count),
        first_run: first_run_uid.map(RunId),
        last_run: last_run_uid.map(RunId),
        state: state.map(|state| state.parse()).transpose().map_err(|error| damaged("incident", error))?,
        reason: ReasonColumns { code: reason_code, args: reason }.read(),
        acknowledged_at: instant(acknowledged_at),
        acknowledged_by,
        note,
        resolved_at: instant(resolved_at),
        resolved_by,
        snoozed_until: instant(snoozed_until),
        snoozed_by,
    })
}
