//! Reads and writes YAML 1.2, of which JSON is a part. Nothing is changed on the way.
//!
//! Numbers keep their digits. Where a body takes only text, a number or a word such as `true` is the text that is
//! written in the file: `MODE: 0755` stays `0755`. Deliberately absent: which places take only text, which the table
//! knows. Start reading at `nodes`.

mod node;
mod places;
mod writing;

pub use self::node::Node;
pub use self::places::settled;
pub use self::writing::text;

use self::node::Tree;
use crate::table::Schema;
use serde_json::Value;
use serde_saphyr::{Spanned, options::NonFiniteFloatPolicy};

/// The only document of a text, as the value of a field that takes anything.
pub fn document(text: &str) -> Result<Value, String> {
    only(nodes(text)?).map(|node| settled(node, None))
}

/// The only document of a text, as a body of this shape.
pub fn body(text: &str, schema: &Schema) -> Result<Value, String> {
    only(nodes(text)?).map(|node| settled(node, Some(schema)))
}

/// Every document of a text, in order; empty ones are left out.
pub fn nodes(text: &str) -> Result<Vec<Node>, String> {
    if let Some(value) = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten() {
        return Ok(vec![Node::of_json(value)]);
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
    };
    let all: Result<Vec<Spanned<Tree>>, _> = serde_saphyr::from_multiple_with_options(text, options);
    let all = all.map_err(|error| format!("not valid YAML: {error}"))?;
    Ok(all.into_iter().map(|tree| Node::of_yaml(tree, text)).filter(|node| !node.is_null()).collect())
}

fn only(mut all: Vec<Node>) -> Result<Node, String> {
    match all.len() {
        1 => Ok(all.remove(0)),
        count => Err(format!("one document is expected, not {count}")),
    }
}

#[cfg(test)]
mod tests;
