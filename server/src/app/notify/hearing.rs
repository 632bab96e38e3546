//! Hearing: ends of runs become incidents, and what rules have to tell about them.
//!
//! The transaction that ends a run only notes that it did; a worker calls `runs_hear` soon after. One transaction takes
//! the note and writes all that follows from it, so a crash neither loses nor doubles anything. Deliberately absent: what
//! an end means, which `domain::notify` decides, and saying it, which `telling` does. Start reading at `runs_hear`.

use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::keys::{Key, Rule, Task};
use crate::domain::model::{
    About, HeardRun, IncidentRecord, IncidentShown, RuleLoad, RuleRecord, Sign, TellingNew, ToldBefore,
};
use crate::domain::notify::incidents::{Ended, Happening, Open, event, hear};
use crate::domain::notify::rules::{Heard, TaskFacts, tells};
use crate::domain::notify::timing::{Pace, speaks_at};
use crate::domain::notify::words::{IncidentKind, TellStep};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

/// Maximum number of runs in one transaction.
const ROUND: u64 = 200;

/// What is told about an incident only while it is there.
const AGAIN: [TellStep; 2] = [TellStep::Reminder, TellStep::Escalation];

/// Number of messages within a minute after which a rule that tells at once collects.
const STORM_FROM: u64 = 5;

impl App {
    /// Whether there are ends of runs to look at.
    pub async fn unheard_are_there(&self) -> Result<bool> {
        Ok(self.store().unheard_are_there().await?)
    }

    /// Looks at some ends of runs. Returns how many.
    pub async fn runs_hear(&self) -> Result<usize> {
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let runs = tx.unheard_take(ROUND).await?;
            if runs.is_empty() {
                return Ok(0);
            }
            let mut hearing = Hearing::begin(tx, runs.iter().map(|run| run.task_key), now).await?;
            for run in &runs {
                hearing.run(tx, run).await?;
            }
            tx.tellings_add(&hearing.new).await?;
            tx.tasks_succeeded(&newest_successes(&runs)).await?;
            Ok(runs.len())
        };
        self.write(write, |app, _| app.announce_incidents()).await
    }
}

/// What is known while ends of runs are looked at.
pub(super) struct Hearing {
    now: DateTime<Utc>,
    rules: Vec<RuleRecord>,
    loads: HashMap<Key<Rule>, RuleLoad>,
    tasks: HashMap<Key<Task>, TaskFacts>,
    open: Vec<IncidentRecord>,
    told: HashSet<ToldBefore>,
    /// What rules have to tell.
    pub(super) new: Vec<TellingNew>,
}

/// Something that happened, as rules look at it.
struct Event<'a> {
    happening: Happening,
    sign: Sign<'a>,
    incident: Option<IncidentRecord>,
}

impl Hearing {
    /// Reads what is known about tasks.
    pub(super) async fn begin(tx: &Tx, tasks: impl IntoIterator<Item = Key<Task>>, now: DateTime<Utc>) -> Result<Self> {
        let keys: Vec<Key<Task>> = tasks.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let open = tx.incidents_open(&keys).await?;
        Self::on(tx, open, tx.task_facts(keys).await?, now).await
    }

    /// Reads what is known about the server.
    pub(super) async fn of_server(tx: &Tx, now: DateTime<Utc>) -> Result<Self> {
        Self::on(tx, tx.incidents_of_server().await?, HashMap::new(), now).await
    }

    async fn on(
        tx: &Tx,
        open: Vec<IncidentRecord>,
        tasks: HashMap<Key<Task>, TaskFacts>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut rules = tx.rules_all().await?;
        rules.retain(|rule| rule.definition.enabled);
        let incidents: Vec<_> = open.iter().map(|incident| incident.key).collect();
        Ok(Self {
            loads: if rules.is_empty() { HashMap::new() } else { tx.rule_loads(now - TimeDelta::minutes(1)).await? },
            told: tx.told_before(&incidents).await?,
            tasks,
            now,
            rules,
            open,
            new: Vec::new(),
        })
    }

