//! What is remembered of calls of webhooks: signatures that were accepted, and the newest calls of each trigger.

use super::entity::{hook_call, hook_seen};
use crate::domain::ids::RunId;
use crate::domain::keys::{HookCall, Key, Trigger};
use crate::domain::model::HookCallRecord;
use crate::domain::triggers::words::HookVerdict;
use crate::store::core::error::damaged;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    TryInsertResult,
};

impl Store {
    /// The newest stored calls of a trigger, newest first.
    pub async fn hook_calls(&self, trigger: Key<Trigger>, most: u64) -> Result<Vec<HookCallRecord>> {
        let query = hook_call::Entity::find().filter(hook_call::Column::TriggerId.eq(trigger));
        let rows = query.order_by_desc(hook_call::Column::Id).limit(most).all(self.reader()).await?;
        rows.into_iter().map(record).collect()
    }
}

impl Tx {
    /// Stores a signature, and forgets those before `since`. Returns false if the signature was accepted before.
    pub async fn hook_seen(
        &self,
        row: Key<Trigger>,
        proof: &str,
        since: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        hook_seen::Entity::delete_many().filter(hook_seen::Column::SeenAt.lt(Micros::from(since))).exec(self).await?;
        let seen =
            hook_seen::ActiveModel { trigger_id: Set(row), proof: Set(proof.to_owned()), seen_at: Set(at.into()) };
        let insert = hook_seen::Entity::insert(seen)
            .on_conflict_do_nothing_on([hook_seen::Column::TriggerId, hook_seen::Column::Proof]);
        Ok(matches!(insert.exec_without_returning(self).await?, TryInsertResult::Inserted(1..)))
    }

    /// Stores calls of a trigger, oldest first, and forgets old ones: of the calls with proof all but the newest
    /// `proved`, of the others all but the newest `others`, so that nobody without proof displaces the useful ones.
    pub async fn hook_calls_add(
        &self,
        trigger: Key<Trigger>,
        calls: &[HookCallRecord],
        (proved, others): (u64, u64),
    ) -> Result<()> {
        let rows = calls.iter().map(|call| row(trigger, call));
        hook_call::Entity::insert_many(rows).exec_without_returning(self).await?;
        let (right, wrong): (Vec<HookVerdict>, Vec<HookVerdict>) =
            HookVerdict::ALL.iter().partition(|verdict| verdict.is_proved());
        for (verdicts, kept) in [(right, proved), (wrong, others)] {
            let words = verdicts.iter().map(|verdict| verdict.as_str());
            let of_trigger = hook_call::Column::TriggerId.eq(trigger);
            let alike = Condition::all().add(of_trigger).add(hook_call::Column::Verdict.is_in(words));
            let newest_to_go: Option<Key<HookCall>> = hook_call::Entity::find()
                .select_only()
                .column(hook_call::Column::Id)
                .filter(alike.clone())
                .order_by_desc(hook_call::Column::Id)
                .offset(kept)
                .limit(1)
                .into_tuple()
                .one(self)
                .await?;
            if let Some(id) = newest_to_go {
                hook_call::Entity::delete_many().filter(alike).filter(hook_call::Column::Id.lte(id)).exec(self).await?;
            }
        }
        Ok(())
    }
}

fn row(trigger: Key<Trigger>, call: &HookCallRecord) -> hook_call::ActiveModel {
    let HookCallRecord { called_at, address, sender, verdict, run, delivery, body_bytes, count } = call.clone();
    hook_call::ActiveModel {
        id: NotSet,
        trigger_id: Set(trigger),
        called_at: Set(called_at.into()),
        address: Set(address),
        sender: Set(sender.as_str().to_owned()),
        verdict: Set(verdict.as_str().to_owned()),
        run_uid: Set(run.map(|run| run.0)),
        delivery: Set(delivery),
        body_bytes: Set(body_bytes.cast_signed()),
        call_count: Set(i64::from(count)),
    }
}

fn record(row: hook_call::Model) -> Result<HookCallRecord> {
    let hook_call::Model {
        id: _,
        trigger_id: _,
        called_at,
        address,
        sender,
        verdict,
        run_uid,
        delivery,
        body_bytes,
        call_count,
    } = row;
    Ok(HookCallRecord {
        called_at: called_at.into(),
        address,
        sender: sender.parse().map_err(|error| damaged("hook_call", error))?,
        verdict: verdict.parse().map_err(|error| damaged("hook_call", error))?,
        run: run_uid.map(RunId),
        delivery,
        body_bytes: body_bytes.unsigned_abs(),
        count: u32::try_from(call_count).unwrap_or(u32::MAX),
    })
}
