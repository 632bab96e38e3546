//! Writes a log: the runner's side of the format, with all caps and guards.
//!
//! The first half of the cap goes to the attempt's first file. When that half is full, the newest output goes to a
//! ring of small segment files, and the oldest segment is deleted. The exit record is always the last frame of the
//! first file, so that readers know where it is. Nothing here fails for lack of space: bytes that cannot be kept are
//! counted and become a gap.

mod again;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::clock;
use crate::log::frame::{self, DATA_MAX, Head, Kind, Seed, TRAILER};
use crate::log::layout::{remove, segment_path};
use crate::log::lines::{Lines, Part};
use crate::log::masked::Masked;
use crate::log::{GapReason, Stream};
use crate::os;
use crate::protocol::message::{Identity, Started};
use crate::protocol::plan::LogLimits;
use crate::protocol::record::{ExitRecord, LogTotals};
use crate::redact::{Secrets, redact_record};

/// Number of segments in the ring.
const RING: u64 = 8;
/// The streams of a log.
const STREAMS: [Stream; 3] = [Stream::Stdout, Stream::Stderr, Stream::System];
/// Free space is checked after this many written bytes, or after [`GUARD_PERIOD`].
const GUARD_BYTES: u64 = 1024 * 1024;
const GUARD_PERIOD: Duration = Duration::from_secs(1);

/// The writer of one attempt's log. It holds the lock until it is dropped.
#[derive(Debug)]
pub struct LogWriter {
    log: PathBuf,
    seed: Seed,
    limits: LogLimits,
    main: Output,
    ring: VecDeque<Segment>,
    masked: Masked,
    lines: [Lines; 3],
    newlines: u64,
    offset: u64,
    kept: u64,
    gap: Option<Gap>,
    guard: Guard,
    scratch: Vec<u8>,
}

impl LogWriter {
    /// Creates the file, locks it, and writes the identity. The file must not exist, because an attempt starts once.
    /// Only this account can read or write it.
    pub fn create(log: &Path, identity: &Identity) -> io::Result<Self> {
        let mut file = os::create_locked(log)?;
        let seed = Seed::new(&identity.attempt);
        let mut scratch = Vec::with_capacity(1024);
        let head = head_of(Kind::Identity, Stream::System, 0, clock::now_micros());
        frame::encode(&mut scratch, &seed, head, &json(identity));
        file.write_all(&scratch)?;
        let main = Output { file, at: scratch.len() as u64 };
        Ok(Self::at_end(log, seed, main, LogTotals::default()))
    }

    /// Sets the plan's limits. Must be called before the first data.
    pub fn limit(&mut self, limits: LogLimits) {
        self.limits = limits;
    }

    /// Masks these secrets in everything that follows. Must be called before the first data.
    pub fn mask(&mut self, secrets: &Secrets) {
        self.masked = Masked::new(secrets);
    }

    /// Records the start of the command.
    pub fn started(&mut self, child: &Started) {
        let head = head_of(Kind::Started, Stream::System, self.offset, child.started_at_micros);
        self.scratch.clear();
        frame::encode(&mut self.scratch, &self.seed, head, &json(child));
        self.main.write(&self.scratch);
    }

    /// Takes bytes that the command wrote. Text that the command may draw over, and the end of a long line, are held
    /// back for a moment ([`LogWriter::due`]). What may be the beginning of a secret is held back until it is not.
    pub fn data(&mut self, stream: Stream, bytes: &[u8]) {
        self.with_masked(|writer, masked| masked.pass(stream, bytes, |clear| writer.take(stream, clear)));
    }

    fn with_masked(&mut self, act: impl FnOnce(&mut Self, &mut Masked)) {
        let mut masked = std::mem::take(&mut self.masked);
        act(self, &mut masked);
        self.masked = masked;
    }

    fn take(&mut self, stream: Stream, bytes: &[u8]) {
        self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.shape(stream, |lines, cap, now, out| lines.take(bytes, cap, now, out));
    }

    /// When [`LogWriter::flush_due`] must write held back text.
    pub fn due(&self) -> Option<Instant> {
        self.lines.iter().filter_map(Lines::due).min()
    }

    /// Writes text that has been held back for long enough. Returns whether the log grew.
    pub fn flush_due(&mut self) -> bool {
        let before = self.offset;
        for stream in STREAMS {
            self.shape(stream, |lines, cap, now, out| lines.flush_due(cap, now, out));
        }
        self.offset > before
    }

    fn flush(&mut self) {
        for stream in STREAMS {
            self.shape(stream, |lines, cap, now, out| lines.flush(cap, now, out));
        }
    }

