//! The server's own heartbeat: an address that it calls while it is well, so that a watcher outside notices its end.
//! Pure.
//!
//! Deliberately absent: whether the server is well, which `app` finds out. Start reading at `Beacon`.

use crate::domain::core::problem::Problem;
use crate::domain::credentials::{Need, mention_problem, mentioned};
use serde::{Deserialize, Serialize};
use url::Url;

/// Fewest seconds between two calls.
pub const BEACON_EVERY_MIN: u32 = 10;

/// Most seconds between two calls: one day.
pub const BEACON_EVERY_MAX: u32 = 86_400;

/// The address that the server calls, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// The address. It may mention credentials.
    pub url: String,
    /// Seconds between two calls.
    pub every_seconds: u32,
}

impl Beacon {
    /// The credentials that its address mentions.
    pub fn needs(&self) -> Vec<Need> {
        mentioned("/url", &self.url)
    }

    /// Everything that is wrong with it, apart from what only the database knows.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found: Vec<Problem> = mention_problem("/url", &self.url).into_iter().collect();
        // A mention of a credential may stand for the whole address, which is known only when it is called.
        let whole = !self.needs().is_empty() && !self.url.contains("://");
        let url = Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() && !whole {
            found.push(Problem::at("/url", "must be an address, such as https://hc-ping.com/your-uuid"));
        }
        if !(BEACON_EVERY_MIN..=BEACON_EVERY_MAX).contains(&self.every_seconds) {
            let message = format!("must be from {BEACON_EVERY_MIN} to {BEACON_EVERY_MAX} seconds");
            found.push(Problem::at("/every_seconds", message));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_called() {
        let wrong = |url: &str, every_seconds| {
            let found = Beacon { url: url.to_owned(), every_seconds }.problems();
            found.into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        assert_eq!(wrong("https://hc-ping.com/${credential.check}", 60), Vec::<String>::new());
        assert_eq!(wrong("${credential.check}", 60), Vec::<String>::new());
        assert_eq!(wrong("ftp://example.org", 9), ["/url", "/every_seconds"]);
        assert_eq!(wrong("", 86_401), ["/url", "/every_seconds"]);
    }
}
