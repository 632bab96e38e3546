//! A closed list of facts that people and programs read: each has a code, arguments, and one English sentence.
//!
//! Like `domain::reason`, but for facts that one subject decides alone. A fact is stored and sent as `code` and `args`,
//! and the sentence is made from them. Deliberately absent: reading a fact back from its sentence.

/// Makes the enum of the facts, with `code()` and `words()`, and the enum of their codes.
macro_rules! coded {
    (
        $(#[$doc:meta])* $name:ident, $(#[$code_doc:meta])* $code:ident {
            $($(#[$variant_doc:meta])* $variant:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? } => $words:expr),+
            $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "code", content = "args", rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant { $($(#[$field_doc])* $field: $kind),* },)+
        }

        $(#[$code_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $code {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Returns the code.
            pub fn code(&self) -> $code {
                match self {
                    $(Self::$variant { .. } => $code::$variant,)+
                }
            }

            /// Returns the fact whose code and arguments count: itself.
            pub const fn main(&self) -> &Self {
                self
            }

            /// Returns the fact in English.
            #[allow(unused_variables, reason = "not every sentence mentions every argument")]
            pub fn words(&self) -> String {
                match self {
                    $(Self::$variant { $($field),* } => $words,)+
                }
            }
        }
    };
}
pub(in crate::domain) use coded;
