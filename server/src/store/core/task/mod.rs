//! The task of a row: the ids of tasks, and their definitions at the version that a row names.
//!
//! Deliberately absent: reads and writes of the tasks themselves, which `tasks` does. Start reading at `definition`.

pub(in crate::store) mod definition;

use self::definition::definition_of;
use super::entity::{task, task_version};
use super::rows::small;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Key, Task};
use crate::domain::tasks::Definition;
use crate::store::Result;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Ids of tasks by their keys.
pub(in crate::store) async fn task_uids(
    connection: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = Key<Task>>,
) -> Result<HashMap<Key<Task>, TaskId>> {
    let keys: Vec<Key<Task>> = keys.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(keys.len());
    for keys in keys.chunks(500) {
        let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Uid]);
        let query = query.filter(task::Column::Id.is_in(keys.iter().copied())).order_by(task::Column::Id, Order::Asc);
        let rows: Vec<(Key<Task>, Uuid)> = query.into_tuple().all(connection).await?;
        found.extend(rows.into_iter().map(|(key, uid)| (key, TaskId(uid))));
    }
    Ok(found)
}

/// The readable parts of a stored definition.
pub(in crate::store) struct StoredDefinition {
    /// Id of its task.
    pub(in crate::store) task: TaskId,
    /// The parts that could be read.
    pub(in crate::store) definition: Arc<Definition>,
    /// The parts that could not be read; none if everything could.
    pub(in crate::store) damage: Option<String>,
}

/// Stored definitions by key of the task and version.
pub(in crate::store) type Definitions = HashMap<(Key<Task>, u32), StoredDefinition>;

/// Reads the definitions of versions, each with the id of its task and what is wrong with it.
pub(in crate::store) async fn definitions(
    connection: &impl ConnectionTrait,
    wanted: impl IntoIterator<Item = (Key<Task>, u32)>,
) -> Result<Definitions> {
    let wanted: Vec<_> = wanted.into_iter().collect::<HashSet<_>>().into_iter().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    let key = || (task_version::Entity, task_version::Column::TaskId);
    let version = || (task_version::Entity, task_version::Column::Version);
    for chunk in wanted.chunks(200) {
        let mut query = Query::select();
        query
            .columns([key(), version(), (task_version::Entity, task_version::Column::Definition)])
            .column((task::Entity, task::Column::Uid))
            .from(task_version::Entity)
            .inner_join(task::Entity, Expr::col((task::Entity, task::Column::Id)).equals(key()))
            .and_where(
                Expr::tuple([Expr::col(key()), Expr::col(version())])
                    .in_tuples(chunk.iter().map(|(key, version)| (*key, i64::from(*version)))),
            );
        for row in connection.query_all(&query).await? {
            let key = (row.try_get("", "task_id")?, small(row.try_get("", "version")?));
            let (definition, damage) = definition_of(&row.try_get::<String>("", "definition")?);
            let task = TaskId(row.try_get("", "uid")?);
            let stored = StoredDefinition { task, definition: Arc::new(definition), damage: damage.rest };
            found.insert(key, stored);
        }
    }
    Ok(found)
}
