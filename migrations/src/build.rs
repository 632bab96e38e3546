//! Builds columns, keys and indexes, so that every table spells them alike.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Creates the tables, in this order, then the indexes.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    for mut table in tables {
        manager.create_table(table.take()).await?;
    }
    for mut index in indexes {
        manager.create_index(index.take()).await?;
    }
    Ok(())
}

/// Whether the database is PostgreSQL, where some columns and indexes need more than on SQLite.
pub(crate) fn is_postgres(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Postgres
}

pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// The integer key of a row: an alias of the rowid on SQLite, a sequence on PostgreSQL.
pub(crate) fn key(postgres: bool) -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().primary_key();
    if postgres {
        column.auto_increment();
    }
    column
}

/// The UUIDv7 by which the world outside the database names a row.
pub(crate) fn uid() -> ColumnDef {
    ColumnDef::new("uid").uuid().not_null().to_owned()
}

pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

/// A name, which both databases compare byte by byte. PostgreSQL would otherwise sort by the language of the machine.
pub(crate) fn name(postgres: bool) -> ColumnDef {
    let mut column = text("name");
    if postgres {
        column.extra("COLLATE \"C\"");
    }
    column
}

pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().to_owned()
}

pub(crate) fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

pub(crate) fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().to_owned()
}

pub(crate) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

pub(crate) fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().to_owned()
}

pub(crate) fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().to_owned()
}

/// A CHECK with a name, so that an error names the rule that a row broke.
pub(crate) fn check(name: &'static str, rule: impl Into<String>) -> (&'static str, Expr) {
    (name, Expr::cust(rule.into()))
}

/// A foreign key from `from.column` to the `id` of `to`.
pub(crate) fn refers(
    name: &'static str,
    from: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(name).from(from, column).to(to, "id").to_owned()
}

/// The unique index by which a row is found for its `uid`.
pub(crate) fn by_uid(table: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("{table}_uid")).table(table).col("uid").unique().to_owned()
}

pub(crate) fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

pub(crate) fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(name, table, columns).unique().to_owned()
}

/// The same index, limited to rows that meet the rule.
pub(crate) fn partial(mut index: IndexCreateStatement, rule: &'static str) -> IndexCreateStatement {
    index.and_where(Expr::cust(rule)).to_owned()
}

/// An index for pages in the order of its last column, then of the key. SQLite itself ends every index with the key.
pub(crate) fn paged(
    postgres: bool,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = index(name, table, columns);
    if postgres {
        index.col("id");
    }
    index
}
