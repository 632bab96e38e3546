//! Who hears of a task: the rules that mean it, and the silences that keep them from telling.
//!
//! Start reading at `task_audience`.

use super::silences::{SilenceView, view};
use crate::app::{App, Caller, Error, Result};
use crate::domain::model::{RuleRecord, TaskRef};
use crate::domain::notify::words::ScopeMatch;
use crate::domain::vocabulary::Permission;

/// Who hears of a task.
#[derive(Debug, Clone)]
pub struct Audience {
    /// The rules that mean the task, in the order of their names.
    pub rules: Vec<Meant>,
    /// The silences that hold now.
    pub silences: Vec<SilenceView>,
}

/// A rule that means a task.
#[derive(Debug, Clone)]
pub struct Meant {
    /// The rule.
    pub rule: RuleRecord,
    /// By what it means the task.
    pub because: Vec<(ScopeMatch, String)>,
}

impl App {
    /// Finds out who hears of a task.
    pub async fn task_audience(&self, caller: &Caller, task: &str) -> Result<Audience> {
        caller.require(Permission::Read)?;
        let found = self.store().task_find(&TaskRef::from(task)).await?;
        let key = found.ok_or_else(|| Error::NotFound(format!("there is no task \"{task}\"")))?.key;
        let mut facts = self.store().task_facts([key]).await?;
        let facts = facts.remove(&key).ok_or_else(|| Error::NotFound(format!("there is no task \"{task}\"")))?;
        let meant = |rule: RuleRecord| {
            let terms = &rule.definition.terms;
            let because = if terms.is_about_tasks() { terms.what.fits(&facts) } else { Vec::new() };
            (!because.is_empty()).then_some(Meant { rule, because })
        };
        let mut rules: Vec<Meant> = self.store().rules_all().await?.into_iter().filter_map(meant).collect();
        rules.sort_by(|one, other| one.rule.definition.name.cmp(&other.rule.definition.name));
        let now = self.clock().now();
        let silences = self.store().silences_active(now).await?.into_iter();
        let silences = silences.filter(|silence| silence.definition.what.covers(&facts));
        Ok(Audience { rules, silences: silences.map(|silence| view(silence, now)).collect() })
    }
}
