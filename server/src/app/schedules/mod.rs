//! Views of schedules: words and slots of any rule, stored or not, and when each task is due next.
//!
//! Deliberately absent: saving schedules, which happens with their task. Start reading at `agenda`.

pub mod agenda;
pub mod source;

use super::core::compute::Reach;
use super::{App, Caller, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::core::problem::Problem;
use crate::domain::core::time::ScheduleError;
use crate::domain::model::TaskRef;
use crate::domain::schedules;
use crate::domain::schedules::{CompiledSchedule, DayCount, Schedule, Slot};
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, Utc};

/// After this many skipped slots in a row, a schedule counts as one without a next run.
const SKIPPED_MAX: usize = 1000;

/// A preview as requested.
#[derive(Debug, Clone)]
pub struct PreviewRequest {
    /// The schedule.
    pub schedule: Schedule,
    /// Name of the schedule's task, which decides how `H` fields are spread.
    pub task: Option<String>,
    /// First instant; none: now.
    pub from_at: Option<DateTime<Utc>>,
    /// Last instant.
    pub until_at: Option<DateTime<Utc>>,
    /// Maximum number of slots.
    pub limit: usize,
    /// Number of local dates whose slots are counted.
    pub days: u32,
}

/// What a schedule will do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The schedule in words.
    pub words: String,
    /// Time zone of the schedule.
    pub timezone: String,
    /// Whether it never becomes due again.
    pub never: bool,
    /// Why it never becomes due again.
    pub never_because: Option<schedules::Never>,
    /// The slots.
    pub slots: Vec<Slot>,
    /// Slots by local date.
    pub days: Vec<DayCount>,
}

/// The seed that spreads the `H` fields of a task's schedule.
pub fn hash_seed(task: &str, key: &str) -> String {
    format!("{task}/{key}")
}

/// Compiles a schedule of a task with these tags, and applies its calendars.
pub fn compile(
    book: &CalendarBook,
    task: &str,
    tags: &[String],
    schedule: &Schedule,
) -> std::result::Result<CompiledSchedule, ScheduleError> {
    schedules::compile(schedule, &hash_seed(task, &schedule.key))?.with_calendars(schedule, tags, book)
}

/// Refuses new and changed schedules that never fire. Unchanged ones are accepted, because their time or the dates of
/// their calendars may be over.
pub fn refuse_ended(
    definition: &Definition,
    before: Option<&Definition>,
    book: &CalendarBook,
    now: DateTime<Utc>,
) -> Result<()> {
    let known = |schedule: &Schedule| before.is_some_and(|before| before.schedules.contains(schedule));
    let schedules = definition.schedules.iter().enumerate();
    let problems: Vec<Problem> = schedules
        .filter(|(_, schedule)| schedule.enabled && !known(schedule))
        .filter_map(|(index, schedule)| Some((index, schedules::ended(schedule, book, now)?)))
        .map(|(index, never)| Problem::at(format!("/schedules/{index}/{}", never.field()), never.fault().to_string()))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// A task's schedule in words.
pub fn words(task: &str, schedule: &Schedule) -> std::result::Result<String, ScheduleError> {
    Ok(schedules::compile(schedule, &hash_seed(task, &schedule.key))?.words())
}

/// The next slots of all schedules of a definition that fire, soonest first, with the key of their schedule.
pub fn next_slots(
    book: &CalendarBook,
    definition: &Definition,
    fires: impl Fn(&Schedule) -> bool,
    after: DateTime<Utc>,
    limit: usize,
) -> Vec<(String, Slot)> {
    if !definition.enabled {
        return Vec::new();
    }
    let mut slots: Vec<(String, Slot)> = definition
        .schedules
        .iter()
        .filter(|schedule| schedule.enabled && fires(schedule))
        .filter_map(|schedule| {
            let compiled = compile(book, &definition.name, &definition.tags, schedule).ok()?;
            Some((schedule.key.clone(), compiled))
        })
        .flat_map(|(key, compiled)| upcoming(&compiled, after, None, limit).into_iter().map(move |s| (key.clone(), s)))
        .collect();
    slots.sort_by_key(|(_, slot)| slot.scheduled_for);
    slots.truncate(limit);
    slots
}

/// The next slot of a task that no calendar and no clock change skips.
pub fn next_run(
    book: &CalendarBook,
    definition: &Definition,
    fires: impl Fn(&Schedule) -> bool,
    after: DateTime<Utc>,
) -> Option<Slot> {
    let schedules = definition.schedules.iter().filter(|it| definition.enabled && it.enabled && fires(it));
    schedules
        .filter_map(|schedule| {
            let compiled = compile(book, &definition.name, &definition.tags, schedule).ok()?;
            let first = compiled.next_after(after);
            let coming = std::iter::successors(first, |slot| compiled.next_after(slot.scheduled_for));
            coming.take(SKIPPED_MAX).find(|slot| !slot.skipped)
        })
        .min_by_key(|slot| slot.scheduled_for)
}

/// The slots of one schedule strictly after an instant.
pub fn upcoming(
    compiled: &CompiledSchedule,
    after: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    limit: usize,
) -> Vec<Slot> {
    let first = compiled.next_after(after);
    std::iter::successors(first, |slot| compiled.next_after(slot.scheduled_for))
        .take_while(|slot| until.is_none_or(|until| slot.scheduled_for <= until))
        .take(limit)
        .collect()
}

impl App {
    /// Returns words and slots of any schedule.
    pub async fn schedule_preview(&self, caller: &Caller, request: &PreviewRequest) -> Result<Preview> {
        caller.require(Permission::Read)?;
        let book = self.calendar_book().await?;
        let compiled = self.compile_given(&book, &request.schedule, request.task.as_deref()).await?;
        Error::unless_in_order(request.from_at, request.until_at, "/until_at")?;
        let from = request.from_at.unwrap_or_else(|| self.clock().now());
        if from.timestamp() >= schedules::SLOTS_END {
            return Err(Error::invalid(
                "/from_at",
                "there are no slots after the year 9998: choose an earlier instant",
            ));
        }
        let PreviewRequest { schedule, until_at, limit, days, .. } = request.clone();
        let looked = self.compute(Reach::OneTask, async move |_, _| {
            let slots = upcoming(&compiled, from, until_at, limit);
            let never = !compiled.fires_after(from);
            let never_because = schedules::ended(&schedule, &book, from).filter(|_| never);
            let days = compiled.day_counts(from, days);
            Ok(Preview { words: compiled.words(), timezone: schedule.timezone, never, never_because, slots, days })
        });
        looked.await
    }

    /// Returns the words of any schedule.
    pub async fn schedule_describe(&self, caller: &Caller, schedule: &Schedule, task: Option<&str>) -> Result<String> {
        caller.require(Permission::Read)?;
        let book = self.calendar_book().await?;
        Ok(self.compile_given(&book, schedule, task).await?.words())
    }

    async fn compile_given(
        &self,
        book: &CalendarBook,
        schedule: &Schedule,
        task: Option<&str>,
    ) -> Result<CompiledSchedule> {
        let problems: Vec<Problem> = schedules::faults(schedule)
            .into_iter()
            .map(|fault| Problem::at(format!("/schedule/{}", fault.field), fault.to_string()))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let tags = match task {
            Some(task) => self.store().task_find(&TaskRef::from(task)).await?.map(|task| task.definition.tags),
            None => None,
        };
        compile(book, task.unwrap_or_default(), &tags.unwrap_or_default(), schedule)
            .map_err(|fault| Error::invalid(format!("/schedule/{}", fault.field), fault.to_string()))
    }
}
