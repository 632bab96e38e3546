//! Rules, incidents, and what rules have to tell, as the store keeps them.

use crate::domain::ids::{IncidentId, RuleId, RunId, SilenceId};
use crate::domain::keys::{Incident, IncidentLink, Key, Rule, Silence, Task, Telling};
use crate::domain::notify::rules::RuleDefinition;
use crate::domain::notify::rules::silences::SilenceDefinition;
use crate::domain::notify::words::{EventKind, IncidentKind, IncidentState, SilenceState, TellStep};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What an incident is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum About {
    /// A task.
    Task(Key<Task>),
    /// A part of the server: the name of a worker, a channel or a credential, or `disk`, `clock`, `database`.
    Part(String),
}

impl About {
    /// The task; none: it is about the server.
    pub const fn task_key(&self) -> Option<Key<Task>> {
        match self {
            Self::Task(key) => Some(*key),
            Self::Part(_) => None,
        }
    }

    /// The part of the server; none: it is about a task.
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::Task(_) => None,
            Self::Part(name) => Some(name),
        }
    }
}

/// A rule as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRecord {
    /// Id of the rule.
    pub id: RuleId,
    /// Key in the database.
    pub key: Key<Rule>,
    /// What a person defined.
    pub definition: RuleDefinition,
    /// Version of the definition. It grows by one with each change.
    pub version: u32,
    /// When the rule was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
}

/// A definition to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// What a person defined.
    pub definition: RuleDefinition,
    /// When.
    pub at: DateTime<Utc>,
}

/// A run that ended, as incidents look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardRun {
    /// Id of the run.
    pub id: RunId,
    /// Key of its task.
    pub task_key: Key<Task>,
    /// Final state.
    pub state: RunState,
    /// Why it is in this state.
    pub reason: Option<Reason>,
    /// Whether it succeeded but looks wrong.
    pub suspicious: bool,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// An incident as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRecord {
    /// Id of the incident.
    pub id: IncidentId,
    /// Key in the database.
    pub key: Key<Incident>,
    /// What it is about.
    pub about: About,
    /// Name of the task, or of the part of the server.
    pub name: String,
    /// What is wrong.
    pub kind: IncidentKind,
    /// When the first run that shows it ended, or since when the first slot is late or the part of the server is wrong.
    pub opened_at: DateTime<Utc>,
    /// When the newest of these runs ended, since when the newest slot is late, or when the reason last changed.
    pub seen_at: DateTime<Utc>,
    /// Number of these runs or slots; 0: it is about the server.
    pub run_count: u32,
    /// The first of them.
    pub first_run: Option<RunId>,
    /// The newest of them.
    pub last_run: Option<RunId>,
    /// State of the newest; none: no run shows it.
    pub state: Option<RunState>,
    /// Why it is in this state, what is late, or what is wrong with the server.
    pub reason: Option<Reason>,
    /// When somebody took it up.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who took it up.
    pub acknowledged_by: Option<String>,
    /// What somebody wrote about it.
    pub note: String,
    /// When it was over.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who said that it was over; none: a run showed it.
    pub resolved_by: Option<String>,
    /// Until when no rule tells about it.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Who asked for that.
    pub snoozed_by: Option<String>,
}

impl IncidentRecord {
    /// How far the incident is.
    pub const fn progress(&self) -> IncidentState {
        match (self.resolved_at, self.acknowledged_at) {
            (Some(_), _) => IncidentState::Resolved,
            (None, Some(_)) => IncidentState::Acknowledged,
            (None, None) => IncidentState::Open,
        }
    }
}

/// Which incidents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Only those of this task.
    pub task_key: Option<Key<Task>>,
    /// Only those in these states; empty: all.
    pub states: Vec<IncidentState>,
}

/// Something that a rule has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingNew {
    /// The rule.
    pub rule_key: Key<Rule>,
    /// The incident; none: the event belongs to none.
    pub incident_key: Option<Key<Incident>>,
    /// The task; none: the incident is about the server.
    pub task_key: Option<Key<Task>>,
    /// The run that shows it.
    pub run: Option<RunId>,
    /// What happened.
    pub kind: EventKind,
    /// Why the rule tells it.
    pub step: TellStep,
    /// Number of reminders about the incident before this one.
    pub round: u32,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// When it is told.
    pub due_at: DateTime<Utc>,
    /// Why it is not told; none: it is.
    pub muted: Option<Reason>,
    /// When it is looked at again, although it was not told; none: never.
    pub muted_until: Option<DateTime<Utc>>,
}

/// Something that a rule told, or has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingRecord {
    /// Key in the database.
    pub key: Key<Telling>,
    /// Id of the rule.
    pub rule: RuleId,
    /// Name of the rule.
    pub rule_name: String,
    /// What it tells.
    pub new: TellingNew,
    /// When it was handed to the channels.
    pub told_at: Option<DateTime<Utc>>,
}

/// What shows an incident: the end of a run, slots that are late, or a look at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign<'a> {
    /// What it is about.
    pub about: &'a About,
    /// The run; none: there is none.
    pub run: Option<RunId>,
    /// State of the run.
    pub state: Option<RunState>,
    /// Why the run is in this state, what is late, or what is wrong with the server.
    pub reason: Option<&'a Reason>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A sign that something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentShown<'a> {
    /// What is wrong.
    pub kind: IncidentKind,
    /// What shows it.
    pub sign: Sign<'a>,
    /// Number of runs or slots that showed it, with this one.
    pub count: u32,
}

/// What a rule has told about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToldBefore {
    /// The rule.
    pub rule_key: Key<Rule>,
    /// The incident.
    pub incident_key: Key<Incident>,
    /// Why the rule told it.
    pub step: TellStep,
}

/// How much a rule has to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleLoad {
    /// Number of what it told in the last minute or is about to tell.
    pub recent: u64,
    /// When it tells next; none: nothing waits.
    pub pending: Option<DateTime<Utc>>,
}

/// A silence as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRecord {
    /// Id of the silence.
    pub id: SilenceId,
    /// Key in the database.
    pub key: Key<Silence>,
    /// What a person defined. It ends early if somebody ends it.
    pub definition: SilenceDefinition,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// When somebody ended it before its time.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who did.
    pub ended_by: Option<String>,
}

impl SilenceRecord {
    /// Where the silence stands at an instant.
    pub fn state(&self, now: DateTime<Utc>) -> SilenceState {
        if self.ended_at.is_some() || self.definition.until_at <= now {
            SilenceState::Ended
        } else if now < self.definition.from_at {
            SilenceState::Planned
        } else {
            SilenceState::Active
        }
    }
}

/// A silence to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceNew {
    /// What a person defined.
    pub definition: SilenceDefinition,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

/// A link by which somebody takes an incident up without logging in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// Key in the database.
    pub key: Key<IncidentLink>,
    /// The incident.
    pub incident: IncidentRecord,
    /// Name of the channel by which the link was sent.
    pub channel_name: String,
    /// SHA-256 of the secret part of the link.
    pub secret_hash: Vec<u8>,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
    /// When somebody used it.
    pub used_at: Option<DateTime<Utc>>,
}

/// A link to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkNew {
    /// Id of the link, which is part of its text.
    pub id: Uuid,
    /// The incident.
    pub incident_key: Key<Incident>,
    /// Name of the channel by which the link is sent.
    pub channel_name: String,
    /// SHA-256 of the secret part of the link.
    pub secret_hash: Vec<u8>,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
}
