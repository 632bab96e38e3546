//! Deliveries: notifications on their way, and the record of what became of them.
//!
//! A transaction that is the reason for a notification adds it to the outbox (`Tx::deliveries_add`). The notifier
//! sends it afterwards (`delivery_send`), at least once and always with the same id. Deliberately absent: who is told
//! what. Start reading at `delivery_send`.

use super::health::note;
use super::sending::{Line, Sent};
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::ids::DeliveryId;
use crate::domain::keys::{Delivery, Key};
use crate::domain::model::{
    ChannelRecord, ChannelSent, DeliveryChannel, DeliveryFilter, DeliveryNew, DeliveryNext, DeliveryRecord,
    DeliverySent, Page, PageRequest,
};
use crate::domain::notify::delivery::{GIVE_UP_AFTER, RATE_WITHIN, after, next_try};
use crate::domain::notify::notice::{Notice, cut};
use crate::domain::notify::words::{DeliveryState, Speaker};
use crate::domain::notify::{MailTarget, Target};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;

/// Largest number of characters kept of an answer.
const ANSWER_MAX: usize = 300;

/// A channel that must not send for a while.
struct Busy {
    until: DateTime<Utc>,
    reason: Reason,
}

impl App {
    /// A page of deliveries, newest first.
    pub async fn delivery_list(
        &self,
        caller: &Caller,
        channel: Option<&str>,
        states: Vec<DeliveryState>,
        page: &PageRequest,
    ) -> Result<Page<DeliveryRecord>> {
        caller.require(Permission::Read)?;
        let channel = match channel {
            None => None,
            Some(name) => Some(match self.store().channel_find(name).await? {
                Some(found) => DeliveryChannel::There(found.key),
                None => DeliveryChannel::Gone(name.to_owned()),
            }),
        };
        Ok(self.store().delivery_list(&DeliveryFilter { channel, states }, page).await?)
    }

    /// Finds a delivery.
    pub async fn delivery_view(&self, caller: &Caller, delivery: DeliveryId) -> Result<DeliveryRecord> {
        caller.require(Permission::Read)?;
        self.store().delivery_find(delivery).await?.ok_or_else(|| no_delivery(delivery))
    }

    /// Sends a delivery again that was given up or suppressed, or that waits for its next attempt.
    pub async fn delivery_retry(&self, caller: &Caller, delivery: DeliveryId) -> Result<DeliveryRecord> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.delivery_find(delivery).await?.ok_or_else(|| no_delivery(delivery))?;
            if read.state == DeliveryState::Delivered {
                let detail = "the notification was delivered; nothing is sent twice";
                return Err(Error::conflict("already_delivered", detail));
            }
            if read.state == DeliveryState::Pending {
                let detail = "the notification is about to be sent; wait for its first attempt";
                return Err(Error::conflict("not_tried_yet", detail));
            }
            if read.channel.is_none() {
                let detail = format!("the channel \"{}\" was deleted, so nothing can be sent by it", read.channel_name);
                return Err(Error::conflict("channel_deleted", detail));
            }
            if !tx.delivery_again(read.key, now).await? {
                return Err(Error::conflict("already_delivered", "the notification was delivered meanwhile"));
            }
            let detail = json!({"channel": read.channel_name, "was": read.state});
            let target = ("delivery", delivery.to_string());
            tx.audit_append(&caller.audit(now, "delivery_retry", target, detail)).await?;
            tx.delivery_find(delivery).await?.ok_or_else(|| no_delivery(delivery))
        };
        self.write(write, |app, _| app.announce_outbox()).await
    }

    /// Adds notifications to the outbox, in a transaction of their own. Returns how many were added.
    pub async fn deliveries_add(&self, new: Vec<DeliveryNew>) -> Result<u64> {
        let write = async move |tx: &Tx, _: Moment| Ok(tx.deliveries_add(&new).await?);
        self.write(write, |app, _| app.announce_outbox()).await
    }

    /// Wakes the notifier, after a transaction that added to the outbox.
    pub(in crate::app) fn announce_outbox(&self) {
        self.signals().raise(Signal::Outbox);
        self.announce_channel();
    }

    /// The next delivery of each channel that has one.
    pub async fn deliveries_next(&self) -> Result<Vec<DeliveryNext>> {
        Ok(self.store().deliveries_next().await?)
    }

    /// Makes one attempt at a delivery and notes what became of it. If this ends in between, the delivery is still in
    /// the outbox and is sent again. One that is not due is left alone.
    pub async fn delivery_send(&self, delivery: Key<Delivery>) -> Result<()> {
        // Whoever asks for this may have looked before the last attempt was noted.
        let now = self.clock().now();
        let due = |read: &DeliveryRecord| read.due_at.is_some_and(|due_at| due_at <= now);
        let Some(read) = self.store().delivery_get(delivery).await?.filter(due) else { return Ok(()) };
        let channel = match read.channel {
            Some(key) => self.store().channel_get(key).await?,
            None => None,
        };
        let Some(channel) = channel.filter(|channel| channel.definition.enabled) else {
            return self.suppress(&read).await;
        };
        if let Some(busy) = self.mails_full(&channel).await? {
            return self.postpone(&channel, busy).await;
        }
        let target = narrowed(&channel.definition.target, &read.unreached);
        let sent = match &target {
            Some(target) => self.notice_send(target, &read.notice).await?,
            // Those who are still to be reached are no longer recipients of the channel.
            None => Sent::to_nobody(),
        };
        let now = self.clock().now();
        // Whoever wants to be left alone gets nothing else meanwhile.
        let rest_until = sent.wait.map(|wait| after(now, wait).min(now + GIVE_UP_AFTER));
        let outcome = outcome(&read, sent, now);
        self.attempt_note(outcome, target.is_some().then_some(channel), rest_until).await
    }

    /// Whether a channel has sent as many mails within an hour as it may.
    async fn mails_full(&self, channel: &ChannelRecord) -> Result<Option<Busy>> {
        let Target::Mail(MailTarget { mails_per_hour: Some(limit), .. }) = &channel.definition.target else {
            return Ok(None);
        };
        let nth = self.store().delivered_nth(channel.key, u64::from(*limit)).await?;
        let until = nth.map(|at| at + RATE_WITHIN).filter(|until| *until > self.clock().now());
        let reason = Reason::ChannelRateReached { mails_per_hour: *limit };
        Ok(until.map(|until| Busy { until, reason }))
    }

    /// Puts off what a channel has to send. No attempt was made.
    async fn postpone(&self, channel: &ChannelRecord, busy: Busy) -> Result<()> {
        let key = channel.key;
        let write = async move |tx: &Tx, _: Moment| {
            tx.deliveries_postpone(key, busy.until).await?;
            Ok(tx.deliveries_wait(key, &busy.reason).await?)
        };
        self.write(write, |app, ()| app.announce_channel()).await
    }

    async fn suppress(&self, read: &DeliveryRecord) -> Result<()> {
        let outcome = DeliverySent {
            state: DeliveryState::Suppressed,
            due_at: None,
            problem: Some(Reason::ChannelOff { channel: read.channel_name.clone() }),
            ..unchanged(read, self.clock().now())
        };
        let write = async move |tx: &Tx, _: Moment| Ok(tx.delivery_sent(&outcome).await?);
        self.write(write, |app, _| app.announce_channel()).await?;
        Ok(())
    }

    /// Notes an attempt, and what it says about the channel that was used.
    async fn attempt_note(
        &self,
        outcome: DeliverySent,
        used: Option<ChannelRecord>,
        rest_until: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let write = async move |tx: &Tx, _: Moment| {
            tx.delivery_sent(&outcome).await?;
            let Some(channel) = &used else { return Ok(()) };
            if let Some(until) = rest_until {
                tx.deliveries_postpone(channel.key, until).await?;
            }
            let booked = ChannelSent { key: channel.key, problem: outcome.problem.clone(), at: outcome.at };
            note(tx, channel, &booked).await
        };
        self.write(write, |app, ()| app.announce_channel()).await
    }
}

