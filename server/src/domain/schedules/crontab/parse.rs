//! A whole crontab: lines in their order, each with the variables set above it.

use super::forms::{guess, is_header};
use super::going_on::starter;
use super::line::{Entry, Line, first_word, offset_in, read};
use super::notes::CrontabNote;
use super::percent::{shell_line, split};
use super::{Crontab, Form, Job, LINES_MAX, LineProblem, TEXT_MAX};
use crate::domain::core::time::{ScheduleError, zone_parse};
use crate::domain::schedules;
use crate::domain::schedules::{Rule, Schedule};
use std::collections::BTreeMap;

/// Longest command, in characters.
const COMMAND_MAX: usize = 100_000;

/// Longest comment that becomes a description, in characters.
const DESCRIPTION_MAX: usize = 1_000;

/// Shells that support here-documents.
const HERE_SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"];

/// Reads a text. Without a form, the form is guessed.
pub fn parse(text: &str, form: Option<Form>) -> Crontab {
    let text = &orc_text::with_newlines(text.strip_prefix('\u{feff}').unwrap_or(text));
    let total = text.lines().count();
    if text.len() > TEXT_MAX || total > LINES_MAX {
        let message = format!(
            "the text has {total} lines and {} bytes; at most {LINES_MAX} lines and {TEXT_MAX} bytes are read: import it in parts",
            text.len()
        );
        let problems = vec![LineProblem { line: 0, position: None, message }];
        return Crontab { form: form.unwrap_or(Form::User), jobs: Vec::new(), problems };
    }
    let lines: Vec<Line<'_>> = text.lines().map(read).collect();
    let guessed = form.is_none();
    let form = form.unwrap_or_else(|| guess(&lines));
    let mut reading = Reading { form, guessed, ..Reading::new(form) };
    for (index, (line, written)) in lines.iter().zip(text.lines()).enumerate() {
        reading.line(index + 1, line, written);
    }
    Crontab { form, jobs: reading.jobs, problems: reading.problems }
}

/// What earlier lines mean for later ones.
struct Reading {
    form: Form,
    guessed: bool,
    environment: BTreeMap<String, String>,
    shell: Option<String>,
    cron_zone: Option<String>,
    plain_zone: Option<String>,
    splay_seconds: u32,
    mail: Option<String>,
    comment: String,
    jobs: Vec<Job>,
    problems: Vec<LineProblem>,
}

