//! What a rule would have told about runs of the past.
//!
//! It goes by the same decisions as the rule itself. Of lateness and of the server it knows the incidents that were
//! opened then. Deliberately absent: what people would have taken up meanwhile, because nobody knows when. Reminders and
//! escalations are therefore only counted, as if nobody had taken anything up. Start reading at `replay`.

use super::incidents::{Ended, Happening, Open, event, hear};
use super::rules::{Heard, RuleTerms, TaskFacts, tells};
use super::timing::{Pace, speaks_at};
use super::words::{EventKind, IncidentKind};
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::reason::ReasonCode;
use chrono::{DateTime, TimeDelta, Utc};
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

/// What a rule would have told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// The messages that each of its channels would have got, oldest first.
    pub messages: Vec<Message>,
    /// Number of reminders that would have followed if nobody had taken anything up.
    pub reminders: u64,
    /// Number of escalations that would have followed if nobody had taken anything up.
    pub escalations: u64,
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

/// An incident of the past that was open, and when the rule told it.
struct Known {
    open: Open,
    told_at: Option<DateTime<Utc>>,
}

/// An incident that the rule told, from then to its end.
struct Told {
    at: DateTime<Utc>,
    /// When it was over; none: it is not.
    until: Option<DateTime<Utc>>,
}

/// What looking at the past brings.
#[derive(Default)]
struct Past {
    events: Vec<PastEvent>,
    told: Vec<Told>,
}

/// What a rule would have told up to an instant. The runs come in the order of their ends. `facts` describes the tasks as
/// they are now.
pub fn replay(
    terms: &RuleTerms,
    runs: &[PastRun],
    incidents: &[PastIncident],
    facts: &HashMap<Key<Task>, TaskFacts>,
    now: DateTime<Utc>,
) -> Replayed {
    let covered = |task: &Key<Task>| facts.get(task).is_some_and(|task| terms.what.covers(task));
    let mut past = Past::default();
    past.runs(terms, runs.iter().filter(|run| covered(&run.task_key)));
    let others = incidents.iter().filter(|past| past.task_key.as_ref().is_none_or(covered));
    others.for_each(|incident| past.incident(terms, incident));
    let Past { mut events, told } = past;
    events.sort_by_key(|event| event.at);
    let mut messages = Vec::new();
    events.into_iter().for_each(|event| tell(&mut messages, terms, event));
    messages.sort_by_key(|message| message.at);
    let reminders = told.iter().map(|told| reminders(terms, told, now)).sum();
    let escalations = told.iter().filter(|told| escalates(terms, told, now)).count() as u64;
    Replayed { messages, reminders, escalations }
}

/// Number of reminders of an incident until it was over.
fn reminders(terms: &RuleTerms, told: &Told, now: DateTime<Utc>) -> u64 {
    let Some(minutes) = terms.remind_minutes else { return 0 };
    let until = told.until.unwrap_or(now);
    let next = |at: &DateTime<Utc>| {
        Some(speaks_at(&Pace::AtOnce {}, terms.quiet.as_ref(), *at + TimeDelta::minutes(minutes.into())))
    };
    let begin = speaks_at(&terms.how, terms.quiet.as_ref(), told.at);
    std::iter::successors(next(&begin), next).take_while(|at| *at < until).count() as u64
}

/// Whether others would have been told about an incident before it was over.
fn escalates(terms: &RuleTerms, told: &Told, now: DateTime<Utc>) -> bool {
    let Some(escalation) = &terms.escalation else { return false };
    let begin = speaks_at(&terms.how, terms.quiet.as_ref(), told.at);
    let at = begin + TimeDelta::minutes(escalation.after_minutes.into());
    speaks_at(&Pace::AtOnce {}, terms.quiet.as_ref(), at) < told.until.unwrap_or(now)
}

impl Past {
    /// What a rule tells about an incident. The slots between the first and the newest are not known one by one, so a rule
    /// that waits for several in a row tells it at the newest.
    fn incident(&mut self, terms: &RuleTerms, past: &PastIncident) {
        let PastIncident { task_key, name, kind, opened_at, seen_at, count, resolved_at } = past;
        let (kind, count, about_server) = (*kind, *count, task_key.is_none());
        let at = if terms.in_a_row > 1 && !kind.is_found_by_looks() { *seen_at } else { *opened_at };
        let past = |happening, at| {
            let kind = event(happening, None);
            PastEvent { name: name.clone(), about_server, kind, run: None, at }
        };
        let shown = Happening::Shown { kind, count };
        let told = tells(terms, Heard { happening: shown, state: None, reason: None, told: false });
        if told {
            self.events.push(past(shown, at));
            self.told.push(Told { at, until: *resolved_at });
        }
        let over = Happening::Over { kind, count };
        let ends = tells(terms, Heard { happening: over, state: None, reason: None, told });
        self.events.extend(resolved_at.filter(|_| ends).map(|resolved_at| past(over, resolved_at)));
    }

