//! Booking: writes ledger entries together with the watermarks that they move.

use super::entity::slot;
use crate::domain::keys::{Key, Schedule};
use crate::domain::model::SlotBooking;
use crate::domain::model::{Covered, SlotEntry};
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::time::Micros;
use crate::store::schedules::NEWEST_LAST;
use crate::store::schedules::entity::schedule;
use crate::store::{Conflict, Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use std::collections::{HashMap, HashSet};

impl Tx {
    /// Writes ledger entries and moves the watermarks, many schedules at once. Returns for every booking which of its
    /// entries are new; a run must be inserted only for a new entry. Fails with `SlotOverlap` if an entry overlaps
    /// another one that begins at a different instant.
    pub async fn slots_book(&self, bookings: &[SlotBooking], at: DateTime<Utc>) -> Result<Vec<Vec<bool>>> {
        let reached = self.ledgers_reached(bookings).await?;
        for booking in bookings {
            self.refuse_overlap(booking, reached.get(&booking.schedule_row).copied()).await?;
        }
        let entries = bookings.iter().flat_map(|booking| booking.entries.iter().map(move |entry| (booking, entry)));
        let entries: Vec<(&SlotBooking, &SlotEntry)> = entries.collect();
        let schedules: HashSet<Key<Schedule>> = bookings.iter().map(|booking| booking.schedule_row).collect();
        let new: Vec<Vec<bool>> = if reached.is_empty() && schedules.len() == bookings.len() {
            self.slots_insert(&entries, at).await?;
            bookings.iter().map(|booking| vec![true; booking.entries.len()]).collect()
        } else {
            let mut new = self.slots_insert_some(&entries, at).await?;
            let mut is_new = |schedule, entry: &SlotEntry| new.remove(&(schedule, entry.first_at.timestamp_micros()));
            let answer = |it: &SlotBooking| it.entries.iter().map(|entry| is_new(it.schedule_row, entry)).collect();
            bookings.iter().map(answer).collect()
        };
        self.slots_watch(bookings, &new, at).await?;
        self.watermarks_move(bookings).await?;
        Ok(new)
    }

    /// Writes entries that are all known to be new.
    async fn slots_insert(&self, entries: &[(&SlotBooking, &SlotEntry)], at: DateTime<Utc>) -> Result<()> {
        for chunk in entries.chunks(500) {
            self.execute_raw(rows(chunk, at).insert(self.get_database_backend(), "slot", &[], "")).await?;
        }
        Ok(())
    }

    /// Writes the entries that are not there yet. Returns which these are: schedule and first instant.
    async fn slots_insert_some(
        &self,
        entries: &[(&SlotBooking, &SlotEntry)],
        at: DateTime<Utc>,
    ) -> Result<HashSet<(Key<Schedule>, i64)>> {
        let mut new = HashSet::with_capacity(entries.len());
        let unless_there = " ON CONFLICT (schedule_id, first_at) DO NOTHING RETURNING schedule_id, first_at";
        for chunk in entries.chunks(500) {
            let insert = rows(chunk, at).insert(self.get_database_backend(), "slot", &[], unless_there);
            for row in self.query_all_raw(insert).await? {
                new.insert((row.try_get("", "schedule_id")?, row.try_get("", "first_at")?));
            }
        }
        Ok(new)
    }

    /// Periods after an instant that a schedule's ledger covers already, in order.
    pub async fn slots_told(&self, schedule_row: Key<Schedule>, after: DateTime<Utc>) -> Result<Vec<Covered>> {
        let rows = slot::Entity::find()
            .select_only()
            .columns([slot::Column::FirstAt, slot::Column::LastAt])
            .filter(slot::Column::ScheduleId.eq(schedule_row))
            .filter(slot::Column::LastAt.gt(Micros::from(after)))
            .order_by_asc(slot::Column::FirstAt);
        let rows: Vec<(i64, i64)> = rows.into_tuple().all(self).await?;
        let covered = |(first, last)| Covered { first_at: Micros(first).into(), last_at: Micros(last).into() };
        Ok(rows.into_iter().map(covered).collect())
    }

    /// The last instant in the ledger of each schedule whose ledger reaches the first entry of its booking. For all
    /// other schedules, every entry is new. Until the end of the transaction nobody else writes into these ledgers.
    async fn ledgers_reached(&self, bookings: &[SlotBooking]) -> Result<HashMap<Key<Schedule>, i64>> {
        let mut reached = HashMap::new();
        for chunk in bookings.chunks(500) {
            if self.locks() {
                let ids = chunk.iter().map(|booking| booking.schedule_row);
                let mut query = Query::select();
                query
                    .column(schedule::Column::Id)
                    .from(schedule::Entity)
                    .and_where(Expr::col(schedule::Column::Id).is_in(ids))
                    .order_by(schedule::Column::Id, Order::Asc)
                    .lock(LockType::Update);
                self.query_all(&query).await?;
            }
            let mut rows = Rows::new(["id", "first_at"]);
            for SlotBooking { schedule_row, entries, .. } in chunk {
                let first = entries.first().map_or(i64::MAX, |entry| entry.first_at.timestamp_micros());
                rows.push([(*schedule_row).into(), first.into()]);
            }
            let text = format!(
                "SELECT v.id AS wanted, schedule.id AS found, {NEWEST_LAST} AS newest_last FROM {{rows}} \
                 LEFT JOIN schedule ON schedule.id = v.id WHERE schedule.id IS NULL OR {NEWEST_LAST} >= v.first_at"
            );
            for row in self.query_all_raw(rows.statement(self.get_database_backend(), &text)).await? {
                if row.try_get::<Option<Key<Schedule>>>("", "found")?.is_none() {
                    return Err(StoreError::conflict(Conflict::Gone("the schedule")));
                }
                reached.insert(row.try_get("", "wanted")?, row.try_get("", "newest_last")?);
            }
        }
        Ok(reached)
    }

    async fn refuse_overlap(&self, booking: &SlotBooking, newest_last: Option<i64>) -> Result<()> {
        let overlap = StoreError::conflict(Conflict::SlotOverlap);
        if booking.entries.windows(2).any(|pair| pair[1].first_at <= pair[0].last_at) {
            return Err(overlap);
        }
        let reached = |entry: &&SlotEntry| newest_last.is_some_and(|last| entry.first_at.timestamp_micros() <= last);
        for entry in booking.entries.iter().filter(reached) {
            let before = slot::Entity::find()
                .filter(slot::Column::ScheduleId.eq(booking.schedule_row))
                .filter(slot::Column::FirstAt.lte(Micros::from(entry.last_at)))
                .order_by_desc(slot::Column::FirstAt);
            let Some(before) = before.one(self).await? else { continue };
            let first = Micros::from(entry.first_at);
            if before.first_at != first && before.last_at >= first {
                return Err(overlap);
            }
        }
        Ok(())
    }

    /// Moves the watermarks of those of some schedules at which they stand at an instant on to a later one: nothing is due between.
    pub async fn watermarks_advance(
        &self,
        rows: &[Key<Schedule>],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<()> {
        if to <= from {
            return Ok(());
        }
        for chunk in rows.chunks(500) {
            schedule::Entity::update_many()
                .col_expr(schedule::Column::WatermarkAt, Expr::value(Micros::from(to)))
                .filter(schedule::Column::Id.is_in(chunk.iter().copied()))
                .filter(schedule::Column::WatermarkAt.eq(Micros::from(from)))
                .exec(self)
                .await?;
        }
        Ok(())
    }

    async fn watermarks_move(&self, bookings: &[SlotBooking]) -> Result<()> {
        let mut marks: HashMap<Key<Schedule>, i64> = HashMap::with_capacity(bookings.len());
        for booking in bookings {
            let last = booking.entries.last().map_or(booking.watermark_at, |entry| entry.last_at);
            let mark = marks.entry(booking.schedule_row).or_insert(i64::MIN);
            let until = Ord::max(last, booking.watermark_at).timestamp_micros();
            *mark = Ord::max(*mark, until);
        }
        let mut marks: Vec<_> = marks.into_iter().collect();
        marks.sort_unstable();
        for chunk in marks.chunks(500) {
            let mut rows = Rows::new(["id", "mark"]);
            chunk.iter().for_each(|(id, mark)| rows.push([(*id).into(), (*mark).into()]));
            let text = "UPDATE schedule SET watermark_at = v.mark FROM {rows} \
                        WHERE schedule.id = v.id AND schedule.watermark_at < v.mark";
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        Ok(())
    }
}

fn rows(entries: &[(&SlotBooking, &SlotEntry)], at: DateTime<Utc>) -> Rows<10> {
    let mut rows = Rows::new([
        "schedule_id",
        "task_id",
        "first_at",
        "last_at",
        "count",
        "outcome",
        "reason_code",
        "reason",
        "run_uid",
        "created_at",
    ]);
    for (booking, SlotEntry { first_at, last_at, count, outcome, reason, run }) in entries {
        let reason = ReasonColumns::of(reason.as_ref());
        rows.push([
            booking.schedule_row.into(),
            booking.task_key.into(),
            Micros::from(*first_at).into(),
            Micros::from(*last_at).into(),
            i64::try_from(*count).unwrap_or(i64::MAX).into(),
            outcome.as_str().into(),
            reason.code.into(),
            reason.args.into(),
            run.map(|id| id.0).into(),
            Micros::from(at).into(),
        ]);
    }
    rows
}
