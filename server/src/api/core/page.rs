//! Pages of lists: `limit`, an opaque keyset `cursor`, `items` and `next_cursor`.

macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The items.
            pub items: Vec<$item>,
            /// Where the next page begins; null: this is the last.
            pub next_cursor: Option<String>,
        }
    };
}
pub(in crate::api) use page;
