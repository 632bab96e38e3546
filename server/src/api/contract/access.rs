//! The permission that each operation needs, as the document states it (`x-permission`).

use crate::api::core::PREFIX;
use crate::domain::vocabulary::Permission;
use axum::http::Method;
use serde_json::Value;
use std::collections::HashMap;

/// What an operation requires of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// A caller with this permission.
    Needs(Permission),
}

/// What all operations require, by route (with the prefix) and method.
#[derive(Debug)]
pub struct AccessTable(HashMap<(String, Method), Access>);

impl AccessTable {
    /// Reads the table from the published document.
    pub fn new(document: &Value) -> Self {
        let mut table = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Ok(method) = method.to_ascii_uppercase().parse::<Method>() else { continue };
                let Some(access) = access_of(operation["x-permission"].as_str().unwrap_or_default()) else { continue };
                table.insert((format!("{PREFIX}{path}"), method), access);
            }
        }
        Self(table)
    }

    /// What an operation requires; none if the document does not contain the operation.
    pub fn access(&self, route: &str, method: &Method) -> Option<Access> {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        self.0.get(&(route.to_owned(), method)).copied()
    }

    /// The methods of a route, in alphabetical order.
    pub fn methods(&self, route: &str) -> Vec<&str> {
        let of_route = self.0.keys().filter(|(known, _)| known == route);
        let mut methods: Vec<_> = of_route.map(|(_, method)| method.as_str()).collect();
        methods.sort_unstable();
        methods
    }
}

fn access_of(word: &str) -> Option<Access> {
    if word == "public" { Some(Access::Public) } else { word.parse().ok().map(Access::Needs) }
}
