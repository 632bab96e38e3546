//! The executor: carries one claimed attempt from its claim to its booked end.
//!
//! It is a pipeline of small steps: start a runner, store its identity, send the plan, follow it, book its exit
//! record. An attempt of an earlier server enters the same pipeline at the step it has reached.

use super::active::{Active, Joining, Membership, Touch};
use super::brief::{self, AttemptFacts, PlanContext};
use super::conditions::Looker;
use super::follow::{self, Followed};
use super::fork_server::Runners;
use super::http;
use super::reach::{Outage, Reach};
use super::runners::Conversation;
use crate::app::App;
use crate::app::runs::attempts::{AttemptReport, seconds_until};
use crate::clock::Stopwatch;
use crate::domain::ids::AttemptId;
use crate::domain::model::{AttemptStarted, ClaimedRun, Conditions};
use crate::domain::reason::Reason;
use crate::domain::tasks::RunSpec;
use crate::domain::vocabulary::{AttemptOutcome, OnServerStop};
use crate::engine::credentials::{self, Opened, Unopened};
use orc_runner::message::{Identity, ServerMessage};
use orc_runner::{Link, PlanSecret};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Pause before the executor tries again to book a result.
const BOOK_AGAIN: Duration = Duration::from_secs(1);

/// The part of the configuration that the engine needs, as plain values.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Path of the runner's program.
    pub runner: PathBuf,
    /// Port on which this server listens; http tasks may not call it.
    pub own_port: u16,
}

/// Carries out attempts.
#[derive(Debug)]
pub struct Executor {
    app: App,
    settings: EngineSettings,
    runners: Arc<Runners>,
    looker: Looker,
    active: Active,
    /// Cancelled when the server stops: nothing more is started.
    stop: CancellationToken,
    /// Cancelled just before the server ends: runners are left alone.
    left: CancellationToken,
}

/// What became of an attempt, as far as this server knows.
#[derive(Debug)]
enum Ended {
    /// The attempt ended with this report.
    Report(Box<AttemptReport>),
    /// Nothing was started, for this reason.
    NotStarted(Reason),
    /// The server stops and leaves the attempt to its runner.
    Left,
}

impl Executor {
    /// Creates an executor that has started nothing.
    pub fn new(app: App, settings: EngineSettings, active: Active, stop: CancellationToken) -> Self {
        let runners = Arc::new(Runners::new(settings.runner.clone(), app.log_folder()));
        Self { app, settings, runners, looker: Looker::new(), active, stop, left: CancellationToken::new() }
    }

    /// Starts runners, also for commands that are no attempts.
    pub(in crate::engine) fn runners(&self) -> Arc<Runners> {
        Arc::clone(&self.runners)
    }

    /// The attempts in progress.
    pub const fn active(&self) -> &Active {
        &self.active
    }

    /// Lets go of all runners. They continue, and the next server adopts them.
    pub fn leave(&self) {
        self.left.cancel();
    }

    /// Starts the fork server, which makes later starts fast. If this fails, the next start of a runner reports it.
    pub async fn prepare(&self) {
        if let Err(error) = self.runners.prepare().await {
            tracing::warn!(%error, "the fork server for runners could not be started");
        }
    }

    /// Ends the fork server. Nothing may be started afterwards.
    pub async fn close(&self) {
        self.runners.close().await;
    }

    /// Carries out an attempt that was just claimed.
    pub fn start(self: &Arc<Self>, claimed: ClaimedRun) {
        let Some(membership) = self.active.join(joining(&claimed)) else { return };
        self.app.progress().begin(claimed.run.id, claimed.attempt.id);
        self.app.announce_run(&claimed.run, false);
        let executor = Arc::clone(self);
        tokio::spawn(async move {
            let mut membership = membership;
            let ended = executor.carry_out(&claimed, &mut membership).await;
            executor.book(&claimed, ended).await;
        });
    }

