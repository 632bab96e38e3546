//! Whether something that is due is told now, later, or never. Pure.
//!
//! It is decided when something is due, not when it happens: by then the incident may be over, and somebody may have
//! taken it up, snoozed it, or silenced its task. Start reading at `verdict`.

use super::silences::Hush;
use crate::domain::notify::words::TellStep;
use crate::domain::reason::Reason;

/// What is known about something that is due.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// Why the rule tells it.
    pub step: TellStep,
    /// The incident; none: the event belongs to none.
    pub incident: Option<Standing<'a>>,
    /// Whether it was put off before.
    pub was_put_off: bool,
    /// What keeps rules from telling about the task now.
    pub hush: Option<&'a Hush>,
}

/// How an incident stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Who takes care of it.
    pub acknowledged_by: Option<&'a str>,
    /// Whether it is over.
    pub over: bool,
    /// Whether the rule has told nobody that it was there, because something kept it from that.
    pub untold: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is told now.
    Tell,
    /// It is not told before this is over.
    PutOff(Hush),
    /// It is not told.
    Never(Reason),
}

/// Decides what becomes of something that is due.
///
/// An end is told to whoever heard of the begin, even if late. Everything else is told only while it is true.
pub fn verdict(due: Due<'_>) -> Verdict {
    let Some(standing) = due.incident else {
        return due.hush.map_or(Verdict::Tell, |hush| Verdict::Never(hush.why.clone()));
    };
    let never = match due.step {
        TellStep::Recovery => standing.untold.then_some(Reason::IncidentOver {}),
        TellStep::Event if standing.over => (due.was_put_off || due.hush.is_some()).then_some(Reason::IncidentOver {}),
        TellStep::Reminder | TellStep::Escalation if standing.over => Some(Reason::IncidentOver {}),
        TellStep::Event | TellStep::Reminder | TellStep::Escalation => {
            standing.acknowledged_by.map(|by| Reason::IncidentAcknowledged { by: by.to_owned() })
        }
    };
    match (never, due.hush) {
        (Some(why), _) => Verdict::Never(why),
        (None, Some(hush)) => Verdict::PutOff(hush.clone()),
        (None, None) => Verdict::Tell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    const OPEN: Standing<'_> = Standing { acknowledged_by: None, over: false, untold: false };
    const TAKEN: Standing<'_> = Standing { acknowledged_by: Some("ada"), ..OPEN };
    const OVER: Standing<'_> = Standing { over: true, ..OPEN };
    const OVER_UNTOLD: Standing<'_> = Standing { untold: true, ..OVER };

    fn word(step: TellStep, standing: Option<Standing<'_>>, was_put_off: bool, hush: bool) -> &'static str {
        let until: DateTime<Utc> = "2026-06-01T10:00:00Z".parse().expect("an instant");
        let quiet = Hush { until, why: Reason::IncidentSnoozed { by: "ada".into(), until } };
        let due = Due { step, incident: standing, was_put_off, hush: hush.then_some(&quiet) };
        match verdict(due) {
            Verdict::Tell => "tell",
            Verdict::PutOff(_) => "later",
            Verdict::Never(Reason::IncidentOver {}) => "over",
            Verdict::Never(Reason::IncidentAcknowledged { .. }) => "taken",
            Verdict::Never(_) => "never",
        }
    }

    #[test]
    fn what_is_wrong_is_told_while_it_is_wrong_and_nobody_has_taken_it_up() {
        use TellStep::{Escalation, Event, Reminder};
        for step in [Event, Reminder, Escalation] {
            assert_eq!(word(step, Some(OPEN), false, false), "tell");
            assert_eq!(word(step, Some(OPEN), false, true), "later");
            assert_eq!(word(step, Some(OPEN), true, false), "tell");
            assert_eq!(word(step, Some(TAKEN), false, false), "taken");
            assert_eq!(word(step, Some(OVER), true, false), "over");
            assert_eq!(word(step, Some(OVER), false, true), "over");
        }
        assert_eq!(word(Event, Some(OVER), false, false), "tell", "a list of yesterday tells what is over as well");
        assert_eq!([word(Reminder, Some(OVER), false, false), word(Escalation, Some(OVER), false, false)], ["over"; 2]);
    }

    #[test]
    fn an_end_is_told_to_whoever_heard_of_the_begin() {
        use TellStep::Recovery;
        assert_eq!(word(Recovery, Some(OVER), false, false), "tell");
        assert_eq!(word(Recovery, Some(OVER), false, true), "later");
        assert_eq!(word(Recovery, Some(OVER_UNTOLD), true, false), "over");
    }

    #[test]
    fn what_belongs_to_no_incident_is_not_told_later() {
        assert_eq!(word(TellStep::Event, None, false, false), "tell");
        assert_eq!(word(TellStep::Event, None, false, true), "never");
    }
}
