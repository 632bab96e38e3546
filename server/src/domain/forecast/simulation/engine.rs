//! Lets slots start, wait, overlap and end.
//!
//! Runs that wait for a pool are ordered by priority, then by age; each minute of waiting counts as one point of
//! priority. The first in line reserves what is free, as in `domain::pools`. If only the newest of several waiting
//! runs of a task counts, the task keeps the place in the pool's queue of the first one. A run that has passed the
//! pool begins as soon as the server's limit of runs allows, by priority, then by age. The dispatcher sometimes lets
//! the oldest go first; here that would not change any sum.

use super::limit::Limit;
use super::outcome::{Hour, Minute, Outcome, PoolHour, PoolWait, TaskOverlap};
use super::scenario::Scenario;
use super::slots::{Flat, base, length};
use crate::domain::core::overlap::Overlap;
use crate::domain::runs::{Admission, OpenRuns, admit};
use chrono::DateTime;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Number of busiest minutes reported.
const BUSIEST: usize = 20;

/// Maximum number of tasks named per minute.
const NAMED: usize = 10;

/// Maximum number of tasks whose overlaps are reported.
const OVERLAPS: usize = 200;

/// How often something is due in each minute, and how often each schedule is due together with others.
#[derive(Debug)]
pub(in crate::domain) struct Starts {
    pub minutes: Vec<u32>,
    pub together: Vec<u64>,
}

#[derive(Debug)]
struct Task {
    overlap: Overlap,
    pool: Option<usize>,
    weight: u32,
    priority: i32,
    seconds: u32,
    active: u32,
    /// End of the newest run, in seconds. It shows whether an event is the end of a replaced run.
    end: u32,
    /// Number of active runs that have not begun, because the server's limit of runs is reached.
    unbegun: u32,
    queue: VecDeque<u32>,
    in_pool: u32,
    skipped: u64,
    waited: u64,
    longest: u32,
}

#[derive(Debug, Default)]
struct Pool {
    name: String,
    capacity: u32,
    used: u32,
    peak: u32,
    /// Rank, start of waiting, task.
    queue: BinaryHeap<Reverse<(i64, u32, u32)>>,
    waited: u64,
    sum: u64,
    longest: u32,
    hours: Vec<PoolHour>,
}

/// The number of starts in a minute, the minute, and the schedules that start.
type BusyMinute = (u32, Reverse<u32>, Vec<u32>);

/// The state of a simulation.
#[derive(Debug)]
pub(in crate::domain) struct Engine<'a> {
    scenario: &'a Scenario,
    flat: &'a [Flat<'a>],
    tasks: Vec<Task>,
    pools: Vec<Pool>,
    /// Ends to come: the second in the upper half, the task in the lower.
    ends: BinaryHeap<Reverse<u64>>,
    running: u32,
    limit: Limit,
    slots: u64,
    hours: Vec<Hour>,
    hour: usize,
    minute: u32,
    here: Vec<u32>,
    busiest: BinaryHeap<Reverse<BusyMinute>>,
    starts: Starts,
}

