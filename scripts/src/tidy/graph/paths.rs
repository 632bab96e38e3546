//! Paths of Rust code: the tree of a `use`, flattened, and every `a::b::c` elsewhere.
//!
//! It reads tokens without parsing Rust, so names in macros and generics count like any other.

/// `use a::b as c`: the path, its name in this file, and whether others may use it from here.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// Segments as written: `["super", "b"]`; a glob ends with `*`.
    pub path: Vec<String>,
    /// The name in this module; empty for a glob and for `as _`.
    pub name: String,
    /// Whether it is `pub` in any form.
    pub public: bool,
}

/// What one file says about other files.
#[derive(Debug, Default)]
pub struct Paths {
    /// Its `use` lines, one for each leaf.
    pub imports: Vec<Import>,
    /// Paths of two and more segments outside of `use`.
    pub named: Vec<Vec<String>>,
    /// Names of items that are defined here.
    pub defined: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Colons,
    Mark(u8),
}

const ITEMS: &[&str] = &["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules"];

/// Reads code with comments and strings blanked out.
#[must_use]
pub fn read(code: &str) -> Paths {
    let tokens = tokens(code);
    let mut paths = Paths::default();
    let mut at = 0;
    let mut public = false;
    while at < tokens.len() {
        match tokens[at] {
            Token::Word("use") if !matches!(tokens.get(at + 1), Some(Token::Mark(b'<'))) => {
                at = tree(&tokens, at + 1, &[], public, &mut paths.imports);
                public = false;
            }
            Token::Word("pub") => {
                public = true;
                at = after_visibility(&tokens, at + 1);
            }
            Token::Word(word) => {
                public = false;
                if let (true, Some(Token::Word(name))) = (ITEMS.contains(&word), item_name(&tokens, at)) {
                    paths.defined.push(name.to_owned());
                }
                at = path(&tokens, at, &mut paths.named);
            }
            _ => {
                public = false;
                at += 1;
            }
        }
    }
    paths
}

/// The name of an item whose keyword is at `at`; `macro_rules!` has a mark in between.
fn item_name<'a>(tokens: &[Token<'a>], at: usize) -> Option<Token<'a>> {
    let after = if tokens.get(at + 1) == Some(&Token::Mark(b'!')) { at + 2 } else { at + 1 };
    tokens.get(after).copied()
}

/// Position after `(crate)` or `(in a::b)`.
fn after_visibility(tokens: &[Token], at: usize) -> usize {
    if tokens.get(at) != Some(&Token::Mark(b'(')) {
        return at;
    }
    let close = tokens[at..].iter().position(|token| *token == Token::Mark(b')'));
    close.map_or(tokens.len(), |found| at + found + 1)
}

/// Collects a path `a::b::c` that begins at `at`. Returns the position after it.
fn path(tokens: &[Token], at: usize, named: &mut Vec<Vec<String>>) -> usize {
    let mut segments = Vec::new();
    let mut next = at;
    while let Some(Token::Word(word)) = tokens.get(next) {
        segments.push((*word).to_owned());
        next += 1;
        if tokens.get(next) != Some(&Token::Colons) {
            break;
        }
        next += 1;
    }
    // `.await::<T>` and `value.method::<T>()` begin with a dot and are not paths.
    let of_value = at > 0 && tokens[at - 1] == Token::Mark(b'.');
    if segments.len() > 1 && !of_value {
        named.push(segments);
    }
    next.max(at + 1)
}

/// Flattens one tree that begins at `at`. Returns the position after it.
fn tree(tokens: &[Token], at: usize, before: &[String], public: bool, found: &mut Vec<Import>) -> usize {
    let mut path = before.to_vec();
    let mut at = at;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Word("as") => {
                let name = match tokens.get(at + 1) {
                    Some(Token::Word(name)) if *name != "_" => (*name).to_owned(),
                    _ => String::new(),
                };
                found.push(Import { path, name, public });
                return at + 2;
            }
            Token::Word(word) => path.push((*word).to_owned()),
            Token::Mark(b'*') => {
                path.push("*".to_owned());
                found.push(Import { path, name: String::new(), public });
                return at + 1;
            }
            Token::Mark(b'{') => return group(tokens, at + 1, &path, public, found),
            Token::Colons => {}
            Token::Mark(_) => break,
        }
        at += 1;
    }
    leaf(path, before, public, found);
    at
}

fn leaf(path: Vec<String>, before: &[String], public: bool, found: &mut Vec<Import>) {
    let mut path = path;
    if path.len() == before.len() {
        return;
    }
    // `a::b::{self}` is `a::b`.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let name = path.last().cloned().unwrap_or_default();
    found.push(Import { path, name, public });
}

fn group(tokens: &[Token], at: usize, before: &[String], public: bool, found: &mut Vec<Import>) -> usize {
    let mut at = at;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Mark(b'}') => return at + 1,
            Token::Mark(b',') => at += 1,
            _ => at = tree(tokens, at, before, public, found).max(at + 1),
        }
    }
    at
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let bytes = code.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphabetic() || byte == b'_' {
            let end = bytes[at..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
            let end = end.map_or(bytes.len(), |length| at + length);
            tokens.push(Token::Word(&code[at..end]));
            at = end;
        } else if bytes[at..].starts_with(b"::") {
            tokens.push(Token::Colons);
            at += 2;
        } else {
            if byte.is_ascii_punctuation() {
                tokens.push(Token::Mark(byte));
            }
            at += 1;
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(code: &str) -> Vec<String> {
        let show = |import: Import| format!("{}={}", import.path.join("::"), import.name);
        read(code).imports.into_iter().map(show).collect()
    }

    #[test]
    fn trees_are_flattened() {
        assert_eq!(imports("use crate::a::B;"), ["crate::a::B=B"]);
        assert_eq!(
            imports("use super::{a, b::{self, C as D,\n e::*},};"),
            ["super::a=a", "super::b=b", "super::b::C=D", "super::b::e::*="]
        );
        assert_eq!(imports("pub(crate) use self::a::B as _;\nuse c::D;"), ["self::a::B=", "c::D=D"]);
    }

    #[test]
    fn visibility_is_that_of_its_own_line() {
        let paths = read("pub fn a() {}\nuse b::C;\npub(in crate::x) use d::E;");
        assert_eq!(paths.imports.iter().map(|import| import.public).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn paths_outside_of_use_are_named() {
        let paths = read("fn f(x: super::a::B) { c::d(); x.e::<f>(); crate::g::h::<i::J>() }");
        let named: Vec<_> = paths.named.iter().map(|path| path.join("::")).collect();
        assert_eq!(named, ["super::a::B", "c::d", "crate::g::h", "i::J"]);
        assert_eq!(paths.defined, ["f"]);
    }
}
