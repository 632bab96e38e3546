//! The redactor of one stream: masks secrets in bytes that come in pieces.
//!
//! Two searches run at once, one over the bytes as they are, one over the text without escape sequences. They are in
//! the same state almost always, and then cost as much as one. What may be the beginning of a secret is held back
//! until the next bytes disprove it, so how the stream is cut into pieces never matters. Memory is bounded by the
//! longest secret. Start reading at [`Redactor::take`].

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::automaton::{Automaton, State};
use super::escapes::{Escapes, Role};

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Most bytes of escape sequences inside of one secret.
const STRIPPED_MAX: usize = 64 * 1024;

/// Masks secrets in one stream of bytes. Offsets count the bytes of the stream.
pub struct Redactor {
    secrets: Arc<Automaton>,
    /// Bytes that were not given out yet, the offset of the first, and how many of them were searched.
    held: Vec<u8>,
    base: usize,
    searched: usize,
    /// Search over all bytes.
    whole: State,
    /// Search over the bytes outside of escape sequences.
    text: State,
    escapes: Escapes,
    /// Escape sequences since the text began that `text` may know the beginning of.
    stripped: VecDeque<Range<usize>>,
    /// What must be masked, in order, without overlaps.
    found: VecDeque<Range<usize>>,
    /// End of the newest mask that was given out. Further secrets that begin here belong to the same mask.
    masked: Option<usize>,
}

impl std::fmt::Debug for Redactor {
    /// Shows nothing of the secrets or of what is held back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    pub(super) fn new(secrets: Arc<Automaton>) -> Self {
        let start = secrets.start();
        Self {
            secrets,
            held: Vec::new(),
            base: 0,
            searched: 0,
            whole: start,
            text: start,
            escapes: Escapes::default(),
            stripped: VecDeque::new(),
            found: VecDeque::new(),
            masked: None,
        }
    }

    /// Takes the next bytes and appends what is decided to `out`.
    pub fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(bytes);
        while self.searched < self.held.len() {
            if self.idle() {
                self.searched += self.secrets.skip(&self.held[self.searched..]);
            }
            self.step();
        }
        self.release(self.undecided(), out);
    }

    /// Appends what is held back, because the stream has ended. The redactor is as new afterwards.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.release(self.base + self.held.len(), out);
        *self = Self { held: std::mem::take(&mut self.held), ..Self::new(Arc::clone(&self.secrets)) };
    }

    /// Number of bytes that are held back.
    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.held.len()
    }

    /// Whether nothing so far can be the beginning of a secret.
    fn idle(&self) -> bool {
        let start = self.secrets.start();
        self.whole == start && self.text == start && self.escapes.outside()
    }

    /// Searches one more byte.
    fn step(&mut self) {
        let byte = self.held[self.searched];
        self.searched += 1;
        let end = self.base + self.searched;
        let together = self.whole == self.text && self.stripped.is_empty();
        self.whole = self.secrets.next(self.whole, byte);
        if let Some(length) = self.secrets.found(self.whole) {
            self.mask(end - length..end);
        }
        match self.escapes.step(byte) {
            Role::Text if together => self.text = self.whole,
            Role::Text => {
                self.text = self.secrets.next(self.text, byte);
                if self.text == self.secrets.start() {
                    self.stripped.clear();
                } else if let Some(length) = self.secrets.found(self.text) {
                    self.mask(self.back(end, length)..end);
                }
            }
            role => self.strip(end, role),
        }
    }

    /// Notes a byte of an escape sequence, unless no secret can have begun before it.
    fn strip(&mut self, end: usize, role: Role) {
        if self.text == self.secrets.start() {
            return;
        }
        match self.stripped.back_mut() {
            Some(newest) if newest.end == end - 1 => newest.end = end,
            _ => self.stripped.push_back(end - 1..end),
        }
        let depth = self.secrets.depth(self.text);
        if role == Role::Last && end - self.back(end, depth) > depth + STRIPPED_MAX {
            self.text = self.secrets.start();
            self.stripped.clear();
        }
    }

    /// Where the last `length` bytes of text before `end` begin.
    fn back(&self, end: usize, length: usize) -> usize {
        let (mut at, mut left) = (end, length);
        for stripped in self.stripped.iter().rev() {
            let between = at - stripped.end;
            if left <= between {
                break;
            }
            left -= between;
            at = stripped.start;
        }
        at - left
    }

    /// Where the part begins that may still turn out to be a secret.
    fn undecided(&self) -> usize {
        let end = self.base + self.searched;
        let whole = end - self.secrets.depth(self.whole);
        match self.secrets.depth(self.text) {
            0 => whole,
            depth => whole.min(self.back(end, depth)),
        }
    }

    fn mask(&mut self, mut range: Range<usize>) {
        while let Some(last) = self.found.back().filter(|last| last.end >= range.start) {
            range.start = range.start.min(last.start);
            range.end = range.end.max(last.end);
            self.found.pop_back();
        }
        self.found.push_back(range);
    }

    /// Gives out everything before an offset.
    fn release(&mut self, until: usize, out: &mut Vec<u8>) {
        let mut at = self.base;
        while let Some(found) = self.found.front_mut().filter(|found| found.start < until) {
            out.extend_from_slice(&self.held[at - self.base..found.start - self.base]);
            if self.masked != Some(found.start) {
                out.extend_from_slice(MASK.as_bytes());
            }
            at = found.end.min(until);
            self.masked = Some(at);
            if found.end > until {
                found.start = until;
                break;
            }
            self.found.pop_front();
        }
        out.extend_from_slice(&self.held[at - self.base..until - self.base]);
        self.held.drain(..until - self.base);
        self.searched -= until - self.base;
        self.base = until;
        while self.stripped.front().is_some_and(|stripped| stripped.end <= until) {
            self.stripped.pop_front();
        }
    }
}
