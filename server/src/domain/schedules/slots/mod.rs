//! From the dates and times of a rule to instants: time zones, gaps and folds, windows, ends, and counts.
//!
//! Deliberately absent: the grammar of the rules. Start reading at `next`, then `dates`.

pub(in crate::domain) mod count;
pub(in crate::domain) mod date_rules;
pub(in crate::domain) mod dates;
pub(in crate::domain) mod day_counts;
pub(in crate::domain) mod ending;
pub(in crate::domain) mod next;
pub(in crate::domain) mod slot;
pub(in crate::domain) mod wall;
pub(in crate::domain) mod window;
