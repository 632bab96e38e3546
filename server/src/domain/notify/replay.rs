//! What a rule would have told about runs of the past.
//!
//! It goes by the same decisions as the rule itself. Of lateness and of the server it knows the incidents that were
//! opened then. Deliberately absent: reminders, escalations, and what people would have taken up meanwhile, because nobody
//! knows when. Start reading at `replay`.

use super::incidents::{Ended, Happening, Open, event, hear};
use super::rules::{Heard, RuleTerms, TaskFacts, tells};
use super::timing::{Pace, speaks_at};
use super::words::{EventKind, IncidentKind};
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::reason::ReasonCode;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Number of events of one message that are kept.
const EVENTS_SHOWN: usize = 20;

/// A run that ended in the past.
#[derive(Debug, Clone)]
pub struct PastRun {
    /// Id of the run.
    pub run: RunId,
    /// Key of its task.
    pub task_key: Key<Task>,
    /// Name of its task.
    pub task: String,
    /// How it ended.
    pub ended: Ended,
    /// Why.
    pub reason: Option<ReasonCode>,
}

/// A message that the rule would have sent to each of its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: DateTime<Utc>,
    /// Number of events that it tells.
    pub count: usize,
    /// The first of them.
    pub events: Vec<PastEvent>,
}

/// An event of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEvent {
    /// Name of the task, or of the part of the server.
    pub name: String,
    /// Whether it is about the server.
    pub about_server: bool,
    /// What happened.
    pub kind: EventKind,
    /// The run that shows it; none: no run does.
    pub run: Option<RunId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An incident of the past that no end of a run shows: about lateness, or about the server. What was late is known only
/// of tasks that expected something then.
#[derive(Debug, Clone)]
pub struct PastIncident {
    /// Key of its task; none: it is about the server.
    pub task_key: Option<Key<Task>>,
    /// Name of its task, or of the part of the server.
    pub name: String,
    /// What was wrong.
    pub kind: IncidentKind,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Since when the newest of its slots was late.
    pub seen_at: DateTime<Utc>,
    /// Number of its slots.
    pub count: u32,
    /// When it was over; none: it is not.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// An incident of the past that was open, and whether the rule told it.
struct Known {
    open: Open,
    told: bool,
}

/// What a rule would have told. The runs come in the order of their ends. `facts` describes the tasks as they are now.
pub fn replay(
    terms: &RuleTerms,
    runs: &[PastRun],
    incidents: &[PastIncident],
    facts: &HashMap<Key<Task>, TaskFacts>,
) -> Vec<Message> {
    let covered = |task: &Key<Task>| facts.get(task).is_some_and(|task| terms.what.covers(task));
    let runs = run_events(terms, runs.iter().filter(|run| covered(&run.task_key)));
    let others = incidents.iter().filter(|past| past.task_key.as_ref().is_none_or(covered));
    let others = others.flat_map(|past| incident_events(terms, past));
    let mut events: Vec<PastEvent> = runs.into_iter().chain(others).collect();
    events.sort_by_key(|event| event.at);
    let mut messages = Vec::new();
    events.into_iter().for_each(|event| tell(&mut messages, terms, event));
    messages.sort_by_key(|message| message.at);
    messages
}

/// What a rule tells about an incident. The slots between the first and the newest are not known one by one, so a rule
/// that waits for several in a row tells it at the newest.
fn incident_events(terms: &RuleTerms, past: &PastIncident) -> Vec<PastEvent> {
    let PastIncident { task_key, name, kind, opened_at, seen_at, count, resolved_at } = past;
    let about_server = task_key.is_none();
    let at = if terms.in_a_row > 1 && !about_server { *seen_at } else { *opened_at };
    let past = |happening, at| {
        let kind = event(happening, None);
        PastEvent { name: name.clone(), about_server, kind, run: None, at }
    };
    let shown = Happening::Shown { kind: *kind, count: *count };
    let told = tells(terms, Heard { happening: shown, state: None, reason: None, told: false });
    let over = Happening::Over { kind: *kind, count: *count };
    let ends = tells(terms, Heard { happening: over, state: None, reason: None, told });
    let end = resolved_at.filter(|_| ends).map(|resolved_at| past(over, resolved_at));
    told.then(|| past(shown, at)).into_iter().chain(end).collect()
}

fn run_events<'a>(terms: &RuleTerms, runs: impl Iterator<Item = &'a PastRun>) -> Vec<PastEvent> {
    let mut open: HashMap<Key<Task>, Vec<Known>> = HashMap::new();
    let mut events = Vec::new();
    for run in runs {
        let known = open.entry(run.task_key).or_default();
        let before: Vec<Open> = known.iter().map(|known| known.open).collect();
        for happening in hear(&before, run.ended) {
            let told = known.iter().any(|known| Some(known.open.kind) == happening.incident() && known.told);
            let state = Some(run.ended.state);
            let tells = tells(terms, Heard { happening, state, reason: run.reason, told });
            if tells {
                let kind = event(happening, state);
                let (name, at) = (run.task.clone(), run.ended.at);
                events.push(PastEvent { name, about_server: false, kind, run: Some(run.run), at });
            }
            learn(known, happening, run.ended.at, tells || told);
        }
    }
    events
}

