//! Which waiting runs may start: their task's overlap rule, and the places of their pool. Pure.
//!
//! Runs go by priority, then by age. A waiting run gains one point of priority each minute, so no run waits for ever behind
//! more important ones; and a run that does not fit into its pool holds the places that are free for it, so no heavy run waits
//! for ever behind light ones.

use super::runs::OpenRuns;
use super::tasks::Overlap;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A run that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRun {
    /// Key of the run.
    pub key: i64,
    /// Key of its task.
    pub task: i64,
    /// Its pool.
    pub pool: Option<String>,
    /// Places that it takes there.
    pub weight: u32,
    /// Higher goes first.
    pub priority: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Not to be started before.
    pub due_at: DateTime<Utc>,
    /// What it is said to wait for.
    pub reason: String,
}

/// Places of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// How many there are; 0: the pool is closed.
    pub capacity: u32,
    /// How many are taken.
    pub used: u32,
}

/// What is known of the tasks and pools of waiting runs.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// Overlap rule and open runs of each task.
    pub tasks: HashMap<i64, (Overlap, OpenRuns)>,
    /// The pools by name.
    pub pools: BTreeMap<String, Places>,
}

/// What becomes of the runs that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Keys of those that may start now, first to go first.
    pub start: Vec<i64>,
    /// What others wait for now, where it is not what they say.
    pub reasons: Vec<(i64, String)>,
}

const FOR_TASK: &str = "waits for an earlier run of the task to end";

/// Chooses who may start. A weight above the pool's capacity counts as the whole pool.
pub fn choose(mut waiting: Vec<WaitingRun>, mut room: Room, now: DateTime<Utc>) -> Choice {
    waiting.sort_by_key(|run| (std::cmp::Reverse(aged(run, now)), run.created_at, run.key));
    let (mut choice, mut held): (Choice, HashSet<String>) = Default::default();
    for run in waiting {
        if run.due_at > now {
            continue;
        }
        let (overlap, open) = room.tasks.get(&run.task).copied().unwrap_or((Overlap::Skip, OpenRuns::default()));
        let blocked =
            if may_start(overlap, open) { pool_blocks(&run, &room.pools, &mut held) } else { Some(FOR_TASK.into()) };
        match blocked {
            Some(reason) if reason == run.reason => {}
            Some(reason) => choice.reasons.push((run.key, reason)),
            None => {
                if let Some((_, open)) = room.tasks.get_mut(&run.task) {
                    open.active += 1;
                }
                if let Some(places) = run.pool.as_ref().and_then(|pool| room.pools.get_mut(pool)) {
                    places.used += run.weight.min(places.capacity);
                }
                choice.start.push(run.key);
            }
        }
    }
    choice
}

/// Whether the overlap rule lets a waiting run of the task start.
fn may_start(overlap: Overlap, open: OpenRuns) -> bool {
    match overlap {
        Overlap::Allow { max } => open.active < max,
        Overlap::Skip | Overlap::Queue { .. } | Overlap::QueueLatest | Overlap::Replace => open.active == 0,
    }
}

fn pool_blocks(run: &WaitingRun, pools: &BTreeMap<String, Places>, held: &mut HashSet<String>) -> Option<String> {
    let pool = run.pool.as_ref()?;
    let Some(places) = pools.get(pool) else {
        return Some(format!("pool \"{pool}\" does not exist: create it, or change the task"));
    };
    if places.capacity == 0 {
        return Some(format!("pool \"{pool}\" is closed (capacity 0)"));
    }
    let fits = places.used + run.weight.min(places.capacity) <= places.capacity;
    if fits && !held.contains(pool) {
        return None;
    }
    held.insert(pool.clone());
    Some(format!("waits for a place in pool \"{pool}\""))
}

fn aged(run: &WaitingRun, now: DateTime<Utc>) -> i64 {
    i64::from(run.priority) + (now - run.created_at).max(TimeDelta::zero()).num_minutes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(key: i64, priority: i32, weight: u32, age: i64) -> WaitingRun {
        WaitingRun {
            key,
            task: key,
            pool: Some("db".into()),
            weight,
            priority,
            created_at: DateTime::UNIX_EPOCH - TimeDelta::minutes(age),
            due_at: DateTime::UNIX_EPOCH,
            reason: "waits for a place in pool \"db\"".into(),
        }
    }

    fn room(capacity: u32, used: u32) -> Room {
        Room { tasks: HashMap::new(), pools: [("db".to_owned(), Places { capacity, used })].into() }
    }

    fn started(waiting: &[WaitingRun], room: Room) -> Vec<i64> {
        choose(waiting.to_vec(), room, DateTime::UNIX_EPOCH).start
    }

    #[test]
    fn priority_then_age_then_places() {
        let waiting = [run(1, 50, 1, 0), run(2, 60, 1, 0), run(3, 50, 1, 1)];
        assert_eq!(started(&waiting, room(2, 0)), [2, 3]);
        assert_eq!(started(&waiting, room(9, 0)), [2, 3, 1]);
        assert_eq!(started(&waiting, room(2, 2)), [0_i64; 0]);
        assert_eq!(started(&waiting, room(1, 3)), [0_i64; 0]);
    }

    #[test]
    fn nobody_starves() {
        let low_but_old = [run(1, 0, 1, 101), run(2, 100, 1, 0)];
        assert_eq!(started(&low_but_old, room(1, 0)), [1]);
        let heavy_first = [run(1, 60, 3, 0), run(2, 50, 1, 0)];
        assert_eq!(started(&heavy_first, room(3, 1)), [0_i64; 0]);
        let wider_than_the_pool = [run(1, 50, 100, 0)];
        assert_eq!(started(&wider_than_the_pool, room(3, 0)), [1]);
    }

    #[test]
    fn what_a_run_waits_for_is_said() {
        let mut absent = run(1, 50, 1, 0);
        absent.pool = Some("gone".into());
        let mut later = run(2, 50, 1, 0);
        later.due_at = DateTime::UNIX_EPOCH + TimeDelta::seconds(1);
        let mut second = run(3, 50, 1, 0);
        second.task = 9;
        let mut room = room(5, 0);
        room.tasks.insert(9, (Overlap::Queue { max_waiting: 5 }, OpenRuns { active: 1, waiting: 1 }));
        let choice = choose(vec![absent, later, second], room, DateTime::UNIX_EPOCH);
        assert_eq!(choice.start, [0_i64; 0]);
        let expected = [(1, "pool \"gone\" does not exist: create it, or change the task"), (3, FOR_TASK)];
        assert_eq!(choice.reasons, expected.map(|(key, reason)| (key, reason.to_owned())));
    }

    #[test]
    fn one_task_starts_as_many_as_its_rule_allows() {
        let two: Vec<WaitingRun> = [1, 2, 3].map(|key| WaitingRun { task: 7, pool: None, ..run(key, 50, 1, 0) }).into();
        let room = |overlap| Room {
            tasks: [(7, (overlap, OpenRuns { active: 0, waiting: 3 }))].into(),
            pools: BTreeMap::new(),
        };
        assert_eq!(started(&two, room(Overlap::Queue { max_waiting: 9 })), [1]);
        assert_eq!(started(&two, room(Overlap::Allow { max: 2 })), [1, 2]);
    }
}
