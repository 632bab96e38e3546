//! Who gets in, who stays in, and who does not: people, programs, and the doors they use.

mod deadlines;
mod doors;
mod feeds;
mod full_disk;
mod guessing;
mod heartbeats;
mod hook_calls;
mod hooks;
mod people;
mod senders;
mod tokens;
