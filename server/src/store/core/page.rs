//! Lists: pages that continue where the last page ended, never at an offset, and texts that are looked for.

use crate::domain::model::{Cursor, Page, PageRequest, Tie};
use crate::store::Result;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Value};

/// A page of the rows of a query, newest first. The columns hold when a row was made, and its key; `place` reads both.
pub(in crate::store) async fn newest_first<E: EntityTrait>(
    reader: &impl ConnectionTrait,
    mut query: Select<E>,
    columns: [E::Column; 2],
    page: &PageRequest,
    place: impl Fn(&E::Model) -> Cursor,
) -> Result<Page<E::Model>> {
    if let Some(cursor) = &page.cursor {
        let (at, tie) = cursor.as_number()?;
        query = query.filter(beyond(columns, at, tie, true));
    }
    let query = query.order_by_desc(columns[0]).order_by_desc(columns[1]);
    let rows = query.limit(u64::from(page.limit) + 1).all(reader).await?;
    Ok(Page::cut(rows, page.limit, place))
}

/// A page of the rows of a query by name. The columns hold the name of a row, and its key; `place` reads both.
pub(in crate::store) async fn in_name_order<E: EntityTrait>(
    reader: &impl ConnectionTrait,
    mut query: Select<E>,
    columns: [E::Column; 2],
    page: &PageRequest,
    place: impl Fn(&E::Model) -> Cursor,
) -> Result<Page<E::Model>> {
    if let Some(cursor) = &page.cursor {
        let (name, tie) = cursor.as_text()?;
        query = query.filter(beyond(columns, name, tie, false));
    }
    let query = query.order_by_asc(columns[0]).order_by_asc(columns[1]);
    let rows = query.limit(u64::from(page.limit) + 1).all(reader).await?;
    Ok(Page::cut(rows, page.limit, place))
}

/// Rows beyond a cursor in the order (sort value, key of the row).
pub(in crate::store) fn beyond<C>(columns: [C; 2], at: impl Into<Value>, tie: Tie, descending: bool) -> Expr
where
    C: IntoColumnRef,
{
    let row = Expr::tuple(columns.map(Expr::col));
    let cursor = Expr::tuple([Expr::value(at), Expr::value(tie.0)]);
    if descending { row.lt(cursor) } else { row.gt(cursor) }
}

/// Rows whose column contains a text, in upper or lower case.
pub(in crate::store) fn containing(column: impl IntoColumnRef, text: &str) -> Expr {
    let lower = Expr::from(Func::lower(Expr::col(column)));
    lower.like(LikeExpr::new(format!("%{}%", escaped(&text.to_lowercase()))).escape('!'))
}

/// A text in a pattern of LIKE that stands for itself. `!` is the escape character.
pub(in crate::store) fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