impl<'a> Engine<'a> {
    pub fn new(scenario: &'a Scenario, flat: &'a [Flat<'a>]) -> Self {
        let mut pools: Vec<Pool> = Vec::new();
        for (name, capacity) in &scenario.pools {
            pools.push(Pool { name: name.clone(), capacity: *capacity, ..Pool::default() });
        }
        let mut tasks = Vec::with_capacity(scenario.tasks.len());
        for task in &scenario.tasks {
            let pool = task.pool.as_ref().map(|name| {
                let found = pools.iter().position(|pool| pool.name == *name);
                found.unwrap_or_else(|| {
                    pools.push(Pool { name: name.clone(), ..Pool::default() });
                    pools.len() - 1
                })
            });
            let weight = pool.map_or(0, |pool| task.weight.min(pools[pool].capacity));
            tasks.push(Task {
                overlap: task.overlap,
                pool,
                weight,
                priority: task.priority,
                seconds: task.seconds.max(1),
                active: 0,
                end: 0,
                unbegun: 0,
                queue: VecDeque::new(),
                in_pool: 0,
                skipped: 0,
                waited: 0,
                longest: 0,
            });
        }
        let end = length(scenario);
        let hours = (end / 3600 + 1) as usize;
        pools.iter_mut().for_each(|pool| pool.hours = vec![PoolHour::default(); hours]);
        Self {
            scenario,
            flat,
            tasks,
            pools,
            ends: BinaryHeap::new(),
            running: 0,
            limit: Limit::new(scenario.run_limit),
            slots: 0,
            hours: vec![Hour::default(); hours],
            hour: 0,
            minute: 0,
            here: Vec::new(),
            busiest: BinaryHeap::new(),
            starts: Starts { minutes: vec![0; (end / 60 + 1) as usize], together: vec![0; flat.len()] },
        }
    }

    /// Plays slots in order of time.
    pub fn play(&mut self, chunk: &[u64]) {
        for slot in chunk {
            let (at, number) = ((slot >> 32) as u32, *slot as u32);
            self.go_to(at);
            if at / 60 != self.minute {
                self.close_minute();
                self.minute = at / 60;
            }
            self.here.push(number);
            self.slots += 1;
            self.hours[self.hour].slots += 1;
            self.slot(self.flat[number as usize].0, at);
        }
    }

    /// Lets everything end that ends up to a second, hour by hour.
    fn go_to(&mut self, at: u32) {
        while self.hour < (at / 3600) as usize {
            self.end_until((self.hour as u32 + 1) * 3600);
            self.hour += 1;
            self.hours[self.hour].peak = self.running;
            self.pools.iter_mut().for_each(|pool| pool.note(self.hour));
        }
        self.end_until(at);
    }

    fn end_until(&mut self, at: u32) {
        while let Some(Reverse(end)) = self.ends.peek().copied()
            && (end >> 32) as u32 <= at
        {
            self.ends.pop();
            let (now, number) = ((end >> 32) as u32, end as u32);
            let task = &self.tasks[number as usize];
            if task.overlap != Overlap::Replace || task.active > 0 && task.end == now {
                self.end(number, now);
            }
        }
    }

    fn slot(&mut self, number: u32, now: u32) {
        let task = &mut self.tasks[number as usize];
        let waiting = task.queue.len() as u32 + task.in_pool;
        match admit(task.overlap, OpenRuns { active: task.active, waiting }) {
            Admission::Queue => self.enter(number, now),
            Admission::Skip(_) => task.skipped += 1,
            Admission::Wait => match task.overlap {
                Overlap::QueueLatest | Overlap::Replace if waiting > 0 => {
                    task.skipped += 1;
                    task.queue.iter_mut().for_each(|since| *since = now);
                }
                // The new run takes the place of the one that has not begun.
                Overlap::Replace if task.unbegun > 0 => task.skipped += 1,
                Overlap::Replace => {
                    task.skipped += 1;
                    task.queue.push_back(now);
                    self.end(number, now);
                }
                _ => task.queue.push_back(now),
            },
        }
    }

    /// Admits a run that its task allows: it starts, or waits for its pool.
    fn enter(&mut self, number: u32, now: u32) {
        let task = &mut self.tasks[number as usize];
        let Some(index) = task.pool else { return self.start(number, now) };
        let pool = &mut self.pools[index];
        if pool.capacity > 0 && pool.queue.is_empty() && pool.used + task.weight <= pool.capacity {
            return self.start(number, now);
        }
        task.in_pool += 1;
        pool.queue.push(Reverse((i64::from(now) - 60 * i64::from(task.priority), now, number)));
        pool.note(self.hour);
    }

    /// Gives a run its place in the pool. The run begins if the limit of runs allows.
    fn start(&mut self, number: u32, now: u32) {
        let task = &mut self.tasks[number as usize];
        task.active += 1;
        if let Some(pool) = task.pool.map(|index| &mut self.pools[index]) {
            pool.used += task.weight;
            pool.peak = pool.peak.max(pool.used);
            pool.note(self.hour);
        }
        if self.limit.allows(self.running) {
            return self.begin(number, now);
        }
        task.unbegun += 1;
        task.end = u32::MAX;
        self.limit.queue(task.priority, now, number);
    }

    fn begin(&mut self, number: u32, now: u32) {
        let task = &mut self.tasks[number as usize];
        task.end = now.saturating_add(task.seconds);
        self.ends.push(Reverse(u64::from(task.end) << 32 | u64::from(number)));
        self.running += 1;
        let hour = &mut self.hours[self.hour];
        hour.peak = hour.peak.max(self.running);
    }

    fn end(&mut self, number: u32, now: u32) {
        let task = &mut self.tasks[number as usize];
        task.active -= 1;
        self.running -= 1;
        let pool = task.pool;
        if let Some(pool) = pool {
            self.pools[pool].used -= task.weight;
        }
        if task.active == 0
            && task.in_pool == 0
            && let Some(since) = task.queue.pop_front()
        {
            if now > since {
                task.waited += 1;
                task.longest = task.longest.max(now - since);
            }
            self.enter(number, now);
        }
        if let Some(pool) = pool {
            self.pump(pool, now);
        }
        while let Some(number) = self.limit.next(self.running, now) {
            self.tasks[number as usize].unbegun -= 1;
            self.begin(number, now);
        }
    }

    /// Starts the next runs of a pool as long as they fit.
    fn pump(&mut self, index: usize, now: u32) {
        while let Some(Reverse((_, since, number))) = self.pools[index].queue.peek().copied() {
            let (pool, task) = (&mut self.pools[index], &mut self.tasks[number as usize]);
            if pool.used + task.weight > pool.capacity {
                return;
            }
            pool.queue.pop();
            task.in_pool -= 1;
            pool.count(now - since);
            self.start(number, now);
        }
    }

    /// Counts the slots of a minute when the minute is over.
    fn close_minute(&mut self) {
        let count = self.here.len() as u32;
        if let Some(minute) = self.starts.minutes.get_mut(self.minute as usize) {
            *minute = count;
        }
        if count > 1 {
            for number in &self.here {
                self.starts.together[*number as usize] += u64::from(count - 1);
            }
            let least = self.busiest.peek().map_or(0, |Reverse((least, ..))| *least);
            if self.busiest.len() < BUSIEST || count > least {
                let mut tasks: Vec<u32> = self.here.iter().map(|number| self.flat[*number as usize].0).collect();
                tasks.sort_unstable();
                tasks.dedup();
                tasks.truncate(NAMED);
                self.busiest.push(Reverse((count, Reverse(self.minute), tasks)));
                if self.busiest.len() > BUSIEST {
                    self.busiest.pop();
                }
            }
        }
        self.here.clear();
    }

    /// Plays to the end and sums up.
    pub fn finish(mut self) -> (Outcome, Starts) {
        let end = length(self.scenario);
        self.go_to(end);
        self.close_minute();
        for pool in &mut self.pools {
            while let Some(Reverse((_, since, _))) = pool.queue.pop() {
                pool.count(end - since);
            }
        }
        let limit = self.limit.sum_up(end);
        let base = base(self.scenario);
        let name = |number: &u32| self.scenario.tasks[*number as usize].name.clone();
        let minute = |(slots, Reverse(minute), tasks): (u32, Reverse<u32>, Vec<u32>)| Minute {
            at: DateTime::from_timestamp(base + i64::from(minute) * 60, 0).unwrap_or_default(),
            slots,
            tasks: tasks.iter().map(name).collect(),
        };
        let busiest = self.busiest.into_sorted_vec().into_iter().map(|Reverse(it)| minute(it)).collect();
        let numbered = (0..).zip(&self.tasks).filter(|(_, task)| task.skipped + task.waited > 0);
        let mut overlaps: Vec<TaskOverlap> = numbered
            .map(|(number, task)| TaskOverlap {
                task: name(&number),
                skipped: task.skipped,
                waited: task.waited,
                wait_seconds_max: task.longest,
            })
            .collect();
        overlaps.sort_by_key(|it| Reverse(it.skipped + it.waited));
        overlaps.truncate(OVERLAPS);
        let used = self.pools.into_iter().filter(|pool| pool.peak > 0 || pool.waited > 0);
        let waits = used.map(Pool::sum_up).collect();
        let (slots, hours) = (self.slots, self.hours);
        (Outcome { slots, hours, busiest, overlaps, waits, limit, ..Outcome::default() }, self.starts)
    }
}

impl Pool {
    /// Notes how many runs are active in an hour.
    fn note(&mut self, hour: usize) {
        let hour = &mut self.hours[hour];
        hour.peak = hour.peak.max(self.used);
        hour.waiting = hour.waiting.max(self.queue.len() as u32);
    }

    fn count(&mut self, seconds: u32) {
        if seconds > 0 {
            self.waited += 1;
            self.sum += u64::from(seconds);
            self.longest = self.longest.max(seconds);
        }
    }

    fn sum_up(self) -> PoolWait {
        PoolWait {
            pool: self.name,
            capacity: self.capacity,
            waited: self.waited,
            wait_seconds_mean: if self.waited > 0 { self.sum as f64 / self.waited as f64 } else { 0.0 },
            wait_seconds_max: self.longest,
            peak: self.peak,
            hours: self.hours,
        }
    }
}
