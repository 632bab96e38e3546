//! What rules told, and have to tell.
//!
//! Deliberately absent: when something is told, which `domain::notify::timing` decides. Start reading at `tellings_add`.

use super::entity::{rule, telling};
use crate::domain::ids::{RuleId, RunId};
use crate::domain::keys::{Incident, Key, Rule, Telling};
use crate::domain::model::{RuleLoad, TellingNew, TellingRecord, ToldBefore};
use crate::domain::notify::words::TellStep;
use crate::domain::reason::Reason;
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Maximum number of rows in one statement.
const ROWS: usize = 200;

impl Store {
    /// What is due, oldest first.
    pub async fn tellings_due(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<TellingRecord>> {
        let query = telling::Entity::find()
            .filter(pending())
            .filter(telling::Column::DueAt.lte(Micros::from(now)))
            .order_by_asc(telling::Column::DueAt)
            .order_by_asc(telling::Column::Id)
            .limit(most);
        records(self.reader(), query.all(self.reader()).await?).await
    }

    /// When something is due next; none: nothing waits.
    pub async fn telling_next(&self) -> Result<Option<DateTime<Utc>>> {
        let query = telling::Entity::find().select_only().column(telling::Column::DueAt).filter(pending());
        let next: Option<Micros> =
            query.order_by_asc(telling::Column::DueAt).limit(1).into_tuple().one(self.reader()).await?;
        Ok(instant(next))
    }

    /// What rules told and have to tell about an incident, oldest first.
    pub async fn tellings_of(&self, incident: Key<Incident>) -> Result<Vec<TellingRecord>> {
        let query = telling::Entity::find().filter(telling::Column::IncidentId.eq(incident));
        let rows = query.order_by_asc(telling::Column::Id).all(self.reader()).await?;
        records(self.reader(), rows).await
    }
}

impl Tx {
    /// Adds what rules have to tell. A rule tells each step of an incident once.
    pub async fn tellings_add(&self, new: &[TellingNew]) -> Result<()> {
        for chunk in new.chunks(ROWS) {
            let mut rows = Rows::new([
                "rule_id",
                "incident_id",
                "task_id",
                "run_uid",
                "kind",
                "step",
                "happened_at",
                "due_at",
                "muted",
                "muted_args",
            ]);
            for TellingNew { rule_key, incident_key, task_key, run, kind, step, happened_at, due_at, muted } in chunk {
                let ReasonColumns { code, args } = ReasonColumns::of(muted.as_ref());
                rows.push([
                    (*rule_key).into(),
                    (*incident_key).into(),
                    (*task_key).into(),
                    run.map(|run| run.0).into(),
                    kind.as_str().into(),
                    step.as_str().into(),
                    Micros::from(*happened_at).into(),
                    Micros::from(*due_at).into(),
                    code.into(),
                    args.into(),
                ]);
            }
            let after = " ON CONFLICT DO NOTHING";
            self.execute_raw(rows.insert(self.get_database_backend(), "telling", &[], after)).await?;
        }
        Ok(())
    }

    /// What rules told about incidents, or are about to tell, without what is muted.
    pub async fn told_before(&self, incidents: &[Key<Incident>]) -> Result<HashSet<ToldBefore>> {
        use telling::Column::{IncidentId, Muted, RuleId, Step};
        let mut found = HashSet::new();
        for chunk in incidents.chunks(ROWS) {
            let query = telling::Entity::find().select_only().columns([RuleId, IncidentId, Step]);
            let query = query.filter(IncidentId.is_in(chunk.iter().copied())).filter(Muted.is_null());
            let rows: Vec<(Key<Rule>, Key<Incident>, String)> = query.into_tuple().all(self).await?;
            for (rule_key, incident_key, step) in rows {
                let step: TellStep = step.parse().map_err(|error| damaged("telling", error))?;
                found.insert(ToldBefore { rule_key, incident_key, step });
            }
        }
        Ok(found)
    }

    /// How much each rule has told since an instant or is about to tell.
    pub async fn rule_loads(&self, since: DateTime<Utc>) -> Result<HashMap<Key<Rule>, RuleLoad>> {
        use telling::Column::{DueAt, Muted, RuleId, ToldAt};
        let recent = telling::Entity::find()
            .select_only()
            .column(RuleId)
            .column_as(Expr::cust("COUNT(*)"), "number")
            .filter(Muted.is_null())
            .filter(DueAt.gt(Micros::from(since)))
            .group_by(RuleId);
        let mut found: HashMap<Key<Rule>, RuleLoad> = HashMap::new();
        for (rule, number) in recent.into_tuple::<(Key<Rule>, i64)>().all(self).await? {
            found.entry(rule).or_default().recent = number.unsigned_abs();
        }
        let next = telling::Entity::find()
            .select_only()
            .column(RuleId)
            .column_as(DueAt.min(), "next")
            .filter(Muted.is_null())
            .filter(ToldAt.is_null())
            .group_by(RuleId);
        for (rule, next) in next.into_tuple::<(Key<Rule>, Option<Micros>)>().all(self).await? {
            found.entry(rule).or_default().pending = instant(next);
        }
        Ok(found)
    }