fn learn(known: &mut Vec<Known>, happening: Happening, at: DateTime<Utc>, told: bool) {
    match happening {
        Happening::Well => {}
        Happening::Over { kind, .. } => known.retain(|known| known.open.kind != kind),
        Happening::Shown { kind, count } => {
            let seen_at =
                known.iter().find(|known| known.open.kind == kind).map_or(at, |known| known.open.seen_at.max(at));
            known.retain(|known| known.open.kind != kind);
            known.push(Known { open: Open { kind, count, seen_at }, told });
        }
    }
}

/// Adds an event to the message that is being collected, or begins one.
fn tell(messages: &mut Vec<Message>, terms: &RuleTerms, event: PastEvent) {
    let mut at = speaks_at(&terms.how, terms.quiet.as_ref(), event.at);
    let collects = at > event.at;
    if let (Pace::Grouped { .. }, Some(last)) = (&terms.how, messages.last())
        && last.at > event.at
    {
        at = last.at;
    }
    match messages.iter_mut().rev().find(|message| collects && message.at == at) {
        Some(message) => {
            message.count += 1;
            if message.events.len() < EVENTS_SHOWN {
                message.events.push(event);
            }
        }
        None => messages.push(Message { at, count: 1, events: vec![event] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notify::rules::Scope;
    use crate::domain::vocabulary::RunState;
    use uuid::Uuid;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minutes * 60, 0).expect("an instant")
    }

    fn run(task: i64, state: RunState, minutes: i64) -> PastRun {
        PastRun {
            run: RunId(Uuid::nil()),
            task_key: Key::new(task),
            task: format!("task-{task}"),
            ended: Ended { state, suspicious: false, at: at(minutes) },
            reason: None,
        }
    }

    fn rule(how: Pace) -> RuleTerms {
        RuleTerms {
            when: vec![EventKind::Failed, EventKind::Recovered],
            what: Scope::default(),
            who: vec!["ops".into()],
            how,
            in_a_row: 1,
            quiet: None,
            skip_reasons: Vec::new(),
            remind_minutes: None,
            escalation: None,
        }
    }

    fn facts() -> HashMap<Key<Task>, TaskFacts> {
        let task = |number| TaskFacts { name: format!("task-{number}"), folder: String::new(), tags: Vec::new() };
        (1..4).map(|number| (Key::new(number), task(number))).collect()
    }

    fn told(how: Pace, runs: &[PastRun]) -> Vec<(i64, usize)> {
        let minutes = |message: Message| ((message.at - at(0)).num_minutes(), message.count);
        replay(&rule(how), runs, &[], &facts()).into_iter().map(minutes).collect()
    }

    #[test]
    fn a_night_of_failures_is_one_message_and_one_recovery() {
        use RunState::{Failed, Succeeded};
        let runs = [run(1, Failed, 0), run(1, Failed, 1), run(2, Failed, 1), run(1, Failed, 2), run(1, Succeeded, 3)];
        assert_eq!(told(Pace::AtOnce {}, &runs), [(0, 1), (1, 1), (3, 1)]);
        assert_eq!(
            told(Pace::Grouped { minutes: 2 }, &runs),
            [(2, 2), (5, 1)],
            "the third event comes after the first group"
        );
        assert_eq!(told(Pace::Grouped { minutes: 10 }, &runs), [(10, 3)]);
    }

    #[test]
    fn what_was_wrong_with_the_server_is_told_whatever_tasks_the_rule_means() {
        let mut terms = rule(Pace::AtOnce {});
        terms.when = vec![EventKind::DiskFull, EventKind::Recovered];
        terms.what.tasks.push("task-2".into());
        let past = |kind, resolved_at| PastIncident {
            task_key: None,
            name: "disk".into(),
            kind,
            opened_at: at(0),
            seen_at: at(5),
            count: 0,
            resolved_at,
        };
        let past = [past(IncidentKind::DiskFull, Some(at(9))), past(IncidentKind::ClockDoubted, Some(at(9)))];
        let minutes = |message: &Message| ((message.at - at(0)).num_minutes(), message.events[0].kind);
        let told: Vec<_> = replay(&terms, &[], &past, &facts()).iter().map(minutes).collect();
        assert_eq!(told, [(0, EventKind::DiskFull), (9, EventKind::Recovered)]);
    }

    #[test]
    fn tasks_that_are_not_meant_or_not_there_any_more_say_nothing() {
        let mut terms = rule(Pace::AtOnce {});
        terms.what.tasks.push("task-2".into());
        let runs = [run(1, RunState::Failed, 0), run(2, RunState::Failed, 1), run(9, RunState::Failed, 2)];
        let found = replay(&terms, &runs, &[], &facts());
        assert_eq!(found.iter().map(|message| message.events[0].name.as_str()).collect::<Vec<_>>(), ["task-2"]);
    }
}
