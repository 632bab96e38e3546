//! Commands for sets of tasks: `orc task apply`, `orc task export`, `orc task import`.
//!
//! What `export` writes, `apply` takes. Deliberately absent: the meaning of a definition, which the server judges.
//! Start reading at `apply`.

mod apply;
mod export;
mod import;

pub use apply::APPLY;
pub use export::EXPORT;
pub use import::IMPORT;
