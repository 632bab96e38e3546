//! Reaching one runner: through its channel, and through the operating system while it cannot be attached.
//!
//! A runner that lives and cannot be attached has a socket that could not be opened, or a token that is lost. It goes on
//! all the same, and its exit record stays; only what the run is told has to take another way: a signal.

use super::active::Control;
use super::runners::{self, Conversation};
use crate::domain::ids::AttemptId;
use crate::domain::model::ClaimedRun;
use crate::domain::tasks::RunSpec;
use orc_runner::message::Identity;
use orc_runner::{Link, ServerMessage};
use std::io;
use std::time::Duration;

/// First pause before another try: a runner whose server has just gone opens its socket within milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// From this pause on (0.3 s after the first try) it is no longer that moment but an outage, and said.
const SAID_FROM: Duration = Duration::from_millis(320);

/// What is known of a runner.
#[derive(Debug)]
pub struct Reach {
    /// Its link.
    pub link: Link,
    /// Whether it may have its plan; one without a plan removes its log.
    pub planned: bool,
    token: String,
    /// Who it is; none: that was never stored, and it has no plan.
    identity: Option<Identity>,
    /// What the run was told and the runner may not have heard.
    unheard: Option<Control>,
}

impl Reach {
    /// The reach of a runner that was just started.
    pub const fn started(link: Link, token: String, identity: Identity) -> Self {
        Self { link, planned: true, token, identity: Some(identity), unheard: None }
    }

    /// The reach of a runner that an earlier server started, from what that server stored.
    pub fn stored(link: Link, claimed: &ClaimedRun) -> Self {
        let attempt = &claimed.attempt;
        let identity = match (&attempt.boot_id, attempt.runner_pid, attempt.runner_started.map(u64::try_from)) {
            (Some(boot_id), Some(runner_pid), Some(Ok(runner_start_ticks))) => Some(Identity {
                boot_id: boot_id.clone(),
                runner_pid,
                runner_start_ticks,
                ..Identity::blank(attempt.id.to_string())
            }),
            _ => None,
        };
        // A plan is sent after the runner's identity is stored; a request needs none.
        let planned = attempt.boot_id.is_some() || matches!(claimed.definition.run, RunSpec::Http { .. });
        Self { link, planned, token: attempt.token.clone().unwrap_or_default(), identity, unheard: None }
    }

    /// Attaches to the runner, and tells it what it has not heard.
    pub async fn attach(&self) -> io::Result<Conversation> {
        let mut runner = runners::attach(&self.link, &self.token).await?;
        if let Some(told) = self.unheard {
            runner.send(&message(told)).await?;
        }
        Ok(runner)
    }

    /// Whether the runner is gone, by the lock of its log; where that cannot be asked, by its process.
    pub fn gone(&self) -> bool {
        match self.link.alive() {
            Ok(alive) => !alive,
            Err(_) => !self.identity.as_ref().is_some_and(|identity| self.link.runs(identity).unwrap_or(true)),
        }
    }

    /// A conversation is over without an exit record; what there is to say about that. One that lasted ends an outage.
    pub fn broken_off(&mut self, answered: bool, lasted: Duration, outage: &mut Outage) -> String {
        if !answered {
            return "it closes the conversation without an answer, so the stored token is not the right one".into();
        }
        // Who answers also hears.
        self.unheard = None;
        if lasted > LONGEST_PAUSE {
            *outage = Outage::default();
        }
        "the conversation broke off".into()
    }

    /// The run is told something while the runner cannot be attached.
    pub fn tell(&mut self, attempt: AttemptId, told: Control) {
        self.unheard = Some(told);
        match self.signal(told) {
            Ok(()) => tracing::info!(%attempt, ?told, "a runner that cannot be attached was told by a signal"),
            Err(error) => tracing::warn!(%attempt, ?told, %error, "a runner that cannot be attached could not be told"),
        }
    }

    /// Passes on what has not been heard.
    pub fn signal_again(&mut self) {
        if let Some(told) = self.unheard {
            let _it_was_said_when_the_run_was_told = self.signal(told);
        }
    }

    /// Tells the runner by a signal. It kills at the second one, so a kill is repeated until the runner is gone.
    fn signal(&mut self, told: Control) -> io::Result<()> {
        let unknown = || io::Error::new(io::ErrorKind::NotFound, "its process is not known");
        self.link.signal(self.identity.as_ref().ok_or_else(unknown)?)?;
        if told == Control::Cancel {
            self.unheard = None;
        }
        Ok(())
    }
}

/// What an attempt is told becomes a message to its runner.
pub const fn message(control: Control) -> ServerMessage {
    match control {
        Control::Cancel => ServerMessage::Cancel { grace_seconds: None },
        Control::Kill => ServerMessage::Kill,
    }
}

/// A stretch of time in which a living runner cannot be attached.
#[derive(Debug)]
pub struct Outage {
    pause: Duration,
    said: bool,
}

impl Default for Outage {
    fn default() -> Self {
        Self { pause: FIRST_PAUSE, said: false }
    }
}

impl Outage {
    /// How long to wait before the next try: twice as long each time.
    pub fn pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = LONGEST_PAUSE.min(pause * 2);
        pause
    }

    /// The next tries follow quickly, because the runner was told something and is about to end.
    pub const fn hurry(&mut self) {
        self.pause = FIRST_PAUSE;
    }

    /// True once: when the outage has lasted long enough to be said.
    pub fn speaks(&mut self) -> bool {
        let now = !self.said && self.pause >= SAID_FROM;
        self.said |= now;
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_said_once_and_tried_ever_more_rarely() {
        let mut outage = Outage::default();
        let mut tried = Vec::new();
        for _ in 0..12 {
            tried.push((outage.speaks(), outage.pause().as_millis()));
        }
        let said: Vec<_> = tried.iter().filter(|(said, _)| *said).collect();
        assert_eq!(said, [&(true, 320)]);
        assert_eq!(tried.iter().take(5).map(|(_, pause)| *pause).sum::<u128>(), 620);
        assert_eq!(tried.last(), Some(&(false, 5000)));
        outage.hurry();
        assert_eq!((outage.speaks(), outage.pause()), (false, FIRST_PAUSE), "hurrying is no new outage");
    }
}
