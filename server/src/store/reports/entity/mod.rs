//! The tables of reports.
//!
//! Deliberately absent: the channels that a report names, which are read together with the table of channels. Start
//! reading at `report`.

pub(in crate::store) mod report;
