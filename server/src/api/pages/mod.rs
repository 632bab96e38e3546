//! What a browser loads that is no operation: the page's own files and Swagger UI.
//!
//! Deliberately absent: data; the page asks the operations for it. Start reading at `spa`.

pub mod spa;
pub(in crate::api) mod swagger;
