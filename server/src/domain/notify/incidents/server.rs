//! What is wrong with the server itself: its disk, its clock, its workers, channels, credentials, and its backup. Pure.
//!
//! What a look finds is a fault. A fault becomes an incident when it has been there for a while, and the incident is over
//! when the fault has been gone for a while, so nothing flaps. How long depends on the kind: some facts are settled
//! already. Deliberately absent: looking. Start reading at `faults`, then `Memory`.

use crate::domain::notify::words::IncidentKind;
use crate::domain::reason::Reason;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Number of refusals in a row from which a channel fails.
pub const REFUSALS: u32 = 3;

/// How long before its value expires a credential is told.
pub const EXPIRES_WITHIN: TimeDelta = TimeDelta::days(14);

/// Names of parts of which there is one.
const DISK: &str = "disk";
const CLOCK: &str = "clock";
const DATABASE: &str = "database";

/// What is known about the server at an instant.
#[derive(Debug, Clone, Default)]
pub struct ServerFacts {
    /// What the full disk stops; none: nothing.
    pub disk: Option<Reason>,
    /// Why the clock is doubted; none: it is not.
    pub clock: Option<Reason>,
    /// Workers whose last round failed or does not end, with the reason.
    pub workers: Vec<Complaint>,
    /// Channels whose last notification was not accepted.
    pub channels: Vec<Refusal>,
    /// Credentials whose values expire.
    pub credentials: Vec<Expiry>,
    /// What is asked of backups; none: nothing.
    pub backup: Option<BackupWish>,
}

/// What a worker has to say about itself.
#[derive(Debug, Clone)]
pub struct Complaint {
    /// Name of the worker.
    pub worker: String,
    /// Why its last round failed, or that it does not end.
    pub reason: Reason,
}

/// What was not accepted by a channel.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Name of the channel.
    pub channel: String,
    /// Number of refusals in a row.
    pub count: u32,
    /// The newest problem.
    pub reason: Reason,
}

/// When the value of a credential expires.
#[derive(Debug, Clone)]
pub struct Expiry {
    /// Name of the credential.
    pub credential: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is asked of backups.
#[derive(Debug, Clone, Copy)]
pub struct BackupWish {
    /// Number of days within which there must be one.
    pub days: u32,
    /// When a copy was last made and read; none: never.
    pub proven_at: Option<DateTime<Utc>>,
}

/// A part of the server with which something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What is wrong.
    pub kind: IncidentKind,
    /// Name of the part.
    pub part: String,
}

/// Something that a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// Why.
    pub reason: Reason,
}

/// An incident about the server that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPart {
    /// What it is about.
    pub place: Place,
    /// Why it is there.
    pub reason: Option<Reason>,
}

/// What follows from a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An incident begins.
    Open {
        /// What is wrong.
        fault: Fault,
        /// Since when.
        since_at: DateTime<Utc>,
    },
    /// An incident is there for another reason.
    Change {
        /// What is wrong now.
        fault: Fault,
    },
    /// An incident is over.
    Over {
        /// What was wrong.
        place: Place,
    },
}

/// Everything that is wrong, given what is known.
pub fn faults(facts: ServerFacts, now: DateTime<Utc>) -> Vec<Fault> {
    let ServerFacts { disk, clock, workers, channels, credentials, backup } = facts;
    let fault = |kind, part: &str, reason| Fault { place: Place { kind, part: part.to_owned() }, reason };
    let disk = disk.map(|reason| fault(IncidentKind::DiskFull, DISK, reason));
    let clock = clock.map(|reason| fault(IncidentKind::ClockDoubted, CLOCK, reason));
    let workers = workers.into_iter().map(|Complaint { worker, reason }| {
        let reason = Reason::WorkerFails { worker: worker.clone(), reason: Box::new(reason) };
        fault(IncidentKind::WorkerStuck, &worker, reason)
    });
    let channels = channels.into_iter().filter(|refusal| refusal.count >= REFUSALS);
    let channels =
        channels.map(|Refusal { channel, reason, .. }| fault(IncidentKind::ChannelFailing, &channel, reason));
    let credentials = credentials.into_iter().filter(|expiry| expiry.at <= now + EXPIRES_WITHIN);
    let credentials = credentials.map(|Expiry { credential, at }| {
        let reason = if at <= now { Reason::CredentialExpired { at } } else { Reason::CredentialExpires { at } };
        fault(IncidentKind::CredentialExpiring, &credential, reason)
    });
    let backup =
        backup.and_then(|wish| missing(wish, now)).map(|reason| fault(IncidentKind::BackupUnproven, DATABASE, reason));
    disk.into_iter().chain(clock).chain(workers).chain(channels).chain(credentials).chain(backup).collect()
}

