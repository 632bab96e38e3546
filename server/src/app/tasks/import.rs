//! Importing crontabs: each line becomes a task. Either all are saved or none.

use super::saving::create;
use crate::app::core::compute::Reach;
use crate::app::core::upload::Upload;
use crate::app::core::write::Moment;
use crate::app::schedules::{compile, upcoming};
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::model::{TaskFilter, TaskRecord};
use crate::domain::schedules::crontab;
use crate::domain::schedules::crontab::{CrontabNote, Form, Job, LineProblem};
use crate::domain::schedules::{Schedule, Slot, fill_keys};
use crate::domain::tasks::start_limits::{self, StartLimits};
use crate::domain::tasks::{Definition, RunSpec};
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Slots shown with each task.
const NEXT_SLOTS: usize = 5;

/// A crontab to import.
#[derive(Debug, Clone)]
pub struct TaskImport {
    /// The text.
    pub file: Upload,
    /// The form of the text; none: guessed.
    pub form: Option<Form>,
    /// The task that a line without further settings becomes. Its one schedule has the time zone of lines that name
    /// none.
    pub model: Definition,
    /// Prefix for the names.
    pub prefix: String,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// Result of importing a crontab.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Whether tasks were saved.
    pub saved: bool,
    /// The form in which the text was read.
    pub form: Form,
    /// The encoding it was read in.
    pub encoding: &'static str,
    /// The tasks, in the order of their lines.
    pub tasks: Vec<ImportedTask>,
    /// The faults, in the order of their lines.
    pub problems: Vec<LineProblem>,
    /// Where Orc differs from cron for all of the tasks.
    pub notes: Vec<CrontabNote>,
}

/// A task made from a line.
#[derive(Debug, Clone)]
pub struct ImportedTask {
    /// Number of the line, starting at 1.
    pub line: usize,
    /// The task.
    pub definition: Definition,
    /// Whether the task is left out because another task does the same already.
    pub skipped: bool,
    /// Its schedule in words.
    pub words: Vec<String>,
    /// Its next slots.
    pub next_slots: Vec<(String, Slot)>,
    /// Warnings about the task.
    pub warnings: Vec<CrontabNote>,
}

impl App {
    /// Reads a crontab, and saves its tasks unless a line has a problem.
    pub async fn task_import(&self, caller: &Caller, import: &TaskImport) -> Result<Imported> {
        caller.require(Permission::Define)?;
        self.sound(&import.model).await?;
        let text = import.file.clone().read("/text", false)?;
        let read = crontab::parse(&text.text, import.form);
        if let Some(whole) = read.problems.iter().find(|problem| problem.line == 0) {
            return Err(Error::invalid("/text", whole.message.clone()));
        }
        let (book, now) = (self.calendar_book().await?, self.clock().now());
        let mut drafting = Drafting::new(import, self.tasks_known(import, &read.jobs).await?);
        drafting.limits = self.settings().surroundings.limits;
        let mut problems = read.problems;
        for job in read.jobs {
            match drafting.task(job, &book, now) {
                Ok(task) => drafting.made.push(task),
                Err(found) => problems.extend(found),
            }
        }
        problems.sort_by_key(|problem| problem.line);
        let tasks = drafting.made;
        let wanted: Vec<Definition> =
            tasks.iter().filter(|task| !task.skipped).map(|task| task.definition.clone()).collect();
        let saved = !import.dry_run && problems.is_empty() && !wanted.is_empty();
        if saved {
            self.import_save(caller, wanted).await?;
        }
        let mut notes = if tasks.is_empty() { Vec::new() } else { self.differences() };
        notes.extend((text.encoding == "windows-1252").then_some(CrontabNote::EightBit {}));
        Ok(Imported { saved, form: read.form, encoding: text.encoding, tasks, problems, notes })
    }

    /// Where Orc differs from cron for every task.
    fn differences(&self) -> Vec<CrontabNote> {
        let umask = (self.settings().surroundings.umask != 0o022).then_some(CrontabNote::OtherUmask {});
        let always = [CrontabNote::OverlapSkipped {}, CrontabNote::OtherFolder {}, CrontabNote::OtherEnvironment {}];
        always.into_iter().chain(umask).collect()
    }

    /// The names of all tasks, and which of them do the same as some line. The tasks are read a few at a time.
    async fn tasks_known(&self, import: &TaskImport, jobs: &[Job]) -> Result<Known> {
        let drafts = jobs.iter().map(|job| definition(import, job.clone()));
        let wanted: HashSet<WhatAndWhen> = drafts.map(|draft| what_and_when(&draft, &draft.schedules[0])).collect();
        let looked = self.compute(Reach::AllTasks, async move |app, _| {
            let (mut known, mut walk) = (Known::default(), app.store().task_walk(TaskFilter::default()));
            while let Some(tasks) = walk.next().await? {
                for task in tasks {
                    let each =
                        task.definition.schedules.iter().map(|schedule| what_and_when(&task.definition, schedule));
                    let same = each.filter(|it| wanted.contains(it)).map(|it| (it, task.definition.name.clone()));
                    known.tasks.extend(same);
                    known.names.insert(task.definition.name);
                }
            }
            Ok(known)
        });
        looked.await
    }

