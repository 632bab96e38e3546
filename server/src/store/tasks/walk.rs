//! A walk over many tasks, some at a time, so that its memory does not grow with their number.

use crate::domain::model::{PageRequest, TaskFilter, TaskRecord};
use crate::domain::vocabulary::TaskSort;
use crate::store::{Result, Store};

/// Number of tasks that are read at once.
const AT_ONCE: u32 = 500;

/// The place of a walk over the tasks that match a filter, by name.
#[derive(Debug)]
pub struct TaskWalk<'s> {
    store: &'s Store,
    filter: TaskFilter,
    page: Option<PageRequest>,
}

impl Store {
    /// Begins a walk over the tasks that match a filter, without deleted ones.
    pub fn task_walk(&self, filter: TaskFilter) -> TaskWalk<'_> {
        TaskWalk { store: self, filter, page: Some(PageRequest::first(AT_ONCE)) }
    }
}

impl TaskWalk<'_> {
    /// Reads the next tasks; none: the walk is complete.
    pub async fn next(&mut self) -> Result<Option<Vec<TaskRecord>>> {
        let Some(page) = self.page.take() else { return Ok(None) };
        let listed = self.store.task_list(&self.filter, TaskSort::Name, &page).await?;
        self.page = listed.next.map(|end| PageRequest { cursor: Some(end), ..page });
        Ok(Some(listed.items))
    }
}
