//! Operations on the ledger, except its list: sums, and backfills.
//!
//! Deliberately absent: computing slots, and deciding what becomes of them. Start reading at `backfills`.

pub mod backfills;
pub mod expect;
pub mod summary;
use crate::api::core::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on the ledger.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(backfills::backfill_create))
        .routes(routes!(backfills::backfill_list))
        .routes(routes!(backfills::backfill_view))
        .routes(routes!(backfills::backfill_cancel))
        .routes(routes!(summary::slot_summary))
}
