//! The definitions of many tasks at once, in the form that `task_apply` accepts.
//!
//! An export contains definitions only: no history, no owner, no address of a webhook. It is one query, so all
//! definitions are of the same moment.

use crate::app::{App, Caller, Error, Result};
use crate::domain::model::{PageRequest, TaskFilter, TaskRecord};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::{Permission, TaskSort};

/// Maximum number of tasks in one export, which is also the maximum for applying.
pub const EXPORT_MAX: u32 = 10_000;

fn name(task: &TaskRecord) -> &str {
    &task.definition.name
}

impl App {
    /// The definitions of the tasks that match a filter, by name. Fails if there are more than `EXPORT_MAX`.
    pub async fn task_export(&self, caller: &Caller, filter: &TaskFilter) -> Result<Vec<Definition>> {
        caller.require(Permission::Read)?;
        let found = self.store().task_list(filter, TaskSort::Name, &PageRequest::first(EXPORT_MAX)).await?;
        if found.next.is_some() {
            let detail = format!("more than {EXPORT_MAX} tasks match; export them by folder or by tag");
            return Err(Error::conflict("too_many_tasks", detail));
        }
        // A stand-in for something unreadable must not pass for a copy of it.
        let damaged: Vec<&str> = found.items.iter().filter(|it| !it.damage.is_none()).map(name).collect();
        if let Some(first) = damaged.first() {
            let more = if damaged.len() > 1 { format!(" and {} more", damaged.len() - 1) } else { String::new() };
            let detail = format!(
                "task \"{first}\"{more} cannot be exported, because a part of it is damaged in the database; open it \
                to see which, then replace or delete it"
            );
            return Err(Error::conflict("task_damaged", detail));
        }
        Ok(found.items.into_iter().map(|task| task.definition).collect())
    }
}
