//! Statistics from the summary table: one row per task and hour, updated in the transaction that ends a run.

use super::entity::run;
use crate::domain::keys::{Key, Task};
use crate::domain::model::RunRecord;
use crate::domain::model::{StatsPoint, StatsRecord};
use crate::domain::vocabulary::{RunState, StatsStep};
use crate::store::core::rows::Rows;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ConnectionTrait as _, DbErr, EntityTrait as _, Order, QueryFilter as _, QueryResult, QuerySelect as _, Value,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Number of buckets in the histogram of durations.
const BUCKETS: usize = 32;
/// Number of columns of the summary table after task and hour: six counts, the sum of durations, the buckets.
pub(in crate::store) const COLUMNS: usize = 7 + BUCKETS;
/// Upper bound of the first bucket in seconds. Each further bucket is wider by `GROWTH`; the last one ends at about
/// 19 hours.
const FIRST: f64 = 0.005;
const GROWTH: f64 = 1.7;
/// Key of the summary of all tasks.
pub(in crate::store) const ALL_TASKS: Key<Task> = Key::NONE;
pub(in crate::store) const HOUR: i64 = 3_600;

/// The facts about an ended run that statistics need.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Ended {
    task_key: Key<Task>,
    state: RunState,
    at: DateTime<Utc>,
    duration: Option<TimeDelta>,
}

impl Ended {
    /// Returns none if the run has not ended.
    pub(in crate::store) fn of(run: &RunRecord) -> Option<Self> {
        let at = run.finished_at?;
        let duration = run.started_at.map(|started| at - started);
        Some(Self { task_key: run.task_key, state: run.state, at, duration })
    }

    /// Returns none if the run has not ended.
    pub(in crate::store) fn of_row(row: &run::Model) -> Option<Self> {
        let at: DateTime<Utc> = row.finished_at?.into();
        let duration = row.started_at.map(|started| at - DateTime::from(started));
        Some(Self { task_key: row.task_id, state: row.state.parse().ok()?, at, duration })
    }
}

/// Names of the columns after task and hour.
pub(in crate::store) fn names() -> [&'static str; COLUMNS] {
    [
        "succeeded",
        "failed",
        "timed_out",
        "cancelled",
        "skipped",
        "lost",
        "duration_sum",
        "b00",
        "b01",
        "b02",
        "b03",
        "b04",
        "b05",
        "b06",
        "b07",
        "b08",
        "b09",
        "b10",
        "b11",
        "b12",
        "b13",
        "b14",
        "b15",
        "b16",
        "b17",
        "b18",
        "b19",
        "b20",
        "b21",
        "b22",
        "b23",
        "b24",
        "b25",
        "b26",
        "b27",
        "b28",
        "b29",
        "b30",
        "b31",
    ]
}

fn place(state: RunState) -> Option<usize> {
    Some(match state {
        RunState::Succeeded => 0,
        RunState::Failed => 1,
        RunState::TimedOut => 2,
        RunState::Cancelled => 3,
        RunState::Skipped => 4,
        RunState::Lost => 5,
        RunState::Waiting | RunState::Queued | RunState::Running | RunState::BackingOff => return None,
    })
}

fn bound(bucket: usize) -> f64 {
    FIRST * GROWTH.powi(i32::try_from(bucket).unwrap_or(i32::MAX))
}

fn bucket(duration: TimeDelta) -> usize {
    let seconds = duration.as_seconds_f64();
    (0..BUCKETS - 1).find(|bucket| seconds <= bound(*bucket)).unwrap_or(BUCKETS - 1)
}

