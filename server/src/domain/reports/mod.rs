//! Reports: what happened in a day, a week or a month, told to channels at a local time. Pure.
//!
//! Deliberately absent: how a report looks, which `integrations` knows, and reading what it says from the database.
//! Start reading at `ReportDefinition`, then `period`, then `contents`.

pub mod contents;
pub mod csv;
pub mod facts;
pub mod notice;
pub mod period;
pub mod pools;
pub mod tables;
#[cfg(test)]
mod tests;

pub use self::period::ReportTiming;
use self::period::{MonthDay, Period};
use super::core::problem::Problem;
use super::core::time::{time_of_day, zone_parse};
use super::core::words::words;
use super::names::name_problem;
use super::notify::rules::Scope;

/// Largest number of channels that one report goes to.
const CHANNELS_MAX: usize = 50;

words!(
    /// What happens to a report about a period in which nothing happened.
    WhenEmpty ("choice for an empty report") {
        /// It is sent, and says so in one line.
        Send = "send",
        /// It is not sent.
        Skip = "skip",
    }
);

/// What a person defines about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDefinition {
    /// Unique name.
    pub name: String,
    /// What the report is for.
    pub description: String,
    /// Whether it is sent by itself.
    pub enabled: bool,
    /// When it is due, and what it covers.
    pub timing: ReportTiming,
    /// The tasks about which it tells.
    pub what: Scope,
    /// Names of the channels that get it.
    pub who: Vec<String>,
    /// What happens if there is nothing to tell.
    pub when_empty: WhenEmpty,
}

impl ReportDefinition {
    /// Everything that makes no sense, apart from channels that do not exist.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        found.extend(name_problem(&self.name).map(|message| Problem::at("/name", message)));
        let ReportTiming { period, at, timezone } = &self.timing;
        if let Period::Monthly { day } = period
            && day.parse::<MonthDay>().is_err()
        {
            found.push(Problem::at("/period/day", "must be a day of the month, \"1\" to \"31\", or \"last\""));
        }
        found.extend(time_of_day("at", at).err().map(|error| Problem::at("/at", error.to_string())));
        found.extend(zone_parse(timezone).err().map(|error| Problem::at("/timezone", error.to_string())));
        self.what.problems("/what", &mut found);
        if self.who.is_empty() {
            found.push(Problem::at("/who", "must name at least one channel"));
        }
        if self.who.len() > CHANNELS_MAX {
            let message = format!("names {} channels; at most {CHANNELS_MAX} are allowed", self.who.len());
            found.push(Problem::at("/who", message));
        }
        for (index, name) in self.who.iter().enumerate() {
            if self.who[..index].contains(name) {
                found.push(Problem::at(format!("/who/{index}"), format!("\"{name}\" is listed twice")));
            }
        }
        found
    }

    /// The channels that it names, with their places.
    pub fn channels(&self) -> impl Iterator<Item = (String, &str)> {
        self.who.iter().enumerate().map(|(index, name)| (format!("/who/{index}"), name.as_str()))
    }
}
