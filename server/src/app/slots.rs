//! The ledger: what became of each slot.

use super::{App, Caller, Result};
use crate::domain::vocabulary::Permission;
use crate::store::{Page, PageRequest, SlotFilter, SlotRecord};

impl App {
    /// A page of the ledger, newest first; `task` is a name or id.
    pub async fn slot_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        mut filter: SlotFilter,
        page: &PageRequest,
    ) -> Result<Page<SlotRecord>> {
        caller.require(Permission::Read)?;
        if let Some(task) = task {
            filter.task_key = Some(self.task_key(task).await?);
        }
        Ok(self.store().slot_list(&filter, page).await?)
    }
}