impl Reading {
    fn new(form: Form) -> Self {
        Self {
            form,
            guessed: false,
            environment: BTreeMap::new(),
            shell: None,
            cron_zone: None,
            plain_zone: None,
            splay_seconds: 0,
            mail: None,
            comment: String::new(),
            jobs: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn line(&mut self, number: usize, line: &Line<'_>, written: &str) {
        let comment = std::mem::take(&mut self.comment);
        match line {
            Line::Blank => {}
            Line::Comment(text) => self.comment = described(text),
            Line::Variable { name, value } => self.variable(number, name, value),
            Line::Entry(entry) => match self.job(number, entry, written, comment) {
                Ok(job) => self.jobs.push(job),
                Err(problem) => self.problems.push(problem),
            },
        }
    }

    fn variable(&mut self, number: usize, name: &str, value: &str) {
        let given = (!value.is_empty()).then(|| value.to_owned());
        match name {
            "CRON_TZ" | "TZ" => {
                let zone = given.map(|zone| zone.trim_start_matches(':').to_owned());
                if let Some(Err(fault)) = zone.as_deref().map(zone_parse) {
                    self.problem(number, fault.to_string());
                    return;
                }
                if name == "TZ" {
                    self.environment.insert(name.to_owned(), value.to_owned());
                    self.plain_zone = zone;
                } else {
                    self.cron_zone = zone;
                }
            }
            "MAILTO" => self.mail = given,
            "MAILFROM" | "CONTENT_TYPE" | "CONTENT_TRANSFER_ENCODING" => {}
            "SHELL" => self.shell = given,
            "RANDOM_DELAY" => match value.trim().parse::<u32>() {
                Ok(minutes @ 0..=1440) => self.splay_seconds = minutes * 60,
                _ => {
                    self.problem(number, format!("RANDOM_DELAY=\"{value}\" is not a number of minutes from 0 to 1440"))
                }
            },
            _ => {
                self.environment.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn problem(&mut self, line: usize, message: String) {
        self.problems.push(LineProblem { line, position: None, message });
    }

    fn job(
        &mut self,
        number: usize,
        entry: &Entry<'_>,
        written: &str,
        description: String,
    ) -> Result<Job, LineProblem> {
        let problem = |position, message| LineProblem { line: number, position, message };
        if entry.expression.starts_with('=') {
            let message = "a variable needs a name before \"=\": write NAME=value";
            return Err(problem(Some(entry.offset + 1), message.to_owned()));
        }
        let rule = rule_of(entry).map_err(|fault| {
            let position = fault.position.map(|position| position + entry.offset);
            problem(position, ScheduleError { position: None, ..fault }.to_string())
        })?;
        let (user, command) = match self.form {
            Form::User => (None, entry.rest),
            Form::System => {
                let (user, command) = first_word(entry.rest);
                (Some(user), command)
            }
        };
        let parts = split(command);
        if parts.command.trim().is_empty() {
            let place = written[..offset_in(written, command)].chars().count() + 1;
            let message = match self.form {
                Form::User => "a schedule needs a command after it",
                Form::System => "a schedule needs a user and a command after it; is this a user's crontab?",
            };
            return Err(problem(Some(place), message.to_owned()));
        }
        if command.chars().count() > COMMAND_MAX || command.contains('\0') {
            let message = format!("the command is longer than {COMMAND_MAX} characters, or holds a NUL character");
            return Err(problem(None, message));
        }
        let mut warnings = self.warnings(entry, user);
        warnings.extend(command_warnings(&parts.command, &parts.input, self));
        Ok(Job {
            line: number,
            rule,
            timezone: self.cron_zone.clone().or_else(|| self.plain_zone.clone()),
            shell_line: shell_line(&parts),
            shell: self.shell.clone(),
            environment: self.environment.clone(),
            working_directory: self.environment.get("HOME").filter(|home| !home.is_empty()).cloned(),
            splay_seconds: self.splay_seconds,
            description,
            warnings,
        })
    }

    fn warnings(&mut self, entry: &Entry<'_>, user: Option<&str>) -> Vec<CrontabNote> {
        let mut warnings = Vec::new();
        if let Some(user) = user {
            warnings.push(CrontabNote::OtherAccount { user: user.to_owned(), guessed: self.guessed });
        }
        if let Some(mail) = self.mail.take() {
            warnings.push(CrontabNote::OutputNotMailed { mail });
        }
        if entry.quiet {
            warnings.push(CrontabNote::QuietIgnored {});
        }
        if self.splay_seconds > 0 {
            warnings.push(CrontabNote::FixedDelay { max_seconds: self.splay_seconds });
        }
        warnings
    }
}

fn rule_of(entry: &Entry<'_>) -> Result<Rule, ScheduleError> {
    let rule = if entry.expression.eq_ignore_ascii_case("@reboot") {
        Rule::Startup { delay_seconds: 0 }
    } else {
        Rule::Cron { expression: entry.expression.to_owned() }
    };
    let whole = Schedule { rule, ..plain() };
    schedules::compile(&whole, "").map(|_| whole.rule)
}

fn plain() -> Schedule {
    Schedule {
        key: String::new(),
        enabled: true,
        timezone: "UTC".to_owned(),
        start_at: None,
        end_at: None,
        gap: schedules::Gap::default(),
        fold: schedules::Fold::default(),
        catch_up: schedules::CatchUp::default(),
        splay_seconds: 0,
        run_only_on: Vec::new(),
        skip_on: Vec::new(),
        roll: schedules::Roll::default(),
        rule: Rule::Startup { delay_seconds: 0 },
    }
}

/// Returns a useful comment, or nothing if the comment is a heading or a disabled job.
fn described(comment: &str) -> String {
    let off = matches!(read(comment), Line::Entry(entry) if !entry.rest.is_empty() && rule_of(&entry).is_ok());
    if off || is_header(comment) {
        return String::new();
    }
    comment.chars().take(DESCRIPTION_MAX).collect()
}

fn command_warnings(command: &str, input: &Option<String>, reading: &Reading) -> Vec<CrontabNote> {
    let mut warnings = Vec::new();
    if input.is_some() {
        warnings.push(CrontabNote::InputAfterPercent {});
        let stem = reading.shell.as_deref().and_then(|shell| shell.rsplit('/').next()).unwrap_or("sh");
        if !HERE_SHELLS.contains(&stem) {
            warnings.push(CrontabNote::HereDocumentUnknown { shell: stem.to_owned() });
        }
    }
    warnings.extend(starter(command).map(|command| CrontabNote::GoesOn { command }));
    let (first, _) = first_word(command);
    let relative = first.contains('/') && !first.starts_with(['/', '~', '$', '"', '\'', '(']) && !first.contains('=');
    if relative && !reading.environment.contains_key("HOME") {
        warnings.push(CrontabNote::RelativeProgram { program: first.to_owned() });
    }
    warnings
}
