//! Queries of every subject: pages of lists (`limit`, an opaque keyset `cursor`, `items` and `next_cursor`), and dry
//! runs.

use serde::Deserialize;
use utoipa::IntoParams;

macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The items of the page.
            pub items: Vec<$item>,
            /// Where the next page begins; null: this is the last page.
            pub next_cursor: Option<String>,
        }

        impl From<crate::domain::model::Page<$item>> for $name {
            fn from(page: crate::domain::model::Page<$item>) -> Self {
                let crate::domain::model::Page { items, next } = page;
                Self { items, next_cursor: next.map(|cursor| cursor.to_string()) }
            }
        }
    };
}
pub(in crate::api) use page;

/// Paging of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
}

/// Paging of a list whose items have names.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NamedPageQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only names that contain this text, in upper or lower case.
    #[param(max_length = 200)]
    pub text: Option<String>,
}

/// Whether to save.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DryRunQuery {
    /// Check everything but save nothing.
    #[param(default = false)]
    pub dry_run: Option<bool>,
}
