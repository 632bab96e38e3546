//! Reports as people read them: the HTML of a mail, and its plain text.
//!
//! Deliberately absent: what a report says, which `domain::reports` decides, and sending. Start reading at `page`.

pub mod page;
#[cfg(test)]
mod tests;
pub mod text;
