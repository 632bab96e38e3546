//! Keyset pages: every list continues where the last page ended, never at an offset.

use sea_orm::Value;
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoColumnRef};

/// Rows beyond a cursor in the order (sort value, key).
pub(in crate::store) fn beyond<C>(columns: [C; 2], at: impl Into<Value>, key: i64, descending: bool) -> Expr
where
    C: IntoColumnRef,
{
    let row = Expr::tuple(columns.map(Expr::col));
    let cursor = Expr::tuple([Expr::value(at), Expr::value(key)]);
    if descending { row.lt(cursor) } else { row.gt(cursor) }
}