    /// Takes over an attempt that an earlier server started. Returns false if this server follows it already.
    pub fn adopt(self: &Arc<Self>, claimed: ClaimedRun) -> bool {
        let Some(membership) = self.active.join(joining(&claimed)) else { return false };
        let executor = Arc::clone(self);
        tokio::spawn(async move {
            let mut membership = membership;
            executor.app.progress().begin(claimed.run.id, claimed.attempt.id);
            membership.set_touch(Touch::Sought);
            let reach = Reach::stored(executor.link(&claimed), &claimed);
            let ended = executor.accompany(&claimed, reach, None, &mut membership).await;
            executor.book(&claimed, ended).await;
        });
        true
    }

    async fn carry_out(&self, claimed: &ClaimedRun, membership: &mut Membership) -> Ended {
        if self.stop.is_cancelled() {
            return Ended::NotStarted(Reason::ServerStopping {});
        }
        if let Some(reason) = brief::unstarted(claimed) {
            return self.hopeless(reason);
        }
        let Opened { claimed, secrets } = match credentials::open(&self.app, claimed).await {
            Ok(opened) => opened,
            Err(Unopened::Hopeless(reason)) => return self.hopeless(reason),
            Err(Unopened::Later(reason)) => return Ended::NotStarted(reason),
        };
        let claimed = &claimed;
        if matches!(claimed.definition.run, RunSpec::Http { .. }) {
            return self.carry_out_http(claimed, &secrets, membership).await;
        }
        match self.started(claimed, secrets).await {
            Ok((runner, reach)) => self.accompany(claimed, reach, Some(runner), membership).await,
            Err(error) => Ended::NotStarted(Reason::RunnerFailed { problem: error.to_string() }),
        }
    }

    /// A failure before anything was started. Another attempt would fail in the same way.
    fn hopeless(&self, reason: Reason) -> Ended {
        let report = AttemptReport::bare(AttemptOutcome::Failed, self.app.clock().now(), Some(reason));
        Ended::Report(Box::new(AttemptReport { hopeless: true, ..report }))
    }

    async fn carry_out_http(&self, claimed: &ClaimedRun, secrets: &[PlanSecret], membership: &mut Membership) -> Ended {
        let own_port = self.settings.own_port;
        self.note_conditions(claimed).await;
        let carried = http::run(claimed, secrets, &self.app, &mut membership.control, own_port);
        tokio::select! {
            report = carried => Ended::Report(Box::new(report)),
            () = self.left.cancelled() => Ended::NotStarted(Reason::ServerStopping {}),
        }
    }

    /// Stores what an attempt without a process finds. Losing it only makes later comparisons poorer.
    async fn note_conditions(&self, claimed: &ClaimedRun) {
        let conditions = Some(self.looker.bare());
        let started = AttemptStarted { conditions, ..AttemptStarted::of(claimed) };
        let _only_for_comparisons = self.app.attempt_started(started).await;
    }

    /// Starts a runner, stores its identity, and only then sends the plan.
    async fn started(&self, claimed: &ClaimedRun, secrets: Vec<PlanSecret>) -> io::Result<(Conversation, Reach)> {
        let link = self.link(claimed);
        let context = self.context(claimed.attempt.id).await?;
        let token = new_token();
        let facts = AttemptFacts {
            run_id: claimed.run.id,
            attempt_id: claimed.attempt.id,
            number: claimed.attempt.number,
            token: token.clone(),
            trigger: claimed.run.trigger.clone(),
            origin: claimed.run.first_trigger(),
            scheduled_for: claimed.run.scheduled_for,
            params: claimed.run.params.clone(),
            body: self.app.run_body(&claimed.run).await.map_err(io::Error::other)?,
            run_deadline_seconds: claimed.run.deadline_at.map(|at| seconds_until(at, self.app.clock().now())),
        };
        let plan = brief::build(&claimed.definition, &facts, &context);
        let mut plan = plan.ok_or_else(|| io::Error::other("this kind of task needs no process"))?;
        let abilities = &context.surroundings.abilities;
        let looking = self.looker.look(&claimed.definition.run, &plan, abilities, self.app.clock().now());
        let (runner, conditions) = tokio::join!(self.runners.start(link.log()), looking);
        let (mut runner, identity) = runner?;
        if !self.identified(claimed, &identity, &token, conditions).await? {
            return Err(io::Error::other("the claim is no longer valid"));
        }
        plan.secrets = secrets;
        runner.send(&ServerMessage::Start { plan: Box::new(plan) }).await?;
        Ok((runner, Reach::started(link, token, identity)))
    }

