//! Why something is as it is: a closed list of codes, each with its arguments and one English sentence.
//!
//! A reason is stored and sent as `code` and `args`. The sentence is made from them when somebody reads it.
//! Deliberately absent: reading a reason back from its sentence. `Text` is what was stored before there were codes.
//! Start reading at `Reason`, then `words`.

pub use super::core::overlap::Displacing;

use super::core::amounts::{between, size, span};
use super::core::phrases::{
    calendar_damaged, counted, grouped, joined, moment, not_taken, replaced, runs_of, schedules_invalid, seconds,
    slots_missed, statuses,
};
use super::dependencies::sight::Sight;
use super::schedules::{Never, Note};
use super::triggers::files::FileFlaw;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } => $words:expr),+ $(,)?) => {
        /// Why something is as it is.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "code", content = "args", rename_all = "snake_case")]
        #[allow(missing_docs, reason = "an argument whose name says what it is needs no sentence")]
        pub enum Reason {
            $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $kind),* },)+
            /// Several reasons. The first one counts; the others only add to its words.
            Several {
                /// The reasons, at least one.
                reasons: Vec<Reason>,
            },
        }

        /// The kind of reason, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ReasonCode {
            $($(#[$doc])* $variant,)+
        }

        impl Reason {
            /// Returns the code of the reason that counts.
            pub fn code(&self) -> ReasonCode {
                match self {
                    $(Self::$variant { .. } => ReasonCode::$variant,)+
                    Self::Several { reasons } => reasons.first().map_or(ReasonCode::Text, Self::code),
                }
            }

            /// Returns the reason in English.
            #[allow(unused_variables, reason = "not every sentence mentions every argument")]
            pub fn words(&self) -> String {
                match self {
                    $(Self::$variant { $($field),* } => $words,)+
                    Self::Several { reasons } => joined(reasons, Self::words),
                }
            }
        }
    };
}