/// Adds ended runs to the summaries of their tasks and of all tasks.
pub(in crate::store) async fn add(tx: &Tx, ended: &[Ended]) -> Result<()> {
    let mut sums: BTreeMap<(Key<Task>, i64), [i64; COLUMNS]> = BTreeMap::new();
    for run in ended {
        let Some(place) = place(run.state) else { continue };
        let hour = run.at.timestamp().div_euclid(HOUR);
        for task_key in [ALL_TASKS, run.task_key] {
            let sum = sums.entry((task_key, hour)).or_insert([0; COLUMNS]);
            sum[place] += 1;
            if let Some(duration) = run.duration {
                sum[6] += Ord::max(crate::store::core::time::span(duration), 0);
                sum[7 + bucket(duration)] += 1;
            }
        }
    }
    let sums: Vec<_> = sums.into_iter().collect();
    for chunk in sums.chunks(200) {
        let mut all = [""; COLUMNS + 2];
        all[0] = "task_id";
        all[1] = "hour";
        all[2..].copy_from_slice(&names());
        let mut rows = Rows::new(all);
        for ((task_key, hour), sum) in chunk {
            let mut row: [Value; COLUMNS + 2] = std::array::from_fn(|_| 0_i64.into());
            row[0] = (*task_key).into();
            row[1] = (*hour).into();
            for (index, number) in sum.iter().enumerate() {
                row[index + 2] = (*number).into();
            }
            rows.push(row);
        }
        let gain: Vec<String> =
            names().iter().map(|name| format!("{name} = run_hour.{name} + excluded.{name}")).collect();
        let text = format!(
            "INSERT INTO run_hour ({columns}) SELECT {columns} FROM {{rows}} WHERE true \
             ON CONFLICT (task_id, hour) DO UPDATE SET {gain}",
            columns = all.join(", "),
            gain = gain.join(", ")
        );
        tx.execute_raw(rows.statement(tx.get_database_backend(), &text)).await?;
    }
    Ok(())
}

impl Store {
    /// Mean duration in seconds of the runs of each task that ended since an instant, by the task's key.
    pub async fn run_durations_all(&self, since: DateTime<Utc>) -> Result<HashMap<Key<Task>, f64>> {
        durations(self, since, Expr::col("task_id").ne(ALL_TASKS)).await
    }

    /// The same for these tasks only.
    pub async fn run_durations(&self, since: DateTime<Utc>, tasks: &[Key<Task>]) -> Result<HashMap<Key<Task>, f64>> {
        let keys: BTreeSet<_> = tasks.iter().copied().collect();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        durations(self, since, Expr::col("task_id").is_in(keys)).await
    }

    /// Statistics of all tasks or of one: the hours (or days) from that of `from` on that begin before `until`.
    pub async fn run_stats(
        &self,
        task_key: Option<Key<Task>>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        step: StatsStep,
    ) -> Result<StatsRecord> {
        let width = match step {
            StatsStep::Hour => 1_i64,
            StatsStep::Day => 24,
        };
        let first = from.timestamp().div_euclid(HOUR * width) * width;
        let end = (until.timestamp_micros() - 1).div_euclid(HOUR * 1_000_000) + 1;
        let stretch = format!("hour / {width}");
        let mut query = Query::select();
        query
            .expr_as(Expr::cust(stretch.clone()), "stretch")
            .from("run_hour")
            .and_where(Expr::col("task_id").eq(task_key.unwrap_or(ALL_TASKS)))
            .and_where(Expr::col("hour").gte(first))
            .and_where(Expr::col("hour").lt(end))
            .add_group_by([Expr::cust(stretch)])
            .order_by("stretch", Order::Asc);
        for name in names() {
            query.expr_as(Expr::cust(format!("CAST(SUM({name}) AS BIGINT)")), name);
        }
        let mut record = self.open_now(task_key).await?;
        let mut total = [0; COLUMNS];
        for row in self.reader().query_all(&query).await? {
            let sum = read(&row)?;
            total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
            let begin = row.try_get::<i64>("", "stretch")? * width * HOUR;
            record.points.push(point(DateTime::from_timestamp(begin, 0).unwrap_or_default(), &sum));
        }
        record.total = point(from, &total);
        Ok(record)
    }

