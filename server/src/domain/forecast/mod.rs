//! Looking ahead without doing anything: the effect of a change, the text of a feed, and the simulation of many days.
//!
//! Deliberately absent: reading what is stored, and any limit on the duration of a computation; `app::forecast` has
//! both. Start reading at `effect`.

pub mod effect;
pub mod feed;
pub mod simulation;
mod stop;

pub use self::stop::Stop;
