//! Rules: who is told what, about which tasks, and when.
//!
//! Pure. Deliberately absent: the instant at which a rule speaks, which `timing` computes. Start reading at `tells`.

pub mod silences;
pub mod verdict;

use super::incidents::{Happening, event};
use super::timing::{Pace, Quiet};
use super::words::{EventKind, IncidentKind, ScopeMatch, TellStep};
use crate::domain::core::problem::Problem;
use crate::domain::names::name_problem;
use crate::domain::reason::ReasonCode;
use crate::domain::vocabulary::RunState;
use serde::{Deserialize, Serialize};

/// Largest number of names in one list of a rule.
const NAMES_MAX: usize = 200;

/// How many minutes somebody may be given: at most 30 days.
const MINUTES: std::ops::RangeInclusive<u32> = 1..=43_200;
const MINUTES_WORDS: &str = "must be from 1 to 43200 (30 days)";

/// What a person defines about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDefinition {
    /// Unique name.
    pub name: String,
    /// What the rule is for.
    pub description: String,
    /// Whether the rule tells anything.
    pub enabled: bool,
    /// What it does.
    pub terms: RuleTerms,
}

/// What a rule does, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTerms {
    /// The events about which it tells.
    pub when: Vec<EventKind>,
    /// The tasks about which it tells.
    pub what: Scope,
    /// Names of the channels that are told.
    pub who: Vec<String>,
    /// Whether it tells at once or collects.
    pub how: Pace,
    /// Number of runs in a row that must show something before it tells.
    pub in_a_row: u32,
    /// Part of the day in which it tells nothing.
    pub quiet: Option<Quiet>,
    /// The reasons for which a run must have been skipped; empty: any.
    #[serde(default)]
    pub skip_reasons: Vec<ReasonCode>,
    /// Number of minutes after which it tells again what nobody has taken up; none: never.
    #[serde(default)]
    pub remind_minutes: Option<u32>,
    /// Who else is told when nobody takes it up; none: nobody.
    #[serde(default)]
    pub escalation: Option<Escalation>,
}

/// Who is told when nobody takes something up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Number of minutes after the rule told it.
    pub after_minutes: u32,
    /// Names of the channels.
    pub to: Vec<String>,
}

/// A choice of tasks. Without any name, it is all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Names of tasks.
    pub tasks: Vec<String>,
    /// Folders, each with the folders below it.
    pub folders: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Owners under which tasks were applied.
    #[serde(default)]
    pub owners: Vec<String>,
}

/// What a choice of tasks looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    /// Name of the task.
    pub name: String,
    /// Folder of the task.
    pub folder: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Owner under which it was last applied.
    pub owner: Option<String>,
}

impl Scope {
    /// Whether all tasks are meant.
    pub const fn is_all(&self) -> bool {
        let Self { tasks, folders, tags, owners } = self;
        tasks.is_empty() && folders.is_empty() && tags.is_empty() && owners.is_empty()
    }

    /// Whether a task is meant. One name that fits is enough.
    pub fn covers(&self, task: &TaskFacts) -> bool {
        !self.fits(task).is_empty()
    }

