//! The effect of a change on future slots, before the change is saved.

use crate::app::calendars::silenced::Silenced;
use crate::app::calendars::{calendar_problems, containing};
use crate::app::core::compute::Reach;
use crate::app::schedules::compile;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::{Calendar, CalendarBook};
use crate::domain::forecast::Stop;
use crate::domain::forecast::effect::{Difference, Side, difference, running};
use crate::domain::model::{TaskFilter, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::schedules::Schedule;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Maximum number of days ahead.
const DAYS_MAX: u32 = 366;

/// Maximum number of slots kept per list and task. The counts include all slots.
const LISTED: usize = 200;

/// Maximum number of slots kept for all tasks together.
const LISTED_MAX: usize = 50_000;

/// The effect of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Start of the compared period.
    pub from_at: DateTime<Utc>,
    /// End of the compared period.
    pub until_at: DateTime<Utc>,
    /// Number of slots that appear.
    pub appear_count: usize,
    /// Number of slots that vanish.
    pub vanish_count: usize,
    /// Number of slots that move.
    pub move_count: usize,
    /// The tasks whose slots change, by name, with the first slots of each list.
    pub tasks: Vec<TaskDifference>,
    /// Number of slots in these lists.
    listed: usize,
    /// Whether only a part could be compared.
    pub truncated: bool,
    /// Schedules that would never fire because of the calendar, in sentences.
    pub warnings: Vec<Reason>,
}

/// The slots of one task that change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDifference {
    /// Name of the task.
    pub task: String,
    /// Whether its runs wait for dependencies, so that they may start after their slots.
    pub may_wait: bool,
    /// The first slots of each kind of change.
    pub difference: Difference,
}

impl App {
    /// The effect of replacing a task's definition. A task that does not exist yet has no slots before.
    pub async fn task_effect(&self, caller: &Caller, task: &str, wanted: &Definition, days: u32) -> Result<Effect> {
        caller.require(Permission::Read)?;
        self.sound(wanted).await?;
        let book = self.calendar_book().await?;
        let problems = calendar_problems(&book, wanted);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let mut effect = self.empty(days)?;
        let present = self.store().task_find(&TaskRef::from(task)).await?.filter(|task| task.deleted_at.is_none());
        let wanted = wanted.clone();
        let compared = self.compute(Reach::OneTask, async move |_, stop| {
            let before = present.map(|task| effect.side(&book, &task.definition, &stop)).unwrap_or_default();
            let after = effect.side(&book, &wanted, &stop);
            effect.add(&wanted, &before, &after);
            Ok(effect)
        });
        compared.await
    }

    /// The effect on all tasks of replacing a calendar's definition.
    pub async fn calendar_effect(
        &self,
        caller: &Caller,
        calendar: &str,
        wanted: &Calendar,
        days: u32,
    ) -> Result<Effect> {
        caller.require(Permission::Read)?;
        let found = self.store().calendar_find(calendar).await?;
        let name = found.map_or_else(|| wanted.name.clone(), |record| record.definition.name);
        let (effect, wanted) = (self.empty(days)?, wanted.clone());
        let compared = self.compute(Reach::AllTasks, async move |app, stop| {
            app.calendar_effect_computed(&name, &wanted, effect, &stop).await
        });
        compared.await
    }

    async fn calendar_effect_computed(
        &self,
        name: &str,
        wanted: &Calendar,
        mut effect: Effect,
        stop: &Stop,
    ) -> Result<Effect> {
        let (old, new) = self.calendar_books_with(name, wanted).await?;
        let stored = self.calendars().await?;
        let all: Vec<Calendar> = stored.records.iter().map(|record| record.definition.clone()).collect();
        let concerned = Concerned::new(&all, name, wanted);
        let mut silenced = Silenced::new(&concerned.names, &new, effect.from_at);
        let mut walk = self.store().task_walk(TaskFilter { enabled: Some(true), ..TaskFilter::default() });
        while let Some(tasks) = walk.next().await? {
            for definition in tasks.iter().map(|task| &task.definition).filter(|it| concerned.is(it)) {
                let (before, after) = (effect.side(&old, definition, stop), effect.side(&new, definition, stop));
                effect.add(definition, &before, &after);
                let enabled = definition.schedules.iter().filter(|schedule| schedule.enabled);
                enabled.for_each(|schedule| silenced.look(&definition.name, schedule));
            }
        }
        effect.warnings = silenced.into_reasons();
        Ok(effect)
    }

    fn empty(&self, days: u32) -> Result<Effect> {
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(Error::invalid("?days", format!("must be from 1 to {DAYS_MAX}")));
        }
        let from_at = self.clock().now();
        let until_at = from_at + TimeDelta::days(days.into());
        let (tasks, warnings) = (Vec::new(), Vec::new());
        let (appear_count, vanish_count, move_count, listed) = (0, 0, 0, 0);
        let truncated = false;
        Ok(Effect { from_at, until_at, appear_count, vanish_count, move_count, tasks, listed, truncated, warnings })
    }
}

/// Which tasks a change of a calendar may affect.
struct Concerned {
    /// The calendar and those that contain it.
    names: BTreeSet<String>,
    /// Tags of the tasks that their maintenance windows apply to, window by window; no tags: all tasks.
    windows: Vec<Vec<String>>,
}

impl Concerned {
    fn new(all: &[Calendar], name: &str, wanted: &Calendar) -> Self {
        let names = containing(all, name);
        let windows = all.iter().filter(|it| names.contains(&it.name)).chain([wanted]);
        let windows = windows.filter_map(|it| it.maintenance.as_ref()).map(|window| window.tags.clone()).collect();
        Self { names, windows }
    }

    fn is(&self, definition: &Definition) -> bool {
        let named = |schedule: &Schedule| {
            schedule.run_only_on.iter().chain(&schedule.skip_on).any(|calendar| self.names.contains(calendar))
        };
        let labelled = |tags: &Vec<String>| tags.is_empty() || tags.iter().any(|tag| definition.tags.contains(tag));
        definition.schedules.iter().any(named) || self.windows.iter().any(labelled)
    }
}

impl Effect {
    /// The slots of a definition that run within the compared period.
    fn side(&mut self, book: &CalendarBook, definition: &Definition, stop: &Stop) -> Side {
        let mut side = Side::new();
        if !definition.enabled {
            return side;
        }
        for schedule in definition.schedules.iter().filter(|schedule| schedule.enabled && !stop.asked()) {
            let Ok(compiled) = compile(book, &definition.name, &definition.tags, schedule) else { continue };
            let (slots, all) = running(&compiled, self.from_at, self.until_at);
            self.truncated |= !all;
            side.insert(schedule.key.clone(), slots);
        }
        side
    }

    fn add(&mut self, task: &Definition, before: &Side, after: &Side) {
        let mut found = difference(before, after);
        if found.is_empty() {
            return;
        }
        let Difference { appear, vanish, moved } = &mut found;
        self.appear_count += appear.len();
        self.vanish_count += vanish.len();
        self.move_count += moved.len();
        let most = if self.listed < LISTED_MAX { LISTED } else { 0 };
        appear.truncate(most);
        vanish.truncate(most);
        moved.truncate(most);
        self.listed += appear.len() + vanish.len() + moved.len();
        let may_wait = !task.dependencies.is_empty();
        self.tasks.push(TaskDifference { task: task.name.clone(), may_wait, difference: found });
    }
}
