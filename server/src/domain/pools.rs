//! Decides which waiting runs may start, by their task's overlap rule and the places of their pool. Pure.
//!
//! Each pool is a line of its own, and the runs without a pool form one more. A line is ordered by priority, then by
//! age: a waiting run gains one point of priority each minute, so no run waits for ever behind more important ones. A
//! run that does not fit into its pool reserves the free places, so no heavy run waits for ever behind light ones.
//! Deliberately absent: sorting a line. The index `run_waiting` keeps the order, which never changes because all runs
//! gain alike.

use super::core::overlap::Overlap;
use super::reason::Reason;
use crate::domain::keys::{Key, Run, Task};
use std::collections::{BTreeMap, HashMap};

/// A waiting run, and what decides about its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRun {
    /// Key of its task in the database.
    pub task: Key<Task>,
    /// Name of its pool.
    pub pool: Option<String>,
    /// Number of places that it takes in the pool.
    pub weight: u32,
    /// Its place in line.
    pub mark: WaitingMark,
    /// The reason that its row states for waiting.
    pub reason: Option<Reason>,
}

/// A place in the line of waiting runs. The lowest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitingMark {
    /// Sort value of the line, in microseconds.
    pub at: i64,
    /// Key of the run, which decides between equal sort values.
    pub key: Key<Run>,
}

/// Places of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Places {
    /// Number of places; 0: the pool is closed.
    pub capacity: u32,
    /// Number of places taken.
    pub used: u32,
}

impl Places {
    /// Returns whether no run fits, however light it is.
    pub fn full(self) -> bool {
        self.used >= self.capacity
    }
}

/// What decides whether a task may start another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskRoom {
    /// The overlap rule of its newest definition.
    pub overlap: Overlap,
    /// Number of its runs that have begun or are ready to.
    pub active: u32,
}

/// What is known about the tasks and pools of waiting runs.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// The tasks by key. An absent task has not been looked up yet.
    pub tasks: HashMap<Key<Task>, TaskRoom>,
    /// The pools by name.
    pub pools: BTreeMap<String, Places>,
}

/// Whether a waiting run may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The run may start.
    Starts,
    /// The overlap rule of the task does not allow a start.
    TaskBusy,
    /// The pool has no place for the run, so no later run in that pool may start either.
    PoolFull,
    /// The pool is closed.
    PoolClosed,
    /// The pool does not exist.
    PoolAbsent,
}

impl Room {
    /// Decides about the first run of its line, and takes its places if it starts. A weight above the capacity of the
    /// pool counts as the whole pool.
    pub fn offer(&mut self, run: &WaitingRun) -> Turn {
        let turn = self.turn(run);
        if turn == Turn::Starts {
            if let Some(task) = self.tasks.get_mut(&run.task) {
                task.active += 1;
            }
            if let Some(places) = run.pool.as_ref().and_then(|pool| self.pools.get_mut(pool)) {
                places.used += run.weight.min(places.capacity);
            }
        }
        turn
    }

    fn turn(&self, run: &WaitingRun) -> Turn {
        if self.tasks.get(&run.task).is_some_and(|task| !task.may_start()) {
            return Turn::TaskBusy;
        }
        let Some(pool) = &run.pool else { return Turn::Starts };
        match self.pools.get(pool) {
            None => Turn::PoolAbsent,
            Some(Places { capacity: 0, .. }) => Turn::PoolClosed,
            Some(places) if places.used + run.weight.min(places.capacity) > places.capacity => Turn::PoolFull,
            Some(_) => Turn::Starts,
        }
    }

    /// What a run is waiting for that has not been started. None if the stated reason is still true.
    pub fn explain(&self, run: &WaitingRun) -> Option<Reason> {
        let pool = run.pool.clone().unwrap_or_default();
        let reason = match self.turn(run) {
            Turn::TaskBusy => Reason::EarlierRun {},
            Turn::PoolAbsent => Reason::PoolMissing { pool },
            Turn::PoolClosed => Reason::PoolClosed { pool },
            // A run for which there is a place waits for the runs before it.
            Turn::PoolFull | Turn::Starts if run.pool.is_some() => Reason::PoolFull { pool },
            Turn::PoolFull | Turn::Starts => return None,
        };
        (run.reason.as_ref() != Some(&reason)).then_some(reason)
    }
}

