//! One run of the tests: what its steps share, and the result of each.

use super::count::Count;
use super::postgres::Postgres;
use crate::command::Answer;
use crate::place::Place;
use std::time::{Duration, Instant};

/// What the steps of one run share.
pub struct Session {
    pub place: Place,
    pub full: bool,
    pub postgres: Option<Postgres>,
    pub failed: Vec<&'static str>,
}

/// One named part of the tests.
pub struct Step {
    pub name: &'static str,
    /// Steps that must have succeeded. They are added if a filter leaves them out.
    pub needs: &'static [&'static str],
    pub run: fn(&mut Session) -> Answer<Count>,
}

/// Result of a step.
pub struct Line {
    pub name: &'static str,
    pub count: Count,
    pub took: Duration,
    pub fault: Option<String>,
}

impl Session {
    /// Runs a step, unless a step that it needs has failed.
    pub fn perform(&mut self, step: &Step) -> Line {
        let started = Instant::now();
        let missing = step.needs.iter().find(|need| self.failed.contains(need));
        let answer = match missing {
            Some(need) => Err(format!("not run, because `{need}` failed")),
            None => (step.run)(self),
        };
        let (count, fault) = match answer {
            Ok(count) if count.failed == 0 && count.passed == 0 => (Count::one(false), Some("no test ran".to_owned())),
            Ok(count) => (count, None),
            Err(sentence) => (Count::one(false), Some(sentence)),
        };
        if count.failed > 0 {
            self.failed.push(step.name);
        }
        Line { name: step.name, count, took: started.elapsed(), fault }
    }

    /// The PostgreSQL for the tests: the named one, or a private cluster that lives as long as the session.
    pub fn postgres_url(&mut self) -> Answer<String> {
        if let Ok(url) = std::env::var("ORC_TEST_POSTGRES_URL") {
            return Ok(url);
        }
        let cluster = match self.postgres.take() {
            Some(cluster) => cluster,
            None => Postgres::start()?,
        };
        Ok(self.postgres.insert(cluster).url.clone())
    }
}
