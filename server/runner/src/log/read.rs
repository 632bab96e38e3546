//! Reads a log, whether finished or still growing.
//!
//! A reader needs no lock and never disturbs the runner. A torn last frame counts as "not there yet". A damaged frame
//! in the middle becomes a gap, and reading continues at the next good frame. [`exit_record`] starts at the end of
//! the file and takes two small reads, whatever the log's size.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::log::frame::{self, HEADER, Head, Kind, Parsed, Seed, TRAILER};
use crate::log::layout::{attempt_of, segment_path, segments};
use crate::log::{Content, GapReason, Record, Stream};
use crate::protocol::message::{Identity, Started, read};
use crate::protocol::record::{ExitRecord, LogTotals};

/// How far a reader searches for the next good frame after a damaged one, in bytes.
const RESYNC: usize = 4 * 1024 * 1024;
/// Bytes per read from a file.
const CHUNK: usize = 64 * 1024;

/// Returns an attempt's exit record if its log file has one. Fails with `NotFound` when the file is missing.
pub fn exit_record(log: &Path) -> io::Result<Option<ExitRecord>> {
    let seed = Seed::new(attempt_of(log).unwrap_or_default());
    let mut file = File::open(log)?;
    let end = file.seek(SeekFrom::End(0))?;
    let Some(at) = end.checked_sub(8) else { return Ok(None) };
    let trailer = read_at(&mut file, at, 8)?;
    let Some(length) = trailer.strip_suffix(&TRAILER).and_then(|l| l.try_into().ok().map(u32::from_le_bytes)) else {
        return Ok(None);
    };
    let total = HEADER as u64 + u64::from(length) + 8;
    if end < total || u64::from(length) > frame::PAYLOAD_MAX as u64 {
        return Ok(None);
    }
    let bytes = read_at(&mut file, end - total, total as usize)?;
    Ok(match frame::parse(&bytes, &seed) {
        Parsed::Frame(Head { kind: Kind::Exit, .. }, payload) => exit_of(payload),
        _ => None,
    })
}

/// A position in one attempt's log.
#[derive(Debug)]
pub struct LogReader {
    log: PathBuf,
    main: Cursor,
    segment: Option<(u64, Cursor)>,
    offset: u64,
    wanted: u64,
    dropped: u64,
    identity: Option<Identity>,
    started: Option<Started>,
    exit: Option<ExitRecord>,
    rolled: bool,
}

impl LogReader {
    /// Opens a log at its beginning. Fails with `NotFound` when there is none.
    pub fn open(log: &Path) -> io::Result<Self> {
        Ok(Self {
            log: log.to_owned(),
            main: Cursor::open(log, Seed::new(attempt_of(log).unwrap_or_default()))?,
            segment: None,
            offset: 0,
            wanted: 0,
            dropped: 0,
            identity: None,
            started: None,
            exit: None,
            rolled: false,
        })
    }

    /// Logical offset of the next byte that [`LogReader::read`] will return.
    pub fn offset(&self) -> u64 {
        self.offset.max(self.wanted)
    }

    /// Moves to a logical offset. If the offset is beyond the end, reading continues once the log has grown that far.
    pub fn seek(&mut self, offset: u64) -> io::Result<()> {
        if offset < self.offset {
            *self = Self::open(&self.log)?;
        }
        self.wanted = offset;
        Ok(())
    }

    /// Moves to the start of the last `lines` lines that exist now, and returns that offset.
    pub fn seek_last_lines(&mut self, lines: usize) -> io::Result<u64> {
        let mut starts = std::collections::VecDeque::from([0_u64]);
        self.seek(0)?;
        loop {
            let records = self.read(1024 * 1024)?;
            if records.is_empty() {
                break;
            }
            for record in &records {
                let Content::Bytes(bytes) = &record.content else { continue };
                let from = memchr::memrchr_iter(b'\n', bytes).take(lines + 1).last().unwrap_or(bytes.len());
                for at in memchr::memchr_iter(b'\n', &bytes[from..]) {
                    starts.push_back(record.offset + (from + at) as u64 + 1);
                }
                starts.drain(..starts.len().saturating_sub(lines + 1));
            }
        }
        let complete = starts.back().is_some_and(|last| *last == self.offset);
        let wanted = if complete { lines + 1 } else { lines };
        let index = starts.len().saturating_sub(wanted.max(1));
        let offset = if lines == 0 { self.offset } else { starts.get(index).copied().unwrap_or(0) };
        self.seek(offset)?;
        Ok(offset)
    }

