//! Numbers about runs from the summary table, which outlives the runs themselves.
//!
//! The table has one row for each task and hour, so both ends of a time are taken down to the full hour. In zones whose
//! days begin at full hours, which are nearly all, nothing is taken away by that. Start reading at `run_figures`.

use crate::domain::keys::{Key, Task};
use crate::domain::model::{RunFigures, TaskFigures};
use crate::store::runs::stats::{ALL_TASKS, COLUMNS, HOUR, names, percentile, read};
use crate::store::{Result, Store};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

/// Places of columns after task and hour.
const DURATION: usize = 6;

impl Store {
    /// Numbers about the runs of some tasks that ended within a time.
    pub async fn run_figures(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        chosen: impl Fn(Key<Task>) -> bool + Send,
    ) -> Result<TaskFigures> {
        let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(HOUR);
        let mut query = Query::select();
        query
            .column("task_id")
            .from("run_hour")
            .and_where(Expr::col("task_id").ne(ALL_TASKS))
            .and_where(Expr::col("hour").gte(hour(from)))
            .and_where(Expr::col("hour").lt(hour(until)))
            .add_group_by([Expr::col("task_id")]);
        for name in names() {
            query.expr_as(Expr::cust(format!("CAST(SUM({name}) AS BIGINT)")), name);
        }
        let mut found = TaskFigures::default();
        let mut total = [0; COLUMNS];
        for row in self.reader().query_all(&query).await? {
            let task: Key<Task> = row.try_get("", "task_id")?;
            if chosen(task) {
                let sum = read(&row)?;
                total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
                found.tasks.insert(task, figures(&sum));
            }
        }
        found.total = figures(&total);
        Ok(found)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
fn figures(sum: &[i64; COLUMNS]) -> RunFigures {
    let [succeeded, failed, timed_out, cancelled, skipped, lost] =
        [0, 1, 2, 3, 4, 5].map(|place| sum[place].unsigned_abs());
    let buckets = &sum[DURATION + 1..];
    let started: i64 = buckets.iter().sum();
    let whole = TimeDelta::microseconds(sum[DURATION]).as_seconds_f64();
    RunFigures {
        succeeded_count: succeeded,
        failed_count: failed + timed_out + lost,
        cancelled_count: cancelled,
        skipped_count: skipped,
        mean_seconds: (started > 0).then(|| whole / started as f64),
        p95_seconds: percentile(buckets, 0.95),
    }
}
