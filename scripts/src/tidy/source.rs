//! One file as the rules see it: its text, and its code with comments, strings and test modules blanked out.
//!
//! Lines keep their numbers and columns, so findings point to the right place.

/// A file of the repository.
pub struct Source {
    /// Path from the root, with `/`.
    pub path: String,
    /// The file as it is.
    pub text: String,
    /// The same text with comments, strings and `#[cfg(test)]` modules replaced by spaces.
    pub code: String,
}

impl Source {
    /// Prepares a file.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        let blanked = if path.ends_with(".rs") { without_tests(&blank(text)) } else { text.to_owned() };
        Self { path: path.to_owned(), text: text.to_owned(), code: blanked }
    }

    /// Whether this is Rust.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file is exempt from budgets and room rules, as tests, generated files and migrations are.
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        let path = &self.path;
        path.contains("/generated/")
            || path.contains("/tests/")
            || path.contains(".spec.")
            || path.contains(".test.")
            || path.starts_with("e2e/journeys/")
            || path.ends_with("tests.rs")
            || (path.starts_with("migrations/src/m") && path != "migrations/src/lib.rs")
            || self.text.lines().take(3).any(|line| line.contains("@generated"))
    }

    /// The room of `server/src` that contains this file: a folder, or the stem of a file beside `lib.rs`.
    #[must_use]
    pub fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("server/src/")?;
        let first = inside.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }

    /// The folder of the room of `server/src` that contains this file.
    #[must_use]
    pub fn room_folder(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("server/src/")?;
        let end = inside.find('/')?;
        Some(&self.path[.."server/src/".len() + end])
    }

    /// Lines of code with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Position after a comment, string or character that begins at `at`; `None` if code begins there.
fn skipped(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return Some(at + find(rest, b"*/").map_or(rest.len(), |end| end + 2));
    }
    let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    if rest.first() == Some(&b'r') && !in_word {
        let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let end: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
            let body = 2 + hashes;
            return Some(at + body + find(&rest[body..], &end).map_or(rest.len() - body, |found| found + end.len()));
        }
    }
    match rest.first() {
        Some(b'"') => Some(at + quoted(rest, b'"')),
        Some(b'\'') if rest.get(1) == Some(&b'\\') => Some(at + quoted(rest, b'\'')),
        Some(b'\'') => {
            let width =
                std::str::from_utf8(&rest[1..rest.len().min(6)]).map_or_else(|error| error.valid_up_to(), str::len);
            let letter = std::str::from_utf8(&rest[1..=width]).ok()?.chars().next()?.len_utf8();
            (rest.get(1 + letter) == Some(&b'\'')).then_some(at + letter + 2)
        }
        _ => None,
    }
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        match skipped(bytes, at) {
            Some(end) => {
                let end = end.min(bytes.len());
                wipe(&mut code[at..end]);
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

fn wipe(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn without_tests(code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    let mut from = 0;
    let next = |bytes: &[u8]| find(bytes, b"#[cfg(test)]").into_iter().chain(find(bytes, b"#[cfg(all(test")).min();
    while let Some(found) = next(&bytes[from..]) {
        let start = from + found;
        let end = block_end(&bytes, start);
        wipe(&mut bytes[start..end]);
        from = end;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Position after the item that begins at `start`: after its closing brace, or its semicolon if it has no braces.
#[must_use]
pub fn block_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            b';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::new("server/src/app/x.rs", text).code
    }

    #[test]
    fn comments_strings_and_characters_are_not_code() {
        assert_eq!(code("a // b\nc").trim_end(), "a     \nc");
        assert!(!code("let x = \"sea_orm \\\" sea_orm\"; y").contains("sea_orm"));
        assert!(!code("let x = r#\"a \" sea_orm\"#; y").contains("sea_orm"));
        assert!(code("let x = '\"'; sea_orm").contains("sea_orm"));
        assert!(code("let x = '\\''; sea_orm").contains("sea_orm"));
        assert!(code("fn f<'a>(x: &'a str) { sea_orm }").contains("sea_orm"));
        assert!(!code("/* sea_orm\n */ x").contains("sea_orm"));
        assert!(code("let x = 'ü'; sea_orm").contains("sea_orm"));
    }

    #[test]
    fn test_modules_are_not_code() {
        let blanked = code("fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { sea_orm }\n}\nfn c() {}\n");
        assert!(!blanked.contains("sea_orm"));
        assert!(blanked.contains("fn c"));
        assert_eq!(blanked.lines().count(), 6);
    }
}
