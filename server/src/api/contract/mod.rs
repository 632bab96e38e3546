//! The published document, and what is derived from it: who may use an operation, and schemas that check bodies.
//!
//! A `Contract` is made from what the router collected, and each part of it when it is first asked for. Deliberately absent:
//! hand-written lists of operations or schemas; the routers of the subjects are the source. Start reading at `document`.

mod access;
mod document;
mod flat;
mod schema;
mod words;

pub use access::Access;
pub use schema::checkable;

use crate::domain::tasks::Problem;
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
    /// The contract of the operations that `collect` returns.
    pub const fn new(collect: fn() -> OpenApi) -> Self {
        Self { collect, text: OnceLock::new(), access: OnceLock::new(), schemas: OnceLock::new() }
    }

    /// The document as JSON, ready to publish.
    pub fn document(&self) -> Value {
        document::document((self.collect)())
    }

    /// The document as the text that is checked in and served.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| document::text(&self.document()))
    }

    /// What an operation asks for, by route and method. None: the document does not know it.
    pub fn access(&self, route: &str, method: &Method) -> Option<Access> {
        self.access_table().access(route, method)
    }

    /// The methods that the document knows of a route, in alphabetical order.
    pub fn methods(&self, route: &str) -> Vec<&str> {
        self.access_table().methods(route)
    }

    /// Removes what is read only from a body of the schema `name`: it is accepted and ignored, so that what was read can be
    /// written back.
    pub fn strip_read_only(&self, name: &str, body: &mut Value) {
        self.schemas().strip_read_only(name, body);
    }

    /// Every fault of a body against the schema of that name, at most 50. Empty: the body fits.
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
