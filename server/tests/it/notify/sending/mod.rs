//! Sending: channels that are commands, and pauses of channels.

mod commands;
mod pauses;
