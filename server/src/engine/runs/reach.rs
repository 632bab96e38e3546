//! Reaching one runner: through its channel, or by signals while it cannot be attached.
//!
//! A living runner cannot be attached if its socket could not be opened or its token is lost. The runner continues
//! all the same, and its exit record stays. Only commands to the run must take another way: a signal.

use super::active::Control;
use super::runners::{self, Conversation};
use crate::domain::ids::AttemptId;
use crate::domain::model::ClaimedRun;
use crate::domain::tasks::RunSpec;
use orc_runner::message::Identity;
use orc_runner::{Link, ServerMessage};
use std::io;
use std::time::Duration;

/// First pause before another try. A runner whose server has just gone opens its socket within milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// From this pause on (0.3 s after the first try) the delay is no longer normal but an outage, and is reported.
const SAID_FROM: Duration = Duration::from_millis(320);

/// What is known of a runner.
#[derive(Debug)]
pub struct Reach {
    /// Link to the runner.
    pub link: Link,
    /// Whether the runner may have its plan. A runner without a plan removes its log.
    pub planned: bool,
    token: String,
    /// Identity of the runner. None means that it was never stored, so the runner has no plan.
    identity: Option<Identity>,
    /// The last command that the runner may not have received.
    unheard: Option<Control>,
}

impl Reach {
    /// Reach of a runner that was just started.
    pub const fn started(link: Link, token: String, identity: Identity) -> Self {
        Self { link, planned: true, token, identity: Some(identity), unheard: None }
    }

    /// Reach of a runner that an earlier server started, from what that server stored.
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
        // The plan is sent only after the runner's identity was stored. An http request needs no plan.
        let planned = attempt.boot_id.is_some() || matches!(claimed.definition.run, RunSpec::Http { .. });
        Self { link, planned, token: attempt.token.clone().unwrap_or_default(), identity, unheard: None }
    }

    /// Attaches to the runner and sends the command that it may not have received.
    pub async fn attach(&self) -> io::Result<Conversation> {
        let mut runner = runners::attach(&self.link, &self.token).await?;
        if let Some(told) = self.unheard {
            runner.send(&message(told)).await?;
        }
        Ok(runner)
    }

    /// Returns whether the runner is gone, by the lock of its log. If the lock cannot be checked, its process
    /// decides.
    pub fn gone(&self) -> bool {
        match self.link.alive() {
            Ok(alive) => !alive,
            Err(_) => !self.identity.as_ref().is_some_and(|identity| self.link.runs(identity).unwrap_or(true)),
        }
    }

    /// Notes that a conversation ended without an exit record, and returns why. A conversation that lasted ends an
    /// outage.
    pub fn broken_off(&mut self, answered: bool, lasted: Duration, outage: &mut Outage) -> String {
        if !answered {
            return "the runner closes the conversation without an answer, so the stored token is not the right one"
                .into();
        }
        // A runner that answers has also received the command.
        self.unheard = None;
        if lasted > LONGEST_PAUSE {
            *outage = Outage::default();
        }
        "the conversation broke off".into()
    }

    /// Passes on a command to the run while the runner cannot be attached.
    pub fn tell(&mut self, attempt: AttemptId, told: Control) {
        self.unheard = Some(told);
        match self.signal(told) {
            Ok(()) => tracing::info!(%attempt, ?told, "a runner that cannot be attached was stopped by a signal"),
            Err(error) => tracing::warn!(%attempt, ?told, %error, "a runner that cannot be attached could not be \
                signalled"),
        }
    }

    /// Signals again if the runner may not have received the last command.
    pub fn signal_again(&mut self) {
        if let Some(told) = self.unheard {
            let _it_was_said_when_the_run_was_told = self.signal(told);
        }
    }

    /// Signals the runner. The runner kills at the second signal, so a kill is repeated until the runner is gone.
    fn signal(&mut self, told: Control) -> io::Result<()> {
        let unknown = || io::Error::new(io::ErrorKind::NotFound, "the runner's process is not known");
        self.link.signal(self.identity.as_ref().ok_or_else(unknown)?)?;
        if told == Control::Cancel {
            self.unheard = None;
        }
        Ok(())
    }
}

/// Turns a command into a message to the runner.
pub const fn message(control: Control) -> ServerMessage {
    match control {
        Control::Cancel => ServerMessage::Cancel { grace_seconds: None },
        Control::Kill => ServerMessage::Kill,
    }
}

/// A period in which a living runner cannot be attached.
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

    /// Makes the next tries follow quickly, because the runner received a command and is about to end.
    pub const fn hurry(&mut self) {
        self.pause = FIRST_PAUSE;
    }

    /// Returns true once, when the outage has lasted long enough to be reported.
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
