//! The redactors of a log, one for each stream, in front of everything else that the writer does.
//!
//! Because they come first, all offsets, counts and caps are those of the masked text. An attempt without secrets has
//! none of this.

use crate::log::Stream;
use crate::redact::{Redactor, Secrets};

/// The redactors of one log.
#[derive(Debug, Default)]
pub(super) struct Masked {
    pub(super) secrets: Secrets,
    /// In the order of the streams' codes; empty if there is nothing to mask.
    streams: Vec<Redactor>,
    clear: Vec<u8>,
}

impl Masked {
    pub(super) fn new(secrets: &Secrets) -> Self {
        let streams = [Stream::Stdout, Stream::Stderr, Stream::System];
        let streams = streams.iter().filter_map(|_| secrets.redactor()).collect();
        Self { secrets: secrets.clone(), streams, clear: Vec::new() }
    }

    /// Passes on bytes without secrets. What may be the beginning of a secret is held back.
    pub(super) fn pass(&mut self, stream: Stream, bytes: &[u8], out: impl FnOnce(&[u8])) {
        let Some(redactor) = self.streams.get_mut(usize::from(stream.code())) else { return out(bytes) };
        self.clear.clear();
        redactor.take(bytes, &mut self.clear);
        if !self.clear.is_empty() {
            out(&self.clear);
        }
    }

    /// Passes on what is held back, because nothing follows.
    pub(super) fn finish(&mut self, stream: Stream, out: impl FnOnce(&[u8])) {
        let Some(redactor) = self.streams.get_mut(usize::from(stream.code())) else { return };
        self.clear.clear();
        redactor.finish(&mut self.clear);
        if !self.clear.is_empty() {
            out(&self.clear);
        }
    }
}