    async fn context(&self, attempt: AttemptId) -> io::Result<PlanContext> {
        tokio::fs::create_dir_all(self.app.log_folder()).await?;
        let scratch_folder = self.app.scratch_path(attempt);
        let mut private = tokio::fs::DirBuilder::new();
        private.recursive(true);
        #[cfg(unix)]
        private.mode(0o700);
        private.create(&scratch_folder).await?;
        let surroundings = self.app.settings().surroundings.clone();
        Ok(PlanContext { scratch_folder, surroundings, min_free_percent: 5.0 })
    }

    async fn identified(
        &self,
        claimed: &ClaimedRun,
        identity: &Identity,
        token: &str,
        conditions: Conditions,
    ) -> io::Result<bool> {
        let started = AttemptStarted {
            boot_id: Some(identity.boot_id.clone()),
            runner_pid: Some(identity.runner_pid),
            runner_started: i64::try_from(identity.runner_start_ticks).ok(),
            token: Some(token.to_owned()),
            conditions: Some(conditions),
            ..AttemptStarted::of(claimed)
        };
        self.app.attempt_started(started).await.map_err(io::Error::other)
    }

    /// Follows a runner to its end, in one conversation or several. Begins with `first`, or attaches.
    async fn accompany(
        &self,
        claimed: &ClaimedRun,
        mut reach: Reach,
        mut first: Option<Conversation>,
        membership: &mut Membership,
    ) -> Ended {
        let mut outage = Outage::default();
        loop {
            let runner = match first.take() {
                Some(runner) => Ok(runner),
                None => reach.attach().await,
            };
            let trouble = match runner {
                Ok(runner) => {
                    let lasting = Stopwatch::start();
                    match self.follow(claimed, runner, membership).await {
                        Ok(Followed::Ended(report)) => return Ended::Report(report),
                        Ok(Followed::Over { answered }) => reach.broken_off(answered, lasting.elapsed(), &mut outage),
                        Err(left) => return left,
                    }
                }
                Err(error) => error.to_string(),
            };
            if reach.gone() {
                return self.after_runner(claimed, &reach).await;
            }
            if let Some(left) = self.wait_out(claimed, &mut reach, &mut outage, membership, &trouble).await {
                return left;
            }
        }
    }

    /// Holds one conversation.
    async fn follow(
        &self,
        claimed: &ClaimedRun,
        runner: Conversation,
        membership: &mut Membership,
    ) -> Result<Followed, Ended> {
        tokio::select! {
            followed = follow::follow(&self.app, claimed, runner, membership) => Ok(followed),
            () = self.left.cancelled() => Err(Ended::Left),
        }
    }

    /// Waits before trying to attach again, and passes on commands to the run meanwhile.
    async fn wait_out(
        &self,
        claimed: &ClaimedRun,
        reach: &mut Reach,
        outage: &mut Outage,
        membership: &mut Membership,
        trouble: &str,
    ) -> Option<Ended> {
        let attempt = claimed.attempt.id;
        if outage.speaks() {
            tracing::warn!(%attempt, trouble, "a living runner cannot be reached; the server tries again until the \
                runner ends");
            membership.set_touch(Touch::Lost);
        }
        reach.signal_again();
        tokio::select! {
            () = tokio::time::sleep(outage.pause()) => None,
            Some(told) = membership.control.recv() => {
                reach.tell(attempt, told);
                outage.hurry();
                None
            }
            () = self.left.cancelled() => Some(Ended::Left),
        }
    }

