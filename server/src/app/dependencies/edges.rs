//! Which task depends on which: tasks that do not exist, circles, and tasks that others need.

use crate::app::{Error, Result};
use crate::domain::core::phrases::first_ten;
use crate::domain::core::problem::Problem;
use crate::domain::dependencies::{DependencyRule, circle};
use crate::domain::model::{TaskRecord, TaskRef};
use crate::domain::tasks::Definition;
use crate::store::Tx;

/// Checks which tasks a stored definition depends on, and remembers them.
pub(in crate::app) async fn dependencies_settle(tx: &Tx, task: &TaskRecord) -> Result<()> {
    let definition = &task.definition;
    if !definition.dependencies.is_empty() {
        tx.needs_hold().await?;
    }
    networks_known(tx, definition).await?;
    let wanted = definition.dependencies.iter().enumerate();
    let wanted: Vec<(usize, &str)> =
        wanted.filter_map(|(index, dependency)| Some((index, dependency.rule.task()?))).collect();
    if wanted.is_empty() {
        return match tx.task_depends(task.key).await? {
            true => Ok(tx.task_dependencies_put(task.key, &[]).await?),
            false => Ok(()),
        };
    }
    let edges = tx.task_dependency_edges().await?;
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for (index, name) in wanted {
        let at = |message: String| Problem::at(format!("/dependencies/{index}/task"), message);
        match tx.task_find(&TaskRef::Name(name.to_owned())).await?.filter(|task| task.deleted_at.is_none()) {
            Some(source) => sources.push(source.key),
            None => problems.push(at(format!("there is no task \"{name}\""))),
        }
        if let Some(path) = circle(&definition.name, name, &edges) {
            problems.push(at(format!("the tasks would wait for each other in a circle: {path}")));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    sources.sort_unstable();
    sources.dedup();
    Ok(tx.task_dependencies_put(task.key, &sources).await?)
}

/// Refuses a definition that names network profiles that do not exist.
async fn networks_known(tx: &Tx, definition: &Definition) -> Result<()> {
    let mut problems = Vec::new();
    for (index, dependency) in definition.dependencies.iter().enumerate() {
        let DependencyRule::Vpn { network } = &dependency.rule else { continue };
        let found = tx.network_find(network).await?;
        if found.is_none_or(|found| found.profile.name != *network) {
            let message = format!("there is no network profile \"{network}\"; create it first");
            problems.push(Problem::at(format!("/dependencies/{index}/network"), message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Refuses to delete or rename (`verb`) a task on which other tasks depend by name.
pub(in crate::app) async fn nobody_depends(tx: &Tx, task: &TaskRecord, verb: &str) -> Result<()> {
    tx.needs_hold().await?;
    let dependents = tx.task_dependents(task.key).await?;
    if dependents.is_empty() {
        return Ok(());
    }
    let places = first_ten(dependents.iter().map(|task| format!("task \"{task}\"")).collect());
    let detail = format!(
        "task \"{}\" cannot be {verb}, {} {} on it; change these first",
        task.definition.name,
        places.join(", "),
        if places.len() == 1 { "depends" } else { "depend" }
    );
    Err(Error::conflict("task_in_use", detail))
}
