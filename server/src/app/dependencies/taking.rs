//! Params that a run takes from the runs for which it waited.
//!
//! They are taken in the transaction that lets the run go on, so what the run gets is what was seen. A value that the
//! caller gave counts instead. Start reading at `taken`.

use crate::app::Result;
use crate::domain::dependencies::{Dependency, Sight};
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::{RunDependencyRecord, RunRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::bindings::{self, Origin, Source, Unfilled};
use crate::domain::runs::params::ParamSpec;
use crate::domain::tasks::Definition;
use crate::store::Tx;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Definitions by task and version, as far as runs of them take params from dependencies.
pub(super) type Takers = BTreeMap<(Key<Task>, u32), Option<Definition>>;

/// Gives a run that may go on its params, and stores them. Returns why it cannot start if one is missing or wrong.
pub(super) async fn taken(
    tx: &Tx,
    takers: &mut Takers,
    key: Key<Run>,
    run: &mut RunRecord,
) -> Result<std::result::Result<(), Reason>> {
    let Some(definition) = taker(tx, takers, run).await? else { return Ok(Ok(())) };
    // There is none yet if somebody starts the run before its first look.
    let seen = tx.dependencies_of(&[key]).await?;
    let mut params = run.params.clone();
    for Dependency { key, rule, .. } in &definition.dependencies {
        let mut templates = rule.params().cloned().unwrap_or_default();
        templates.retain(|name, _| !params.contains_key(name));
        let seen = seen.iter().find(|seen| seen.record.key == *key);
        // Whoever starts a run without waiting for a dependency goes without its values.
        let Some(source) = seen.and_then(|seen| counting(&seen.record)) else { continue };
        let other = tx.run_find(source).await?;
        let nothing = Map::new();
        let source = Source {
            result: other.as_ref().and_then(|run| run.result.as_ref()),
            params: other.as_ref().map_or(&nothing, |run| &run.params),
        };
        match bindings::fill(Origin::Dependency, &definition.params, &templates, source) {
            Ok(filled) => params.extend(filled),
            Err(unfilled) => return Ok(Err(reason(unfilled, key))),
        }
    }
    if let Err(missing) = complete(&definition.params, &mut params) {
        return Ok(Err(missing));
    }
    tx.run_params_put(run.id, &params).await?;
    run.params = params;
    Ok(Ok(()))
}

/// The definition that a run carries out, if a dependency of it gives params. If it cannot be read, the start says so.
async fn taker<'a>(tx: &Tx, takers: &'a mut Takers, run: &RunRecord) -> Result<Option<&'a Definition>> {
    let found = match takers.entry((run.task_key, run.task_version)) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let version = tx.task_version_find(run.task_key, run.task_version).await?;
            let gives = |it: &Dependency| it.rule.params().is_some_and(|params| !params.is_empty());
            let definition = version.map(|version| version.definition);
            place.insert(definition.filter(|definition| definition.dependencies.iter().any(gives)))
        }
    };
    Ok(found.as_ref())
}

/// The run that counts for a dependency that holds.
fn counting(dependency: &RunDependencyRecord) -> Option<RunId> {
    match (&dependency.sight, &dependency.waived_by) {
        (Some(Sight::TaskEnded { run, .. }), None) if dependency.met => *run,
        _ => None,
    }
}

/// Fills in the defaults of params that nothing gave.
fn complete(specs: &[ParamSpec], params: &mut Map<String, Value>) -> std::result::Result<(), Reason> {
    for spec in specs.iter().filter(|spec| spec.required || spec.default.is_some()) {
        if params.contains_key(&spec.name) {
            continue;
        }
        let default = spec.default.clone().ok_or_else(|| Reason::DependencyValueWaived { param: spec.name.clone() })?;
        params.insert(spec.name.clone(), default);
    }
    Ok(())
}

fn reason(Unfilled { param, template, problem }: Unfilled, dependency: &str) -> Reason {
    let dependency = dependency.to_owned();
    match problem {
        Some(problem) => Reason::DependencyValueRefused { param, template, dependency, problem },
        None => Reason::DependencyValueMissing { param, template, dependency },
    }
}