impl TaskRoom {
    fn may_start(self) -> bool {
        match self.overlap {
            Overlap::Allow { max } => self.active < max,
            Overlap::Skip | Overlap::Queue { .. } | Overlap::QueueLatest | Overlap::Replace => self.active == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(number: i64, weight: u32) -> WaitingRun {
        WaitingRun {
            task: Key::new(number),
            pool: Some("db".into()),
            weight,
            mark: WaitingMark { at: 0, key: Key::new(number) },
            reason: Some(Reason::PoolFull { pool: "db".into() }),
        }
    }

    fn room(capacity: u32, used: u32) -> Room {
        Room { tasks: HashMap::new(), pools: [("db".to_owned(), Places { capacity, used })].into() }
    }

    fn turns(mut room: Room, line: &[WaitingRun]) -> Vec<Turn> {
        line.iter().map(|run| room.offer(run)).collect()
    }

    #[test]
    fn a_pool_starts_as_many_as_it_has_places_for() {
        use Turn::{PoolClosed, PoolFull, Starts};
        let line = [run(1, 1), run(2, 1), run(3, 1)];
        assert_eq!(turns(room(9, 0), &line), [Starts, Starts, Starts]);
        assert_eq!(turns(room(2, 0), &line), [Starts, Starts, PoolFull]);
        assert_eq!(turns(room(1, 3), &line), [PoolFull, PoolFull, PoolFull]);
        assert_eq!(turns(room(0, 0), &line), [PoolClosed, PoolClosed, PoolClosed]);
        assert_eq!(turns(room(3, 0), &[run(1, 100)]), [Starts], "wider than the pool");
        assert_eq!(turns(room(3, 1), &[run(1, 100)]), [PoolFull]);
    }

    #[test]
    fn one_task_starts_as_many_as_its_rule_allows() {
        use Turn::{Starts, TaskBusy};
        let line = [1, 2, 3].map(|number| WaitingRun { task: Key::new(7), pool: None, ..run(number, 1) });
        let room =
            |overlap| Room { tasks: [(Key::new(7), TaskRoom { overlap, active: 0 })].into(), pools: BTreeMap::new() };
        assert_eq!(turns(room(Overlap::Queue { max_waiting: 9 }), &line), [Starts, TaskBusy, TaskBusy]);
        assert_eq!(turns(room(Overlap::Allow { max: 2 }), &line), [Starts, Starts, TaskBusy]);
    }

    #[test]
    fn what_a_run_waits_for_is_said_when_it_changes() {
        let mut room = room(5, 0);
        room.pools.insert("closed".into(), Places::default());
        room.tasks.insert(Key::new(9), TaskRoom { overlap: Overlap::QueueLatest, active: 1 });
        let of = |pool: &str| WaitingRun { pool: Some(pool.into()), ..run(1, 1) };
        let said = |run: &WaitingRun| room.explain(run);
        assert_eq!(said(&run(1, 1)), None, "it says so already");
        let unsaid = WaitingRun { reason: None, ..run(1, 1) };
        assert_eq!(said(&unsaid), Some(Reason::PoolFull { pool: "db".into() }), "others are before it");
        assert_eq!(said(&of("gone")), Some(Reason::PoolMissing { pool: "gone".into() }));
        assert_eq!(said(&of("closed")), Some(Reason::PoolClosed { pool: "closed".into() }));
        let busy = WaitingRun { task: Key::new(9), ..of("closed") };
        assert_eq!(said(&busy), Some(Reason::EarlierRun {}));
        let free = WaitingRun { pool: None, ..run(1, 1) };
        assert_eq!(said(&free), None, "it starts in the next round");
    }
}
