//! The format itself, without processes: everything written can be read, and damage stays where it is.

use std::fs;
use std::path::PathBuf;

use orc_runner::{
    Content, ExitRecord, GapReason, Identity, LogLimits, LogReader, LogTotals, LogWriter, Outcome, Record, Stream,
};
use proptest::prelude::*;

struct Written {
    _folder: tempfile::TempDir,
    log: PathBuf,
}

fn writer(limits: LogLimits) -> (Written, LogWriter) {
    let folder = tempfile::tempdir().unwrap();
    let log = orc_runner::log_path(folder.path(), "a1");
    let identity = Identity { boot_id: "b".to_owned(), runner_pid: 1, runner_start_ticks: 2, ..Identity::blank("a1") };
    let mut writer = LogWriter::create(&log, &identity).unwrap();
    writer.limit(LogLimits { min_free_percent: 0.0, ..limits });
    (Written { _folder: folder, log }, writer)
}

fn record() -> ExitRecord {
    ExitRecord {
        outcome: Outcome::Exited { code: 0 },
        success: true,
        exit: None,
        started_at_micros: 1,
        finished_at_micros: 2,
        cpu_seconds: 0.5,
        peak_memory_bytes: 3,
        disk_read_bytes: 4,
        disk_written_bytes: 5,
        limits: Vec::new(),
        log: LogTotals::default(),
        leaked_output: false,
        swept: 0,
        survivors: Vec::new(),
        left_behind: Vec::new(),
        result: None,
        result_error: None,
    }
}

fn read_all(reader: &mut LogReader, size: usize) -> Vec<Record> {
    let mut all = Vec::new();
    loop {
        let some = reader.read(size).unwrap();
        if some.is_empty() {
            return all;
        }
        all.extend(some);
    }
}

fn kept(records: &[Record]) -> Vec<u8> {
    records
        .iter()
        .filter_map(|r| if let Content::Bytes(b) = &r.content { Some(b.as_slice()) } else { None })
        .flatten()
        .copied()
        .collect()
}

