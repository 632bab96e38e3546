//! Slows down guessing of passwords. A guess takes a place before the slow check.
//!
//! A guess takes a place first and gives it back only if it was right. Thousands of simultaneous guesses therefore
//! find the same few places as guesses one after another. Guesses about one account from one address, and all guesses
//! from one address, wait longer and longer. All guesses about one account together wait only a little, so that
//! nobody can lock an account for everybody. An address from which the account has logged in does not wait for the
//! guesses of others at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Wrong guesses before guesses are slowed down.
const FREE: u32 = 5;

/// First wait. It doubles with each further guess.
const FIRST: Duration = Duration::from_secs(5);

/// Longest wait, and how long a guess is remembered.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Wrong guesses about one account, from anywhere, before all of them are slowed down.
const FREE_OF_ALL: u32 = 10;

/// Maximum number of remembered keys. Beyond it, the least recently used keys are forgotten.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Clone, Copy)]
struct Guesses {
    count: u32,
    last: Duration,
}

/// Remembers wrong guesses. The caller gives times as durations since some fixed instant.
#[derive(Debug, Default)]
pub struct Limiter {
    guesses: Mutex<Recent<Guesses>>,
    trusted: Mutex<Recent<()>>,
}

impl Limiter {
    /// Takes a place for a guess about each of these keys.
    ///
    /// # Errors
    /// Returns how long to wait if there is no place.
    pub fn enter(&self, keys: &[String], now: Duration) -> Result<(), Duration> {
        self.take(keys, None, now)
    }

    /// Like `enter`, but also takes a place among all guesses about `account`, unless the first key is trusted.
    ///
    /// # Errors
    /// Returns how long to wait if there is no place.
    pub fn enter_account(&self, keys: &[String], account: &str, now: Duration) -> Result<(), Duration> {
        let trusted = keys.first().is_some_and(|key| locked(&self.trusted).get(key).is_some());
        self.take(keys, Some(account).filter(|_| !trusted), now)
    }

    fn take(&self, keys: &[String], account: Option<&str>, now: Duration) -> Result<(), Duration> {
        let mut guesses = locked(&self.guesses);
        let own = keys.iter().filter_map(|key| guesses.get(key)).map(|known| wait(*known, now));
        let of_all = account.and_then(|key| guesses.get(key)).map(|known| wait_of_all(*known, now));
        if let Some(wait) = own.chain(of_all).max().filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        for key in keys.iter().map(String::as_str).chain(account) {
            let known = guesses.get(key).filter(|known| now.saturating_sub(known.last) < LONGEST);
            let count = known.map_or(0, |known| known.count).saturating_add(1);
            guesses.put(key, Guesses { count, last: now });
        }
        Ok(())
    }

    /// Called when the guess was right: forgets this key.
    pub fn forget(&self, key: &str) {
        locked(&self.guesses).remove(key);
    }

    /// Called when the guess was right: from now on this key waits only for its own guesses.
    pub fn trust(&self, key: &str) {
        locked(&self.trusted).put(key, ());
    }

    /// Called when the guess was right: gives its place back but remembers earlier wrong guesses.
    pub fn give_back(&self, key: &str) {
        if let Some(known) = locked(&self.guesses).get_mut(key) {
            known.count = known.count.saturating_sub(1);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(known: Guesses, now: Duration) -> Duration {
    let since = now.saturating_sub(known.last);
    if known.count < FREE || since >= LONGEST {
        return Duration::ZERO;
    }
    let needed = (FIRST * 2_u32.saturating_pow((known.count - FREE).min(10))).min(LONGEST);
    needed.saturating_sub(since)
}

fn wait_of_all(known: Guesses, now: Duration) -> Duration {
    if known.count < FREE_OF_ALL { Duration::ZERO } else { FIRST.saturating_sub(now.saturating_sub(known.last)) }
}

/// At most `REMEMBERED` values. A new value replaces the one that was stored longest ago.
#[derive(Debug)]
struct Recent<T> {
    values: HashMap<String, (u64, T)>,
    order: BTreeMap<u64, String>,
    next: u64,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: BTreeMap::new(), next: 0 }
    }
}

impl<T> Recent<T> {
    fn get(&self, key: &str) -> Option<&T> {
        self.values.get(key).map(|(_, value)| value)
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.values.get_mut(key).map(|(_, value)| value)
    }

    fn put(&mut self, key: &str, value: T) {
        self.remove(key);
        if self.values.len() >= REMEMBERED
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.values.remove(&oldest);
        }
        self.values.insert(key.to_owned(), (self.next, value));
        self.order.insert(self.next, key.to_owned());
        self.next += 1;
    }

    fn remove(&mut self, key: &str) {
        if let Some((number, _)) = self.values.remove(key) {
            self.order.remove(&number);
        }
    }
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

    #[test]
    fn no_more_is_remembered_than_said_and_the_oldest_goes_first() {
        let limiter = Limiter::default();
        for number in 0..REMEMBERED + 5 {
            limiter.enter(&[number.to_string()], Duration::ZERO).expect("free");
        }
        let guesses = locked(&limiter.guesses);
        assert_eq!((guesses.values.len(), guesses.order.len()), (REMEMBERED, REMEMBERED));
        assert!(guesses.get("4").is_none() && guesses.get("5").is_some());
    }

    #[test]
    fn guesses_of_all_wait_a_little_and_a_trusted_address_does_not() {
        let limiter = Limiter::default();
        let enter = |from: &str, now| limiter.enter_account(&[format!("user:ada@{from}")], "account:ada", now);
        for number in 0..1000 {
            let _let_in_or_not = enter(&number.to_string(), Duration::ZERO);
        }
        assert_eq!(enter("new", Duration::ZERO), Err(FIRST));
        limiter.trust("user:ada@home");
        enter("home", Duration::ZERO).expect("known here");
        enter("new", FIRST).expect("the wait does not grow");
    }
}
