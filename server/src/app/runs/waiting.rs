//! Waiting runs: which of them start now, and what the others wait for.
//!
//! The transaction that starts runs walks each line only as far as there are places, so a closed or full pool costs
//! nothing however many runs wait for it. The stated reasons for waiting are updated separately, from a reader and a
//! page at a time. Deliberately absent: the decisions, which are in `domain::pools`.

use crate::app::core::write::silent;
use crate::app::{App, Result};
use crate::domain::keys::{Key, Run};
use crate::domain::model::RunRecord;
use crate::domain::pools::{Room, Turn, WaitingMark};
use crate::store::{LinePage, StoreError, Tx};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Number of runs of one line that are read together.
const HEADS: u64 = 64;

/// Number of runs whose reasons for waiting are updated together.
const EXPLAINED: u64 = 500;

impl App {
    /// Queues waiting runs for which there is a place now. Returns true if some runs are ready to start now.
    pub async fn runs_waiting_promote(&self, now: DateTime<Utc>) -> Result<bool> {
        Ok(!self
            .write(async move |tx: &Tx, _| Ok(promote(tx, now).await?), |app, runs| app.promoted(runs))
            .await?
            .is_empty())
    }

    /// Examines a page of waiting runs after a mark, and updates their reasons for waiting. Returns the mark after
    /// which to continue, or none if there are no more.
    pub async fn runs_waiting_explain(
        &self,
        after: Option<WaitingMark>,
        now: DateTime<Utc>,
    ) -> Result<Option<WaitingMark>> {
        let page = self.store().runs_waiting(after, now, EXPLAINED).await?;
        let next = (page.len() as u64 == EXPLAINED).then(|| page.last().map(|run| run.mark)).flatten();
        let mut keys: Vec<_> = page.iter().map(|run| run.task).collect();
        keys.sort_unstable();
        keys.dedup();
        let room = Room { tasks: self.store().tasks_room(&keys).await?, pools: self.store().pool_places().await? };
        let reasons = page.iter().filter_map(|run| Some((run.mark.key, room.explain(run)?)));
        let reasons: Vec<_> = reasons.collect();
        if !reasons.is_empty() {
            self.write(async move |tx: &Tx, _| Ok(tx.runs_explain(&reasons).await?), silent).await?;
        }
        Ok(next)
    }
}

async fn promote(tx: &Tx, now: DateTime<Utc>) -> std::result::Result<Vec<RunRecord>, StoreError> {
    let mut room = Room { tasks: HashMap::new(), pools: tx.pool_places_locked().await? };
    let open = room.pools.iter().filter(|(_, places)| !places.full()).map(|(name, _)| Some(name.clone()));
    let lines: Vec<Option<String>> = open.chain([None]).collect();
    let mut start = Vec::new();
    for line in lines {
        start.extend(walk(tx, line.as_deref(), &mut room, now).await?);
    }
    tx.runs_promote(&start, now).await
}

/// Walks a line until it ends or its pool is full. Returns the keys of the runs that start.
async fn walk(
    tx: &Tx,
    pool: Option<&str>,
    room: &mut Room,
    now: DateTime<Utc>,
) -> std::result::Result<Vec<Key<Run>>, StoreError> {
    let (mut start, mut busy, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = tx.runs_waiting(LinePage { pool, after, busy: &busy, limit: HEADS }, now).await?;
        let mut keys: Vec<_> = page.iter().map(|run| run.task).filter(|key| !room.tasks.contains_key(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        room.tasks.extend(tx.tasks_room(&keys).await?);
        for run in &page {
            match room.offer(run) {
                Turn::Starts => start.push(run.mark.key),
                Turn::TaskBusy if !busy.contains(&run.task) => busy.push(run.task),
                Turn::TaskBusy => {}
                Turn::PoolFull | Turn::PoolClosed | Turn::PoolAbsent => return Ok(start),
            }
        }
        let full = pool.and_then(|pool| room.pools.get(pool)).is_some_and(|places| places.full());
        match page.last() {
            Some(run) if page.len() as u64 == HEADS && !full => after = Some(run.mark),
            _ => return Ok(start),
        }
    }
}
