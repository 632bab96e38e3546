//! Pages of lists. The end of a page is a value that every room can use.

use crate::domain::core::json;
use crate::domain::keys::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A text that is not a cursor of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCursor;

/// The end of a page: the sort value of its last item, and the place of that item among those with the same value. It
/// is opaque text on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Sort value of the last item.
    pub at: CursorValue,
    /// Its place among the items with that value.
    pub tie: Tie,
}

/// The place of an item among those with the same sort value: the key of its row, in whatever table, or the number of
/// such items before it. Lists only compare it; no row is looked up by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie(pub i64);

impl<T> From<Key<T>> for Tie {
    fn from(key: Key<T>) -> Self {
        Self(key.number())
    }
}

/// Sort value of a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CursorValue {
    /// An instant or number.
    Number(i64),
    /// A name.
    Text(String),
}

impl Cursor {
    /// Creates a cursor after an item of a list sorted by numbers.
    pub fn number(at: i64, tie: impl Into<Tie>) -> Self {
        Self { at: CursorValue::Number(at), tie: tie.into() }
    }

    /// Creates a cursor after an item whose number no other item has.
    pub const fn unique(at: i64) -> Self {
        Self { at: CursorValue::Number(at), tie: Tie(0) }
    }

    /// Creates a cursor after an item of a list sorted by texts.
    pub fn text(at: String, tie: impl Into<Tie>) -> Self {
        Self { at: CursorValue::Text(at), tie: tie.into() }
    }

    /// The number and the place, if the cursor belongs to a list sorted by numbers.
    pub fn as_number(&self) -> Result<(i64, Tie), BadCursor> {
        match self.at {
            CursorValue::Number(at) => Ok((at, self.tie)),
            CursorValue::Text(_) => Err(BadCursor),
        }
    }

    /// The text and the place, if the cursor belongs to a list sorted by texts.
    pub fn as_text(&self) -> Result<(&str, Tie), BadCursor> {
        match &self.at {
            CursorValue::Text(at) => Ok((at, self.tie)),
            CursorValue::Number(_) => Err(BadCursor),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_vec(&(&self.at, self.tie.0)).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| BadCursor)?;
        let (at, tie) = json::read(&text).map_err(|_| BadCursor)?;
        Ok(Self { at, tie: Tie(tie) })
    }
}

/// The requested page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Maximum number of items.
    pub limit: u32,
    /// The end of the previous page; none: the first page.
    pub cursor: Option<Cursor>,
}

impl PageRequest {
    /// Requests the first page.
    pub const fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// Where the next page begins; none: this is the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page with converted items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }

    /// The same page with converted items; the first error, if one cannot be converted.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page { items: self.items.into_iter().map(change).collect::<Result<_, E>>()?, next: self.next })
    }

    /// Makes a page of rows that were read with one more than the limit.
    pub fn cut(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}