/// Bytes of one stream, with many line ends.
fn piece() -> impl Strategy<Value = (bool, Vec<u8>)> {
    let bytes =
        prop_oneof![3 => prop::collection::vec(any::<u8>(), 0..40), 1 => prop::collection::vec(any::<u8>(), 0..1500)];
    let shape = |byte: u8| {
        if byte < 150 {
            b'x'
        } else if byte < 160 {
            b'\n'
        } else {
            byte
        }
    };
    (any::<bool>(), bytes.prop_map(move |bytes| bytes.into_iter().map(shape).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The sizes of pieces do not matter: all bytes come back in order, from any offset, with reads of any size.
    #[test]
    fn what_is_written_is_read(pieces in prop::collection::vec(piece(), 0..30), size in 1_usize..5000, from in 0_u64..20_000) {
        let (written, mut writer) = writer(LogLimits::default());
        let mut all = Vec::new();
        for (err, bytes) in &pieces {
            writer.data(if *err { Stream::Stderr } else { Stream::Stdout }, bytes);
            all.extend_from_slice(bytes);
        }
        let mut wanted = record();
        writer.finish(&mut wanted).unwrap();
        let mut reader = LogReader::open(&written.log).unwrap();
        prop_assert_eq!(kept(&read_all(&mut reader, size)), &all[..]);
        prop_assert!(reader.finished());
        prop_assert_eq!(reader.exit().unwrap(), Some(&wanted));
        reader.seek(from).unwrap();
        let from = usize::try_from(from).unwrap().min(all.len());
        prop_assert_eq!(kept(&read_all(&mut reader, size)), &all[from..]);
        let newlines = all.iter().filter(|byte| **byte == b'\n').count() as u64;
        prop_assert!((newlines..=newlines + 2).contains(&wanted.log.lines));
    }

    /// With small caps there are no holes and no overlaps, every kept byte is right, and the figures add up.
    #[test]
    fn caps_keep_the_books(pieces in prop::collection::vec(piece(), 0..60), cap in 2_000_u64..60_000, line in 1_u64..100) {
        let limits = LogLimits { cap_bytes: cap, line_cap_bytes: line, ..LogLimits::default() };
        let (written, mut writer) = writer(limits);
        let mut all = Vec::new();
        for (_, bytes) in &pieces {
            let bytes: Vec<u8> = bytes.iter().map(|byte| if (160..165).contains(byte) { b'\r' } else { *byte }).collect();
            writer.data(Stream::Stdout, &bytes);
            all.extend_from_slice(&bytes);
        }
        let mut wanted = record();
        writer.finish(&mut wanted).unwrap();
        let mut reader = LogReader::open(&written.log).unwrap();
        let (mut offset, mut dropped) = (0, 0);
        for record in read_all(&mut reader, 1000) {
            prop_assert_eq!(record.offset, offset);
            offset = record.end();
            match &record.content {
                Content::Bytes(bytes) => prop_assert_eq!(&all[record.offset as usize..offset as usize], &bytes[..]),
                Content::Gap { bytes, .. } => dropped += bytes,
            }
        }
        prop_assert!(reader.finished());
        prop_assert_eq!((offset, dropped), (all.len() as u64, wanted.log.dropped_bytes));
        prop_assert_eq!(offset, wanted.log.bytes);
        orc_runner::delete(&written.log).unwrap();
        prop_assert_eq!(fs::read_dir(written.log.parent().unwrap()).unwrap().count(), 0);
    }

    /// The same with two streams at once, each of which keeps its order.
    #[test]
    fn two_streams_keep_their_order(pieces in prop::collection::vec(piece(), 0..60), line in 1_u64..100) {
        let (written, mut writer) = writer(LogLimits { line_cap_bytes: line, ..LogLimits::default() });
        let mut all = [Vec::new(), Vec::new()];
        for (err, bytes) in &pieces {
            writer.data(if *err { Stream::Stderr } else { Stream::Stdout }, bytes);
            all[usize::from(*err)].extend_from_slice(bytes);
        }
        let mut wanted = record();
        writer.finish(&mut wanted).unwrap();
        let mut seen = [0, 0];
        for record in read_all(&mut LogReader::open(&written.log).unwrap(), 1000) {
            let (all, seen) = (&all[record.stream as usize], &mut seen[record.stream as usize]);
            match &record.content {
                Content::Bytes(bytes) => {
                    prop_assert_eq!(&all[*seen..*seen + bytes.len()], &bytes[..]);
                    *seen += bytes.len();
                }
                Content::Gap { bytes, .. } => *seen += *bytes as usize,
            }
        }
        prop_assert_eq!(seen, [all[0].len(), all[1].len()]);
    }

    /// A file that is cut anywhere gives the frames before the cut, in order, and nothing else.
    #[test]
    fn a_torn_end_is_not_yet_there(pieces in prop::collection::vec(piece(), 1..10), cut in 0.0_f64..1.0) {
        let (written, mut writer) = writer(LogLimits::default());
        let all: Vec<u8> = pieces.iter().flat_map(|(_, bytes)| bytes).copied().collect();
        pieces.iter().for_each(|(_, bytes)| writer.data(Stream::Stdout, bytes));
        writer.finish(&mut record()).unwrap();
        drop(writer);
        let whole = fs::read(&written.log).unwrap();
        fs::write(&written.log, &whole[..((whole.len() - 1) as f64 * cut) as usize]).unwrap();
        let mut reader = LogReader::open(&written.log).unwrap();
        let got = kept(&read_all(&mut reader, 1000));
        prop_assert!(all.starts_with(&got) && !reader.finished());
        prop_assert_eq!(orc_runner::exit_record(&written.log).unwrap(), None);
        fs::write(&written.log, &whole).unwrap();
        prop_assert_eq!([got, kept(&read_all(&mut reader, 1000))].concat(), all, "a reader that waited goes on");
    }

    /// Any file can be read without a panic or an endless loop.
    #[test]
    fn noise_is_survived(noise in prop::collection::vec(any::<u8>(), 0..3000), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
        let (written, mut writer) = writer(LogLimits::default());
        (0..5).for_each(|_| writer.data(Stream::Stdout, &noise));
        writer.finish(&mut record()).unwrap();
        drop(writer);
        let mut bytes = fs::read(&written.log).unwrap();
        flips.iter().for_each(|(at, value)| { let at = at.index(bytes.len()); bytes[at] ^= value; });
        fs::write(&written.log, &bytes).unwrap();
        let mut reader = LogReader::open(&written.log).unwrap();
        let mut end = 0;
        for record in read_all(&mut reader, 1000) {
            prop_assert_eq!(record.offset, end);
            end = record.end();
        }
        fs::write(&written.log, &noise).unwrap();
        let _ = read_all(&mut LogReader::open(&written.log).unwrap(), 1000);
        let _ = orc_runner::exit_record(&written.log).unwrap();
    }
}

#[test]
fn a_damaged_frame_is_a_gap_and_the_rest_is_read() {
    let (written, mut writer) = writer(LogLimits::default());
    for text in ["one\n", "two\n", "three\n"] {
        writer.data(Stream::Stdout, text.as_bytes());
    }
    writer.finish(&mut record()).unwrap();
    let mut bytes = fs::read(&written.log).unwrap();
    let at = bytes.windows(4).position(|window| window == b"two\n").unwrap();
    bytes[at] = b'T';
    fs::write(&written.log, &bytes).unwrap();
    let mut reader = LogReader::open(&written.log).unwrap();
    let records = read_all(&mut reader, 1000);
    assert_eq!(kept(&records), b"one\nthree\n");
    assert_eq!(records[1].content, Content::Gap { bytes: 4, reason: GapReason::Damaged });
    assert!(reader.finished());
}

#[test]
fn frames_of_another_log_are_only_bytes() {
    let (other, mut first) = writer(LogLimits::default());
    first.data(Stream::Stdout, b"forged\n");
    first.finish(&mut record()).unwrap();
    let bytes = fs::read(&other.log).unwrap();
    let torn = tempfile::tempdir().unwrap();
    let log = orc_runner::log_path(torn.path(), "a2");
    fs::write(&log, &bytes).unwrap();
    assert_eq!(orc_runner::exit_record(&log).unwrap(), None);
    assert!(read_all(&mut LogReader::open(&log).unwrap(), 1000).is_empty());
}

#[test]
fn the_last_lines() {
    let (written, mut writer) = writer(LogLimits::default());
    (1..=50).for_each(|number| writer.data(Stream::Stdout, format!("line {number}\n").as_bytes()));
    let mut reader = LogReader::open(&written.log).unwrap();
    let mut last = |lines: usize| {
        reader.seek_last_lines(lines).unwrap();
        String::from_utf8(kept(&read_all(&mut reader, 100))).unwrap()
    };
    assert_eq!(last(2), "line 49\nline 50\n");
    assert_eq!(last(0), "");
    assert_eq!(last(1000).lines().count(), 50);
    assert_eq!(last(50).lines().count(), 50);
    writer.data(Stream::Stdout, b"open");
    assert_eq!(last(2), "line 50\nopen");
    writer.data(Stream::Stdout, b" a\nb\nc\n");
    assert_eq!(last(3), "open a\nb\nc\n");
    let totals = LogReader::open(&written.log).unwrap().totals().unwrap();
    assert_eq!((totals, totals.lines), (writer.totals(), 53));
}

#[test]
fn deleting_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("precious");
    fs::write(&precious, "data").unwrap();
    let log = orc_runner::log_path(folder.path(), "a3");
    std::os::unix::fs::symlink(&precious, &log).unwrap();
    std::os::unix::fs::symlink(&precious, orc_runner::layout::segment_path(&log, 7)).unwrap();
    orc_runner::delete(&log).unwrap();
    orc_runner::delete(&log).unwrap();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "data");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
