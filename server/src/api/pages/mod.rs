//! What a browser loads that is not an operation: the page's own files and Swagger UI.
//!
//! Deliberately absent: data, which the page requests through the operations. Start reading at `spa`.

pub mod spa;
pub(in crate::api) mod swagger;
