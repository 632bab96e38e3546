//! The rules for names in the contract: each is one schema, to which the property of a name refers.
//!
//! A property is text in Rust and gets its schema by `#[schema(value_type = Name)]`, because utoipa takes patterns as
//! literals only, and a pattern must not be written twice. Deliberately absent: the rules, which are in
//! `domain::names`.

use crate::domain::names::NameRule;
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident ($subject:literal, $example:literal) = $rule:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema_of($subject, $example, &NameRule::$rule)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

name!(
    /// Name of a task, a calendar or a pool.
    Name ("A name", "nightly-backup") = NAME
);
name!(
    /// What names of imported tasks begin with.
    NamePrefix ("A prefix may be empty,", "legacy-") = PREFIX
);
name!(
    /// Key of a schedule or trigger within its task.
    ItemKey ("A key", "nightly") = ITEM_KEY
);
name!(
    /// Name with which a user logs in.
    LoginName ("A login name", "ada@example.org") = LOGIN
);
name!(
    /// Name of a param of a task.
    ParamName ("The name of a param", "day") = PARAM
);

fn schema_of(subject: &str, example: &str, rule: &NameRule) -> RefOr<Schema> {
    let least = usize::from(!rule.may_be_empty);
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(format!("{subject} {}.", rule.words())))
        .min_length(Some(least))
        .max_length(Some(rule.max))
        .pattern(Some(rule.pattern()))
        .examples([example])
        .into()
}
