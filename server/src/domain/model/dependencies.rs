//! Dependencies of runs and the probes that are looked at for them, as the store keeps them.

use crate::domain::dependencies::decide::{Seen, Standing};
use crate::domain::dependencies::{DependencyRule, Look, OnUnmet, Probe, Sight};
use crate::domain::ids::RunId;
use crate::domain::keys::{self, Key, Run, Task};
use chrono::{DateTime, Utc};

/// A dependency of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDependencyRecord {
    /// Key of the dependency within its task.
    pub key: String,
    /// The condition; none: it cannot be read.
    pub rule: Option<DependencyRule>,
    /// What happens while the condition does not hold.
    pub on_unmet: OnUnmet,
    /// Whether the condition held at the last look.
    pub met: bool,
    /// What was seen at the last look.
    pub sight: Option<Sight>,
    /// When the last look began.
    pub looked_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub look_ended_at: Option<DateTime<Utc>>,
    /// Number of looks in a row, up to the last, that went wrong.
    pub troubles: u32,
    /// When the next look is due; none: there will be none.
    pub next_look_at: Option<DateTime<Utc>>,
    /// When waiting ends.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Who started the run without waiting for this dependency.
    pub waived_by: Option<String>,
}

impl RunDependencyRecord {
    /// What decides about the run.
    pub fn standing(&self) -> Standing {
        let ended_at = self.look_ended_at.or(self.looked_at);
        let seen = self.looked_at.zip(self.sight.clone());
        Standing {
            key: self.key.clone(),
            on_unmet: self.on_unmet,
            seen: seen.map(|(looked_at, sight)| Seen {
                met: self.met,
                sight,
                looked_at,
                ended_at: ended_at.unwrap_or(looked_at),
                troubles: self.troubles,
            }),
            deadline_at: self.deadline_at,
        }
    }
}

/// A new dependency of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDependencyNew {
    /// Key of the dependency within its task.
    pub key: String,
    /// The condition.
    pub rule: DependencyRule,
    /// What happens while the condition does not hold.
    pub on_unmet: OnUnmet,
    /// The question that is asked for it.
    pub probe: Probe,
    /// Distinguishes the question from others.
    pub digest: Vec<u8>,
    /// When waiting ends.
    pub deadline_at: Option<DateTime<Utc>>,
}

/// A run for whose dependencies no probes have been set up yet.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedRun {
    /// Key of the run in the database.
    pub key: Key<Run>,
    /// Id of the run.
    pub id: RunId,
    /// Key of its task in the database.
    pub task_key: Key<Task>,
    /// Version of the definition that runs.
    pub task_version: u32,
    /// The slot for which the run was made.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// When the run was created.
    pub created_at: DateTime<Utc>,
    /// The run must not start before this instant.
    pub due_at: DateTime<Utc>,
}

/// A probe that somebody waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeRecord {
    /// Key of the probe in the database.
    pub key: Key<keys::Probe>,
    /// The question; none: it cannot be read.
    pub probe: Option<Probe>,
    /// Seconds between two looks.
    pub every_seconds: f64,
    /// Number of looks in a row that went wrong.
    pub troubles: u32,
    /// What the last look wants the next one to know.
    pub memory: Option<String>,
    /// When the next look is due.
    pub next_look_at: DateTime<Utc>,
}

/// A look at a probe, to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeLooked {
    /// Key of the probe in the database.
    pub key: Key<keys::Probe>,
    /// What was found.
    pub look: Look,
    /// When the look began.
    pub looked_at: DateTime<Utc>,
    /// When the look ended.
    pub ended_at: DateTime<Utc>,
}

/// A dependency of a waiting run with its probe.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingDependency {
    /// Key of the run in the database.
    pub run: Key<Run>,
    /// Key of its probe.
    pub probe: Option<Key<keys::Probe>>,
    /// The dependency.
    pub record: RunDependencyRecord,
}
