//! What was due and had no run, for pages that show the past.

use super::entity::slot;
use crate::domain::vocabulary::SlotOutcome;
use crate::store::core::time::Micros;
use crate::store::{Result, Store};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, Select};

/// A quarter of an hour in microseconds. In every time zone, days begin on a quarter.
const QUARTER: i64 = 900_000_000;

impl Store {
    /// Number of slots missed or skipped between each of these instants and the next. The instants are on quarters of
    /// an hour, ascending. The slots of one entry are assumed to be spread evenly over its time.
    pub async fn slots_without_run(&self, outcome: SlotOutcome, edges: &[DateTime<Utc>]) -> Result<Vec<u64>> {
        let edges: Vec<i64> = edges.iter().map(|edge| Micros::from(*edge).0).collect();
        let (Some(from), Some(until)) = (edges.first().copied(), edges.last().copied()) else { return Ok(Vec::new()) };
        let mut counts = vec![0; edges.len() - 1];
        let written = slot::Entity::find().filter(Expr::cust("outcome <> 'run'"));
        let written = written.filter(slot::Column::Outcome.eq(outcome.as_str()));
        let mut singles = vec![written.filter(slot::Column::Count.eq(1))];
        if outcome == SlotOutcome::Skipped {
            singles.push(slot::Entity::find().filter(Expr::cust("skipped_because IS NOT NULL")));
        }
        for entries in singles {
            for (at, count) in self.slots_by_quarter(entries, from, until).await? {
                let place = edges.partition_point(|edge| *edge <= at) - 1;
                counts[place] += count.unsigned_abs();
            }
        }
        // Written so that SQLite uses their own index, because they are few.
        let stretches = slot::Entity::find()
            .select_only()
            .columns([slot::Column::FirstAt, slot::Column::LastAt, slot::Column::Count])
            .filter(Expr::cust("\"count\" > 1"))
            .filter(Expr::cust(format!("(outcome = '{}') IS TRUE", outcome.as_str())))
            .filter(slot::Column::LastAt.gte(from))
            .filter(Expr::cust("+first_at").lt(until));
        for (first, last, count) in stretches.into_tuple::<(i64, i64, i64)>().all(self.reader()).await? {
            for (place, edge) in edges.windows(2).enumerate() {
                let before = |at: i64| before(at, (first, last), count.unsigned_abs());
                counts[place] += before(edge[1]) - before(edge[0]);
            }
        }
        Ok(counts)
    }

    async fn slots_by_quarter(&self, entries: Select<slot::Entity>, from: i64, until: i64) -> Result<Vec<(i64, i64)>> {
        let quarter = || Expr::cust(format!("first_at / {QUARTER}"));
        let counted = entries
            .select_only()
            .column_as(quarter(), "quarter")
            .column_as(Expr::cust("COUNT(*)"), "slots")
            .filter(slot::Column::FirstAt.gte(from))
            .filter(slot::Column::FirstAt.lt(until))
            .group_by(quarter());
        let counted: Vec<(i64, i64)> = counted.into_tuple().all(self.reader()).await?;
        Ok(counted.into_iter().map(|(quarter, count)| (Ord::max(quarter * QUARTER, from), count)).collect())
    }
}

/// How many of `count` slots, spread evenly from the first to the last, are before an instant.
pub(in crate::store) fn before(at: i64, (first, last): (i64, i64), count: u64) -> u64 {
    if at <= first {
        return 0;
    }
    if at > last {
        return count;
    }
    let steps = i128::from(count) - 1;
    let passed = i128::from(at - 1 - first) * steps / i128::from(last - first);
    u64::try_from(passed).unwrap_or_default() + 1
}

#[cfg(test)]
mod tests {
    use super::before;

    #[test]
    fn slots_of_a_stretch_lie_evenly() {
        // 10, 20, 30, 40, 50.
        let counts = [0, 10, 11, 20, 21, 30, 49, 50, 51, 99].map(|at| before(at, (10, 50), 5));
        assert_eq!(counts, [0, 0, 1, 1, 2, 2, 4, 4, 5, 5]);
        assert_eq!(before(i64::MAX, (0, i64::MAX - 1), u64::MAX), u64::MAX);
    }
}
