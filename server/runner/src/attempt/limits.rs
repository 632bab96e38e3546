//! The limits of one attempt: its cgroup, and what the runner itself has to watch.
//!
//! Without a cgroup the kernel knows no limit on the memory or number of several processes. The runner then looks once
//! a second and stops the attempt at once when a limit is passed. Start reading at [`Held::prepare`].

use std::time::{Duration, Instant};

use crate::clock;
use crate::os::{self, Failure, Group, Used};
use crate::protocol::limits::{AppliedLimit, LimitKind, LimitMeans};
use crate::protocol::message::StopReason;
use crate::protocol::plan::Plan;
use crate::protocol::record::SpawnFailure;

/// Time between two looks at what is only watched.
const PERIOD: Duration = Duration::from_secs(1);

/// How the limits of an attempt are held.
pub(crate) struct Held {
    group: Option<Group>,
    applied: Vec<AppliedLimit>,
    /// When the runner looks next; none: nothing is watched.
    look_at: Option<Instant>,
    /// The most memory that was seen.
    peak: u64,
}

impl Held {
    /// Creates the attempt's cgroup, if it may have one, and sets the limits that the kernel holds. The second value
    /// is a note for the log.
    pub(crate) fn prepare(plan: &Plan) -> Result<(Self, Option<String>), Failure> {
        let created = plan.cgroup.as_deref().map(|folder| Group::create(folder, &plan.attempt)).transpose();
        let (group, note) = match created {
            Ok(group) => (group, None),
            Err(error) => (None, Some(format!("the attempt has no cgroup: {error}"))),
        };
        let mut held = Self { group, applied: Vec::new(), look_at: None, peak: 0 };
        match held.apply(plan) {
            Ok(()) => Ok((held, note)),
            Err(failure) => {
                held.finish(Used::default());
                Err(failure)
            }
        }
    }

    fn apply(&mut self, plan: &Plan) -> Result<(), Failure> {
        for (kind, value) in plan.limits.set() {
            let means = self.means(kind)?;
            self.applied.push(AppliedLimit { kind, value, means, passed: false });
        }
        if let Some(group) = &self.group {
            group.limit(&plan.limits).map_err(|error| {
                Failure::new(SpawnFailure::InvalidInput, format!("a limit of the cgroup cannot be set: {error}"))
            })?;
        }
        let watched = self.applied.iter().any(|limit| limit.means == LimitMeans::Watched);
        self.look_at = watched.then(|| clock::now() + PERIOD);
        Ok(())
    }

    fn means(&self, kind: LimitKind) -> Result<LimitMeans, Failure> {
        match kind {
            _ if self.group.as_ref().is_some_and(|group| group.holds(kind)) => Ok(LimitMeans::Cgroup),
            LimitKind::OpenFiles | LimitKind::Niceness => Ok(LimitMeans::Process),
            LimitKind::Memory | LimitKind::Processes => Ok(LimitMeans::Watched),
            LimitKind::Cpu => {
                let message = "the share of the processor cannot be limited, because this server has no cgroup with the \
                               controller \"cpu\"";
                Err(Failure::new(SpawnFailure::InvalidInput, message))
            }
        }
    }

    pub(crate) fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// When the runner must look.
    pub(crate) fn look_at(&self) -> Option<Instant> {
        self.look_at
    }

    /// Looks if it is time. Returns the limit that is passed.
    pub(crate) fn look(&mut self, now: Instant) -> Option<StopReason> {
        if self.look_at.is_none_or(|at| at > now) {
            return None;
        }
        self.look_at = Some(now + PERIOD);
        let weight = os::weight().ok()?;
        self.peak = self.peak.max(weight.memory_bytes);
        let passed = self.applied.iter_mut().filter(|limit| limit.means == LimitMeans::Watched).find(|limit| {
            let seen = match limit.kind {
                LimitKind::Memory => weight.memory_bytes,
                LimitKind::Processes => u64::from(weight.processes),
                LimitKind::Cpu | LimitKind::OpenFiles | LimitKind::Niceness => 0,
            };
            u64::try_from(limit.value).is_ok_and(|most| seen > most)
        })?;
        passed.passed = true;
        self.look_at = None;
        Some(StopReason::Limit { limit: passed.kind, value: passed.value })
    }

    /// Kills all members of the cgroup at once. Returns their ids.
    pub(crate) fn kill(&self) -> Vec<u32> {
        let Some(group) = &self.group else { return Vec::new() };
        let members = group.members();
        group.kill();
        members
    }

    /// What the attempt used and which limits it had. The cgroup is removed.
    pub(crate) fn finish(mut self, collected: Used) -> (Used, Vec<AppliedLimit>) {
        let watched = Used { peak_memory_bytes: self.peak, ..Used::default() };
        let mut used = collected.or_more(watched);
        if let Some(group) = &self.group {
            used = used.or_more(group.used());
            let hits = group.hits();
            let held = self.applied.iter_mut().filter(|limit| limit.means == LimitMeans::Cgroup);
            held.for_each(|limit| limit.passed = hits.contains(&limit.kind));
            group.remove();
        }
        (used, self.applied)
    }
}