/// Records a test and what became of it. Nobody waits for a test, so it is not tried again. A channel that was deleted
/// meanwhile needs no record.
pub(super) async fn test_record(
    tx: &Tx,
    channel: &ChannelRecord,
    notice: &Notice,
    sent: &Sent,
    at: DateTime<Utc>,
) -> Result<()> {
    let Ok(id) = notice.id.parse::<DeliveryId>() else { return Ok(()) };
    if tx.channel_find(&channel.id.to_string()).await?.is_none() {
        return Ok(());
    }
    let channel_name = channel.definition.name.clone();
    let (notice, suppressed) = (notice.clone(), None);
    let new = DeliveryNew { id, channel: channel.key, channel_name, dedup_key: None, notice, suppressed, at };
    tx.deliveries_add(&[new]).await?;
    let Some(read) = tx.delivery_find(id).await? else { return Ok(()) };
    let outcome = match outcome(&read, sent.clone(), at) {
        tried_again @ DeliverySent { due_at: Some(_), .. } => {
            DeliverySent { state: DeliveryState::Dead, due_at: None, ..tried_again }
        }
        outcome => outcome,
    };
    tx.delivery_sent(&outcome).await?;
    Ok(())
}

fn outcome(read: &DeliveryRecord, sent: Sent, at: DateTime<Utc>) -> DeliverySent {
    let Sent { problem, unreached, wait, conversation } = sent;
    let attempt_count = read.attempt_count.saturating_add(1);
    let due_at = problem.as_ref().and_then(|_| next_try(read.id, read.begun_at, at, attempt_count, wait));
    let state = match (&problem, due_at) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Failed,
        (Some(_), None) => DeliveryState::Dead,
    };
    // A whole refusal of the rest leaves the rest.
    let unreached = if problem.is_some() && unreached.is_empty() { read.unreached.clone() } else { unreached };
    let answer = conversation.into_iter().rev().find(|Line { by, .. }| *by == Speaker::Service);
    let answer = answer.map(|line| cut(&line.text, ANSWER_MAX));
    DeliverySent { state, due_at, attempt_count, answer, unreached, problem, ..unchanged(read, at) }
}

fn unchanged(read: &DeliveryRecord, at: DateTime<Utc>) -> DeliverySent {
    DeliverySent {
        key: read.key,
        begun_at: read.begun_at,
        state: read.state,
        due_at: read.due_at,
        attempt_count: read.attempt_count,
        answer: read.answer.clone(),
        unreached: read.unreached.clone(),
        problem: read.problem.clone(),
        at,
    }
}

/// The target without the recipients that have the mail already; none if nobody is left.
fn narrowed(target: &Target, unreached: &[String]) -> Option<Target> {
    let mut target = target.clone();
    if let Target::Mail(mail) = &mut target
        && !unreached.is_empty()
    {
        mail.to.retain(|to| unreached.contains(to));
        if mail.to.is_empty() {
            return None;
        }
    }
    Some(target)
}

fn no_delivery(delivery: DeliveryId) -> Error {
    Error::NotFound(format!("there is no delivery \"{delivery}\""))
}
