//! Finds operations in the generated table: by the path of a command, or by their relation to another operation.

use crate::failure::{Failure, Outcome};
use crate::generated::operations::OPERATIONS;
use crate::table::Operation;

/// The generated operation behind this path of a command.
///
/// # Errors
/// Usage, if the contract has none.
pub fn operation(path: &[&str]) -> Outcome<&'static Operation> {
    let id = path.join("_");
    let found = OPERATIONS.iter().find(|operation| operation.id == id);
    found.ok_or_else(|| Failure::Usage(format!("there is no command `orc {}`", path.join(" "))))
}

/// The operation with another method on the same path.
#[must_use]
pub fn sibling(operation: &Operation, method: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|other| other.method == method && other.path == operation.path)
}

/// The operation that reads the thing whose effect this operation shows: `task_view` for `task_effect`.
#[must_use]
pub fn view_of_effect(operation: &Operation) -> Option<&'static Operation> {
    let path = operation.path.strip_suffix("/effect")?;
    OPERATIONS.iter().find(|other| other.method == "GET" && other.path == path)
}
