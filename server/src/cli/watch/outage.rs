//! What a watcher knows of the server it watches, and what is told about it. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What is known of the server, kept between looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// When the server was first found silent; none: it answered the last time.
    #[serde(default)]
    pub silent_since_at: Option<DateTime<Utc>>,
    /// When that was told; none: it was not.
    #[serde(default)]
    pub told_at: Option<DateTime<Utc>>,
    /// What went wrong at the last look.
    #[serde(default)]
    pub problem: Option<String>,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The server has been silent for long enough.
    Silent {
        /// When it was first found silent.
        since_at: DateTime<Utc>,
        /// What went wrong.
        problem: String,
    },
    /// The server answers again.
    Back {
        /// When it was first found silent.
        since_at: DateTime<Utc>,
    },
}

/// What follows a look: what is known from now on, and what is to be told. What is told counts as told only after
/// `told`, so a message that could not be sent is sent after the next look.
pub fn seen(known: &Known, look: Result<(), String>, now: DateTime<Utc>, patience: TimeDelta) -> (Known, Option<News>) {
    match look {
        Ok(()) => match (known.silent_since_at, known.told_at) {
            (Some(since_at), Some(_)) => (known.clone(), Some(News::Back { since_at })),
            _ => (Known::default(), None),
        },
        Err(problem) => {
            // A clock that was set back must not make an outage wait for years.
            let since_at = known.silent_since_at.unwrap_or(now).min(now);
            let due = known.told_at.is_none() && now - since_at >= patience;
            let news = due.then(|| News::Silent { since_at, problem: problem.clone() });
            (Known { silent_since_at: Some(since_at), problem: Some(problem), ..known.clone() }, news)
        }
    }
}

/// What is known after something was told.
pub fn told(known: &Known, news: &News, now: DateTime<Utc>) -> Known {
    match news {
        News::Silent { .. } => Known { told_at: Some(now), ..known.clone() },
        News::Back { .. } => Known::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn an_outage_is_told_once_and_so_is_its_end() {
        let five = TimeDelta::minutes(5);
        let down = || Err("refused".to_owned());
        let (known, news) = seen(&Known::default(), Ok(()), at(0), five);
        assert_eq!((&known, news), (&Known::default(), None));
        let (known, news) = seen(&known, down(), at(1), five);
        assert_eq!((known.silent_since_at, news), (Some(at(1)), None), "one bad look is no outage");
        let (known, news) = seen(&known, down(), at(6), five);
        let silent = News::Silent { since_at: at(1), problem: "refused".to_owned() };
        assert_eq!(news.as_ref(), Some(&silent));
        let (known, again) = seen(&known, down(), at(7), five);
        assert_eq!(again.as_ref(), Some(&silent), "it could not be sent");
        let known = told(&known, &silent, at(7));
        let (known, news) = seen(&known, down(), at(60), five);
        assert_eq!(news, None);
        let (known, news) = seen(&known, Ok(()), at(61), five);
        let back = News::Back { since_at: at(1) };
        assert_eq!(news.as_ref(), Some(&back));
        assert_eq!(seen(&known, Ok(()), at(62), five).1, Some(back.clone()), "it could not be sent");
        assert_eq!(told(&known, &back, at(62)), Known::default());
    }

    #[test]
    fn a_short_silence_is_told_to_nobody() {
        let (known, _) = seen(&Known::default(), Err("x".to_owned()), at(0), TimeDelta::minutes(5));
        assert_eq!(seen(&known, Ok(()), at(4), TimeDelta::minutes(5)), (Known::default(), None));
        let later = Known { silent_since_at: Some(at(900)), ..Known::default() };
        let (known, _) = seen(&later, Err("x".to_owned()), at(1), TimeDelta::minutes(5));
        assert_eq!(known.silent_since_at, Some(at(1)), "the clock was set back");
    }
}
