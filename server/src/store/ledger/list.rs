//! Pages of the ledger.
//!
//! A filter may need several queries, each of which an index answers in order: entries that begin after an instant
//! and ranges that reach over it; entries that were written as skipped and those whose runs were skipped later.

use super::entity::slot;
use super::{record, select, stored};
use crate::domain::model::{Cursor, Page, PageRequest, SlotFilter, SlotRecord};
use crate::domain::vocabulary::SlotOutcome;
use crate::store::core::page::beyond;
use crate::store::core::time::Micros;
use crate::store::schedules::entity::schedule;
use crate::store::{Result, Store};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ConnectionTrait as _, Order};

impl Store {
    /// A page of the ledger, newest first.
    pub async fn slot_list(&self, filter: &SlotFilter, page: &PageRequest) -> Result<Page<SlotRecord>> {
        let mut items = Vec::new();
        for mut query in looks(filter) {
            if let Some(cursor) = &page.cursor {
                let (at, key) = cursor.as_number()?;
                let columns = [(slot::Entity, slot::Column::FirstAt), (slot::Entity, slot::Column::Id)];
                query.and_where(beyond(columns, at, key, true));
            }
            query
                .order_by((slot::Entity, slot::Column::FirstAt), Order::Desc)
                .order_by((slot::Entity, slot::Column::Id), Order::Desc)
                .limit(u64::from(page.limit) + 1);
            for row in self.reader().query_all(&query).await? {
                items.push(record(&row)?);
            }
        }
        items.sort_unstable_by_key(|slot| std::cmp::Reverse((slot.first_at, slot.key)));
        items.truncate(page.limit as usize + 1);
        Ok(Page::cut(items, page.limit, |slot| Cursor::number(slot.first_at.timestamp_micros(), slot.key)))
    }
}

/// The queries for a filter. No entry is in two of them.
fn looks(filter: &SlotFilter) -> Vec<SelectStatement> {
    let base = common(filter);
    let with_outcome: Vec<SelectStatement> = match filter.outcome {
        None => vec![base],
        Some(SlotOutcome::Skipped) => vec![written(&base, SlotOutcome::Skipped), skipped_run(&base, true)],
        Some(SlotOutcome::Run) => vec![skipped_run(&written(&base, SlotOutcome::Run), false)],
        Some(outcome) => vec![written(&base, outcome)],
    };
    let Some(from) = filter.from_at.map(Micros::from) else { return with_outcome };
    let first_at = || Expr::col((slot::Entity, slot::Column::FirstAt));
    let begun = |query: &SelectStatement| query.clone().and_where(first_at().gte(from)).take();
    let reaches = filter.until_at.is_none_or(|until| Micros::from(until) > from);
    with_outcome.iter().map(begun).chain(reaches.then(|| across(filter, from))).collect()
}

/// Ranges that began before an instant and reach over it. They are few, so their own index is best. The condition is
/// an expression, so that SQLite does not scan all older entries by another index.
fn across(filter: &SlotFilter, from: Micros) -> SelectStatement {
    let mut query = common(&SlotFilter { until_at: None, ..filter.clone() });
    query
        .and_where(Expr::cust("\"count\" > 1"))
        .and_where(Expr::col((slot::Entity, slot::Column::LastAt)).gte(from))
        .and_where(Expr::cust("+slot.first_at").lt(from));
    if let Some(outcome) = filter.outcome {
        query.and_where(Expr::cust(format!("(outcome = '{}') IS TRUE", outcome.as_str())));
    }
    query
}

fn common(filter: &SlotFilter) -> SelectStatement {
    let mut query = select();
    if let Some(key) = filter.task_key {
        query.and_where(Expr::col((slot::Entity, slot::Column::TaskId)).eq(key));
    }
    if let Some(schedule) = filter.schedule {
        query.and_where(Expr::col((schedule::Entity, schedule::Column::Uid)).eq(schedule.0));
    }
    if let Some(until) = filter.until_at {
        query.and_where(Expr::col((slot::Entity, slot::Column::FirstAt)).lt(Micros::from(until)));
    }
    query
}

fn written(query: &SelectStatement, outcome: SlotOutcome) -> SelectStatement {
    let mut query = query.clone();
    stored(&mut query, outcome);
    query
}

fn skipped_run(query: &SelectStatement, is: bool) -> SelectStatement {
    let rule = if is { "skipped_because IS NOT NULL" } else { "skipped_because IS NULL" };
    query.clone().and_where(Expr::cust(rule)).take()
}
