//! When a notification that was not accepted is sent again. Pure.
//!
//! The pauses double up to an hour, and a day after the first attempt nobody waits for the notification any more.
//! Deliberately absent: sending. Start reading at `next_try`.

use crate::domain::ids::DeliveryId;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// Pause after the first refusal, in seconds.
const FIRST_PAUSE: i64 = 30;

/// Longest pause, in seconds.
const LONGEST_PAUSE: i64 = 3600;

/// How long a notification is sent again before Orc gives up.
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// The end of an hour in which a channel may send a limited number of messages, counted from the first of them.
pub const RATE_WITHIN: TimeDelta = TimeDelta::hours(1);

/// When to try again after so many refusals; none: Orc gives up. The pause is longer or shorter by up to a quarter, so
/// that what failed together does not come back together. It is at least as long as the other side wants to be left
/// alone, but one last attempt is made before Orc gives up.
pub fn next_try(
    id: DeliveryId,
    begun_at: DateTime<Utc>,
    now: DateTime<Utc>,
    refusals: u32,
    wait: Option<Duration>,
) -> Option<DateTime<Utc>> {
    let doubled = FIRST_PAUSE << refusals.saturating_sub(1).min(10);
    let pause = doubled.min(LONGEST_PAUSE) * 1000;
    let at = now + TimeDelta::milliseconds(pause * 3 / 4 + chance(id, refusals) % (pause / 2 + 1));
    let last = begun_at + GIVE_UP_AFTER;
    let asked = wait.map_or(at, |wait| after(now, wait).min(last).max(at));
    (asked <= last).then_some(asked)
}

/// So long after an instant.
pub fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A number that looks random and is the same for the same delivery and refusal. The end of an id is random.
fn chance(id: DeliveryId, refusals: u32) -> i64 {
    let (_, random) = id.0.as_u64_pair();
    let mixed = random.wrapping_add(u64::from(refusals)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 24).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let begun_at = DateTime::<Utc>::UNIX_EPOCH;
        for _ in 0..50 {
            let id = DeliveryId::generate();
            let (mut now, mut refusals) = (begun_at, 0);
            loop {
                refusals += 1;
                let Some(at) = next_try(id, begun_at, now, refusals, None) else { break };
                let middle = f64::from(30 * 2_i32.pow(refusals.min(8) - 1)).min(3600.0);
                let pause = (at - now).as_seconds_f64();
                assert!(pause >= middle * 0.75 - 0.01 && pause <= middle * 1.25 + 0.01, "{refusals}: {pause}");
                now = at;
            }
            assert!((26..42).contains(&refusals), "{refusals}");
            assert!(now <= begun_at + GIVE_UP_AFTER && now > begun_at + TimeDelta::hours(22), "{now}");
        }
    }

    #[test]
    fn a_service_that_asks_for_time_gets_it_and_one_attempt_is_left_at_the_end() {
        let (id, now) = (DeliveryId::generate(), DateTime::<Utc>::UNIX_EPOCH);
        let asked = |begun_at, seconds| next_try(id, begun_at, now, 1, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(now, 600), Some(now + TimeDelta::minutes(10)));
        assert!(asked(now, 1).is_some_and(|at| at > now + TimeDelta::seconds(20)), "the own pause is longer");
        assert_eq!(asked(now, 1_000_000), Some(now + GIVE_UP_AFTER));
        assert_eq!(asked(now, u64::MAX), Some(now + GIVE_UP_AFTER));
        assert_eq!(asked(now - GIVE_UP_AFTER, 600), None);
    }

    #[test]
    fn deliveries_that_fail_together_come_back_apart() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let at: std::collections::BTreeSet<_> =
            (0..100).filter_map(|_| next_try(DeliveryId::generate(), now, now, 5, None)).collect();
        assert!(at.len() > 90, "{}", at.len());
    }
}
