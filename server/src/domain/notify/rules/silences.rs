//! Silences: times in which rules tell nothing about some tasks. Pure.
//!
//! A silence does not hide anything: incidents are opened and shown as always. Start reading at `hush`.

use super::{Scope, TaskFacts};
use crate::domain::core::problem::Problem;
use crate::domain::reason::Reason;
use chrono::{DateTime, TimeDelta, Utc};

/// Longest time that a silence may hold.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Largest number of characters of a reason.
const REASON_MAX: usize = 500;

/// What a person defines about a silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceDefinition {
    /// The tasks about which rules tell nothing.
    pub what: Scope,
    /// When the silence begins.
    pub from_at: DateTime<Utc>,
    /// When it is over.
    pub until_at: DateTime<Utc>,
    /// Why it is there.
    pub reason: String,
}

/// Somebody's wish not to hear about something for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hush {
    /// When that is over.
    pub until: DateTime<Utc>,
    /// Who wants it, and why.
    pub why: Reason,
}

impl SilenceDefinition {
    /// Everything that is wrong with the definition at an instant.
    pub fn problems(&self, now: DateTime<Utc>) -> Vec<Problem> {
        let mut found = Vec::new();
        self.what.problems("/what", &mut found);
        if self.until_at <= now {
            found.push(Problem::at("/until_at", "must be in the future"));
        } else if self.until_at <= self.from_at {
            found.push(Problem::at("/until_at", "must be after the begin of the silence"));
        } else if self.until_at - self.from_at > LONGEST {
            found.push(Problem::at("/until_at", "must be at most 366 days after the begin; disable the rule instead"));
        }
        if self.reason.trim().is_empty() {
            found.push(Problem::at("/reason", "must say why, because others will ask"));
        } else if self.reason.chars().count() > REASON_MAX {
            found.push(Problem::at("/reason", format!("must have at most {REASON_MAX} characters")));
        }
        found
    }
}

/// What keeps rules from telling about a task: of all wishes, the one that holds longest.
pub fn hush<'a>(
    silences: impl IntoIterator<Item = (&'a SilenceDefinition, &'a str)>,
    task: &TaskFacts,
    snooze: Option<Hush>,
    now: DateTime<Utc>,
) -> Option<Hush> {
    let covers =
        |silence: &SilenceDefinition| silence.from_at <= now && now < silence.until_at && silence.what.covers(task);
    let silenced = silences.into_iter().filter(|(silence, _)| covers(silence)).map(|(silence, by)| {
        let (until, reason) = (silence.until_at, silence.reason.clone());
        Hush { until, why: Reason::TaskSilenced { by: by.to_owned(), reason, until } }
    });
    silenced.chain(snooze.filter(|snooze| now < snooze.until)).max_by_key(|hush| hush.until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minutes * 60, 0).expect("an instant")
    }

    fn silence(tags: &[&str], from: i64, until: i64) -> SilenceDefinition {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let what = Scope { tags, ..Scope::default() };
        SilenceDefinition { what, from_at: at(from), until_at: at(until), reason: "upgrade".into() }
    }

    #[test]
    fn the_wish_that_holds_longest_counts() {
        let task = TaskFacts { name: "import".into(), folder: String::new(), tags: vec!["etl".into()], owner: None };
        let all = [silence(&["etl"], 0, 60), silence(&[], 30, 90), silence(&["other"], 0, 600)];
        let snooze = Hush { until: at(75), why: Reason::IncidentSnoozed { by: "ada".into(), until: at(75) } };
        let until = |snooze: Option<&Hush>, minutes| {
            let silences = all.iter().map(|silence| (silence, "ada"));
            hush(silences, &task, snooze.cloned(), at(minutes)).map(|hush| hush.until)
        };
        assert_eq!(until(None, 0), Some(at(60)));
        assert_eq!(until(None, 45), Some(at(90)));
        assert_eq!(until(None, 90), None, "the end is not silent");
        assert_eq!(until(Some(&snooze), 0), Some(at(75)));
        assert_eq!(until(Some(&snooze), 75), Some(at(90)));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let places = |silence: SilenceDefinition| -> Vec<String> {
            silence.problems(at(100)).into_iter().map(|problem| problem.pointer).collect()
        };
        let nameless = SilenceDefinition { reason: " ".into(), ..silence(&["", "x"], 0, 100) };
        assert_eq!(places(nameless), ["/what/tags/0", "/until_at", "/reason"]);
        assert_eq!(places(silence(&[], 300, 200)), ["/until_at"]);
        assert_eq!(places(silence(&[], 0, 60 * 24 * 400)), ["/until_at"]);
        assert_eq!(places(silence(&[], 0, 101)), [""; 0]);
    }
}
