//! Statements over many rows: `UPDATE ... FROM (VALUES ...)`, with the same text on both databases.

use sea_orm::{DbBackend, Statement, Value};
use std::fmt::Write as _;

/// Rows that a statement joins under the alias `v`.
pub(in crate::store) struct Rows<const N: usize> {
    names: [&'static str; N],
    values: Vec<Value>,
}

impl<const N: usize> Rows<N> {
    /// Creates an empty set of rows with the names of their columns.
    pub(in crate::store) const fn new(names: [&'static str; N]) -> Self {
        Self { names, values: Vec::new() }
    }

    /// Adds a row. A column must have the same type in every row, because PostgreSQL derives the column's type from
    /// it.
    pub(in crate::store) fn push(&mut self, row: [Value; N]) {
        self.values.extend(row);
    }

    pub(in crate::store) const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Builds a statement. `{rows}` in the text becomes the rows.
    pub(in crate::store) fn statement(self, backend: DbBackend, text: &str) -> Statement {
        let (rows, values) = self.joined(backend);
        Statement::from_sql_and_values(backend, text.replace("{rows}", &rows), values)
    }

    /// Builds the statement that inserts the rows. `more` columns have the same value (name and SQL) in all rows;
    /// `after` follows the rows.
    pub(in crate::store) fn insert(
        self,
        backend: DbBackend,
        table: &str,
        more: &[(&str, &str)],
        after: &str,
    ) -> Statement {
        let names = self.names.iter().chain(more.iter().map(|(name, _)| name)).map(|name| format!("\"{name}\""));
        let given = self.names.iter().map(|name| format!("v.{name}"));
        let given = given.chain(more.iter().map(|(_, sql)| (*sql).to_owned()));
        let (names, given) = (names.collect::<Vec<_>>().join(", "), given.collect::<Vec<_>>().join(", "));
        // Without WHERE, SQLite would parse ON CONFLICT as a condition of a join.
        self.statement(
            backend,
            &format!("INSERT INTO {table} ({names}) SELECT {given} FROM {{rows}} WHERE TRUE{after}"),
        )
    }

    /// The rows as a joined table, and its values. A value that is the same in all rows is given once, because most
    /// of the time of such a statement goes into its values.
    fn joined(self, backend: DbBackend) -> (String, Vec<Value>) {
        let varies: [bool; N] = std::array::from_fn(|at| {
            let mut column = self.values.iter().skip(at).step_by(N);
            let first = column.next();
            column.any(|value| Some(value) != first)
        });
        let mut sql = Sql { backend, text: String::from("(SELECT "), values: Vec::with_capacity(self.values.len()) };
        let mut listed = 0;
        for (at, name) in self.names.iter().enumerate() {
            if at > 0 {
                sql.text.push_str(", ");
            }
            if varies[at] {
                listed += 1;
                let _ = write!(sql.text, "column{listed}");
            } else {
                sql.value(self.values[at].clone());
            }
            let _ = write!(sql.text, " AS {name}");
        }
        if listed > 0 {
            sql.text.push_str(" FROM (VALUES ");
            let mut within = 0;
            let listed_values = self.values.into_iter().enumerate().filter(|(index, _)| varies[index % N]);
            for (index, (_, value)) in listed_values.enumerate() {
                sql.text.push_str(match (index, within) {
                    (0, _) => "(",
                    (_, 0) => "), (",
                    _ => ", ",
                });
                sql.value(value);
                within = (within + 1) % listed;
            }
            sql.text.push_str(")) AS t");
        }
        sql.text.push_str(") AS v");
        (sql.text, sql.values)
    }
}

/// Text of a statement, with the values so far.
struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn value(&mut self, value: Value) {
        self.values.push(value);
        if self.backend == DbBackend::Postgres {
            let _ = write!(self.text, "${}", self.values.len());
        } else {
            self.text.push('?');
        }
    }
}

/// Converts a count or version that the schema keeps small.
pub(in crate::store) fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_in_all_rows_is_given_once() {
        let rows = |numbers: &[i64]| {
            let mut rows = Rows::new(["id", "state", "mark"]);
            numbers.iter().for_each(|id| rows.push([(*id).into(), "queued".into(), (id % 2).into()]));
            rows
        };
        let two = rows(&[1, 3]).statement(DbBackend::Postgres, "UPDATE x FROM {rows}");
        let expected =
            "UPDATE x FROM (SELECT column1 AS id, $1 AS state, $2 AS mark FROM (VALUES ($3), ($4)) AS t) AS v";
        assert_eq!(two.sql, expected);
        assert_eq!(two.values.expect("values").0, ["queued".into(), 1_i64.into(), 1_i64.into(), 3_i64.into()]);
        let three = rows(&[1, 2, 3]).insert(DbBackend::Sqlite, "x", &[("fence", "0")], "");
        let expected = "INSERT INTO x (\"id\", \"state\", \"mark\", \"fence\") SELECT v.id, v.state, v.mark, 0 FROM \
                        (SELECT column1 AS id, ? AS state, column2 AS mark FROM (VALUES (?, ?), (?, ?), (?, ?)) AS t) \
                        AS v WHERE TRUE";
        assert_eq!(three.sql, expected);
        let one = rows(&[5]).statement(DbBackend::Sqlite, "UPDATE x FROM {rows}");
        assert_eq!(one.sql, "UPDATE x FROM (SELECT ? AS id, ? AS state, ? AS mark) AS v");
    }
}