    fn link(&self, claimed: &ClaimedRun) -> Link {
        Link::new(self.app.log_path(claimed.attempt.id))
    }

    /// The runner is gone: its exit record says how, or nobody knows.
    async fn after_runner(&self, claimed: &ClaimedRun, reach: &Reach) -> Ended {
        let leaves = claimed.definition.leave_behind;
        let (link, planned, now) = (reach.link.clone(), reach.planned, self.app.clock().now());
        let looked = tokio::task::spawn_blocking(move || follow::look_after(&link, planned, leaves, now)).await;
        match looked.map_err(io::Error::other).and_then(|looked| looked) {
            Ok(Some(report)) => Ended::Report(Box::new(report)),
            Ok(None) => Ended::NotStarted(Reason::RunnerEndedEarly {}),
            Err(error) => {
                let reasons = vec![Reason::RunnerGone {}, Reason::LogUnreadable { problem: error.to_string() }];
                let report = AttemptReport::bare(AttemptOutcome::Lost, now, Reason::of_all(reasons));
                Ended::Report(Box::new(report))
            }
        }
    }

    /// Books the end, however long the database is unavailable, because a result must not be lost.
    async fn book(&self, claimed: &ClaimedRun, mut ended: Ended) {
        let attempt = claimed.attempt.id;
        if let Ended::Report(report) = &mut ended {
            let left_out = brief::left_out(&claimed.definition, &claimed.run.params, &self.app.settings().surroundings);
            let mut reasons = match report.reason.take() {
                Some(Reason::Several { reasons }) => reasons,
                other => other.into_iter().collect(),
            };
            reasons.extend(left_out);
            report.reason = Reason::of_all(reasons);
        }
        loop {
            let booked = match &ended {
                Ended::Report(report) => self.app.attempt_finish(claimed, report).await,
                Ended::NotStarted(reason) => self.app.attempt_requeue(claimed, reason).await,
                Ended::Left => return,
            };
            match booked {
                Ok(true) => break,
                Ok(false) => {
                    tracing::debug!(%attempt, "the end of this attempt was booked already");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%attempt, %error, "the end of an attempt could not be booked; this will be tried \
                        again")
                }
            }
            tokio::select! {
                () = tokio::time::sleep(BOOK_AGAIN) => {}
                () = self.left.cancelled() => return,
            }
        }
        if let Ended::NotStarted(reason) = &ended {
            tracing::warn!(%attempt, %reason, "nothing was started; the run is queued again");
            self.app.logs_delete(vec![attempt]).await;
        }
        self.app.progress().end(claimed.run.id, attempt);
        self.clean(claimed).await;
    }

    /// Removes what a runner that was killed leaves behind. The pruner removes what cannot be removed now.
    async fn clean(&self, claimed: &ClaimedRun) {
        let (scratch, link) = (self.app.scratch_path(claimed.attempt.id), self.link(claimed));
        let cleaning = tokio::task::spawn_blocking(move || {
            let _usual_for_http = std::fs::remove_dir_all(scratch);
            link.remove_private()
        });
        if let Ok(Err(error)) = cleaning.await {
            let attempt = claimed.attempt.id;
            tracing::warn!(%attempt, %error, "files with values of credentials could not be removed from memory; this \
                will be tried again");
        }
    }
}

fn joining(claimed: &ClaimedRun) -> Joining {
    Joining {
        run: claimed.run.id,
        attempt: claimed.attempt.id,
        cancel_on_stop: claimed.definition.on_server_stop == OnServerStop::Cancel,
        grace: Duration::from_secs_f64(claimed.definition.grace_seconds.clamp(0.0, 86_400.0)),
    }
}

fn new_token() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}
