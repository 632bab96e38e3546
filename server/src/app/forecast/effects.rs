//! What a change would do to future slots, before it is saved.

use crate::app::calendars::silenced::Silenced;
use crate::app::calendars::{calendar_problems, containing};
use crate::app::schedules::compile;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::{Calendar, CalendarBook};
use crate::domain::forecast::effect::{Difference, Side, difference, running};
use crate::domain::model::{TaskFilter, TaskRef};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, TimeDelta, Utc};

/// Most days that are looked ahead.
const DAYS_MAX: u32 = 366;

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// From here on.
    pub from_at: DateTime<Utc>,
    /// Up to here.
    pub until_at: DateTime<Utc>,
    /// The tasks for which something changes, by name.
    pub tasks: Vec<(String, Difference)>,
    /// Whether more was to be compared than was.
    pub truncated: bool,
    /// Schedules of which the calendar would leave nothing, in sentences.
    pub warnings: Vec<String>,
}

impl App {
    /// What replacing a task's definition would do; a task that does not exist yet has no slots before.
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
        let before = present.map(|task| effect.side(&book, &task.definition)).unwrap_or_default();
        let after = effect.side(&book, wanted);
        effect.add(&wanted.name, &before, &after);
        Ok(effect)
    }

    /// What replacing a calendar's definition would do to all tasks.
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
        let (old, new) = self.calendar_books_with(&name, wanted).await?;
        let all: Vec<Calendar> = self.store().calendars().await?.into_iter().map(|record| record.definition).collect();
        let names = containing(&all, &name);
        let windows = all.iter().filter(|it| names.contains(&it.name)).chain([wanted]);
        let windows: Vec<Vec<String>> =
            windows.filter_map(|it| it.maintenance.as_ref()).map(|window| window.tags.clone()).collect();
        let concerns = |definition: &Definition| {
            let named = |schedule: &crate::domain::schedules::Schedule| {
                schedule.run_only_on.iter().chain(&schedule.skip_on).any(|calendar| names.contains(calendar))
            };
            definition.schedules.iter().any(named)
                || windows.iter().any(|tags| tags.is_empty() || tags.iter().any(|tag| definition.tags.contains(tag)))
        };
        let mut effect = self.empty(days)?;
        let mut silenced = Silenced::new(&names, &new, effect.from_at);
        let mut page = crate::domain::model::PageRequest::first(500);
        loop {
            let filter = TaskFilter { enabled: Some(true), ..TaskFilter::default() };
            let listed = self.store().task_list(&filter, crate::domain::model::TaskSort::Name, &page).await?;
            for definition in listed.items.iter().map(|task| &task.definition).filter(|it| concerns(it)) {
                let (before, after) = (effect.side(&old, definition), effect.side(&new, definition));
                effect.add(&definition.name, &before, &after);
                let enabled = definition.schedules.iter().filter(|schedule| schedule.enabled);
                enabled.for_each(|schedule| silenced.look(&definition.name, schedule));
            }
            match listed.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => {
                    effect.warnings = silenced.told();
                    return Ok(effect);
                }
            }
        }
    }

    fn empty(&self, days: u32) -> Result<Effect> {
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(Error::invalid("?days", format!("must be from 1 to {DAYS_MAX}")));
        }
        let from_at = self.clock().now();
        let until_at = from_at + TimeDelta::days(days.into());
        Ok(Effect { from_at, until_at, tasks: Vec::new(), truncated: false, warnings: Vec::new() })
    }
}

impl Effect {
    /// The slots of a definition that run, within the time that is looked at.
    fn side(&mut self, book: &CalendarBook, definition: &Definition) -> Side {
        let mut side = Side::new();
        if !definition.enabled {
            return side;
        }
        for schedule in definition.schedules.iter().filter(|schedule| schedule.enabled) {
            let Ok(compiled) = compile(book, &definition.name, &definition.tags, schedule) else { continue };
            let (slots, all) = running(&compiled, self.from_at, self.until_at);
            self.truncated |= !all;
            side.insert(schedule.key.clone(), slots);
        }
        side
    }

    fn add(&mut self, task: &str, before: &Side, after: &Side) {
        let found = difference(before, after);
        if !found.is_empty() {
            self.tasks.push((task.to_owned(), found));
        }
    }
}
