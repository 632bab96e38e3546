//! The brake on guessing passwords: per account and per address, with places taken before the slow check.
//!
//! A guess takes a place first and gives it back only when it was right, so thousands of guesses at once find the same
//! few places as one after another.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wrong guesses before the brake is on.
const FREE: u32 = 5;

/// First wait, doubled with each further guess.
const FIRST: Duration = Duration::from_secs(5);

/// Longest wait; also how long a guess is remembered.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Accounts and addresses remembered at most; beyond that the oldest are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Guesses {
    count: u32,
    last: Duration,
}

/// Remembers wrong guesses. Times are durations since some fixed instant, told by the caller.
#[derive(Debug, Default)]
pub struct Limiter {
    guesses: Mutex<HashMap<String, Guesses>>,
}

impl Limiter {
    /// Takes a place for a guess about each of these keys, or says how long to wait.
    ///
    /// # Errors
    /// The time to wait.
    pub fn enter(&self, keys: &[String], now: Duration) -> Result<(), Duration> {
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys.iter().filter_map(|key| guesses.get(key)).map(|known| wait(*known, now)).max();
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        if guesses.len() >= REMEMBERED {
            guesses.retain(|_, known| now.saturating_sub(known.last) < LONGEST);
        }
        for key in keys {
            let known = guesses.entry(key.clone()).or_insert(Guesses { count: 0, last: now });
            let count = if now.saturating_sub(known.last) < LONGEST { known.count } else { 0 };
            *known = Guesses { count: count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// The guess was right: forgets about this key.
    pub fn forget(&self, key: &str) {
        self.guesses.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// The guess was right: gives its place back, and remembers what was guessed wrong before.
    pub fn give_back(&self, key: &str) {
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = guesses.get_mut(key) {
            known.count = known.count.saturating_sub(1);
        }
    }
}

fn wait(known: Guesses, now: Duration) -> Duration {
    let since = now.saturating_sub(known.last);
    if known.count < FREE || since >= LONGEST {
        return Duration::ZERO;
    }
    let needed = (FIRST * 2_u32.saturating_pow((known.count - FREE).min(10))).min(LONGEST);
    needed.saturating_sub(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Vec<String> {
        vec!["user:ada".into()]
    }

    #[test]
    fn ten_thousand_guesses_at_once_find_few_places() {
        let limiter = Limiter::default();
        let let_in = (0..10_000).filter(|_| limiter.enter(&key(), Duration::from_secs(1)).is_ok()).count();
        assert_eq!(let_in, FREE as usize);
    }

    #[test]
    fn waits_grow_end_and_are_forgotten() {
        let limiter = Limiter::default();
        for _ in 0..FREE {
            limiter.enter(&key(), Duration::ZERO).expect("free");
        }
        assert_eq!(limiter.enter(&key(), Duration::ZERO), Err(FIRST));
        limiter.enter(&key(), FIRST).expect("waited");
        assert_eq!(limiter.enter(&key(), FIRST), Err(FIRST * 2));
        assert!(limiter.enter(&["user:bob".into()], FIRST).is_ok());
        limiter.forget("user:ada");
        assert!(limiter.enter(&key(), FIRST).is_ok());
    }

    #[test]
    fn a_right_guess_gives_back_its_own_place_only() {
        let limiter = Limiter::default();
        for _ in 0..FREE {
            limiter.enter(&key(), Duration::ZERO).expect("free");
        }
        limiter.give_back("user:ada");
        limiter.enter(&key(), Duration::ZERO).expect("one place is free");
        assert_eq!(limiter.enter(&key(), Duration::ZERO), Err(FIRST));
        for _ in 0..FREE {
            limiter.enter(&key(), LONGEST).expect("a long time later all is forgotten");
        }
    }
}
