//! Reads a log while it grows: pieces of text, in order, from any place, until its attempt has ended.
//!
//! Blocking threads read bounded pieces. Text is split at whole characters per stream. Bytes that are not UTF-8 are
//! shown as U+FFFD (a download is exact).

use crate::app::App;
use crate::domain::ids::AttemptId;
use crate::domain::vocabulary::{LogGap, LogStream};
use chrono::{DateTime, Utc};
use orc_runner::{Content, GapReason, LogReader, Record, Stream};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Number of lines shown of a log that is not read from a given place.
pub const BACKLOG_LINES: usize = 1000;

/// Bytes per read.
const PIECE: usize = 48 * 1024;

/// How often a log is checked without a report that it has grown.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The same, for an attempt that is not on the board yet.
const LOOK_SOON: Duration = Duration::from_millis(50);

/// A piece of a log's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Offset of the first byte, counted before anything was dropped.
    pub offset: u64,
    /// Offset after the last byte shown, from which reading continues without loss.
    pub end: u64,
    /// Stream it came from.
    pub stream: LogStream,
    /// When the text was written.
    pub at: DateTime<Utc>,
    /// The text.
    pub text: String,
    /// Number of bytes dropped just before the piece.
    pub dropped_bytes: u64,
    /// Why bytes were dropped; none: none were.
    pub dropped_because: Option<LogGap>,
    /// Number of redraws of the line among the dropped bytes.
    pub redraw_count: u64,
}

impl Piece {
    /// A piece before which nothing was dropped.
    const fn of(offset: u64, end: u64, stream: LogStream, at: DateTime<Utc>, text: String) -> Self {
        Self { offset, end, stream, at, text, dropped_bytes: 0, dropped_because: None, redraw_count: 0 }
    }
}

/// Follows the log of one attempt.
#[derive(Debug)]
pub struct LogFollower {
    app: App,
    attempt: AttemptId,
    path: PathBuf,
    reader: Option<LogReader>,
    from: Option<u64>,
    held: [Vec<u8>; 3],
    over: bool,
}

/// Converts a stream of the runner.
pub const fn stream_word(stream: Stream) -> LogStream {
    match stream {
        Stream::Stdout => LogStream::Stdout,
        Stream::Stderr => LogStream::Stderr,
        Stream::System => LogStream::System,
    }
}

/// The word for a gap, and the number of redraws in it.
pub const fn gap_word(reason: GapReason) -> (LogGap, u64) {
    match reason {
        GapReason::LineCap => (LogGap::LongLine, 0),
        GapReason::Cap => (LogGap::LongLog, 0),
        GapReason::DiskGuard => (LogGap::FullDisk, 0),
        GapReason::WriteError => (LogGap::WriteError, 0),
        GapReason::Damaged => (LogGap::Damaged, 0),
        GapReason::Redraws { count } => (LogGap::Redraws, count),
    }
}

impl LogFollower {
    /// Follows an attempt's log from an offset, or from its last 1,000 lines.
    pub fn new(app: App, attempt: AttemptId, from: Option<u64>) -> Self {
        let path = app.log_path(attempt);
        Self { app, attempt, path, reader: None, from, held: Default::default(), over: false }
    }

    /// The next pieces; none if the attempt has ended and everything was returned.
    pub async fn next(&mut self) -> io::Result<Option<Vec<Piece>>> {
        loop {
            // The channel is opened before reading, so that everything written before the attempt leaves the board is
            // read below.
            let watch = self.app.progress().watch(self.attempt);
            let records = self.read().await?;
            if !records.is_empty() {
                let pieces = self.pieces(records);
                if !pieces.is_empty() {
                    return Ok(Some(pieces));
                }
                continue;
            }
            if self.over {
                let rest = self.rest();
                return Ok((!rest.is_empty()).then_some(rest));
            }
            let finished = self.reader.as_ref().is_some_and(LogReader::finished);
            match watch.filter(|_| !finished) {
                Some(mut watch) => tokio::select! {
                    _grown_or_ended = watch.changed() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                },
                // The attempt was just claimed or adopted and will soon be on the board.
                None if !finished && !self.ended().await? => tokio::time::sleep(LOOK_SOON).await,
                None => self.over = true,
            }
        }
    }

