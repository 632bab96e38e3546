//! The published document, and what is derived from it: who may use an operation, and schemas that check bodies.
//!
//! A `Contract` is made from what the router collected. Each part is computed when it is first needed. Deliberately
//! absent: hand-written lists of operations or schemas, because the routers of the subjects are the source. Start
//! reading at `document`.

mod access;
mod document;
mod flat;
pub mod names;
mod schema;
mod words;

pub use access::Access;
pub use schema::checkable;

use crate::domain::core::problem::Problem;
use access::AccessTable;
use axum::http::Method;
use schema::Schemas;
use serde_json::Value;
use std::sync::OnceLock;
use utoipa::openapi::OpenApi;

/// The contract of a router, and what the server derives from it.
#[derive(Debug)]
pub struct Contract {
    collect: fn() -> OpenApi,
    text: OnceLock<String>,
    access: OnceLock<AccessTable>,
    schemas: OnceLock<Schemas>,
}

impl Contract {
    /// Creates the contract of the operations that `collect` returns.
    pub const fn new(collect: fn() -> OpenApi) -> Self {
        Self { collect, text: OnceLock::new(), access: OnceLock::new(), schemas: OnceLock::new() }
    }

    /// The document as JSON, ready to publish.
    pub fn document(&self) -> Value {
        document::document((self.collect)())
    }

    /// The document as text, as it is checked in and served.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| document::text(&self.document()))
    }

    /// What an operation requires, by route and method; none if the document does not contain the operation.
    pub fn access(&self, route: &str, method: &Method) -> Option<Access> {
        self.access_table().access(route, method)
    }

    /// The methods of a route that the document contains, in alphabetical order.
    pub fn methods(&self, route: &str) -> Vec<&str> {
        self.access_table().methods(route)
    }

    /// Removes read-only fields from a body of the schema `name`. They are accepted and ignored, so that an answer
    /// can be sent back as a body.
    pub fn strip_read_only(&self, name: &str, body: &mut Value) {
        self.schemas().strip_read_only(name, body);
    }

    /// Gives each number of a body the spelling in which the types of the server take it: `1e3` is `1000`. Numbers whose
    /// digits count (`x-exact`) and those in free values stay as they are written.
    pub fn settle_numbers(&self, name: &str, body: &mut Value) {
        self.schemas().settle_numbers(name, body);
    }

    /// Every fault of a body against the schema of that name, at most 50. Empty if the body fits.
    pub fn faults(&self, name: &str, body: &Value) -> Vec<Problem> {
        self.schemas().faults(name, body)
    }

    fn access_table(&self) -> &AccessTable {
        self.access.get_or_init(|| AccessTable::new(&self.document()))
    }

    fn schemas(&self) -> &Schemas {
        self.schemas.get_or_init(|| Schemas::new(&self.document()))
    }
}
