//! What server and runner tell each other: the plan of an attempt, the messages while it runs, the record of its end.
//!
//! Deliberately absent: the transport (`link`, `attempt::control`). Start reading at `plan`, then `message`.

pub mod limits;
pub mod message;
pub mod plan;
pub mod record;
pub mod secret;