    async fn ended(&self) -> io::Result<bool> {
        self.app.store().attempt_ended(self.attempt).await.map_err(io::Error::other)
    }

    async fn read(&mut self) -> io::Result<Vec<Record>> {
        let (path, reader, from) = (self.path.clone(), self.reader.take(), self.from);
        let read = tokio::task::spawn_blocking(move || {
            let mut reader = match reader {
                Some(reader) => reader,
                None => match open(&path, from) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((None, Vec::new())),
                    opened => opened?,
                },
            };
            let records = reader.read(PIECE)?;
            Ok::<_, io::Error>((Some(reader), records))
        });
        let (reader, records) = read.await.map_err(io::Error::other)??;
        self.reader = reader;
        Ok(records)
    }

    fn pieces(&mut self, records: Vec<Record>) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for record in records {
            let (end, stream) = (record.end(), stream_word(record.stream));
            let at = DateTime::from_timestamp_micros(record.at_micros).unwrap_or_default();
            match record.content {
                Content::Bytes(bytes) => {
                    let held = &mut self.held[record.stream as usize];
                    held.extend_from_slice(&bytes);
                    let offset = record.offset.saturating_sub((held.len() - bytes.len()) as u64);
                    let text = whole_characters(held);
                    let end = end.saturating_sub(held.len() as u64);
                    match pieces.last_mut() {
                        Some(last) if last.stream == stream && last.text.len() < PIECE => {
                            last.text.push_str(&text);
                            last.end = end;
                        }
                        _ => pieces.push(Piece::of(offset, end, stream, at, text)),
                    }
                }
                Content::Gap { bytes, reason } => {
                    // The rest of a character that was cut here never comes.
                    let cut = std::mem::take(&mut self.held[record.stream as usize]);
                    let text = String::from_utf8_lossy(&cut).into_owned();
                    pieces.push(Piece::of(record.offset, record.offset, stream, at, text));
                    let (because, redraw_count) = gap_word(reason);
                    let piece = Piece::of(end, end, stream, at, String::new());
                    pieces.push(Piece { dropped_bytes: bytes, dropped_because: Some(because), redraw_count, ..piece });
                }
            }
        }
        pieces.retain(|piece| !piece.text.is_empty() || piece.dropped_bytes > 0);
        pieces
    }

    /// The bytes held back as the start of a character that never came.
    fn rest(&mut self) -> Vec<Piece> {
        let end = self.reader.as_ref().map_or(0, LogReader::offset);
        let at = self.app.clock().now();
        let streams = [LogStream::Stdout, LogStream::Stderr, LogStream::System];
        let mut rest = Vec::new();
        for (held, stream) in self.held.iter_mut().zip(streams).filter(|(held, _)| !held.is_empty()) {
            let text = String::from_utf8_lossy(&std::mem::take(held)).into_owned();
            rest.push(Piece::of(end, end, stream, at, text));
        }
        rest
    }
}

fn open(path: &std::path::Path, from: Option<u64>) -> io::Result<LogReader> {
    let mut reader = LogReader::open(path)?;
    match from {
        Some(offset) => reader.seek(offset)?,
        None => {
            reader.seek_last_lines(BACKLOG_LINES)?;
        }
    }
    Ok(reader)
}

/// Takes all complete characters from the bytes. The start of an incomplete one stays.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let keep = match std::str::from_utf8(bytes) {
        Ok(_) => 0,
        Err(_) => incomplete_tail(bytes),
    };
    let rest = bytes.split_off(bytes.len() - keep);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

/// Length of a tail that more bytes could complete to a character; at most 3.
fn incomplete_tail(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        let needed = match byte {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            0x80..=0xBF => continue,
            _ => return 0,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_never_cut() {
        let whole = "aä€😀z".as_bytes();
        for cut in 0..=whole.len() {
            let mut held = Vec::new();
            let mut text = String::new();
            for part in [&whole[..cut], &whole[cut..]] {
                held.extend_from_slice(part);
                text.push_str(&whole_characters(&mut held));
            }
            assert_eq!((text.as_str(), held.len()), ("aä€😀z", 0), "cut at {cut}");
        }
        let mut rubbish = vec![b'a', 0xFF, 0x80, b'b'];
        assert_eq!(whole_characters(&mut rubbish), "a\u{FFFD}\u{FFFD}b");
    }
}
