//! Puts text into the places of a body that take only text.

use serde_json::Value;

use super::node::Node;
use crate::table::{Schema, TextPlace};

/// The value of a document. With a schema, numbers and words in places that take only text are the text that is
/// written; nothing written is an empty text.
pub fn settled(mut node: Node, schema: Option<&Schema>) -> Value {
    for place in schema.into_iter().flat_map(|schema| schema.texts) {
        let path: Vec<&str> = place.at.split('.').collect();
        walk(&mut node, place, &path);
    }
    value(node)
}

/// Goes down the rest of a path. The kind of the union on the way decides whether the place is there.
fn walk(node: &mut Node, place: &TextPlace, path: &[&str]) {
    if !place.kinds.is_empty() && path.len() + depth(place.of) == depth(place.at) {
        let kind = node.get("kind").and_then(Node::as_str);
        if kind.is_some_and(|kind| !place.kinds.contains(&kind)) {
            return;
        }
    }
    match (path, node) {
        ([], node) => be_text(node, place.nullable),
        (["*", rest @ ..], Node::List(items)) => items.iter_mut().for_each(|item| walk(item, place, rest)),
        (["{}", rest @ ..], Node::Map(fields)) => fields.iter_mut().for_each(|(_, value)| walk(value, place, rest)),
        ([name, rest @ ..], Node::Map(fields)) => {
            let found = fields.iter_mut().filter(|(key, _)| key == name);
            found.for_each(|(_, value)| walk(value, place, rest));
        }
        _ => {}
    }
}

fn depth(path: &str) -> usize {
    if path.is_empty() { 0 } else { path.split('.').count() }
}

fn be_text(node: &mut Node, nullable: bool) {
    let Node::Scalar { value, written: Some(written) } = node else { return };
    let is_text = match value {
        Value::Null => written.is_empty() && !nullable,
        _ => !value.is_string(),
    };
    if is_text {
        *node = Node::Scalar { value: Value::String(std::mem::take(written)), written: None };
    }
}

fn value(node: Node) -> Value {
    match node {
        Node::Scalar { value, .. } => value,
        Node::List(items) => Value::Array(items.into_iter().map(value).collect()),
        Node::Map(fields) => Value::Object(fields.into_iter().map(|(key, node)| (key, value(node))).collect()),
    }
}
