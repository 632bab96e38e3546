//! Statements over many rows: `UPDATE ... FROM (VALUES ...)`, the same text on both databases.

use sea_orm::{DbBackend, Statement, Value};
use std::fmt::Write as _;

/// Rows that a statement joins under the alias `v`.
pub(super) struct Rows<const N: usize> {
    names: [&'static str; N],
    values: Vec<Value>,
}

impl<const N: usize> Rows<N> {
    /// No rows yet, with the names of their columns.
    pub(super) const fn new(names: [&'static str; N]) -> Self {
        Self { names, values: Vec::new() }
    }

    /// Adds a row. A column must hold the same type in every row: PostgreSQL takes it from there.
    pub(super) fn push(&mut self, row: [Value; N]) {
        self.values.extend(row);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The statement: `{rows}` in the text becomes the rows.
    pub(super) fn statement(self, backend: DbBackend, text: &str) -> Statement {
        let mut rows = String::from("(SELECT ");
        for (index, name) in self.names.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(rows, "{comma}column{} AS {name}", index + 1);
        }
        rows.push_str(" FROM (VALUES ");
        for index in 0..self.values.len() {
            rows.push_str(match (index, index % N) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            });
            if backend == DbBackend::Postgres {
                let _ = write!(rows, "${}", index + 1);
            } else {
                rows.push('?');
            }
        }
        rows.push_str(")) AS t) AS v");
        Statement::from_sql_and_values(backend, text.replace("{rows}", &rows), self.values)
    }
}
