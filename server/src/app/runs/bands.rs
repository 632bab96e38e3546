//! Runs that succeeded and still look wrong: what is usual is learnt, and what is not is marked.
//!
//! The transaction that ends a run only notes that it did; a worker calls `runs_judge` soon after. Deliberately absent:
//! what is usual, which `domain::runs::bands` decides. Start reading at `runs_judge`.

use super::{no_run, no_task};
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{BandRecord, BandSample, BandValue, RunRecord, TaskBandsRecord, TaskRef, UnjudgedRun};
use crate::domain::reason::Reason;
use crate::domain::runs::bands::{accept, band, learn, measures, measures_of};
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Maximum number of runs in one transaction.
const ROUND: u64 = 200;

/// Runs that were judged together.
#[derive(Debug, Default)]
struct Judged {
    count: usize,
    marked: Vec<RunRecord>,
}

impl App {
    /// Whether there are runs to judge.
    pub async fn unjudged_are_there(&self) -> Result<bool> {
        Ok(self.store().unjudged_are_there().await?)
    }

    /// Judges some runs that succeeded. Returns how many were judged and how many were marked.
    pub async fn runs_judge(&self) -> Result<(usize, usize)> {
        let write = async move |tx: &Tx, _: Moment| judge(tx).await;
        let announce = |app: &Self, judged: &Judged| {
            judged.marked.iter().for_each(|run| app.announce_run(run, false));
            app.signals().raise(Signal::Incidents);
        };
        let judged = self.write(write, announce).await?;
        Ok((judged.count, judged.marked.len()))
    }

    /// Says that a suspicious run is normal: removes its mark, and counts its values as normal.
    pub async fn run_acknowledge(&self, caller: &Caller, run: RunId) -> Result<RunRecord> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let record = tx.run_find(run).await?.ok_or_else(|| no_run(run))?;
            if record.suspicious.is_empty() {
                return Err(Error::conflict("not_suspicious", "the run is not marked as suspicious"));
            }
            let mut bands = tx.band_samples(&[record.task_key]).await?;
            if let Some(samples) = bands.get_mut(&record.task_key) {
                accept(samples, run);
            }
            tx.bands_write(bands.iter().map(|(task, samples)| (*task, samples))).await?;
            let cleared = tx.run_mark(run, &[]).await?.ok_or_else(|| no_run(run))?;
            let reasons: Vec<String> = record.suspicious.iter().map(ToString::to_string).collect();
            let detail = json!({"task": record.task_name, "was": reasons});
            tx.audit_append(&caller.audit(now, "run_acknowledge", ("run", run.to_string()), detail)).await?;
            Ok(cleared)
        };
        self.write(write, |app, run| app.announce_run(run, false)).await
    }

    /// What the runs of a task usually take, log and report.
    pub async fn task_bands(&self, caller: &Caller, task: &str) -> Result<TaskBandsRecord> {
        caller.require(Permission::Read)?;
        let found = self.store().task_find(&TaskRef::from(task)).await?.ok_or_else(|| no_task(task))?;
        let samples = self.store().band_samples(found.key).await?;
        let bands = measures_of(&samples).into_iter().map(|measure| record(&samples, measure)).collect();
        Ok(TaskBandsRecord { marking: found.definition.mark_suspicious, bands })
    }
}

fn record(samples: &[BandSample], measure: String) -> BandRecord {
    let value = |sample: &BandSample| {
        let value = *sample.values.get(&measure)?;
        Some(BandValue { run: sample.run, at: sample.at, value, outside: sample.outside.contains(&measure) })
    };
    let values = samples.iter().filter_map(value).collect();
    BandRecord { band: band(samples, &measure), values, measure }
}

async fn judge(tx: &Tx) -> Result<Judged> {
    let runs = tx.unjudged_take(ROUND).await?;
    let tasks: BTreeSet<Key<Task>> = runs.iter().map(|run| run.task).collect();
    let tasks: Vec<Key<Task>> = tasks.into_iter().collect();
    let mut bands = tx.band_samples(&tasks).await?;
    let mut suspicious: HashMap<Key<Task>, Vec<(RunId, Vec<Reason>)>> = HashMap::new();
    let count = runs.len();
    for UnjudgedRun { id, task, at, seen } in runs {
        let values = measures(&seen).into_iter().collect();
        let sample = BandSample { run: id, at, values, outside: BTreeSet::new(), accepted: false };
        let reasons = learn(bands.entry(task).or_default(), sample);
        if !reasons.is_empty() {
            suspicious.entry(task).or_default().push((id, reasons));
        }
    }
    tx.bands_write(bands.iter().map(|(task, samples)| (*task, samples))).await?;
    // Only runs that stand out cost a look at the definition of their task.
    let silent: HashSet<Key<Task>> = tx.tasks_not_marking(suspicious.keys().copied()).await?;
    let mut marked = Vec::new();
    for (run, reasons) in suspicious.iter().filter(|(task, _)| !silent.contains(*task)).flat_map(|(_, runs)| runs) {
        marked.extend(tx.run_mark(*run, reasons).await?);
    }
    Ok(Judged { count, marked })
}
