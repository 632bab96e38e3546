//! For how long pools were full. Pure.
//!
//! A run takes places from the moment it is queued until it ends, so the times of all runs tell when a pool had no place
//! left. The capacity is that of today. Start reading at `full_seconds`.

use super::period::Stretch;
use crate::domain::model::PoolStay;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Number of seconds of a stretch in which runs took all places of a pool.
pub fn full_seconds(pool: &str, capacity: u32, stays: &[PoolStay], within: Stretch) -> f64 {
    let Stretch { from_at, until_at, .. } = within;
    let mut changes: BTreeMap<DateTime<Utc>, i64> = BTreeMap::new();
    for stay in stays.iter().filter(|stay| stay.pool == pool) {
        let begin = stay.from_at.max(from_at);
        let end = stay.until_at.map_or(until_at, |end| end.min(until_at));
        if begin < end {
            *changes.entry(begin).or_default() += i64::from(stay.weight.min(capacity));
            *changes.entry(end).or_default() -= i64::from(stay.weight.min(capacity));
        }
    }
    let (mut taken, mut full_from, mut full) = (0, None, 0.0);
    for (at, change) in changes {
        taken += change;
        let is_full = capacity > 0 && taken >= i64::from(capacity);
        match (full_from, is_full) {
            (None, true) => full_from = Some(at),
            (Some(from), false) => {
                full += (at - from).as_seconds_f64();
                full_from = None;
            }
            _ => {}
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    fn stay(weight: u32, from: i64, until: Option<i64>) -> PoolStay {
        PoolStay { pool: "db".into(), weight, from_at: at(from), until_at: until.map(at) }
    }

    #[test]
    fn a_pool_is_full_while_all_places_are_taken() {
        let within = Stretch {
            from_at: at(100),
            until_at: at(200),
            first_day: at(0).date_naive(),
            last_day: at(0).date_naive(),
        };
        let full = |capacity, stays: &[PoolStay]| full_seconds("db", capacity, stays, within);
        for (capacity, stays, seconds) in [
            (1, vec![stay(1, 110, Some(130))], 20.0),
            (1, vec![stay(1, 50, Some(110)), stay(1, 110, Some(120))], 20.0),
            (2, vec![stay(1, 110, Some(150)), stay(1, 140, Some(160))], 10.0),
            (2, vec![stay(1, 110, Some(150))], 0.0),
            (2, vec![stay(9, 0, None)], 100.0),
            (1, vec![stay(1, 0, Some(90)), stay(1, 210, None)], 0.0),
            (0, vec![stay(1, 110, Some(130))], 0.0),
        ] {
            let found = full(capacity, &stays);
            assert!((found - seconds).abs() < 1e-9, "{capacity} {stays:?}: {found}");
        }
        assert!(full_seconds("other", 1, &[stay(1, 110, Some(130))], within).abs() < 1e-9);
    }
}