    /// By what a task is meant: each name that fits, empty for all tasks. Empty: it is not meant.
    pub fn fits(&self, task: &TaskFacts) -> Vec<(ScopeMatch, String)> {
        if self.is_all() {
            return vec![(ScopeMatch::All, String::new())];
        }
        let below = |folder: &&String| {
            let rest = task.folder.strip_prefix(folder.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let named = self.tasks.iter().filter(|name| **name == task.name).map(|name| (ScopeMatch::Task, name));
        let folders = self.folders.iter().filter(below).map(|folder| (ScopeMatch::Folder, folder));
        let tags = self.tags.iter().filter(|tag| task.tags.contains(tag)).map(|tag| (ScopeMatch::Tag, tag));
        let owners = self.owners.iter().filter(|owner| task.owner.as_ref() == Some(*owner));
        let owners = owners.map(|owner| (ScopeMatch::Owner, owner));
        named.chain(folders).chain(tags).chain(owners).map(|(kind, name)| (kind, name.clone())).collect()
    }

    /// What is wrong with it. Pointers begin with `at`.
    pub fn problems(&self, at: &str, found: &mut Vec<Problem>) {
        let Self { tasks, folders, tags, owners } = self;
        for (list, names) in [("tasks", tasks), ("folders", folders), ("tags", tags), ("owners", owners)] {
            names_problems(names, &format!("{at}/{list}"), found);
        }
    }
}

fn names_problems(names: &[String], at: &str, found: &mut Vec<Problem>) {
    if names.len() > NAMES_MAX {
        found.push(Problem::at(at, format!("may have at most {NAMES_MAX} names; use a folder or a tag")));
    }
    for (index, name) in names.iter().enumerate() {
        if name.trim().is_empty() {
            found.push(Problem::at(format!("{at}/{index}"), "must not be empty"));
        } else if names[..index].contains(name) {
            found.push(Problem::at(format!("{at}/{index}"), format!("\"{name}\" is listed twice")));
        }
    }
}

impl RuleDefinition {
    /// Everything that makes no sense.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        found.extend(name_problem(&self.name).map(|message| Problem::at("/name", message)));
        let RuleTerms { when, what, who, how, in_a_row, quiet, skip_reasons, remind_minutes, escalation } = &self.terms;
        if when.is_empty() {
            found.push(Problem::at("/when", "must name at least one event, such as failed"));
        }
        for (index, kind) in when.iter().enumerate() {
            if when[..index].contains(kind) {
                found.push(Problem::at(format!("/when/{index}"), format!("\"{kind}\" is listed twice")));
            }
        }
        what.problems("/what", &mut found);
        if who.is_empty() {
            found.push(Problem::at("/who", "must name at least one channel"));
        }
        names_problems(who, "/who", &mut found);
        if !(1..=1000).contains(in_a_row) {
            found.push(Problem::at("/in_a_row", "must be from 1 to 1000"));
        }
        how.problems(&mut found);
        if let Some(quiet) = quiet {
            quiet.problems(&mut found);
        }
        if !skip_reasons.is_empty() && !when.contains(&EventKind::Skipped) {
            found.push(Problem::at("/skip_reasons", "needs the event skipped, which `when` does not list"));
        }
        if remind_minutes.is_some_and(|minutes| !MINUTES.contains(&minutes)) {
            found.push(Problem::at("/remind_minutes", MINUTES_WORDS));
        }
        if let Some(Escalation { after_minutes, to }) = escalation {
            if !MINUTES.contains(after_minutes) {
                found.push(Problem::at("/escalation/after_minutes", MINUTES_WORDS));
            }
            if to.is_empty() {
                found.push(Problem::at("/escalation/to", "must name at least one channel"));
            }
            names_problems(to, "/escalation/to", &mut found);
        }
        found
    }

    /// The channels that it names, with their places.
    pub fn channels(&self) -> Vec<(String, &str)> {
        let later = self.terms.escalation.as_ref().map_or(&[][..], |escalation| escalation.to.as_slice());
        let own = self.terms.who.iter().enumerate().map(|(index, name)| (format!("/who/{index}"), name.as_str()));
        let others = later.iter().enumerate().map(|(index, name)| (format!("/escalation/to/{index}"), name.as_str()));
        own.chain(others).collect()
    }

    /// Gives a channel its new name.
    pub fn rename_channel(&mut self, before: &str, name: &str) {
        let later = self.terms.escalation.iter_mut().flat_map(|escalation| &mut escalation.to);
        self.terms.who.iter_mut().chain(later).filter(|who| *who == before).for_each(|who| name.clone_into(who));
    }
}

/// What a rule looks at when it decides.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// What happened.
    pub happening: Happening,
    /// Final state of the run; none: no run shows it.
    pub state: Option<RunState>,
    /// Why the run is in that state.
    pub reason: Option<ReasonCode>,
    /// Whether the rule told about this incident before.
    pub told: bool,
}

/// Whether a rule tells about what happened, apart from its choice of tasks.
///
/// A rule tells an incident once, when enough runs in a row have shown it. It tells its end if it told the incident, or
/// if it tells nothing but ends.
pub fn tells(terms: &RuleTerms, heard: Heard) -> bool {
    let kind = event(heard.happening, heard.state);
    if !terms.when.contains(&kind) {
        return false;
    }
    let asked = |code| terms.skip_reasons.contains(&code);
    if kind == EventKind::Skipped && !terms.skip_reasons.is_empty() && !heard.reason.is_some_and(asked) {
        return false;
    }
    // What looks find does not come in a row, and whoever tells only ends means those of tasks.
    let kind = heard.happening.incident();
    let found_by_looks = kind.is_some_and(IncidentKind::is_found_by_looks);
    match heard.happening {
        Happening::Well => true,
        Happening::Over { .. } if kind.is_some_and(IncidentKind::is_about_server) => heard.told,
        Happening::Over { .. } if found_by_looks => heard.told || only_ends(terms),
        Happening::Shown { .. } if found_by_looks => !heard.told,
        Happening::Over { count, .. } => heard.told || only_ends(terms) && count >= terms.in_a_row,
        Happening::Shown { count, .. } => !heard.told && count >= terms.in_a_row,
    }
}