    fn shape(&mut self, stream: Stream, act: impl FnOnce(&mut Lines, u64, Instant, &mut dyn FnMut(Part<'_>))) {
        let at = clock::now_micros();
        let mut lines = std::mem::take(&mut self.lines[usize::from(stream.code())]);
        act(&mut lines, self.limits.line_cap_bytes, clock::now(), &mut |part| match part {
            Part::Kept(bytes) => self.keep(stream, bytes, at),
            Part::Lost { bytes, reason } => self.lose(stream, bytes, reason, at),
        });
        self.lines[usize::from(stream.code())] = lines;
    }

    /// Writes a note of the runner, as one line.
    pub fn note(&mut self, text: &str) {
        self.flush();
        self.data(Stream::System, format!("{text}\n").as_bytes());
        self.end(Stream::System);
    }

    /// Takes what the redactor of a stream holds back, because nothing follows.
    fn end(&mut self, stream: Stream) {
        self.with_masked(|writer, masked| masked.finish(stream, |clear| writer.take(stream, clear)));
    }

    /// The log's figures so far.
    pub fn totals(&self) -> LogTotals {
        let open = self.lines.iter().filter(|lines| lines.is_open()).count() as u64;
        LogTotals {
            bytes: self.offset,
            lines: self.newlines + open,
            dropped_bytes: self.offset - self.kept,
            first_segment: self.ring.front().map_or(0, |segment| segment.number),
            last_segment: self.ring.back().map_or(0, |segment| segment.number),
        }
    }

    /// Completes the exit record with the log's figures and writes it as the last frame. On a full disk it first
    /// drops the result, then the oldest output, before it fails. Secrets are masked in the record too, and forgotten
    /// then.
    pub fn finish(&mut self, record: &mut ExitRecord) -> io::Result<()> {
        STREAMS.iter().for_each(|stream| self.end(*stream));
        self.flush();
        redact_record(&std::mem::take(&mut self.masked).secrets, record);
        self.flush_gap(record.finished_at_micros);
        loop {
            record.log = self.totals();
            let mut payload = json(record);
            let length = u32::try_from(payload.len()).expect("results are capped far below 4 GiB");
            payload.extend_from_slice(&length.to_le_bytes());
            payload.extend_from_slice(&TRAILER);
            let head = head_of(Kind::Exit, Stream::System, self.offset, record.finished_at_micros);
            self.scratch.clear();
            frame::encode(&mut self.scratch, &self.seed, head, &payload);
            if self.main.write(&self.scratch) {
                return Ok(());
            }
            if record.result.take().is_some() {
                record.result_error = Some("no space left to keep the result".to_owned());
            } else if !self.drop_oldest() {
                return Err(io::Error::new(io::ErrorKind::StorageFull, "the exit record could not be written"));
            }
        }
    }

    /// Removes the file of an attempt that never started.
    pub fn discard(self) -> io::Result<()> {
        remove(&self.log)
    }

    fn keep(&mut self, stream: Stream, bytes: &[u8], at: i64) {
        for piece in bytes.chunks(DATA_MAX) {
            let length = piece.len() as u64;
            if self.guard.closes(&self.main.file, length, self.limits.min_free_percent) {
                self.lose(stream, length, GapReason::DiskGuard, at);
            } else if self.write(stream, piece, at) {
                self.offset += length;
                self.kept += length;
                if let Some(segment) = self.ring.back_mut() {
                    segment.kept += length;
                }
            } else {
                self.lose(stream, length, GapReason::WriteError, at);
            }
        }
    }

    /// Counts bytes that are not kept. Adjacent losses become one gap, which is written before the next bytes that
    /// are kept.
    fn lose(&mut self, stream: Stream, length: u64, reason: GapReason, at: i64) {
        if self.gap.is_some_and(|gap| !gap.joins(stream, reason)) {
            self.flush_gap(at);
        }
        match &mut self.gap {
            Some(gap) => gap.length += length,
            None => self.gap = Some(Gap { stream, offset: self.offset, length, reason }),
        }
        self.offset += length;
    }

    fn flush_gap(&mut self, at: i64) {
        let Some(gap) = self.gap else { return };
        self.scratch.clear();
        gap.encode(&mut self.scratch, &self.seed, at);
        if current(&mut self.main, &mut self.ring).write(&self.scratch) {
            self.gap = None;
        }
    }

    fn write(&mut self, stream: Stream, piece: &[u8], at: i64) -> bool {
        if self.full() && !self.roll(at) {
            return false;
        }
        self.scratch.clear();
        if let Some(gap) = self.gap {
            gap.encode(&mut self.scratch, &self.seed, at);
        }
        let head = head_of(Kind::Data, stream, self.offset, at);
        frame::encode(&mut self.scratch, &self.seed, head, piece);
        let written = current(&mut self.main, &mut self.ring).write(&self.scratch);
        if written {
            self.gap = None;
        }
        written
    }

    fn full(&self) -> bool {
        let half = self.limits.cap_bytes / 2;
        match self.ring.back() {
            None => self.main.at >= half,
            Some(segment) => segment.output.at >= half / RING,
        }
    }

    /// Opens the next segment and deletes the oldest one beyond the ring's size.
    fn roll(&mut self, at: i64) -> bool {
        let number = self.ring.back().map_or(1, |segment| segment.number + 1);
        let Ok(file) = os::create_private(&segment_path(&self.log, number)) else { return false };
        let mut segment = Segment { number, output: Output { file, at: 0 }, kept: 0 };
        let offset = self.gap.map_or(self.offset, |gap| gap.offset);
        self.scratch.clear();
        let head = head_of(Kind::Segment, Stream::System, offset, at);
        frame::encode(&mut self.scratch, &self.seed, head, &json(&number));
        let mut written = segment.output.write(&self.scratch);
        if written && number == 1 {
            self.scratch.clear();
            frame::encode(&mut self.scratch, &self.seed, head_of(Kind::Rolled, Stream::System, offset, at), &[]);
            written = self.main.write(&self.scratch);
        }
        if !written {
            // The file would prevent the next attempt to open this segment.
            let _ = remove(&segment_path(&self.log, number));
            return false;
        }
        self.ring.push_back(segment);
        if self.ring.len() as u64 > RING {
            self.drop_oldest();
        }
        true
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(segment) = self.ring.pop_front() else { return false };
        self.kept -= segment.kept;
        // A file that cannot be removed is left to retention; writing continues.
        let _ = remove(&segment_path(&self.log, segment.number));
        true
    }
}

fn current<'a>(main: &'a mut Output, ring: &'a mut VecDeque<Segment>) -> &'a mut Output {
    match ring.back_mut() {
        Some(segment) => &mut segment.output,
        None => main,
    }
}

#[derive(Debug)]
struct Segment {
    number: u64,
    output: Output,
    kept: u64,
}

/// A file and the end of its last good frame.
#[derive(Debug)]
struct Output {
    file: File,
    at: u64,
}

impl Output {
    /// Writes all bytes, or leaves the file as it was.
    fn write(&mut self, bytes: &[u8]) -> bool {
        if self.file.write_all(bytes).is_ok() {
            self.at += bytes.len() as u64;
            return true;
        }
        // Both calls fail only on a broken disk. Readers then skip the torn frame.
        let _ = self.file.set_len(self.at);
        let _ = self.file.seek(SeekFrom::Start(self.at));
        false
    }
}

#[derive(Clone, Copy, Debug)]
struct Gap {
    stream: Stream,
    offset: u64,
    length: u64,
    reason: GapReason,
}

impl Gap {
    /// Returns whether another loss belongs to this gap. Losses of other lines and redraws are reported one by one.
    fn joins(&self, stream: Stream, reason: GapReason) -> bool {
        let told_alone = matches!(reason, GapReason::LineCap | GapReason::Redraws { .. });
        reason == GapReason::WriteError || self.reason == reason && (!told_alone || self.stream == stream)
    }

    fn encode(&self, into: &mut Vec<u8>, seed: &Seed, at: i64) {
        let mut payload = self.length.to_le_bytes().to_vec();
        let (code, argument) = self.reason.code();
        payload.push(code);
        payload.extend_from_slice(&argument.to_le_bytes());
        frame::encode(into, seed, head_of(Kind::Gap, self.stream, self.offset, at), &payload);
    }
}

/// Watches the free space on the log's file system.
#[derive(Debug)]
struct Guard {
    next: Instant,
    bytes: u64,
    closed: bool,
}

impl Guard {
    /// Returns whether writing `length` bytes is forbidden at the moment.
    fn closes(&mut self, file: &File, length: u64, min_free_percent: f64) -> bool {
        self.bytes += length;
        let now = clock::now();
        if now >= self.next || (self.bytes >= GUARD_BYTES && !self.closed) {
            self.next = now + GUARD_PERIOD;
            self.bytes = 0;
            self.closed = os::free_percent(file).is_some_and(|free| free < min_free_percent);
        }
        self.closed
    }
}

fn head_of(kind: Kind, stream: Stream, offset: u64, at_micros: i64) -> Head {
    Head { kind, stream: stream.code(), length: 0, at_micros, offset }
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("records are plain data")
}
