//! A document that remembers how its numbers and words are written.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::Spanned;
use std::fmt;

/// A part of a document.
#[derive(Debug, Clone)]
pub enum Node {
    /// A text, or a number, `true`, `false` or `null` with the characters that stand in the file.
    Scalar {
        /// The value that the characters spell.
        value: Value,
        /// The characters, unless the value is a text. None: it has none, as in a tag or an alias of something else.
        written: Option<String>,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(String, Node)>),
}

/// A document as the parser hands it out, with the places of its parts.
#[derive(Debug)]
pub enum Tree {
    Scalar(Value),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(String, Spanned<Tree>)>),
}

impl Node {
    /// A JSON document.
    pub fn of_json(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.into_iter().map(Self::of_json).collect()),
            Value::Object(map) => Self::Map(map.into_iter().map(|(key, value)| (key, Self::of_json(value))).collect()),
            Value::String(_) | Value::Null => Self::Scalar { value, written: None },
            Value::Number(_) | Value::Bool(_) => {
                let written = Some(value.to_string());
                Self::Scalar { value, written }
            }
        }
    }

    /// A YAML document whose text this is.
    pub fn of_yaml(tree: Spanned<Tree>, text: &str) -> Self {
        let span = tree.defined.span();
        let place = span.byte_offset().zip(span.byte_len()).and_then(|(from, length)| {
            let from = usize::try_from(from).ok()?;
            text.get(from..from + usize::try_from(length).ok()?)
        });
        match tree.value {
            Tree::List(items) => Self::List(items.into_iter().map(|item| Self::of_yaml(item, text)).collect()),
            Tree::Map(fields) => {
                Self::Map(fields.into_iter().map(|(key, value)| (key, Self::of_yaml(value, text))).collect())
            }
            Tree::Scalar(value) => scalar(value, place),
        }
    }

    /// Whether this is `null`, as an empty document is.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Scalar { value: Value::Null, .. })
    }

    /// The field of a mapping.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Self::Scalar { .. } | Self::List(_) => None,
        }
    }

    /// The text of a scalar that is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Scalar { value, .. } => value.as_str(),
            Self::List(_) | Self::Map(_) => None,
        }
    }
}

fn scalar(value: Value, place: Option<&str>) -> Node {
    let written = place.map(str::trim).filter(|text| !text.starts_with(['"', '\'', '!', '&', '*', '|', '>']));
    let number = written.and_then(|text| serde_json::from_str::<Number>(text).ok());
    match (value, number) {
        // The parser rounds numbers to binary floating point. JSON and the file have all digits.
        (Value::Number(_), Some(number)) => {
            Node::Scalar { value: Value::Number(number), written: written.map(str::to_owned) }
        }
        // A number beyond floating point is infinite for the parser. The file has all digits.
        (Value::String(text), number) if matches!(text.as_str(), ".inf" | "-.inf" | ".nan") => {
            let characters = written.map_or(text, str::to_owned);
            let value = number.map_or_else(|| Value::String(characters.clone()), Value::Number);
            Node::Scalar { value, written: Some(characters) }
        }
        (value @ Value::String(_), _) => Node::Scalar { value, written: None },
        (value, _) => Node::Scalar { value, written: written.map(str::to_owned) },
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Tree, E> {
        Ok(Tree::Scalar(Number::from_i128(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Tree, E> {
        Ok(Tree::Scalar(Number::from_u128(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Number::from_f64(value).map(|number| Tree::Scalar(Value::Number(number))).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Map(fields))
    }
}