impl RuleTerms {
    /// Whether it tells anything about tasks.
    pub fn is_about_tasks(&self) -> bool {
        let about_tasks = |kind: &EventKind| !kind.is_about_server() && *kind != EventKind::Recovered;
        self.when.iter().any(about_tasks) || only_ends(self)
    }

    /// The channels that are told. An escalation goes to others, and its end to both. Nothing is told about a channel that
    /// fails by itself (`not_by`): if no other channel is left, the others are told at once. Empty: nobody can be told.
    pub fn audience(&self, step: TellStep, was_escalated: bool, not_by: Option<&str>) -> Vec<String> {
        let others = self.escalation.as_ref().map_or(&[][..], |escalation| escalation.to.as_slice());
        let well = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| not_by != Some(name.as_str())).cloned().collect()
        };
        let (own, others) = (well(&self.who), well(others));
        match step {
            TellStep::Escalation => others,
            _ if own.is_empty() => others,
            TellStep::Recovery if was_escalated => {
                let new = others.into_iter().filter(|name| !own.contains(name)).collect::<Vec<_>>();
                own.iter().cloned().chain(new).collect()
            }
            TellStep::Event | TellStep::Reminder | TellStep::Recovery => own,
        }
    }
}

fn only_ends(terms: &RuleTerms) -> bool {
    terms.when.iter().all(|kind| matches!(kind, EventKind::Recovered | EventKind::Succeeded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notify::words::IncidentKind;

    fn terms(when: &[EventKind]) -> RuleTerms {
        RuleTerms {
            when: when.to_vec(),
            what: Scope::default(),
            who: vec!["ops".into()],
            how: Pace::AtOnce {},
            in_a_row: 1,
            quiet: None,
            skip_reasons: Vec::new(),
            remind_minutes: None,
            escalation: None,
        }
    }

    const fn heard(happening: Happening, state: RunState, told: bool) -> Heard {
        Heard { happening, state: Some(state), reason: None, told }
    }

    const fn shown(count: u32) -> Happening {
        Happening::Shown { kind: IncidentKind::Failing, count }
    }

    const OVER: Happening = Happening::Over { kind: IncidentKind::Failing, count: 3 };

    #[test]
    fn an_incident_is_told_once_and_its_end_only_to_whom_it_was_told() {
        let rule = terms(&[EventKind::Failed, EventKind::Recovered]);
        assert!(tells(&rule, heard(shown(1), RunState::Failed, false)));
        assert!(!tells(&rule, heard(shown(2), RunState::Failed, true)));
        assert!(!tells(&rule, heard(shown(1), RunState::TimedOut, false)), "it was not asked for");
        assert!(tells(&rule, heard(OVER, RunState::Succeeded, true)));
        assert!(!tells(&rule, heard(OVER, RunState::Succeeded, false)));
        assert!(tells(&terms(&[EventKind::Recovered]), heard(OVER, RunState::Succeeded, false)), "it tells only ends");
        assert!(!tells(&rule, heard(Happening::Well, RunState::Succeeded, false)));
        assert!(tells(&terms(&[EventKind::Succeeded]), heard(Happening::Well, RunState::Succeeded, false)));
    }

    #[test]
    fn what_is_about_the_server_is_told_once_and_its_end_only_to_whom_it_was_told() {
        let full = Happening::Shown { kind: IncidentKind::DiskFull, count: 0 };
        let over = Happening::Over { kind: IncidentKind::DiskFull, count: 0 };
        let told =
            |rule: &RuleTerms, happening, told| tells(rule, Heard { happening, state: None, reason: None, told });
        let rule = RuleTerms { in_a_row: 3, ..terms(&[EventKind::DiskFull, EventKind::Recovered]) };
        assert_eq!([told(&rule, full, false), told(&rule, full, true)], [true, false]);
        assert_eq!([told(&rule, over, false), told(&rule, over, true)], [false, true]);
        assert!(!told(&terms(&[EventKind::Failed]), full, false), "it was not asked for");
        assert!(!told(&terms(&[EventKind::Recovered]), over, false), "that rule is about tasks");
        let about_tasks = |when: &[EventKind]| terms(when).is_about_tasks();
        assert!(about_tasks(&[EventKind::DiskFull, EventKind::Failed]) && about_tasks(&[EventKind::Recovered]));
        assert!(!about_tasks(&[EventKind::DiskFull, EventKind::Recovered]));
    }

    #[test]
    fn nothing_is_told_about_a_channel_by_itself() {
        use TellStep::{Event, Recovery};
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let rule = |who: &[&str], to: &[&str]| RuleTerms {
            who: names(who),
            escalation: Some(Escalation { after_minutes: 5, to: names(to) }),
            ..terms(&[EventKind::ChannelFailing])
        };
        let both = rule(&["ops", "mail"], &["boss", "ops"]);
        for (step, was_escalated, not_by, expected) in [
            (Event, false, None, names(&["ops", "mail"])),
            (Event, false, Some("ops"), names(&["mail"])),
            (TellStep::Escalation, false, Some("ops"), names(&["boss"])),
            (Recovery, true, None, names(&["ops", "mail", "boss"])),
            (Recovery, true, Some("mail"), names(&["ops", "boss"])),
        ] {
            assert_eq!(both.audience(step, was_escalated, not_by), expected, "{step} {not_by:?}");
        }
        assert_eq!(rule(&["ops"], &["boss"]).audience(Event, false, Some("ops")), ["boss"], "sooner than it would be");
        assert_eq!(rule(&["ops"], &["ops"]).audience(Event, false, Some("ops")), [""; 0]);
    }

    #[test]
    fn a_rule_waits_for_enough_runs_in_a_row() {
        let rule = RuleTerms { in_a_row: 3, ..terms(&[EventKind::Failed]) };
        let told: Vec<bool> =
            (1..5).map(|count| tells(&rule, heard(shown(count), RunState::Failed, count > 3))).collect();
        assert_eq!(told, [false, false, true, false]);
    }

    #[test]
    fn a_rule_may_ask_for_some_reasons_of_skipped_runs_only() {
        let mut rule = terms(&[EventKind::Skipped, EventKind::Failed]);
        rule.skip_reasons = vec![ReasonCode::EarlierRun];
        let happening = Happening::Shown { kind: IncidentKind::Skipped, count: 1 };
        let told = |reason| tells(&rule, Heard { happening, state: Some(RunState::Skipped), reason, told: false });
        assert_eq!([Some(ReasonCode::EarlierRun), Some(ReasonCode::PoolFull), None].map(told), [true, false, false]);
        assert!(tells(&rule, heard(shown(1), RunState::Failed, false)), "the reasons are about skipped runs");
    }

    #[test]
    fn one_name_that_fits_is_enough_and_no_name_is_every_task() {
        let task = TaskFacts {
            name: "import".into(),
            folder: "shop/night".into(),
            tags: vec!["etl".into()],
            owner: Some("shop".into()),
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(Scope::default().covers(&task));
        for (tasks, folders, tags, covered) in [
            (names(&["import"]), names(&[]), names(&[]), true),
            (names(&["report"]), names(&["shop"]), names(&[]), true),
            (names(&[]), names(&["shop/night"]), names(&[]), true),
            (names(&[]), names(&["sho", "shop/night/x"]), names(&[]), false),
            (names(&["report"]), names(&[]), names(&["etl"]), true),
            (names(&["report"]), names(&[]), names(&["other"]), false),
        ] {
            let scope = Scope { tasks, folders, tags, owners: Vec::new() };
            assert_eq!(scope.covers(&task), covered, "{scope:?}");
        }
        let owners = names(&["ada", "shop"]);
        let scope =
            Scope { tasks: names(&["import"]), folders: names(&["shop", "mail"]), tags: names(&["etl"]), owners };
        let why: Vec<ScopeMatch> = scope.fits(&task).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(why, [ScopeMatch::Task, ScopeMatch::Folder, ScopeMatch::Tag, ScopeMatch::Owner]);
        let others = Scope { owners: names(&["ada"]), ..Scope::default() };
        assert!(!others.covers(&task) && !others.covers(&TaskFacts { owner: None, ..task.clone() }));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let rule = RuleDefinition {
            name: "no spaces".into(),
            description: String::new(),
            enabled: true,
            terms: RuleTerms {
                when: Vec::new(),
                what: Scope { tags: vec![" ".into()], ..Scope::default() },
                who: vec!["ops".into(), "ops".into()],
                in_a_row: 0,
                skip_reasons: vec![ReasonCode::EarlierRun],
                remind_minutes: Some(0),
                escalation: Some(Escalation { after_minutes: 0, to: Vec::new() }),
                ..terms(&[])
            },
        };
        let places: Vec<String> = rule.problems().into_iter().map(|problem| problem.pointer).collect();
        let all = [
            "/name",
            "/when",
            "/what/tags/0",
            "/who/1",
            "/in_a_row",
            "/skip_reasons",
            "/remind_minutes",
            "/escalation/after_minutes",
            "/escalation/to",
        ];
        assert_eq!(places, all);
    }
}
