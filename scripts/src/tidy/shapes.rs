//! Facts without names: tuples of three and more parts where a struct belongs, and database keys without a type.
//!
//! It reads code as text and ignores attributes and `Fn(..)`.

use super::finding::Finding;
use super::source::Source;

/// Maximum number of unnamed parts.
const MOST_PARTS: usize = 2;

/// Files in which a number may be called an id. An entry of the audit log, for example, has its number in the chain.
const NUMBERED: &str = "/entity/audit_entry.rs";

/// Findings of one file.
#[must_use]
pub fn findings(source: &Source) -> Vec<Finding> {
    if !source.is_rust() || source.is_exempt() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let code = without_attributes(&source.code);
    let finding = |at: usize, rule, message: String| Finding {
        path: source.path.clone(),
        line: code[..at].matches('\n').count() + 1,
        rule,
        message,
    };
    for (at, kind, text) in types(&code) {
        let parts = most_parts(text);
        if parts > MOST_PARTS {
            found.push(finding(
                at,
                "tuple",
                format!("{kind} holds a tuple of {parts}: give its parts names in a struct"),
            ));
        } else if kind == "a type alias" && text.trim_start().starts_with('(') && text.contains(',') {
            found.push(finding(at, "tuple", "a tuple with a name is a struct without field names".to_owned()));
        }
    }
    if source.path.starts_with("server/src/") && !source.path.ends_with(NUMBERED) {
        for (at, name) in bare_keys(&code) {
            found.push(finding(at, "bare-key", format!("`{name}: i64`: a database key is a `Key<..>`")));
        }
    }
    found
}

/// Replaces attributes by blanks and keeps the lines.
fn without_attributes(code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    for (at, _) in code.match_indices("#[").chain(code.match_indices("#![")) {
        let open = at + code[at..].find('[').unwrap_or_default();
        let end = closing(code.as_bytes(), open);
        bytes[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Position after the bracket that closes the one at `open`.
fn closing(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

/// Types of returns, aliases, and struct fields: place, kind, and text.
fn types(code: &str) -> Vec<(usize, &'static str, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("->") {
        found.push((at, "a return", &code[at + 2..type_end(code, at + 2)]));
    }
    for at in keyword(code, "type") {
        let end = type_end(code, at);
        if let Some(equals) = code[at..end].find('=') {
            found.push((at, "a type alias", &code[at + equals + 1..end]));
        }
    }
    for at in keyword(code, "struct") {
        let Some(open) = code[at..].find(['{', '(', ';']).map(|found| at + found) else { continue };
        if code.as_bytes()[open] != b';' {
            found.push((at, "a struct", &code[open + 1..closing(code.as_bytes(), open).saturating_sub(1)]));
        }
    }
    found
}

/// Positions after each occurrence of a keyword.
fn keyword<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let inside = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(word).filter_map(move |(at, _)| {
        let end = at + word.len();
        let alone = !inside(code[..at].chars().next_back()) && !inside(code[end..].chars().next());
        alone.then_some(end)
    })
}

/// The end of a type that begins at `from`: a brace, semicolon, closing bracket or comma of its own level.
fn type_end(code: &str, from: usize) -> usize {
    let bytes = code.as_bytes();
    let (mut at, mut angles) = (from, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' => at = closing(bytes, at) - 1,
            b'<' => angles += 1,
            b'>' if at > 0 && bytes[at - 1] != b'-' => angles = angles.saturating_sub(1),
            b'{' | b'}' | b';' | b')' | b']' => break,
            b',' if angles == 0 => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Number of parts of the widest tuple in a type. Parameters of `Fn(..)` do not count.
fn most_parts(text: &str) -> usize {
    let opens = text.match_indices('(').filter(|(at, _)| {
        let before = text[..*at].trim_end();
        !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
    });
    let parts = |(at, _): (usize, &str)| {
        let inside = &text[at + 1..closing(text.as_bytes(), at).saturating_sub(1).max(at + 1)];
        commas(inside) + usize::from(!inside.trim_end().ends_with(',') && !inside.trim().is_empty())
    };
    opens.map(parts).max().unwrap_or(0)
}

/// Number of commas at the outermost level.
fn commas(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut angles, mut count) = (0, 0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => at = closing(bytes, at) - 1,
            b'<' => angles += 1,
            b'>' if at > 0 && bytes[at - 1] != b'-' => angles = angles.saturating_sub(1),
            b',' if angles == 0 => count += 1,
            _ => {}
        }
        at += 1;
    }
    count
}

/// `key: i64`, `row: Option<i64>`, `task_key: &[i64]`.
fn bare_keys(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("i64") {
        let before = code[..at].trim_end_matches(['&', '[', '<', ' ']);
        let before = ["Option", "Vec"].iter().find_map(|wrap| before.strip_suffix(wrap)).unwrap_or(before);
        let Some(before) = before.trim_end_matches(['&', '[', '<', ' ']).strip_suffix(':') else { continue };
        let start = before.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_')).map_or(0, |at| at + 1);
        let name = &before[start..];
        let ends = ["_key", "_keys", "_id"].iter().any(|end| name.ends_with(end));
        if ends || ["key", "keys", "row", "rows", "id"].contains(&name) {
            found.push((at, name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(code: &str) -> Vec<String> {
        let found = findings(&Source::new("server/src/app/x.rs", code));
        found.into_iter().map(|finding| format!("{} {}", finding.line, finding.rule)).collect()
    }

    #[test]
    fn tuples_of_three_need_names() {
        assert_eq!(rules("\nfn f() -> Result<(A, B, C)> {}"), ["2 tuple"]);
        assert_eq!(rules("fn f(a: (A, B, C)) -> (A, B) { (1, 2, 3) }"), [""; 0]);
        assert_eq!(rules("fn f<F: Fn(A, B, C) -> D>(f: F) -> impl Fn(A, B, C) {}"), [""; 0]);
        assert_eq!(rules("struct S {\n a: A,\n b: Vec<(A,\n HashMap<B, C>,\n D)>,\n}"), ["1 tuple"]);
        assert_eq!(rules("struct S(A, B, C);"), [""; 0]);
        assert_eq!(rules("#[x(a, b, c)]\nstruct S { #[y(a, b, c)] a: A }"), [""; 0]);
        assert_eq!(rules("struct S(Vec<(A, B, C)>);"), ["1 tuple"]);
        assert_eq!(rules("pub type X = (A, B);"), ["1 tuple"]);
        assert_eq!(rules("type X = HashMap<A, (A, B)>;"), [""; 0]);
        assert_eq!(rules("type X = HashMap<A, (A, B, C)>;"), ["1 tuple"]);
    }

    #[test]
    fn keys_have_a_type() {
        assert_eq!(rules("struct S { key: i64, task_key: Option<i64>, count: i64, key: Key<Task> }").len(), 2);
        assert_eq!(rules("fn f(keys: &[i64], row: i64, rowing: i64) {}").len(), 2);
        assert_eq!(rules("struct Model { id: i64, task_id: Option<i64>, uid: Uuid }").len(), 2);
        assert_eq!(findings(&Source::new("server/src/store/access/entity/audit_entry.rs", "struct S { id: i64 }")), []);
    }
}