reasons! {
    /// A sentence from the time before codes.
    Text { text: String } => text.clone(),
    /// The run waits for an earlier run of its task to end.
    EarlierRun {} => "waits for an earlier run of the task to end".to_owned(),
    /// The run waits for a place in its pool.
    PoolFull { pool: String } => format!("waits for a place in pool \"{pool}\""),
    /// The pool of the run has no places at all.
    PoolClosed { pool: String } => format!("pool \"{pool}\" is closed (capacity 0)"),
    /// The pool of the run does not exist.
    PoolMissing { pool: String } => format!("pool \"{pool}\" does not exist: create it, or change the task"),
    /// The run waits for dependencies that nobody has looked at yet.
    DependenciesUnseen {} => "waits for the first look at its dependencies".to_owned(),
    /// The run waits for a dependency.
    DependencyUnmet { dependency: String, seen: Sight } => format!("waits for \"{dependency}\": {}", seen.words()),
    /// A dependency was not met, and the run does not wait for it.
    DependencyNotMet { dependency: String, seen: Sight } => format!("\"{dependency}\" is not met: {}", seen.words()),
    /// A dependency was not met when the time to wait for it was over.
    DependencyTooLate { dependency: String, deadline_at: DateTime<Utc>, seen: Sight } =>
        format!("\"{dependency}\" was not met by {}: {}", moment(deadline_at), seen.words()),
    /// The run waits for a free place on the server.
    ServerFull {} => "waits for a free place on the server".to_owned(),
    /// The run waits for its next attempt.
    NextAttempt { at: DateTime<Utc> } => format!("waits for its next attempt at {}", moment(at)),
    /// The previous run had not ended, and the overlap rule is `skip`.
    PreviousRunOpen {} => "the run before it had not ended (overlap: skip)".to_owned(),
    /// The maximum number of runs that the overlap rule `queue` allows were already waiting.
    QueueFull { max_waiting: u32 } => format!("{max_waiting} runs were already waiting (overlap: queue)"),
    /// The maximum number of runs that the overlap rule `allow` allows were already open.
    TooManyOpen { max: u32 } => format!("{max} runs were already open (overlap: allow)"),
    /// A newer run took the place of this run while it was waiting.
    Superseded { overlap: Displacing } => format!("a newer run took its place (overlap: {})", overlap.as_str()),
    /// A newer run replaced this run, because the overlap rule is `replace`.
    Replaced {
        /// The slot of the newer run; none if it has no slot.
        scheduled_for: Option<DateTime<Utc>>,
    } => replaced(scheduled_for.as_ref()),
    /// Somebody cancelled it.
    Cancelled { by: String } => format!("cancelled by {by}"),
    /// Somebody cancelled it by deleting its task.
    CancelledWithTask { by: String } => format!("cancelled by {by}, with its task"),
    /// Somebody cancelled it by cancelling its backfill.
    CancelledWithBackfill { by: String } => format!("cancelled by {by}, with its backfill"),
    /// The task was disabled.
    TaskDisabled {} => "the task was disabled".to_owned(),
    /// The task was deleted.
    TaskDeleted {} => "the task was deleted".to_owned(),
    /// The stored definition of the task cannot be read.
    TaskDamaged { problem: String } => problem.clone(),
    /// The schedule was disabled before the slot was caught up.
    ScheduleDisabled {} => "the schedule was disabled before the slot was caught up".to_owned(),
    /// The schedule was removed before the slot was caught up.
    ScheduleRemoved {} => "the schedule was removed before the slot was caught up".to_owned(),
    /// The stored schedule could not be read.
    ScheduleDamaged { problem: String } => format!("the stored schedule was damaged: {problem}"),
    /// The schedule does not fire, because its rule is wrong or cannot be read.
    ScheduleInvalid { problem: String } => format!("it does not fire: {problem}"),
    /// The schedule did not fire for a time, because its rule was wrong.
    ScheduleWasInvalid { problem: String } => format!("it was invalid for a time and did not fire: {problem}"),
    /// The starts of the server are not recorded: what is in the ledger counts as expected.
    StartsNotKept {} => "the starts of the server are not recorded: what is in the ledger counts as expected".to_owned(),
    /// For some time it is unknown which slots there were.
    SlotsUnknown { problem: String } => format!("for some time it is unknown which slots there were: {problem}"),
    /// The newest version of the task cannot be read, so the task's own definition is used.
    VersionDamaged { problem: String } =>
        format!("its newest version cannot be read, so the task's own definition is used: {problem}"),
    /// The stored definition of the calendar cannot be read, and an older version is used in its place.
    CalendarOlder { version: u32, made_at: DateTime<Utc> } => format!(
        "the stored definition is damaged; version {version} of {} is used until it is saved again",
        moment(made_at)
    ),
    /// Neither the stored definition of the calendar nor any version of it can be read.
    CalendarLost {} => "the stored definition is damaged, and no version of it can be read: its dates are unknown; \
        save it again, or delete it".to_owned(),
    /// Params are missing or wrong.
    ParamsRefused {
        /// What is wrong with them, one sentence each.
        problems: Vec<String>,
    } => format!("{}; give it a default", problems.join("; ")),
    /// No process can start with this, because the system takes no arguments or variables of this size.
    StartTooLarge {
        /// What is too large, one sentence each.
        problems: Vec<String>,
    } => problems.join("; "),
    /// The value of a param fits into no environment variable, so the process finds it only in `ORC_PARAMS_FILE`.
    ParamOnlyInFile {
        param: String,
        size_bytes: u64,
        limit_bytes: u64,
    } => format!(
        "param \"{param}\" is only in ORC_PARAMS_FILE: its variable would have {} bytes, and this system takes {}",
        grouped(*size_bytes), grouped(*limit_bytes)
    ),
    /// Everything was on hold.
    OnHold {
        /// The reason given for the hold.
        note: String,
    } => format!("everything was on hold: {note}"),
    /// A calendar or a clock change left out the slot.
    LeftOut { notes: Vec<Note> } => joined(notes, Note::words),
    /// The server was not there, and catch-up is off.
    CatchUpOff {} => "the server was not there, and catch-up is off".to_owned(),
    /// The server was not there, and only the latest slot is caught up.
    OnlyLatestCaughtUp {} => "the server was not there; only the latest slot is caught up".to_owned(),
    /// The server was not there, and more slots were missed than are caught up.
    TooManyMissed {} => "the server was not there; more slots were missed than are caught up".to_owned(),
    /// The server was not there, and the slot is too old to be caught up.
    TooOld {} => "the server was not there, and the slot is too old to be caught up".to_owned(),
    /// The slot will be caught up after earlier ones.
    InTurn {} => "will be caught up after earlier slots".to_owned(),
    /// The process ended with an exit code that does not mean success.
    ExitCode { exit_code: i32 } => format!("ended with exit code {exit_code}"),
    /// A signal ended the process.
    Signal { signal: i32 } => format!("ended by signal {signal}"),
    /// The process could not be started.
    StartFailed { problem: String } => format!("could not be started: {problem}"),
    /// The attempt exceeded its time limit.
    AttemptTimedOut {
        /// The limit in milliseconds.
        limit_milliseconds: u64,
    } => format!("stopped: the attempt took longer than {}", seconds(*limit_milliseconds)),
    /// The whole run exceeded its time limit.
    RunTimedOut {
        /// The limit in milliseconds.
        limit_milliseconds: u64,
    } => format!("stopped: the whole run took longer than {}", seconds(*limit_milliseconds)),
    /// The processes used more memory than the task allows.
    MemoryLimitPassed { limit_bytes: u64 } =>
        format!("its processes used more memory than the limit of {} bytes", grouped(*limit_bytes)),
    /// There were more processes, or would have been, than the task allows.
    ProcessLimitPassed { limit: u64 } => format!("it had more processes at one time than the limit of {limit}"),
    /// The system told the runner to stop.
    RunnerStopped {} => "the system told the runner to stop".to_owned(),
    /// The runner is gone without an exit record.
    RunnerGone {} => "its runner is gone without an exit record (killed, or the machine went down)".to_owned(),
    /// The runner could not be started.
    RunnerFailed { problem: String } => format!("the runner could not be started: {problem}"),
    /// The runner ended before it started the command.
    RunnerEndedEarly {} => "the runner ended before the command was started".to_owned(),
    /// The server is stopping.
    ServerStopping {} => "the server is stopping".to_owned(),
    /// Processes were left behind and were then stopped.
    ProcessesStopped { count: u32 } => match count {
        1 => "1 process left behind was stopped".to_owned(),
        count => format!("{count} processes left behind were stopped"),
    },
    /// Processes were left behind and could not be stopped.
    ProcessesLeft { count: u32 } => format!("{count} processes could not be stopped"),
    /// The result that the run wrote was rejected.
    ResultRefused { problem: String } => format!("its result was rejected: {problem}"),
    /// The log cannot be read.
    LogUnreadable { problem: String } => format!("its log cannot be read: {problem}"),
    /// The log cannot be written.
    LogUnwritable { problem: String } => format!("its log cannot be written: {problem}"),
    /// The address of the request is not allowed.
    RequestRefused { problem: String } => problem.clone(),
    /// The request got no answer, or its answer broke off.
    RequestFailed { problem: String } => problem.clone(),
    /// The request got no answer through its proxy, or its answer broke off.
    RequestFailedAtProxy { proxy: String, problem: String } => format!("through the proxy {proxy}: {problem}"),
    /// A file with certificates of authorities cannot be used.
    CaFileUnusable {
        path: String,
        /// Line at which the certificate begins; none: the whole file is the problem.
        line: Option<u64>,
        problem: String,
    } => match line {
        Some(line) => format!("{path}, line {line}: {problem}"),
        None => format!("{path} {problem}"),
    },
    /// The answer to the request has an unexpected status.
    UnexpectedStatus {
        status: u16,
        /// Expected statuses; empty: 200 to 299.
        expected: Vec<u16>,
    } => format!("answered {status}, expected {}", statuses(expected)),
    /// The answer to the request does not contain the expected text.
    TextMissing { status: u16 } => format!("answered {status}, but the answer does not contain the expected text"),
    /// The scheduler wrote due slots into the ledger.
    SlotsBooked { entries: u64, runs: u64 } =>
        format!("{} written, {} created", counted(*entries, "ledger entry", "ledger entries"), runs_of(*runs)),
    /// The catcher made runs for slots that were missed.
    SlotsCaughtUp { runs: u64, skipped: u64 } =>
        format!("{} caught up, {skipped} skipped", counted(*runs, "slot", "slots")),
    /// The backfiller made runs.
    BackfillRunsMade { runs: u64 } => format!("{} created for backfills", runs_of(*runs)),
    /// The file watcher made runs.
    FileRunsMade { runs: u64 } => format!("{} created for files", runs_of(*runs)),
    /// The recorder wrote calls of webhooks into their log.
    HookCallsRecorded { calls: u64 } =>
        format!("{} recorded", counted(*calls, "call of a webhook", "calls of webhooks")),
    /// The follower looked at ends of runs that triggers listen to.
    RunEndsFollowed { ends: u64 } => format!("{} followed", counted(*ends, "end of a run", "ends of runs")),
    /// The gatekeeper began to look at dependencies.
    DependenciesLookedAt { looks: u64 } => format!("{} begun", counted(*looks, "look", "looks")),
    /// The notifier began to send notifications.
    DeliveriesBegun { deliveries: u64 } => format!("{} begun", counted(*deliveries, "delivery", "deliveries")),
    /// The herald looked at ends of runs and told what rules ask for.
    IncidentsHeard { runs: u64, messages: u64 } => format!(
        "{} heard, {} made", counted(*runs, "end of a run", "ends of runs"), counted(*messages, "message", "messages")
    ),
    /// The run of a slot had not started in time.
    StartLate { slot_at: DateTime<Utc>, due_at: DateTime<Utc> } =>
        format!("the run of {} had not started by {}", moment(slot_at), moment(due_at)),
    /// The run of a slot had not ended in time.
    EndLate { slot_at: DateTime<Utc>, due_at: DateTime<Utc> } =>
        format!("the run of {} had not ended by {}", moment(slot_at), moment(due_at)),
    /// There is no run for a slot, although nobody wanted that.
    NeverStarted {
        slot_at: DateTime<Utc>,
        /// Number of slots, beginning with this one.
        count: u64,
        because: Box<Reason>,
    } => match count {
        1 => format!("the slot of {} has no run: {because}", moment(slot_at)),
        _ => format!("{} slots from {} on have no run: {because}", grouped(*count), moment(slot_at)),
    },
    /// Slots have no run, or a late one, because Orc was down.
    SlotsMissed {
        from_at: DateTime<Utc>,
        to_at: DateTime<Utc>,
        /// Number of slots without a run.
        count: u64,
        /// Number of slots whose run is late.
        late: u64,
    } => slots_missed(from_at, to_at, *count, *late),
    /// No run has succeeded for longer than the task expects.
    SuccessOverdue {
        /// Since when a success was expected.
        since_at: DateTime<Utc>,
        /// When a run last succeeded; none: no run has.
        success_at: Option<DateTime<Utc>>,
        limit_seconds: u32,
    } => match success_at {
        Some(success_at) => format!(
            "no run has succeeded since {}; one is expected every {}", moment(success_at), span(u64::from(*limit_seconds) * 1000)
        ),
        None => format!(
            "no run has succeeded since {}, when this began to be expected every {}", moment(since_at),
            span(u64::from(*limit_seconds) * 1000)
        ),
    },
    /// A run takes much longer than usual.
    RunsOn {
        started_at: DateTime<Utc>,
        /// What nearly all runs of the task take at most, in milliseconds.
        usual_milliseconds: u64,
        /// When it became too long.
        limit_at: DateTime<Utc>,
    } => format!("a run that began at {} has not ended; runs usually take at most {}", moment(started_at), span(*usual_milliseconds)),
    /// A run waits for too long.
    WaitsOn {
        since_at: DateTime<Utc>,
        limit_seconds: u32,
        /// Why it waits.
        because: Option<Box<Reason>>,
    } => match because {
        Some(because) => format!("a run has been waiting since {}: {because}", moment(since_at)),
        None => format!("a run has been waiting since {}", moment(since_at)),
    },
    /// Orc was down for a time.
    ServerWasDown { from_at: DateTime<Utc>, to_at: DateTime<Utc> } =>
        format!("Orc was down from {} to {}", moment(from_at), moment(to_at)),
    /// The watchman found what is late.
    LatenessFound { slots: u64, silent: u64 } =>
        format!("{} late, {} silent", counted(*slots, "slot", "slots"), counted(*silent, "task", "tasks")),
    /// The watchman found runs that are slow, or schedules that never fire.
    SlownessFound { begun: u64, over: u64 } => format!("{} begun, {over} over", counted(*begun, "incident", "incidents")),
    /// Somebody takes care of the incident, so no further rule tells about it.
    IncidentAcknowledged { by: String } => format!("{by} takes care of the incident"),
    /// Somebody put the incident off, so no rule tells about it before then.
    IncidentSnoozed { by: String, until: DateTime<Utc> } => format!("{by} snoozed the incident until {}", moment(until)),
    /// The incident was over before there was anything to tell.
    IncidentOver {} => "the incident was over before".to_owned(),
    /// The rule tells only by the channel that fails.
    ChannelItself { channel: String } =>
        format!("the rule tells only by the channel {channel}, and nothing is told about a channel by itself"),
    /// The value of a credential expires soon.
    CredentialExpires { at: DateTime<Utc> } => format!("its value expires at {}", moment(at)),
    /// The value of a credential has expired.
    CredentialExpired { at: DateTime<Utc> } => format!("its value expired at {}", moment(at)),
    /// No copy of the database was ever made and read.
    BackupMissing { days: u32 } =>
        format!("no backup was ever made, and one is wanted every {} (orc-server backup)", counted(u64::from(*days), "day", "days")),
    /// The newest copy of the database that was made and read is old.
    BackupOld { at: DateTime<Utc>, days: u32 } => format!(
        "the newest backup that was made and read is of {}, and one is wanted every {} (orc-server backup)",
        moment(at), counted(u64::from(*days), "day", "days")
    ),
    /// The warden found that something is wrong with the server, or no longer.
    ServerLookedAt { begun: u64, over: u64 } => format!("{} begun, {over} over", counted(*begun, "incident", "incidents")),
    /// A silence keeps rules from telling about the task.
    TaskSilenced { by: String, reason: String, until: DateTime<Utc> } =>
        format!("{by} silenced the task until {}: {reason}", moment(until)),
    /// The rule is disabled, so it tells nothing.
    RuleOff { rule: String } => format!("the rule {rule} is disabled"),
    /// The rule was changed, so it tells this no longer.
    RuleChanged { rule: String } => format!("the rule {rule} was changed and tells this no longer"),
    /// The channel is disabled or was deleted, so nothing is sent by it.
    ChannelOff { channel: String } => format!("the channel {channel} is disabled or deleted"),
    /// The command of a channel did not succeed.
    ChannelCommandFailed { problem: String } => format!("the command failed: {problem}"),
    /// The channel has sent as many mails within an hour as it may, so this one waits.
    ChannelRateReached { mails_per_hour: u32 } =>
        format!("the channel may send {} an hour and has sent them; this one waits its turn",
            counted(u64::from(*mails_per_hour), "mail", "mails")),
    /// The report is sent later than it was due, because the server was not there.
    ReportDelayed { due_at: DateTime<Utc> } =>
        format!("this report was due at {}; it comes late because the server was not there", moment(due_at)),
    /// Reports that were due while the server was not there are not sent.
    ReportsLeftOut { reports: u64 } => format!(
        "{} before this one {} left out, because the server was not there", counted(*reports, "report", "reports"),
        if *reports == 1 { "was" } else { "were" }
    ),
    /// The time that the report covers is not over yet.
    PeriodUnfinished {} => "the time that this report covers is not over yet".to_owned(),
    /// The reporter handed reports to channels.
    ReportsSent { reports: u64 } => format!("{} made", counted(*reports, "report", "reports")),
    /// The dispatcher started runs.
    RunsStarted { runs: u64 } => format!("{} started", runs_of(*runs)),
    /// The canceller told the runners of runs to stop.
    RunsTold { runs: u64 } => format!("{} told to stop", runs_of(*runs)),
    /// The rescuer follows runs that an earlier server left running.
    RunsAdopted { runs: u64 } => format!("{} adopted", runs_of(*runs)),
    /// Runners live and do not answer.
    RunnersSilent { runs: u64 } => match runs {
        1 => "the runner of 1 run cannot be reached".to_owned(),
        _ => format!("the runners of {runs} runs cannot be reached"),
    },
    /// All runners that live answer again.
    RunnersAnswer {} => "every runner can be reached again".to_owned(),
    /// The pruner removed what is kept no longer.
    HistoryRemoved { runs: u64, leftovers: u64, files: u64 } => format!(
        "{}, {} and {} without a run removed",
        runs_of(*runs), counted(*leftovers, "leftover", "leftovers"), counted(*files, "file", "files")
    ),
    /// The keeper moved pages of the write-ahead log.
    PagesMoved { pages: u64 } => format!("{} moved into the database", counted(*pages, "page", "pages")),
    /// The machine's clock jumped and is doubted.
    ClockDoubted { machine_at: DateTime<Utc>, planning_at: DateTime<Utc> } => format!(
        "the machine's clock jumped to {}; Orc continues to plan by {}", moment(machine_at), moment(planning_at)
    ),
    /// The machine's clock is trusted again, because it shows the expected time again.
    ClockReturned {} => "the machine's clock is trusted again: it shows the expected time again".to_owned(),
    /// The machine's clock is trusted again, because its new time has held.
    ClockHeld {} => "the machine's clock is trusted again: the new time has held for ten minutes".to_owned(),
    /// A round of a worker failed.
    RoundFailed { problem: String } => problem.clone(),
    /// A round of a worker panicked.
    RoundPanicked {} => "panicked; see the server's log".to_owned(),
    /// A round of a worker takes longer than it should.
    RoundLasts { since_at: DateTime<Utc> } => format!("its round has been running since {}", moment(since_at)),
    /// A worker fails.
    WorkerFails { worker: String, reason: Box<Reason> } => format!("the {worker} fails: {reason}"),
    /// The disk is so full that no log is written.
    DiskNearlyFull {} => "less than 5 % of the disk is free: no log is written until more is free".to_owned(),
    /// The disk is so full that no run is started.
    DiskFull {} => "less than 2 % of the disk is free: no run will start until more is free".to_owned(),
    /// The write-ahead log of the database has grown.
    WalGrown { bytes: u64 } =>
        format!("the database's write-ahead log has grown to {} MiB: some reader has been active for too long", bytes / (1024 * 1024)),
    /// Old history is kept, because the time went forward by more than a month at once.
    DeletionHeld { from_at: DateTime<Utc>, to_at: DateTime<Utc> } => format!(
        "old history is not deleted, because the time went from {} to {} at once; if the clock is right, confirm it (orc clock \
         confirm) or wait until the server has run for a day",
        from_at.format("%F"), to_at.format("%F")
    ),
    /// Schedules do not fire until their tasks are mended.
    SchedulesInvalid {
        /// Task of one of them.
        task: String,
        schedule: String,
        problem: String,
        /// Schedules besides this one.
        others: u64,
    } => schedules_invalid(task, schedule, problem, *others),
    /// The stored definition of a calendar cannot be read.
    CalendarDamaged { calendar: String, reason: Box<Reason> } => calendar_damaged(calendar, matches!(**reason, Self::CalendarLost {}), &reason.words()),
    /// A folder or file of the trigger's pattern cannot be read.
    FileUnreadable { path: String, problem: String } => format!("{path} cannot be read: {problem}"),
    /// A file that matches the trigger's pattern cannot be given to a run.
    FileNotTaken {
        path: String,
        flaw: FileFlaw,
        /// Other files that cannot be given to a run.
        others: usize,
    } => not_taken(path, flaw.words(), *others),
    /// The param that takes the file of the trigger does not accept the path of a file.
    FilePathRefused { path: String, problem: String, others: usize } =>
        not_taken(path, &format!("the param \"file\" {problem}"), *others),
    /// The disk does not answer.
    DiskSilent { path: String, since_at: DateTime<Utc> } =>
        format!("the disk of {path} has not answered since {}: Orc will look again when it does", moment(since_at)),
    /// The look at the trigger's files failed.
    LookFailed { problem: String } => problem.clone(),
    /// More files match the trigger's pattern than Orc looks at.
    TooManyFiles { max: usize } =>
        format!("more than {max} files match, or there are too many folders: choose a narrower pattern"),
    /// The trigger's pattern cannot be understood.
    PatternInvalid { problem: String } => format!("the pattern is wrong: {problem}"),
    /// The trigger's pattern leads into Orc's own data folder.
    PatternInDataFolder {} => "the pattern is in Orc's own data folder".to_owned(),
    /// The trigger's pattern leads outside of the allowed folders.
    PatternOutside { file_roots: Vec<String> } =>
        format!("the pattern is outside of the folders that file triggers may look into (file_roots): {}", file_roots.join(", ")),
    /// The webhook has no address or secret yet.
    SecretMissing {} => "it has no address or secret yet; make one".to_owned(),
    /// A filter of the webhook keeps the call out.
    HookFiltered {
        /// Place of the value that the filter looks at.
        at: String,
    } => format!("the filter on \"{at}\" does not hold, so nothing was started"),
    /// The same delivery came before.
    HookRepeated { delivery: String } => format!("delivery {delivery} came before; this is its run"),
    /// The webhook has a secret for another way of proof.
    ProofChanged {} => "its kind of proof was changed; make a new address or secret".to_owned(),
    /// The webhook's secret was sealed with another key.
    SecretUnreadable {} =>
        "its secret was sealed with another seal.key; make a new one".to_owned(),
    /// The vault's passphrase has not been given since the server started.
    VaultSealed {} => "the vault is sealed: give its passphrase (orc-server unseal, or the page's Credentials)".to_owned(),
    /// The vault's key file cannot be used.
    VaultKeyUnusable { problem: String } => problem.clone(),
    /// The vault's key file has another key than the one that sealed the credentials.
    VaultKeyWrong { key: String } =>
        format!("the key file master-{key}.key did not seal the credentials; put the right one in its place"),
    /// The run's task uses a credential that does not exist.
    CredentialMissing { credential: String } =>
        format!("there is no credential \"{credential}\"; create it, or change the task"),
    /// A field that the task uses has no value.
    CredentialFieldMissing { credential: String, field: String } =>
        format!("credential \"{credential}\" has no value for \"{field}\"; rotate it with one"),
    /// A param held the value of a credential.
    ParamHoldsCredential { param: String } => format!(
        "param \"{param}\" held the value of a credential that the task uses, and was masked; leave it out: the task gets the value from the credential"
    ),
    /// The stored value of a credential does not open.
    CredentialUnreadable { credential: String } => format!(
        "the stored value of credential \"{credential}\" does not open: it was changed, or belongs to another key; rotate it"
    ),
    /// A value is too short to be masked.
    SecretTooShort { field: String } =>
        format!("{field} is shorter than 4 bytes, so it is not masked in logs: masking it would hide ordinary text"),
    /// The key that seals secrets cannot be used.
    SealUnusable { problem: String } => problem.clone(),
    /// The run took an unusual time.
    DurationUnusual { milliseconds: u64, low_milliseconds: u64, high_milliseconds: u64 } => format!(
        "took {}, usually {}", span(*milliseconds), between(span(*low_milliseconds), &span(*high_milliseconds))
    ),
    /// The run logged an unusual amount.
    LogUnusual { bytes: u64, low_bytes: u64, high_bytes: u64 } =>
        format!("logged {}, usually {}", size(*bytes), between(size(*low_bytes), &size(*high_bytes))),
    /// A number in the run's result is unusual.
    ResultUnusual { name: String, value: Number, low: Number, high: Number } =>
        format!("{name} is {value}, usually {}", between(low.to_string(), &high.to_string())),
    /// The judge looked at runs that succeeded.
    RunsJudged { runs: u64, suspicious: u64 } => format!("{} judged, {suspicious} suspicious", runs_of(*runs)),
    /// The run that triggered this one does not have a value that a param takes from it.
    TriggerValueMissing { param: String, template: String } => format!(
        "param \"{param}\" takes {template}, but the run that triggered this one has no such value; nothing was started"
    ),
    /// A param does not accept the value that it takes from the run that triggered this one.
    TriggerValueRefused { param: String, template: String, problem: String } =>
        format!("param \"{param}\" takes {template}, which {problem}; nothing was started"),
    /// The run for which this one waited does not have a value that a param takes from it.
    DependencyValueMissing { param: String, template: String, dependency: String } => format!(
        "param \"{param}\" takes {template}, but the run for which dependency \"{dependency}\" waited has no such value; \
         nothing was started"
    ),
    /// A param does not accept the value that it takes from the run for which this one waited.
    DependencyValueRefused { param: String, template: String, dependency: String, problem: String } => format!(
        "param \"{param}\" takes {template} from dependency \"{dependency}\", which {problem}; nothing was started"
    ),
    /// A required param comes from a dependency for which the run does not wait.
    DependencyValueWaived { param: String } => format!(
        "param \"{param}\" is required and comes from a dependency for which the run does not wait; run the task again \
         with a value for it"
    ),
    /// Orc does not start the task: its job calls Orc.
    HeartbeatUnstarted {} => "a heartbeat task is not started by Orc: its job runs elsewhere and calls Orc".to_owned(),
    /// The job told that it failed.
    HeartbeatFailed {} => "its job told that it failed".to_owned(),
    /// The job began again, and had not told the end of this run.
    HeartbeatBegunAgain {} => "its job began again and had not told its end, so nobody knows how it ended".to_owned(),
    /// The job did not tell its end within the time limit.
    HeartbeatUnended {
        /// The limit in milliseconds.
        limit_milliseconds: u64,
    } => format!("its job did not tell its end within {}; it may still run", seconds(*limit_milliseconds)),
    /// Orc closed the run, and the job goes on.
    HeartbeatGoesOn {} => "its job runs elsewhere, where Orc does not stop it".to_owned(),
    /// Runs of heartbeat tasks ended, because their jobs did not tell their end in time.
    HeartbeatsClosed { runs: u64 } => format!("closed {} whose jobs did not tell their end", runs_of(*runs)),
    /// The server's own heartbeat was sent.
    BeaconSent {} => "called the address of the heartbeat".to_owned(),
    /// The server's own heartbeat was left out, because the server is not well.
    BeaconWithheld { reason: Box<Reason> } => format!("the server's heartbeat is left out: {reason}"),
    /// The server's own heartbeat did not arrive.
    BeaconFailed { problem: String } => format!("the server's heartbeat did not arrive: {problem}"),
    /// A worker does not come to the end of its round.
    WorkerHangs { worker: String, since_at: DateTime<Utc> } =>
        format!("the {worker} has been busy with one round since {}", moment(since_at)),
    /// No earlier run of the task succeeded.
    NeverWorked {} => "no earlier run of the task succeeded, so there is nothing to compare with".to_owned(),
    /// The definition of a run's version cannot be read.
    VersionLost {} => "the definition of one of the runs cannot be read, so definitions are not compared".to_owned(),
    /// What an attempt found was not noted.
    ConditionsUnknown {} => "Orc did not note files, variables and machine of one of the runs, so they are not compared"
        .to_owned(),
    /// A schedule never fires because of a calendar.
    ScheduleSilenced { task: String, schedule: String, never: Never } =>
        format!("{task}, schedule {schedule}, never fires: {}", never.words()),
    /// More schedules never fire because of a calendar than are named.
    MoreSilenced { count: usize } => format!("and {count} more"),
    /// The server had no time to find the schedules that never fire because of a calendar.
    SilencedUnknown {} => "the server is busy; open this calendar again to see who uses it and which schedules never \
        fire because of it".to_owned(),
    /// A schedule would meet fewer others at another minute.
    BetterMinute { slots: usize, collisions: u64, minute: u32, collisions_there: u64 } => format!(
        "its {slots} slots meet {collisions} others in the same minutes; at minute {minute} of the hour {}",
        if *collisions_there == 0 { "none".to_owned() } else { format!("only {collisions_there}") }
    ),
}

impl Reason {
    /// Combines the reason that counts with those that only add to its words. Returns none if there is no reason.
    pub fn of_all(mut reasons: Vec<Self>) -> Option<Self> {
        if reasons.len() > 1 { Some(Self::Several { reasons }) } else { reasons.pop() }
    }

    /// Returns the reason that counts.
    pub fn main(&self) -> &Self {
        match self {
            Self::Several { reasons } => reasons.first().map_or(self, Self::main),
            one => one,
        }
    }

    /// Returns who did it, if somebody did.
    pub fn by(&self) -> Option<&str> {
        match self.main() {
            Self::Cancelled { by } | Self::CancelledWithTask { by } | Self::CancelledWithBackfill { by } => Some(by),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

#[cfg(test)]
mod tests;