    fn runs<'a>(&mut self, terms: &RuleTerms, runs: impl Iterator<Item = &'a PastRun>) {
        let mut open: HashMap<Key<Task>, Vec<Known>> = HashMap::new();
        for run in runs {
            let known = open.entry(run.task_key).or_default();
            let before: Vec<Open> = known.iter().map(|known| known.open).collect();
            for happening in hear(&before, run.ended) {
                let told_at = known.iter().find(|known| Some(known.open.kind) == happening.incident());
                let told_at = told_at.and_then(|known| known.told_at);
                let (state, at) = (Some(run.ended.state), run.ended.at);
                let tells = tells(terms, Heard { happening, state, reason: run.reason, told: told_at.is_some() });
                if tells {
                    let (name, kind) = (run.task.clone(), event(happening, state));
                    self.events.push(PastEvent { name, about_server: false, kind, run: Some(run.run), at });
                }
                if let (Happening::Over { .. }, Some(told_at)) = (happening, told_at) {
                    self.told.push(Told { at: told_at, until: Some(at) });
                }
                learn(known, happening, at, told_at.or_else(|| tells.then_some(at)));
            }
        }
        let still = open.into_values().flatten().filter_map(|known| known.told_at);
        self.told.extend(still.map(|at| Told { at, until: None }));
    }
}

fn learn(known: &mut Vec<Known>, happening: Happening, at: DateTime<Utc>, told_at: Option<DateTime<Utc>>) {
    match happening {
        Happening::Well => {}
        Happening::Over { kind, .. } => known.retain(|known| known.open.kind != kind),
        Happening::Shown { kind, count } => {
            let seen_at =
                known.iter().find(|known| known.open.kind == kind).map_or(at, |known| known.open.seen_at.max(at));
            known.retain(|known| known.open.kind != kind);
            known.push(Known { open: Open { kind, count, seen_at }, told_at });
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
    use crate::domain::notify::rules::{Escalation, Scope};
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
        let task =
            |number| TaskFacts { name: format!("task-{number}"), folder: String::new(), tags: Vec::new(), owner: None };
        (1..4).map(|number| (Key::new(number), task(number))).collect()
    }

    fn told(how: Pace, runs: &[PastRun]) -> Vec<(i64, usize)> {
        let minutes = |message: Message| ((message.at - at(0)).num_minutes(), message.count);
        replay(&rule(how), runs, &[], &facts(), at(100)).messages.into_iter().map(minutes).collect()
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
        let told: Vec<_> = replay(&terms, &[], &past, &facts(), at(100)).messages.iter().map(minutes).collect();
        assert_eq!(told, [(0, EventKind::DiskFull), (9, EventKind::Recovered)]);
    }

    #[test]
    fn reminders_and_escalations_are_counted_as_if_nobody_had_taken_anything_up() {
        use RunState::{Failed, Succeeded};
        let mut terms = rule(Pace::AtOnce {});
        terms.remind_minutes = Some(10);
        terms.escalation = Some(Escalation { after_minutes: 30, to: vec!["boss".into()] });
        let counted = |terms: &RuleTerms, runs: &[PastRun]| {
            let found = replay(terms, runs, &[], &facts(), at(100));
            (found.reminders, found.escalations)
        };
        let short = [run(1, Failed, 0), run(1, Failed, 5), run(1, Succeeded, 30)];
        assert_eq!(counted(&terms, &short), (2, 0), "after 10 and 20 minutes; it is over at 30");
        let lasting = [run(1, Failed, 0), run(2, Failed, 65), run(1, Failed, 99)];
        assert_eq!(counted(&terms, &lasting), (9 + 3, 2), "they are still there");
        assert_eq!(counted(&rule(Pace::AtOnce {}), &lasting), (0, 0));
    }

    #[test]
    fn tasks_that_are_not_meant_or_not_there_any_more_say_nothing() {
        let mut terms = rule(Pace::AtOnce {});
        terms.what.tasks.push("task-2".into());
        let runs = [run(1, RunState::Failed, 0), run(2, RunState::Failed, 1), run(9, RunState::Failed, 2)];
        let found = replay(&terms, &runs, &[], &facts(), at(100)).messages;
        assert_eq!(found.iter().map(|message| message.events[0].name.as_str()).collect::<Vec<_>>(), ["task-2"]);
    }
}
