//! The server's limit of simultaneous runs: who may begin, and who waits.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How runs wait for the server's limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LimitWait {
    /// Maximum number of simultaneous runs.
    pub capacity: u32,
    /// Number of runs that wait.
    pub waited: u64,
    /// Average wait in seconds, among runs that wait.
    pub wait_seconds_mean: f64,
    /// Longest wait in seconds.
    pub wait_seconds_max: u32,
}

/// The limit, and the runs that wait for it.
#[derive(Debug)]
pub(in crate::domain) struct Limit {
    waits: LimitWait,
    sum: u64,
    /// Highest priority first, then the oldest: priority, start of waiting, task.
    queue: BinaryHeap<(i32, Reverse<u32>, Reverse<u32>)>,
}

impl Limit {
    pub fn new(capacity: u32) -> Self {
        let waits = LimitWait { capacity: capacity.max(1), ..LimitWait::default() };
        Self { waits, sum: 0, queue: BinaryHeap::new() }
    }

    /// Returns whether a new run may begin at once.
    pub fn allows(&self, running: u32) -> bool {
        running < self.waits.capacity && self.queue.is_empty()
    }

    /// Puts a run into the queue.
    pub fn queue(&mut self, priority: i32, since: u32, task: u32) {
        self.queue.push((priority, Reverse(since), Reverse(task)));
    }

    /// The task whose waiting run begins now, if there is room.
    pub fn next(&mut self, running: u32, now: u32) -> Option<u32> {
        if running >= self.waits.capacity {
            return None;
        }
        let (_, Reverse(since), Reverse(task)) = self.queue.pop()?;
        self.count(now - since);
        Some(task)
    }

    fn count(&mut self, seconds: u32) {
        if seconds > 0 {
            self.waits.waited += 1;
            self.sum += u64::from(seconds);
            self.waits.wait_seconds_max = self.waits.wait_seconds_max.max(seconds);
        }
    }

    /// Sums up. Runs that still wait have waited until `end`.
    pub fn sum_up(mut self, end: u32) -> LimitWait {
        while let Some((_, Reverse(since), _)) = self.queue.pop() {
            self.count(end - since);
        }
        let mean = if self.waits.waited > 0 { self.sum as f64 / self.waits.waited as f64 } else { 0.0 };
        LimitWait { wait_seconds_mean: mean, ..self.waits }
    }
}
