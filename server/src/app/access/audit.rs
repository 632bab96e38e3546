//! Reading and checking the audit log. Every use case writes its own entry, in its own transaction.

use crate::app::{App, Caller, Result};
use crate::domain::model::{AuditFilter, AuditRecord, AuditVerdict, Page, PageRequest};
use crate::domain::vocabulary::Permission;

impl App {
    /// A page of entries, newest first.
    pub async fn audit_list(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>> {
        caller.require(Permission::Admin)?;
        Ok(self.store().audit_list(filter, page).await?)
    }

    /// Checks the chain.
    pub async fn audit_verify(&self, caller: &Caller) -> Result<AuditVerdict> {
        caller.require(Permission::Admin)?;
        Ok(self.store().audit_verify().await?)
    }
}