    /// Notes that something was handed to the channels. Returns how many rows were still to be told.
    pub async fn tellings_told(&self, keys: &[Key<Telling>], at: DateTime<Utc>) -> Result<u64> {
        let mut told = 0;
        for chunk in keys.chunks(ROWS) {
            let update = telling::Entity::update_many()
                .col_expr(telling::Column::ToldAt, Expr::value(Micros::from(at)))
                .filter(telling::Column::Id.is_in(chunk.iter().copied()))
                .filter(pending());
            told += update.exec(self).await?.rows_affected;
        }
        Ok(told)
    }

    /// Deletes what rules told before an instant about nothing that was wrong. The rest goes with its incident. Returns
    /// how many went.
    pub async fn tellings_delete(&self, before: DateTime<Utc>, limit: u32) -> Result<u64> {
        let settled =
            Condition::any().add(telling::Column::ToldAt.is_not_null()).add(telling::Column::Muted.is_not_null());
        let old = telling::Entity::find()
            .select_only()
            .column(telling::Column::Id)
            .filter(telling::Column::IncidentId.is_null())
            .filter(telling::Column::DueAt.lt(Micros::from(before)))
            .filter(settled)
            .limit(u64::from(limit));
        let old: Vec<Key<Telling>> = old.into_tuple().all(self).await?;
        let mut gone = 0;
        for chunk in old.chunks(ROWS) {
            let query = telling::Entity::delete_many().filter(telling::Column::Id.is_in(chunk.iter().copied()));
            gone += query.exec(self).await?.rows_affected;
        }
        Ok(gone)
    }

    /// Keeps a rule from telling what it has not told yet.
    pub async fn tellings_mute_of_rule(&self, rule: Key<Rule>, reason: &Reason) -> Result<()> {
        mute(self, Condition::all().add(telling::Column::RuleId.eq(rule)), reason).await
    }

    /// Keeps all rules from telling that an incident is there, if they have not told it yet.
    pub async fn tellings_mute_of_incident(&self, incident: Key<Incident>, reason: &Reason) -> Result<()> {
        let which = Condition::all()
            .add(telling::Column::IncidentId.eq(incident))
            .add(telling::Column::Step.eq(TellStep::Event.as_str()));
        mute(self, which, reason).await
    }
}

fn pending() -> Condition {
    Condition::all().add(telling::Column::ToldAt.is_null()).add(telling::Column::Muted.is_null())
}

async fn mute(tx: &Tx, which: Condition, reason: &Reason) -> Result<()> {
    let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
    let update = telling::Entity::update_many()
        .col_expr(telling::Column::Muted, Expr::value(code))
        .col_expr(telling::Column::MutedArgs, Expr::value(args))
        .filter(which)
        .filter(pending());
    update.exec(tx).await?;
    Ok(())
}

/// Converts rows to records, in the same order.
async fn records(connection: &impl ConnectionTrait, rows: Vec<telling::Model>) -> Result<Vec<TellingRecord>> {
    let keys: HashSet<Key<Rule>> = rows.iter().map(|row| row.rule_id).collect();
    let keys: Vec<Key<Rule>> = keys.into_iter().collect();
    let mut names = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(ROWS) {
        use rule::Column::{Id, Name, Uid};
        let query = rule::Entity::find().select_only().columns([Id, Uid, Name]);
        let query = query.filter(Id.is_in(chunk.iter().copied()));
        let found: Vec<(Key<Rule>, Uuid, String)> = query.into_tuple().all(connection).await?;
        names.extend(found.into_iter().map(|(key, uid, name)| (key, (RuleId(uid), name))));
    }
    // A rule that was deleted between the two statements tells nothing any more.
    let named = rows.into_iter().filter_map(|row| {
        let (rule, rule_name) = names.get(&row.rule_id)?.clone();
        Some(record(row, rule, rule_name))
    });
    named.collect()
}

fn record(row: telling::Model, rule: RuleId, rule_name: String) -> Result<TellingRecord> {
    let telling::Model {
        id,
        rule_id,
        incident_id,
        task_id,
        run_uid,
        kind,
        step,
        happened_at,
        due_at,
        told_at,
        muted,
        muted_args,
    } = row;
    Ok(TellingRecord {
        key: id,
        rule,
        rule_name,
        new: TellingNew {
            rule_key: rule_id,
            incident_key: incident_id,
            task_key: task_id,
            run: run_uid.map(RunId),
            kind: kind.parse().map_err(|error| damaged("telling", error))?,
            step: step.parse().map_err(|error| damaged("telling", error))?,
            happened_at: happened_at.into(),
            due_at: due_at.into(),
            muted: ReasonColumns { code: muted, args: muted_args }.read(),
        },
        told_at: instant(told_at),
    })
}