fn missing(BackupWish { days, proven_at }: BackupWish, now: DateTime<Utc>) -> Option<Reason> {
    match proven_at {
        None => Some(Reason::BackupMissing { days }),
        Some(at) if now - at > TimeDelta::days(days.into()) => Some(Reason::BackupOld { at, days }),
        Some(_) => None,
    }
}

/// How long a fault must be there before it is an incident. A round that lasts too long has lasted long already; one
/// that fails is tried again soon, and so is a notification. A clock that was set by mistake is often set back at once.
fn settles_in(fault: &Fault) -> TimeDelta {
    match (fault.place.kind, &fault.reason) {
        (IncidentKind::DiskFull | IncidentKind::ClockDoubted, _) => TimeDelta::seconds(30),
        (IncidentKind::ChannelFailing, _) => TimeDelta::seconds(90),
        (IncidentKind::WorkerStuck, Reason::WorkerFails { reason, .. }) => match **reason {
            Reason::RoundLasts { .. } => TimeDelta::seconds(60),
            _ => TimeDelta::minutes(5),
        },
        _ => TimeDelta::zero(),
    }
}

/// How long a fault must be gone before its incident is over.
const fn calm_after(kind: IncidentKind) -> TimeDelta {
    match kind {
        IncidentKind::DiskFull => TimeDelta::minutes(5),
        IncidentKind::WorkerStuck => TimeDelta::minutes(2),
        _ => TimeDelta::zero(),
    }
}

/// What earlier looks found. After a restart it is empty, so what is there has to settle anew; nothing is lost or told
/// twice by that, because what is open is stored.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    seen: BTreeMap<Place, Sight>,
}

/// Since when a fault is there, or is gone.
#[derive(Debug, Clone)]
struct Sight {
    since_at: DateTime<Utc>,
    /// Why it is there; none: it is gone.
    reason: Option<Reason>,
}

impl Memory {
    /// Notes what a look found.
    pub fn note(&mut self, faults: Vec<Fault>, open: &[OpenPart], now: DateTime<Utc>) {
        let mut before = std::mem::take(&mut self.seen);
        for Fault { place, reason } in faults {
            let known = before.remove(&place).filter(|sight| sight.reason.is_some() && sight.since_at <= now);
            let since_at = known.map_or(now, |sight| sight.since_at);
            self.seen.insert(place, Sight { since_at, reason: Some(reason) });
        }
        for OpenPart { place, .. } in
            open.iter().filter(|open| !self.seen.contains_key(&open.place)).collect::<Vec<_>>()
        {
            let known = before.remove(place).filter(|sight| sight.reason.is_none() && sight.since_at <= now);
            let since_at = known.map_or(now, |sight| sight.since_at);
            self.seen.insert(place.clone(), Sight { since_at, reason: None });
        }
    }

