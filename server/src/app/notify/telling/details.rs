//! What a notification about one incident says besides what happened: what the end means, what changed since the task
//! last worked, when it runs next, and to which thread of mails it belongs.
//!
//! Start reading at `notice_complete`.

use super::or_left_out;
use crate::app::schedules::next_run;
use crate::app::{App, Caller, Result};
use crate::domain::model::{RunRecord, TaskRef};
use crate::domain::notify::composing::Told;
use crate::domain::notify::exits::exit_words;
use crate::domain::notify::notice::{Fact, Notice, cut};
use crate::domain::runs::changes::Difference;
use crate::domain::vocabulary::RunState;
use chrono::SecondsFormat;
use serde_json::Value;

/// Number of differences that are told.
const DIFFERENCES: usize = 4;

/// Largest number of characters of a value that differs.
const VALUE_MAX: usize = 80;

impl App {
    /// Completes a notification about one event. What cannot be read is left out, because the notification counts more.
    pub(super) async fn notice_complete(&self, notice: &mut Notice, told: &Told<'_>, run: Option<&RunRecord>) {
        let mut facts = Vec::new();
        if let Some(run) = run.filter(|run| run.state != RunState::Succeeded) {
            let means = run.reason.as_ref().and_then(exit_words);
            facts.extend(means.map(|words| Notice::fact("Usually means", words)));
            if run.started_at.is_some() {
                facts.extend(or_left_out(self.change_fact(run).await));
            }
        }
        if told.server.is_none() {
            facts.extend(or_left_out(self.next_fact(told.name).await));
        }
        // The name of the rule stays last.
        let place = notice.facts.len().saturating_sub(1);
        notice.facts.splice(place..place, facts);
        notice.mail.thread = told.incident.map(|incident| format!("incident-{}", incident.id));
    }

    async fn next_fact(&self, task: &str) -> Result<Option<Fact>> {
        let Some(task) = self.store().task_find(&TaskRef::from(task)).await? else { return Ok(None) };
        let next = next_run(&*self.calendar_book().await?, &task.definition, |_| true, self.clock().now());
        let at = next.map(|slot| slot.scheduled_for.to_rfc3339_opts(SecondsFormat::Secs, true));
        Ok(at.map(|at| Notice::fact("Next run", at)))
    }

    async fn change_fact(&self, run: &RunRecord) -> Result<Option<Fact>> {
        let changes = self.run_changes(&Caller::system(), run.id, None).await?;
        let Some(before) = changes.before else {
            return Ok(changes.problems.first().map(|problem| Notice::fact("Changed", problem.words())));
        };
        let (old, new) = (before.run.task_version, run.task_version);
        let mut said: Vec<String> =
            (old != new).then(|| format!("its definition, from version {old} to {new}")).into_iter().collect();
        said.extend(changes.differences.iter().take(DIFFERENCES).map(difference));
        let more = changes.differences.len().saturating_sub(DIFFERENCES);
        if more > 0 {
            said.push(format!("and {more} more"));
        }
        if said.is_empty() {
            said.push("nothing that Orc knows of".to_owned());
        }
        Ok(Some(Notice::fact("Changed since it worked", said.join("; "))))
    }
}

fn difference(Difference { part, name, before, after }: &Difference) -> String {
    format!("{part} {}, from {} to {}", cut(name, VALUE_MAX), value(before), value(after))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => cut(text, VALUE_MAX),
        other => cut(&other.to_string(), VALUE_MAX),
    }
}
