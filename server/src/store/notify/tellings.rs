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
use crate::store::core::rows::{Rows, small};
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

/// The steps that something new brings.
const FRESH: [&str; 2] = [TellStep::Event.as_str(), TellStep::Recovery.as_str()];

impl Store {
    /// What is due, oldest first.
    pub async fn tellings_due(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<TellingRecord>> {
        let query = telling::Entity::find()
            .filter(telling::Column::ToldAt.is_null())
            .filter(
                Condition::any()
                    .add(pending().add(telling::Column::DueAt.lte(Micros::from(now))))
                    .add(telling::Column::MutedUntil.lte(Micros::from(now))),
            )
            .order_by_asc(telling::Column::DueAt)
            .order_by_asc(telling::Column::Id)
            .limit(most);
        records(self.reader(), query.all(self.reader()).await?).await
    }

    /// When something is due next; none: nothing waits.
    pub async fn telling_next(&self) -> Result<Option<DateTime<Utc>>> {
        let query = telling::Entity::find().select_only().column(telling::Column::DueAt).filter(pending());
        let due: Option<Micros> =
            query.order_by_asc(telling::Column::DueAt).limit(1).into_tuple().one(self.reader()).await?;
        let query = telling::Entity::find().select_only().column(telling::Column::MutedUntil).filter(put_off());
        let put_off: Option<Micros> =
            query.order_by_asc(telling::Column::MutedUntil).limit(1).into_tuple().one(self.reader()).await?;
        Ok([due, put_off].into_iter().filter_map(instant).min())
    }

    /// What rules told about incidents, and what they have to tell or never told.
    pub async fn tellings_about(
        &self,
        incidents: impl IntoIterator<Item = Key<Incident>>,
    ) -> Result<Vec<TellingRecord>> {
        let keys: Vec<Key<Incident>> = incidents.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let mut found = Vec::new();
        for chunk in keys.chunks(ROWS) {
            let query = telling::Entity::find().filter(telling::Column::IncidentId.is_in(chunk.iter().copied()));
            found.extend(records(self.reader(), query.all(self.reader()).await?).await?);
        }
        Ok(found)
    }

    /// What rules told and have to tell about an incident, oldest first.
    pub async fn tellings_of(&self, incident: Key<Incident>) -> Result<Vec<TellingRecord>> {
        of_incident(self.reader(), incident).await
    }
}

impl Tx {
    /// What rules told and have to tell about an incident, oldest first.
    pub async fn tellings_of(&self, incident: Key<Incident>) -> Result<Vec<TellingRecord>> {
        of_incident(self, incident).await
    }

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
                "round",
                "happened_at",
                "due_at",
                "muted",
                "muted_args",
                "muted_until",
            ]);
            for new in chunk {
                let TellingNew {
                    rule_key,
                    incident_key,
                    task_key,
                    run,
                    kind,
                    step,
                    round,
                    happened_at,
                    due_at,
                    muted,
                    muted_until,
                } = new;
                let ReasonColumns { code, args } = ReasonColumns::of(muted.as_ref());
                rows.push([
                    (*rule_key).into(),
                    (*incident_key).into(),
                    (*task_key).into(),
                    run.map(|run| run.0).into(),
                    kind.as_str().into(),
                    step.as_str().into(),
                    i64::from(*round).into(),
                    Micros::from(*happened_at).into(),
                    Micros::from(*due_at).into(),
                    code.into(),
                    args.into(),
                    muted_until.map(Micros::from).into(),
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

    /// How much each rule has told since an instant or is about to tell, without reminders.
    pub async fn rule_loads(&self, since: DateTime<Utc>) -> Result<HashMap<Key<Rule>, RuleLoad>> {
        use telling::Column::{DueAt, Muted, RuleId, ToldAt};
        let recent = telling::Entity::find()
            .select_only()
            .column(RuleId)
            .column_as(Expr::cust("COUNT(*)"), "number")
            .filter(Muted.is_null())
            .filter(telling::Column::Step.is_in(FRESH))
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
            .filter(telling::Column::Step.is_in(FRESH))
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
                .col_expr(telling::Column::Muted, Expr::value(None::<String>))
                .col_expr(telling::Column::MutedArgs, Expr::value(""))
                .filter(telling::Column::Id.is_in(chunk.iter().copied()))
                .filter(alive());
            told += update.exec(self).await?.rows_affected;
        }
        Ok(told)
    }

    /// Puts off what is due, until an instant or for good.
    pub async fn tellings_put_off(
        &self,
        keys: &[Key<Telling>],
        reason: &Reason,
        until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        for chunk in keys.chunks(ROWS) {
            let which = Condition::all().add(telling::Column::Id.is_in(chunk.iter().copied()));
            mute(self, which, reason, until).await?;
        }
        Ok(())
    }

    /// Has what was put off wait for the time at which its rule speaks again.
    pub async fn telling_wait(&self, key: Key<Telling>, due_at: DateTime<Utc>) -> Result<()> {
        let update = telling::Entity::update_many()
            .col_expr(telling::Column::DueAt, Expr::value(Micros::from(due_at)))
            .col_expr(telling::Column::Muted, Expr::value(None::<String>))
            .col_expr(telling::Column::MutedArgs, Expr::value(""))
            .filter(telling::Column::Id.eq(key))
            .filter(alive());
        update.exec(self).await?;
        Ok(())
    }

    /// Has everything that was put off looked at again now, or only what is about one incident.
    pub async fn tellings_look_again(&self, incident: Option<Key<Incident>>, now: DateTime<Utc>) -> Result<()> {
        let mut update = telling::Entity::update_many()
            .col_expr(telling::Column::MutedUntil, Expr::value(Micros::from(now)))
            .filter(put_off())
            .filter(telling::Column::MutedUntil.gt(Micros::from(now)));
        if let Some(incident) = incident {
            update = update.filter(telling::Column::IncidentId.eq(incident));
        }
        update.exec(self).await?;
        Ok(())
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
        mute(self, Condition::all().add(telling::Column::RuleId.eq(rule)), reason, None).await
    }

    /// Keeps all rules from telling that an incident is there, if they have not told it yet.
    pub async fn tellings_mute_of_incident(&self, incident: Key<Incident>, reason: &Reason) -> Result<()> {
        let which = Condition::all()
            .add(telling::Column::IncidentId.eq(incident))
            .add(telling::Column::Step.ne(TellStep::Recovery.as_str()));
        mute(self, which, reason, None).await
    }

    /// Keeps all rules from telling some steps about an incident.
    pub async fn tellings_mute_steps(
        &self,
        incident: Key<Incident>,
        steps: &[TellStep],
        reason: &Reason,
    ) -> Result<()> {
        let which = Condition::all()
            .add(telling::Column::IncidentId.eq(incident))
            .add(telling::Column::Step.is_in(steps.iter().map(|step| step.as_str())));
        mute(self, which, reason, None).await
    }
}

/// Not told, and nothing keeps it from that.
fn pending() -> Condition {
    Condition::all().add(telling::Column::ToldAt.is_null()).add(telling::Column::Muted.is_null())
}

/// Not told, and to be looked at again.
fn put_off() -> Condition {
    Condition::all()
        .add(telling::Column::ToldAt.is_null())
        .add(telling::Column::MutedUntil.is_not_null())
        .add(telling::Column::Muted.is_not_null())
}

/// Not told, but it may be.
fn alive() -> Condition {
    Condition::any().add(pending()).add(put_off())
}

async fn of_incident(connection: &impl ConnectionTrait, incident: Key<Incident>) -> Result<Vec<TellingRecord>> {
    let query = telling::Entity::find().filter(telling::Column::IncidentId.eq(incident));
    let rows = query.order_by_asc(telling::Column::Id).all(connection).await?;
    records(connection, rows).await
}

async fn mute(tx: &Tx, which: Condition, reason: &Reason, until: Option<DateTime<Utc>>) -> Result<()> {
    let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
    let update = telling::Entity::update_many()
        .col_expr(telling::Column::Muted, Expr::value(code))
        .col_expr(telling::Column::MutedArgs, Expr::value(args))
        .col_expr(telling::Column::MutedUntil, Expr::value(until.map(Micros::from)))
        .filter(which)
        .filter(alive());
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
        round,
        happened_at,
        due_at,
        told_at,
        muted,
        muted_args,
        muted_until,
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
            round: small(round),
            happened_at: happened_at.into(),
            due_at: due_at.into(),
            muted: ReasonColumns { code: muted, args: muted_args }.read(),
            muted_until: instant(muted_until),
        },
        told_at: instant(told_at),
    })
}