    /// What follows, given the incidents that are open.
    pub fn steps(&self, open: &[OpenPart], now: DateTime<Utc>) -> Vec<Step> {
        let step = |(place, sight): (&Place, &Sight)| {
            let open = open.iter().find(|open| open.place == *place);
            match (open, sight.reason.clone()) {
                (None, Some(reason)) => {
                    let fault = Fault { place: place.clone(), reason };
                    let settled = now - sight.since_at >= settles_in(&fault);
                    settled.then_some(Step::Open { fault, since_at: sight.since_at })
                }
                (Some(open), Some(reason)) => {
                    let other = open.reason.as_ref() != Some(&reason) && place.kind != IncidentKind::ClockDoubted;
                    other.then(|| Step::Change { fault: Fault { place: place.clone(), reason } })
                }
                (Some(_), None) => {
                    let calm = now - sight.since_at >= calm_after(place.kind);
                    calm.then(|| Step::Over { place: place.clone() })
                }
                (None, None) => None,
            }
        };
        self.seen.iter().filter_map(step).collect()
    }

    /// When something may be settled next; none: nothing is in between.
    pub fn next_at(&self, open: &[OpenPart]) -> Option<DateTime<Utc>> {
        let next = |(place, sight): (&Place, &Sight)| {
            let is_open = open.iter().any(|open| open.place == *place);
            match (is_open, sight.reason.clone()) {
                (false, Some(reason)) => Some(sight.since_at + settles_in(&Fault { place: place.clone(), reason })),
                (true, None) => Some(sight.since_at + calm_after(place.kind)),
                _ => None,
            }
        };
        self.seen.iter().filter_map(next).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("an instant")
    }

    fn place(kind: IncidentKind, part: &str) -> Place {
        Place { kind, part: part.to_owned() }
    }

    fn words(facts: ServerFacts) -> Vec<(IncidentKind, String, String)> {
        let word = |Fault { place, reason }: Fault| (place.kind, place.part, reason.words());
        faults(facts, at(0)).into_iter().map(word).collect()
    }

    #[test]
    fn what_is_well_is_no_fault() {
        let refusal = |count| Refusal { channel: "ops".into(), count, reason: Reason::DiskFull {} };
        let facts = ServerFacts {
            channels: vec![refusal(REFUSALS - 1)],
            credentials: vec![Expiry { credential: "shop".into(), at: at(0) + EXPIRES_WITHIN + TimeDelta::seconds(1) }],
            backup: Some(BackupWish { days: 7, proven_at: Some(at(-7 * 86_400)) }),
            ..ServerFacts::default()
        };
        assert_eq!(words(facts), []);
        let channels = vec![refusal(REFUSALS)];
        let found = words(ServerFacts { channels, ..ServerFacts::default() });
        assert_eq!((found[0].0, found[0].1.as_str()), (IncidentKind::ChannelFailing, "ops"));
    }

    #[test]
    fn credentials_and_backups_are_judged_by_their_dates() {
        let credential = |seconds| {
            let credentials = vec![Expiry { credential: "shop".into(), at: at(seconds) }];
            words(ServerFacts { credentials, ..ServerFacts::default() }).pop().expect("a fault").2
        };
        assert_eq!(credential(86_400), "its value expires at 2026-05-29 20:26:40 UTC");
        assert_eq!(credential(0), "its value expired at 2026-05-28 20:26:40 UTC");
        let backup = |proven_at| {
            let backup = Some(BackupWish { days: 7, proven_at });
            words(ServerFacts { backup, ..ServerFacts::default() }).pop().map(|(_, part, _)| part)
        };
        assert_eq!(backup(None).as_deref(), Some("database"));
        assert_eq!(backup(Some(at(-7 * 86_400 - 1))).as_deref(), Some("database"));
        assert_eq!(backup(Some(at(-7 * 86_400))), None);
    }

    /// Feeds looks, each with the seconds and what is there, and says what follows: `+` begins, `~` changes, `-` ends.
    fn play(looks: &[(i64, &[Fault])]) -> String {
        let (mut memory, mut open) = (Memory::default(), Vec::<OpenPart>::new());
        let mut said = String::new();
        for (seconds, found) in looks {
            memory.note(found.to_vec(), &open, at(*seconds));
            for step in memory.steps(&open, at(*seconds)) {
                let sign = match step {
                    Step::Open { fault: Fault { place, reason }, .. } => {
                        open.push(OpenPart { place, reason: Some(reason) });
                        '+'
                    }
                    Step::Change { fault: Fault { place, reason } } => {
                        open.iter_mut().filter(|open| open.place == place).for_each(|open| {
                            open.reason = Some(reason.clone());
                        });
                        '~'
                    }
                    Step::Over { place } => {
                        open.retain(|open| open.place != place);
                        '-'
                    }
                };
                said.push_str(&format!("{sign}{seconds} "));
            }
        }
        said
    }