    async fn run(&mut self, tx: &Tx, run: &HeardRun) -> Result<()> {
        let about = About::Task(run.task_key);
        let known = |incident: &&IncidentRecord| incident.about == about;
        let open = |incident: &IncidentRecord| Open {
            kind: incident.kind,
            count: incident.run_count,
            seen_at: incident.seen_at,
        };
        let before: Vec<Open> = self.open.iter().filter(known).map(open).collect();
        for happening in hear(&before, Ended { state: run.state, suspicious: run.suspicious, at: run.at }) {
            let (id, state) = (Some(run.id), Some(run.state));
            let sign = Sign { about: &about, run: id, state, reason: run.reason.as_ref(), at: run.at };
            let incident = self.learn(tx, sign, happening).await?;
            self.tell(Event { happening, sign, incident });
        }
        Ok(())
    }

    /// Resolves an incident because a person says that it is over. Returns false if it is resolved already.
    pub(super) async fn resolve(&mut self, tx: &Tx, read: &IncidentRecord, by: &str) -> Result<bool> {
        if !tx.incident_resolve(read.key, self.now, Some(by)).await? {
            return Ok(false);
        }
        tx.tellings_mute_steps(read.key, &AGAIN, &Reason::IncidentOver {}).await?;
        let happening = Happening::Over { kind: read.kind, count: read.run_count };
        let sign = Sign { about: &read.about, run: None, state: read.state, reason: None, at: self.now };
        self.tell(Event { happening, sign, incident: Some(read.clone()) });
        Ok(true)
    }

    /// Notes that slots of a task are late, or that the task is silent.
    pub(super) async fn late(&mut self, tx: &Tx, kind: IncidentKind, sign: Sign<'_>, slots: u64) -> Result<()> {
        let open = self.open.iter().find(|open| open.about == *sign.about && open.kind == kind);
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        let count = open.map_or(0, |open| open.run_count).saturating_add(slots);
        let happening = Happening::Shown { kind, count };
        let incident = self.learn(tx, sign, happening).await?;
        self.tell(Event { happening, sign, incident });
        Ok(())
    }

    /// Notes what a look found: that something is wrong, or that it is there for another reason. `count` is the number of
    /// runs that show it now.
    pub(super) async fn found(&mut self, tx: &Tx, kind: IncidentKind, sign: Sign<'_>, count: u32) -> Result<()> {
        let happening = Happening::Shown { kind, count };
        let incident = self.learn(tx, sign, happening).await?;
        self.tell(Event { happening, sign, incident });
        Ok(())
    }

    /// The open incidents that are known.
    pub(super) fn open(&self) -> &[IncidentRecord] {
        &self.open
    }

    /// Notes that an incident is over that no end of a run shows.
    pub(super) async fn no_longer(&mut self, tx: &Tx, read: &IncidentRecord, at: DateTime<Utc>) -> Result<()> {
        let happening = Happening::Over { kind: read.kind, count: read.run_count };
        let sign = Sign { about: &read.about, run: None, state: read.state, reason: None, at };
        let incident = self.learn(tx, sign, happening).await?;
        self.tell(Event { happening, sign, incident });
        Ok(())
    }

    /// Writes what happened to the incident that is concerned.
    async fn learn(&mut self, tx: &Tx, sign: Sign<'_>, happening: Happening) -> Result<Option<IncidentRecord>> {
        let Some(kind) = happening.incident() else { return Ok(None) };
        let place = self.open.iter().position(|open| open.about == *sign.about && open.kind == kind);
        Ok(match (happening, place) {
            (Happening::Shown { count, .. }, None) => {
                let name = match sign.about {
                    About::Task(key) => self.tasks.get(key).map_or("", |task| task.name.as_str()),
                    About::Part(name) => name.as_str(),
                };
                let made = tx.incident_insert(IncidentShown { kind, sign, count }, name).await?;
                self.open.push(made.clone());
                Some(made)
            }
            (Happening::Shown { count, .. }, Some(place)) => {
                let open = &mut self.open[place];
                tx.incident_show(open, IncidentShown { kind, sign, count }).await?;
                open.run_count = count;
                open.seen_at = open.seen_at.max(sign.at);
                Some(open.clone())
            }
            (Happening::Over { .. }, Some(place)) => {
                let over = self.open.swap_remove(place);
                tx.incident_resolve(over.key, sign.at, None).await?;
                tx.tellings_mute_steps(over.key, &AGAIN, &Reason::IncidentOver {}).await?;
                Some(over)
            }
            (Happening::Over { .. } | Happening::Well, _) => None,
        })
    }

