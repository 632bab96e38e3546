//! One frame of a log file: a header of 28 bytes, then the payload.
//!
//! Little endian: magic `Or` (2), kind (1), stream (1), payload length (4), time in microseconds UTC (8), logical
//! offset (8), CRC32 (4) of the first 24 bytes and the payload. The checksum starts from the attempt's id, so a
//! reader that looks for the next good frame never takes frames of another log, printed by a command, for frames of
//! this one.

use crc32fast::Hasher;

/// Length of a frame's header in bytes.
pub(crate) const HEADER: usize = 28;
/// Largest payload that readers accept. Only an exit record with a result comes near 1 MiB.
pub(crate) const PAYLOAD_MAX: usize = 8 * 1024 * 1024;
/// Largest payload of a data frame.
pub(crate) const DATA_MAX: usize = 64 * 1024;
/// The first two bytes of every frame.
pub(crate) const MAGIC: [u8; 2] = *b"Or";
/// Last bytes of an exit frame's payload. Before them stands the payload's length without this trailer (4 bytes).
pub(crate) const TRAILER: [u8; 4] = *b"OrcX";

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity = 1,
    Segment = 2,
    Started = 3,
    Data = 4,
    Gap = 5,
    Rolled = 6,
    Exit = 7,
}

/// A frame's header without its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) stream: u8,
    pub(crate) length: usize,
    pub(crate) at_micros: i64,
    pub(crate) offset: u64,
}

/// Checksum state after an attempt's id.
#[derive(Clone, Debug)]
pub(crate) struct Seed(Hasher);

/// Makes the libraries used for logs detect the processor's features now.
pub(crate) fn warm() {
    let sample = [0_u8; HEADER];
    Seed::new("").checksum(&sample, &sample);
    let _found = (memchr::memchr(1, &sample), memchr::memrchr(1, &sample), memchr::memchr_iter(1, &sample).count());
}

impl Seed {
    pub(crate) fn new(attempt: &str) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(attempt.as_bytes());
        Self(hasher)
    }

    fn checksum(&self, head: &[u8], payload: &[u8]) -> [u8; 4] {
        let mut hasher = self.0.clone();
        hasher.update(head);
        hasher.update(payload);
        hasher.finalize().to_le_bytes()
    }
}

/// Appends one frame to `into`. The header's length is taken from the payload, not from `head`.
pub(crate) fn encode(into: &mut Vec<u8>, seed: &Seed, head: Head, payload: &[u8]) {
    let start = into.len();
    let length = u32::try_from(payload.len()).expect("payloads are far below 4 GiB");
    into.extend_from_slice(&MAGIC);
    into.extend_from_slice(&[head.kind as u8, head.stream]);
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&head.at_micros.to_le_bytes());
    into.extend_from_slice(&head.offset.to_le_bytes());
    let checksum = seed.checksum(&into[start..], payload);
    into.extend_from_slice(&checksum);
    into.extend_from_slice(payload);
}

/// Result of parsing the start of a byte slice.
#[derive(Debug, PartialEq)]
pub(crate) enum Parsed<'a> {
    /// A good frame.
    Frame(Head, &'a [u8]),
    /// Possibly the start of a frame; at least this many bytes are needed.
    Short(usize),
    /// Not a frame, or a damaged one.
    Bad,
}

/// Parses the frame at the start of `bytes`.
pub(crate) fn parse<'a>(bytes: &'a [u8], seed: &Seed) -> Parsed<'a> {
    if bytes.len() < HEADER {
        return if bytes.starts_with(&MAGIC[..bytes.len().min(2)]) { Parsed::Short(HEADER) } else { Parsed::Bad };
    }
    let Some(head) = head_of(bytes) else { return Parsed::Bad };
    let total = HEADER + head.length;
    if bytes.len() < total {
        return Parsed::Short(total);
    }
    let payload = &bytes[HEADER..total];
    if seed.checksum(&bytes[..24], payload) == bytes[24..28] { Parsed::Frame(head, payload) } else { Parsed::Bad }
}

fn head_of(bytes: &[u8]) -> Option<Head> {
    let kind = match bytes[2] {
        1 => Kind::Identity,
        2 => Kind::Segment,
        3 => Kind::Started,
        4 => Kind::Data,
        5 => Kind::Gap,
        6 => Kind::Rolled,
        7 => Kind::Exit,
        _ => return None,
    };
    let length = u32::from_le_bytes(bytes[4..8].try_into().ok()?) as usize;
    let at_micros = i64::from_le_bytes(bytes[8..16].try_into().ok()?);
    let offset = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
    let good = bytes[..2] == MAGIC && length <= PAYLOAD_MAX;
    good.then_some(Head { kind, stream: bytes[3], length, at_micros, offset })
}