    /// Reads what exists now, about `max_bytes` at most; the last record is never split. An empty answer means that
    /// nothing is new; see [`LogReader::finished`].
    pub fn read(&mut self, max_bytes: usize) -> io::Result<Vec<Record>> {
        let (mut records, mut size) = (Vec::new(), 0);
        while size < max_bytes {
            let frame = match &mut self.segment {
                Some((_, cursor)) => cursor.next()?,
                // After the first file is full, it receives only the exit record; the log continues in the segments.
                None if self.rolled => None,
                None => self.main.next()?,
            };
            if let Some((head, payload)) = frame {
                let before = records.len();
                self.take(head, payload, &mut records);
                size += records[before..].iter().map(Record::weight).sum::<usize>();
            } else if !self.next_file()? {
                self.lost_end(&mut records);
                break;
            }
        }
        Ok(records)
    }

    /// Returns whether the attempt has ended and everything was read. If the runner was lost, this stays false.
    pub fn finished(&self) -> bool {
        self.exit.as_ref().is_some_and(|exit| self.offset >= exit.log.bytes)
    }

    /// Returns the exit record, whatever the reader's position.
    pub fn exit(&mut self) -> io::Result<Option<&ExitRecord>> {
        if self.exit.is_none() {
            self.exit = exit_record(&self.log)?;
        }
        Ok(self.exit.as_ref())
    }

    /// The runner's identity, known after the first frame was read.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The command's process, known after its frame was read.
    pub fn started(&self) -> Option<Started> {
        self.started
    }

    /// Returns the log's figures: from the exit record, or counted by reading the whole log. The position does not
    /// change. Lines in dropped stretches of an unfinished log are not counted.
    pub fn totals(&mut self) -> io::Result<LogTotals> {
        if let Some(exit) = self.exit()? {
            return Ok(exit.log);
        }
        let mut all = Self::open(&self.log)?;
        let (mut newlines, mut open) = (0, false);
        loop {
            let records = all.read(1024 * 1024)?;
            if records.is_empty() {
                break;
            }
            for record in records {
                if let Content::Bytes(bytes) = record.content {
                    newlines += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                    open = bytes.last() != Some(&b'\n');
                }
            }
        }
        let numbers = if all.segment.is_some() { segments(&self.log)? } else { Vec::new() };
        Ok(LogTotals {
            bytes: all.offset,
            lines: newlines + u64::from(open),
            dropped_bytes: all.dropped,
            first_segment: numbers.first().copied().unwrap_or(0),
            last_segment: numbers.last().copied().unwrap_or(0),
        })
    }

    fn take(&mut self, head: Head, payload: Vec<u8>, records: &mut Vec<Record>) {
        match head.kind {
            Kind::Identity => self.identity = serde_json::from_slice(&payload).ok(),
            Kind::Started => self.started = serde_json::from_slice(&payload).ok(),
            Kind::Exit => {
                self.exit = exit_of(&payload);
                self.jump(head, head.offset, GapReason::Damaged, records);
            }
            Kind::Segment => self.jump(head, head.offset, GapReason::Cap, records),
            Kind::Rolled => {
                self.jump(head, head.offset, GapReason::Damaged, records);
                self.rolled = true;
            }
            Kind::Gap => {
                self.jump(head, head.offset, GapReason::Damaged, records);
                if let Some((length, reason)) = gap_of(&payload) {
                    self.jump(head, head.offset.saturating_add(length), reason, records);
                }
            }
            Kind::Data => {
                self.jump(head, head.offset, GapReason::Damaged, records);
                self.data(head, payload, records);
            }
        }
    }

    fn data(&mut self, head: Head, mut payload: Vec<u8>, records: &mut Vec<Record>) {
        let end = head.offset + payload.len() as u64;
        let from = self.wanted.max(self.offset).max(head.offset);
        self.offset = self.offset.max(end);
        if end > from {
            payload.drain(..(from - head.offset) as usize);
            let stream = Stream::from_code(head.stream);
            records.push(Record { offset: from, at_micros: head.at_micros, stream, content: Content::Bytes(payload) });
        }
    }

    /// Moves to `to` and records the skipped offsets as a gap.
    fn jump(&mut self, head: Head, to: u64, reason: GapReason, records: &mut Vec<Record>) {
        let Some(length) = to.checked_sub(self.offset).filter(|length| *length > 0) else { return };
        let from = self.offset.max(self.wanted);
        self.offset = to;
        self.dropped += length;
        if to > from {
            let content = Content::Gap { bytes: to - from, reason };
            records.push(Record {
                offset: from,
                at_micros: head.at_micros,
                stream: Stream::from_code(head.stream),
                content,
            });
        }
    }

