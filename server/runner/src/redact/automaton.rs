//! The search for many texts at once, one byte at a time: an Aho-Corasick automaton with the depth of its states.
//!
//! The depth of a state is how many of the newest bytes may still be the beginning of a text. It says what a stream
//! must hold back. All matches are found, also those that overlap, because each of them must be masked.

use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

/// Begins an escape sequence, which may interrupt a text anywhere.
pub(super) const ESCAPE: u8 = 0x1b;

/// Where the search is in a stream.
pub(super) type State = StateID;

/// An automaton for a fixed list of texts.
pub(super) struct Automaton {
    nfa: NFA,
    start: State,
    /// How many bytes each state holds back, sorted by state.
    depths: Vec<(State, u32)>,
    /// One bit for each pair of bytes: whether a text begins with them, at once or after an escape
    /// sequence.
    pairs: Vec<u64>,
}

impl Automaton {
    /// Builds the automaton for sorted texts without repetitions, of at least two bytes each.
    pub(super) fn new(texts: &[Vec<u8>]) -> Self {
        let mut builder = NFA::builder();
        builder.match_kind(MatchKind::Standard).prefilter(false);
        let nfa = builder.build(texts).expect("the plan's limits keep the texts far below 2^31 bytes");
        let start = nfa.start_state(Anchored::No).expect("searches without an anchor are always supported");
        let mut depths = Vec::with_capacity(texts.iter().map(Vec::len).sum());
        let mut pairs = vec![0_u64; 1 << 10];
        for text in texts {
            let mut state = start;
            for (depth, byte) in (1..).zip(text) {
                state = nfa.next_state(Anchored::No, state, *byte);
                depths.push((state, depth));
            }
            set(&mut pairs, pair(text[0], text[1]));
            set(&mut pairs, pair(text[0], ESCAPE));
        }
        depths.sort_unstable();
        depths.dedup();
        let mut built = Self { nfa, start, depths, pairs };
        built.close(texts);
        built
    }

    /// Gives the state at the end of each text, if no longer text goes on from there, the depth of the longest
    /// beginning of a text that remains, so that a masked secret is not held back.
    fn close(&mut self, texts: &[Vec<u8>]) {
        let leaves = texts.iter().zip(texts.iter().skip(1).map(Some).chain([None]));
        let leaves = leaves.filter(|(text, next)| next.is_none_or(|next| !next.starts_with(text)));
        let mut leaves: Vec<&Vec<u8>> = leaves.map(|(text, _)| text).collect();
        // What remains is shorter, and may itself be a text that ends here.
        leaves.sort_by_key(|text| text.len());
        for text in leaves {
            let walk = |bytes: &[u8]| bytes.iter().fold(self.start, |state, byte| self.next(state, *byte));
            let (whole, rest) = (walk(text), walk(&text[1..]));
            let depth = u32::try_from(self.depth(rest)).expect("a part of a text");
            if let Ok(at) = self.depths.binary_search_by_key(&whole, |(state, _)| *state) {
                self.depths[at].1 = depth;
            }
        }
    }

    /// The state in which nothing may be the beginning of a text.
    pub(super) const fn start(&self) -> State {
        self.start
    }

    pub(super) fn next(&self, state: State, byte: u8) -> State {
        self.nfa.next_state(Anchored::No, state, byte)
    }

    /// Length of the longest text that ends here.
    pub(super) fn found(&self, state: State) -> Option<usize> {
        if !self.nfa.is_match(state) {
            return None;
        }
        let all = 0..self.nfa.match_len(state);
        all.map(|index| self.nfa.pattern_len(self.nfa.match_pattern(state, index))).max()
    }

    /// How many of the newest bytes may be the beginning of a text.
    pub(super) fn depth(&self, state: State) -> usize {
        let at = self.depths.binary_search_by_key(&state, |(state, _)| *state);
        at.map_or(0, |at| self.depths[at].1 as usize)
    }

    /// Number of the first bytes that certainly begin no text and are no escape. The last byte is never among them,
    /// because it may begin a text together with the next one.
    pub(super) fn skip(&self, bytes: &[u8]) -> usize {
        let interesting = |two: &[u8]| two[0] == ESCAPE || get(&self.pairs, pair(two[0], two[1]));
        bytes.windows(2).position(interesting).unwrap_or(bytes.len().saturating_sub(1))
    }
}

const fn pair(first: u8, second: u8) -> usize {
    ((first as usize) << 8) | second as usize
}

fn set(bits: &mut [u64], at: usize) {
    bits[at >> 6] |= 1 << (at & 63);
}

fn get(bits: &[u64], at: usize) -> bool {
    bits[at >> 6] >> (at & 63) & 1 == 1
}