    /// Notes what each rule has to tell about what happened.
    fn tell(&mut self, what: Event<'_>) {
        let task = match what.sign.about {
            About::Task(key) => match self.tasks.get(key) {
                Some(task) => Some(task),
                None => return,
            },
            About::Part(_) => None,
        };
        let step = match what.happening {
            Happening::Over { .. } => TellStep::Recovery,
            Happening::Shown { .. } | Happening::Well => TellStep::Event,
        };
        let incident_key = what.incident.as_ref().map(|incident| incident.key);
        let care = what.incident.as_ref().and_then(|incident| incident.acknowledged_by.clone());
        for rule in &self.rules {
            let before = |step| incident_key.map(|incident_key| ToldBefore { rule_key: rule.key, incident_key, step });
            let told = before(TellStep::Event).is_some_and(|before| self.told.contains(&before));
            let terms = &rule.definition.terms;
            let reason = what.sign.reason.map(Reason::code);
            let heard = Heard { happening: what.happening, state: what.sign.state, reason, told };
            // What is wrong with the server is not about tasks, so no choice of tasks leaves it out.
            let covers = task.is_none_or(|task| terms.what.covers(task));
            if !covers || !tells(terms, heard) {
                continue;
            }
            // Whoever takes care of it knows that it is there, but not that it is over.
            let muted = care.clone().filter(|_| step == TellStep::Event).map(|by| Reason::IncidentAcknowledged { by });
            let due_at = match &muted {
                Some(_) => self.now,
                None => due_at(rule, self.loads.entry(rule.key).or_default(), self.now),
            };
            if muted.is_none() {
                self.told.extend(before(step));
            }
            self.new.push(TellingNew {
                rule_key: rule.key,
                incident_key,
                task_key: what.sign.about.task_key(),
                run: what.sign.run,
                kind: event(what.happening, what.sign.state),
                step,
                happened_at: what.sign.at,
                due_at,
                muted,
                muted_until: None,
                round: 0,
            });
        }
    }
}

/// The newest success of each task.
fn newest_successes(runs: &[HeardRun]) -> HashMap<Key<Task>, DateTime<Utc>> {
    let mut newest = HashMap::new();
    for run in runs.iter().filter(|run| run.state == RunState::Succeeded) {
        newest.entry(run.task_key).and_modify(|at: &mut DateTime<Utc>| *at = run.at.max(*at)).or_insert(run.at);
    }
    newest
}

/// When a rule tells something that it heard now. What is collected already is joined. A rule that tells at once
/// collects for a minute when it has much to tell.
fn due_at(rule: &RuleRecord, load: &mut RuleLoad, now: DateTime<Utc>) -> DateTime<Utc> {
    let terms = &rule.definition.terms;
    let waiting = load.pending.filter(|pending| *pending > now);
    let due_at = match (&terms.how, waiting) {
        (Pace::AtOnce {}, _) if load.recent < STORM_FROM => speaks_at(&terms.how, terms.quiet.as_ref(), now),
        (Pace::AtOnce {} | Pace::Grouped { .. }, Some(waiting)) => waiting,
        (Pace::AtOnce {}, None) => speaks_at(&Pace::Grouped { minutes: 1 }, terms.quiet.as_ref(), now),
        (how, _) => speaks_at(how, terms.quiet.as_ref(), now),
    };
    load.recent += 1;
    load.pending =
        Some(load.pending.map_or(due_at, |pending| if pending > now { pending.min(due_at) } else { due_at }));
    due_at
}