    async fn open_now(&self, task_key: Option<Key<Task>>) -> Result<StatsRecord> {
        let mut query = run::Entity::find()
            .select_only()
            .column(run::Column::State)
            .expr(Expr::cust("count(*)"))
            .filter(super::open())
            .group_by(run::Column::State);
        if let Some(key) = task_key {
            query = query.filter(Expr::col(run::Column::TaskId).eq(key));
        }
        let mut record = StatsRecord::default();
        for (state, number) in query.into_tuple::<(String, i64)>().all(self.reader()).await? {
            match state.as_str() {
                "running" => record.running_count += number.unsigned_abs(),
                "queued" => record.queued_count += number.unsigned_abs(),
                _ => record.waiting_count += number.unsigned_abs(),
            }
        }
        Ok(record)
    }
}

/// The columns of a row.
pub(in crate::store) fn read(row: &QueryResult) -> Result<[i64; COLUMNS], DbErr> {
    let mut sum = [0; COLUMNS];
    for (name, number) in names().into_iter().zip(&mut sum) {
        *number = row.try_get("", name)?;
    }
    Ok(sum)
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
fn point(from_at: DateTime<Utc>, sum: &[i64; COLUMNS]) -> StatsPoint {
    let count = |index: usize| sum[index].unsigned_abs();
    let judged = count(0) + count(1) + count(2) + count(5);
    StatsPoint {
        from_at,
        succeeded_count: count(0),
        failed_count: count(1),
        timed_out_count: count(2),
        cancelled_count: count(3),
        skipped_count: count(4),
        lost_count: count(5),
        success_rate: (judged > 0).then(|| count(0) as f64 / judged as f64),
        p50_seconds: percentile(&sum[7..], 0.50),
        p95_seconds: percentile(&sum[7..], 0.95),
    }
}

/// A percentile from the histogram, interpolated within its bucket.
#[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
pub(in crate::store) fn percentile(buckets: &[i64], share: f64) -> Option<f64> {
    let total: i64 = buckets.iter().sum();
    let mut rank = total as f64 * share;
    for (index, number) in buckets.iter().enumerate().filter(|(_, number)| **number > 0) {
        let number = *number as f64;
        if rank <= number {
            let lower = if index == 0 { 0.0 } else { bound(index - 1) };
            return Some(lower + (bound(index) - lower) * (rank / number));
        }
        rank -= number;
    }
    None
}

/// Mean duration in seconds of the runs that ended since an instant, by the task's key.
async fn durations(store: &Store, since: DateTime<Utc>, of: Expr) -> Result<HashMap<Key<Task>, f64>> {
    let mut query = Query::select();
    query
        .column("task_id")
        .expr_as(Expr::cust("CAST(SUM(duration_sum) AS BIGINT)"), "duration")
        .expr_as(Expr::cust("CAST(SUM(succeeded + failed + timed_out) AS BIGINT)"), "number")
        .from("run_hour")
        .and_where(Expr::col("hour").gte(since.timestamp().div_euclid(HOUR)))
        .and_where(of)
        .add_group_by([Expr::col("task_id")]);
    let mut found = HashMap::new();
    for row in store.reader().query_all(&query).await? {
        let (sum, number): (i64, i64) = (row.try_get("", "duration")?, row.try_get("", "number")?);
        if number > 0 {
            found.insert(row.try_get("", "task_id")?, TimeDelta::microseconds(sum).as_seconds_f64() / number as f64);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_the_bucket_that_holds_them() {
        for (milliseconds, wanted) in [(0, 0), (5, 0), (6, 1), (8, 1), (100, 6), (1_000_000_000, BUCKETS - 1)] {
            assert_eq!(bucket(TimeDelta::milliseconds(milliseconds)), wanted, "{milliseconds} ms");
        }
    }

    #[test]
    fn percentiles_lie_in_the_bucket_of_their_rank() {
        let mut buckets = [0_i64; BUCKETS];
        assert_eq!(percentile(&buckets, 0.5), None);
        buckets[bucket(TimeDelta::seconds(1))] = 90;
        buckets[bucket(TimeDelta::seconds(60))] = 10;
        let p50 = percentile(&buckets, 0.50).expect("there are runs");
        let p95 = percentile(&buckets, 0.95).expect("there are runs");
        assert!((0.59..=1.71).contains(&p50), "{p50}");
        assert!((35.0..=103.0).contains(&p95), "{p95}");
    }
}