    #[test]
    fn a_fault_settles_before_it_is_told_and_stays_until_it_is_calm() {
        let disk = |reason| [Fault { place: place(IncidentKind::DiskFull, DISK), reason }];
        let (nearly, full) = (disk(Reason::DiskNearlyFull {}), disk(Reason::DiskFull {}));
        assert_eq!(play(&[(0, &nearly), (29, &nearly), (30, &[]), (31, &nearly), (60, &nearly)]), "");
        assert_eq!(play(&[(0, &nearly), (30, &nearly), (40, &full), (50, &full)]), "+30 ~40 ");
        assert_eq!(play(&[(0, &full), (30, &full), (60, &[]), (300, &full), (330, &[]), (629, &[])]), "+30 ");
        assert_eq!(play(&[(0, &full), (30, &full), (60, &[]), (359, &[]), (360, &[]), (400, &[])]), "+30 -360 ");
    }

    #[test]
    fn a_worker_that_hangs_is_told_sooner_than_one_that_fails_and_goes_on() {
        let worker = |reason| {
            let facts =
                ServerFacts { workers: vec![Complaint { worker: "herald".into(), reason }], ..ServerFacts::default() };
            faults(facts, at(0))
        };
        let hangs = worker(Reason::RoundLasts { since_at: at(-120) });
        let fails = worker(Reason::RoundFailed { problem: "no".into() });
        assert_eq!(play(&[(0, &hangs), (60, &hangs), (70, &[]), (189, &[]), (190, &[])]), "+60 -190 ");
        assert_eq!(play(&[(0, &fails), (299, &fails), (300, &fails)]), "+300 ");
    }

    #[test]
    fn what_is_known_at_once_is_told_at_once_and_a_restart_tells_nothing_twice() {
        let shop = [Fault { place: place(IncidentKind::CredentialExpiring, "shop"), reason: Reason::EarlierRun {} }];
        assert_eq!(play(&[(0, &shop), (10, &shop), (20, &[])]), "+0 -20 ");
        let channel = [Fault { place: place(IncidentKind::ChannelFailing, "ops"), reason: Reason::EarlierRun {} }];
        assert_eq!(play(&[(0, &channel), (40, &[]), (50, &channel), (139, &channel), (140, &channel)]), "+140 ");
        let open = [OpenPart { place: shop[0].place.clone(), reason: Some(Reason::EarlierRun {}) }];
        let mut fresh = Memory::default();
        fresh.note(shop.to_vec(), &open, at(0));
        assert_eq!(fresh.steps(&open, at(0)), []);
        assert_eq!(fresh.next_at(&open), None);
        let disk = [OpenPart { place: place(IncidentKind::DiskFull, DISK), reason: None }];
        let mut fresh = Memory::default();
        fresh.note(Vec::new(), &disk, at(0));
        assert_eq!((fresh.steps(&disk, at(0)), fresh.next_at(&disk)), (Vec::new(), Some(at(300))));
    }

    #[test]
    fn a_clock_that_is_doubted_is_one_incident_although_it_shows_another_time_each_look() {
        let clock = |seconds| {
            let reason = Reason::ClockDoubted { machine_at: at(9000 + seconds), planning_at: at(seconds) };
            [Fault { place: place(IncidentKind::ClockDoubted, CLOCK), reason }]
        };
        assert_eq!(play(&[(0, &clock(0)), (30, &clock(30)), (60, &clock(60)), (61, &[])]), "+30 -61 ");
    }
}