    /// Adds a final gap if the log ends before the offset in the exit record, because its last bytes could not be
    /// written.
    fn lost_end(&mut self, records: &mut Vec<Record>) {
        let Some(exit) = self.exit.as_ref().filter(|_| self.rolled) else { return };
        let (bytes, at_micros) = (exit.log.bytes, exit.finished_at_micros);
        let head = Head { kind: Kind::Exit, stream: Stream::System.code(), length: 0, at_micros, offset: bytes };
        self.jump(head, bytes, GapReason::WriteError, records);
    }

    /// At the end of a file: moves to the next segment, or looks for the exit record in the first file. Returns
    /// whether reading the current file again makes sense.
    fn next_file(&mut self) -> io::Result<bool> {
        if !self.rolled {
            return Ok(false);
        }
        let current = self.segment.as_ref().map_or(0, |(number, _)| *number);
        let Some(next) = self.segment_after(current)? else {
            let known = self.exit.is_some();
            return Ok(self.exit()?.is_some() && !known);
        };
        if let Some((_, cursor)) = self.segment.as_mut()
            && cursor.grew()?
        {
            return Ok(true);
        }
        match Cursor::open(&segment_path(&self.log, next), self.main.seed.clone()) {
            Ok(cursor) => self.segment = Some((next, cursor)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Number of the oldest segment after `current`. Lists the folder only if the segments after `current` have been
    /// deleted already.
    fn segment_after(&self, current: u64) -> io::Result<Option<u64>> {
        if segment_path(&self.log, current + 1).exists() {
            return Ok(Some(current + 1));
        }
        if current > 0 && segment_path(&self.log, current).exists() {
            return Ok(None);
        }
        Ok(segments(&self.log)?.into_iter().find(|number| *number > current))
    }
}

/// A position in one file.
#[derive(Debug)]
struct Cursor {
    file: File,
    seed: Seed,
    at: u64,
    window: Vec<u8>,
    used: usize,
    end: u64,
}

impl Cursor {
    fn open(path: &Path, seed: Seed) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, seed, at: 0, window: Vec::new(), used: 0, end: 0 })
    }

    /// Returns the next good frame, or none if there is no complete one yet.
    fn next(&mut self) -> io::Result<Option<(Head, Vec<u8>)>> {
        let mut need = HEADER;
        loop {
            let complete = self.fill(need)?;
            match frame::parse(&self.window[self.used..], &self.seed) {
                Parsed::Frame(head, payload) => {
                    let payload = payload.to_vec();
                    self.used += HEADER + payload.len();
                    return Ok(Some((head, payload)));
                }
                Parsed::Short(total) if complete => need = total,
                Parsed::Short(_) | Parsed::Bad => {
                    if !self.resync()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Returns whether the file has grown since its end was last reached.
    fn grew(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.len() > self.end)
    }

    /// Makes `need` bytes available from the current position. Returns false if the file has fewer.
    fn fill(&mut self, need: usize) -> io::Result<bool> {
        if self.window.len() - self.used >= need {
            return Ok(true);
        }
        self.at += self.used as u64;
        self.window.drain(..self.used);
        self.used = 0;
        let missing = need.saturating_sub(self.window.len()).max(CHUNK);
        self.file.seek(SeekFrom::Start(self.at + self.window.len() as u64))?;
        (&self.file).take(missing as u64).read_to_end(&mut self.window)?;
        self.end = self.at + self.window.len() as u64;
        Ok(self.window.len() >= need)
    }

    /// Skips a damaged stretch. Returns false if no good frame follows within reach.
    fn resync(&mut self) -> io::Result<bool> {
        self.fill(RESYNC)?;
        let rest = &self.window[self.used..];
        let good = memchr::memchr_iter(frame::MAGIC[0], rest)
            .filter(|at| *at > 0)
            .find(|at| matches!(frame::parse(&rest[*at..], &self.seed), Parsed::Frame(..)));
        self.used += good.unwrap_or(0);
        Ok(good.is_some())
    }
}

fn exit_of(payload: &[u8]) -> Option<ExitRecord> {
    read(payload.get(..payload.len().checked_sub(8)?)?).ok()
}

fn gap_of(payload: &[u8]) -> Option<(u64, GapReason)> {
    let (length, rest) = payload.split_at_checked(8)?;
    let (code, argument) = rest.split_first()?;
    let argument = argument.first_chunk().copied().map_or(0, u64::from_le_bytes);
    Some((u64::from_le_bytes(length.try_into().ok()?), GapReason::from_code(*code, argument)))
}

fn read_at(file: &mut File, at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
