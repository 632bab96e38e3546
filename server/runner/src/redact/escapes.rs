//! Recognizes the escape sequences of terminals (ECMA-48), byte by byte.
//!
//! A program that colours its output may put such a sequence into the middle of a secret. Deliberately absent: what
//! a sequence means.

use super::automaton::ESCAPE;

const BELL: u8 = 0x07;
/// Longest sequence in bytes. What goes on longer is read as text.
const LONGEST: usize = 4096;

/// What one byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The byte is text.
    Text,
    /// The byte belongs to a sequence that goes on.
    Inside,
    /// The byte is the last one of a sequence.
    Last,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Text,
    /// After the escape byte, and after the bytes that may follow it before the final byte.
    Begun { between: bool },
    /// In a control sequence (`ESC [`): colours, the cursor.
    Control,
    /// In a string (`ESC ]`, `ESC P` ...): titles, links.
    Line,
    /// After an escape byte in a string.
    LineEscape,
}

/// Where in a sequence a stream is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Escapes {
    at: At,
    length: usize,
}

impl Escapes {
    /// Whether the next byte is text unless it begins a sequence.
    pub(super) fn outside(self) -> bool {
        self.at == At::Text
    }

    /// Takes the next byte.
    pub(super) fn step(&mut self, byte: u8) -> Role {
        let (at, role) = if self.at == At::Text && byte != ESCAPE {
            return Role::Text;
        } else if self.length + 1 >= LONGEST {
            (At::Text, Role::Last)
        } else {
            next(self.at, byte)
        };
        self.length = if role == Role::Inside { self.length + 1 } else { 0 };
        self.at = at;
        role
    }
}

fn next(at: At, byte: u8) -> (At, Role) {
    match (at, byte) {
        (At::Text | At::Begun { .. } | At::Control, ESCAPE) => (At::Begun { between: false }, Role::Inside),
        (At::Begun { between: false } | At::LineEscape, b'[') => (At::Control, Role::Inside),
        (At::Begun { between: false } | At::LineEscape, b']' | b'P' | b'X' | b'^' | b'_') => (At::Line, Role::Inside),
        (At::Begun { .. }, 0x20..=0x2f) => (At::Begun { between: true }, Role::Inside),
        (At::Begun { .. } | At::LineEscape, 0x30..=0x7e) => (At::Text, Role::Last),
        (At::Control, 0x20..=0x3f) => (At::Control, Role::Inside),
        (At::Control, 0x40..=0x7e) => (At::Text, Role::Last),
        (At::Line, BELL | 0x18 | 0x1a) => (At::Text, Role::Last),
        (At::Line | At::LineEscape, ESCAPE) => (At::LineEscape, Role::Inside),
        (At::Line, _) => (At::Line, Role::Inside),
        (At::Text | At::Begun { .. } | At::Control | At::LineEscape, _) => (At::Text, Role::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &[u8]) -> String {
        let mut escapes = Escapes::default();
        let kept = of.iter().copied().filter(|byte| escapes.step(*byte) == Role::Text).collect();
        String::from_utf8(kept).expect("text")
    }

    #[test]
    fn sequences_are_left_out_and_nothing_else() {
        for (written, wanted) in [
            ("plain\r\n", "plain\r\n"),
            ("a\x1b[1;31mb\x1b[0mc", "abc"),
            ("a\x1b]8;;https://x\x1b\\b\x1b]0;title\x07c", "abc"),
            ("a\x1b(Bb\x1b=c\x1b#8d", "abcd"),
            ("a\x1b\nb\x1b[3\nc", "a\nb\nc"),
            ("a\x1b\x1b[mb\x1b[\x1b[mc", "abc"),
            ("a\x1bP1$r\x1b\\b", "ab"),
        ] {
            assert_eq!(text(written.as_bytes()), wanted, "{written:?}");
        }
    }

    #[test]
    fn a_sequence_without_end_becomes_text_again() {
        let endless = [b"\x1b]0;".as_slice(), &[b'x'; 5000]].concat();
        assert_eq!(text(&endless).len(), 5004 - LONGEST);
    }
}