    async fn import_save(&self, caller: &Caller, wanted: Vec<Definition>) -> Result<()> {
        let caller = caller.clone();
        let write = async move |tx: &Tx, moment: Moment| {
            let mut made = Vec::with_capacity(wanted.len());
            for definition in &wanted {
                made.push(create(tx, &caller, definition, "task_import", moment).await?);
            }
            let detail = json!({"tasks": made.len(), "format": "crontab"});
            let subject = ("task", format!("{} tasks", made.len()));
            tx.audit_append(&caller.audit(moment.now, "task_import", subject, detail)).await?;
            Ok(made)
        };
        let announce = |app: &Self, made: &Vec<TaskRecord>| {
            made.iter().for_each(|task| app.announce_task(task, Some(task.version)));
        };
        self.write(write, announce).await.map(drop)
    }
}

/// What exists already.
#[derive(Debug, Default)]
struct Known {
    /// Names of all tasks.
    names: HashSet<String>,
    /// Names of the tasks that do the same as some line.
    tasks: HashMap<WhatAndWhen, String>,
}

/// Tasks while they are being made.
struct Drafting<'a> {
    import: &'a TaskImport,
    known: Known,
    numbers: HashMap<String, usize>,
    made: Vec<ImportedTask>,
    limits: StartLimits,
}

/// What a task does and when. Two tasks that agree in this are one job imported twice.
#[derive(Debug, PartialEq, Eq, Hash)]
struct WhatAndWhen {
    what: String,
    when: String,
}

fn what_and_when(task: &Definition, schedule: &Schedule) -> WhatAndWhen {
    let what = json!([task.run, task.environment, task.working_directory]);
    WhatAndWhen { what: what.to_string(), when: json!([schedule.timezone, schedule.rule]).to_string() }
}

/// The task made from a line.
fn definition(import: &TaskImport, job: Job) -> Definition {
    let model = &import.model;
    let mut schedules = model.schedules.clone();
    for schedule in &mut schedules {
        schedule.key = String::new();
        schedule.rule = job.rule.clone();
        schedule.splay_seconds = job.splay_seconds;
        if let Some(timezone) = &job.timezone {
            schedule.timezone.clone_from(timezone);
        }
    }
    fill_keys(&mut schedules);
    Definition {
        name: crontab::name_of(&job.shell_line, &import.prefix),
        description: job.description,
        run: RunSpec::Shell { line: job.shell_line, shell: job.shell },
        environment: job.environment,
        working_directory: job.working_directory,
        schedules,
        ..model.clone()
    }
}

impl<'a> Drafting<'a> {
    fn new(import: &'a TaskImport, known: Known) -> Self {
        Self { import, known, numbers: HashMap::new(), made: Vec::new(), limits: StartLimits::default() }
    }

    fn task(
        &mut self,
        job: Job,
        book: &CalendarBook,
        now: DateTime<Utc>,
    ) -> std::result::Result<ImportedTask, Vec<LineProblem>> {
        let Job { line, mut warnings, .. } = job.clone();
        let mut definition = definition(self.import, job);
        let problem = |message: String| LineProblem { line, position: None, message };
        let mut problems = definition.problems();
        problems.extend(start_limits::problems(&definition, self.limits));
        if !problems.is_empty() {
            let worded = problems.into_iter().map(|it| problem(format!("{}: {}", it.pointer, it.message)));
            return Err(worded.collect());
        }
        let what = what_and_when(&definition, &definition.schedules[0]);
        let same = self.known.tasks.get(&what).cloned();
        if let Some(same) = &same {
            warnings.insert(0, CrontabNote::SameTask { task: same.clone() });
        } else {
            definition.name = self.free(&definition.name);
            self.known.names.insert(definition.name.clone());
            self.known.tasks.insert(what, definition.name.clone());
        }
        let compiled = compile(book, &definition.name, &definition.tags, &definition.schedules[0])
            .map_err(|fault| vec![problem(fault.to_string())])?;
        let key = &definition.schedules[0].key;
        let slots = upcoming(&compiled, now, None, NEXT_SLOTS).into_iter().map(|slot| (key.clone(), slot)).collect();
        let words = vec![compiled.words()];
        Ok(ImportedTask { line, skipped: same.is_some(), words, next_slots: slots, warnings, definition })
    }

    /// The name, or the name with the first free number.
    fn free(&mut self, name: &str) -> String {
        if !self.known.names.contains(name) {
            return name.to_owned();
        }
        let number = self.numbers.entry(name.to_owned()).or_insert(1);
        loop {
            *number += 1;
            let numbered = crontab::with_number(name, *number);
            if !self.known.names.contains(&numbered) {
                return numbered;
            }
        }
    }
}
