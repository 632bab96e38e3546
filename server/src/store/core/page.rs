//! Lists: pages that continue where the last page ended, never at an offset, and texts that are looked for.

use crate::domain::model::Tie;
use sea_orm::Value;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr};

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
