//! Output: bytes exactly as written, caps on lines and attempts, and never an obstacle for the command.

use orc_runner::{Content, GapReason, LogReader, Record, RunnerMessage, ServerMessage, Stream};

use crate::{Done, Place, bytes, eventually};

fn records(done: &Done) -> Vec<Record> {
    let mut reader = LogReader::open(&done.log()).unwrap();
    let mut all = Vec::new();
    loop {
        let some = reader.read(64 * 1024).unwrap();
        if some.is_empty() {
            assert!(reader.finished());
            return all;
        }
        all.extend(some);
    }
}

/// Checks that records cover all logical bytes without holes or overlaps, and that kept and dropped bytes add up.
fn check_whole(done: &Done) -> Vec<Record> {
    let records = records(done);
    let (mut offset, mut dropped) = (0, 0);
    for record in &records {
        assert_eq!(record.offset, offset);
        offset = record.end();
        if let Content::Gap { bytes, .. } = record.content {
            dropped += bytes;
        }
    }
    let log = done.record.log;
    assert_eq!((offset, dropped), (log.bytes, log.dropped_bytes));
    records
}

fn gaps(records: &[Record]) -> Vec<(u64, GapReason)> {
    let gap = |record: &Record| match record.content {
        Content::Gap { bytes, reason } => Some((bytes, reason)),
        Content::Bytes(_) => None,
    };
    records.iter().filter_map(gap).collect()
}

fn disk_bytes(done: &Done) -> u64 {
    std::fs::read_dir(done.place.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn both_streams_are_told_apart() {
    let done = Place::new().run(&["both", "to out", "to err"]);
    assert_eq!(bytes(&done.log(), Stream::Stdout), b"to out\n");
    assert_eq!(bytes(&done.log(), Stream::Stderr), b"to err\n");
    assert_eq!((done.record.log.bytes, done.record.log.lines, done.record.log.dropped_bytes), (14, 2, 0));
}

#[test]
fn every_byte_value_survives() {
    let done = Place::new().run(&["binary"]);
    let wanted: Vec<u8> = (0..=255).collect();
    assert_eq!(bytes(&done.log(), Stream::Stdout), wanted);
    assert_eq!(done.record.log.lines, 2, "one line end and what follows it");
}

#[test]
fn a_flood_keeps_head_and_tail() {
    let done = Place::new().run(&["flood", "80000000"]);
    done.exited(0);
    let records = check_whole(&done);
    assert_eq!((done.record.log.bytes, done.record.log.lines), (80_000_000, 1_000_000));
    let gaps = gaps(&records);
    assert!(matches!(gaps[..], [(_, GapReason::Cap)]), "{gaps:?}");
    let kept = done.record.log.bytes - done.record.log.dropped_bytes;
    assert!((14 << 20..=17 << 20).contains(&kept), "{kept}");
    assert!(disk_bytes(&done) < 18 << 20, "{}", disk_bytes(&done));
    assert!(matches!(&records[0].content, Content::Bytes(_)));
    orc_runner::delete(&done.log()).unwrap();
    assert_eq!(done.names(), [] as [String; 0]);
}

#[test]
fn of_an_endless_line_beginning_and_end_are_kept() {
    let place = Place::new();
    let mut plan =
        place.plan(&["-c", "\"$0\" longline 50000000; printf 'the last words' >&2; exec >&2; printf ' of it'"]);
    plan.program = "/bin/sh".to_owned();
    plan.arguments.push(crate::test_child());
    let done = place.start(plan).end();
    let records = check_whole(&done);
    let lost: u64 = gaps(&records).iter().map(|(bytes, _)| bytes).sum();
    assert!(gaps(&records).iter().all(|(_, reason)| *reason == GapReason::LineCap));
    assert!((50_000_000 - 1_000_000..=50_000_000 - 65_536).contains(&lost), "{lost}");
    assert_eq!(bytes(&done.log(), Stream::Stderr), b"the last words of it");
    assert_eq!(done.record.log.lines, 2);
}

/// A shell that runs this text.
fn shell(text: &str) -> Done {
    let place = Place::new();
    let mut plan = place.plan(&["-c", text]);
    plan.program = "/bin/bash".to_owned();
    place.start(plan).end()
}

#[test]
fn the_last_words_after_a_progress_bar_are_kept() {
    let bar = "for i in $(seq 1 900); do printf '\\r %3d%% of 5000M at 5120k/s, %3dM so far, 0:16:40 in all, \
        0:00:%02d gone, 0:16:20 to go' $((i/10)) $i $((i%60)) >&2; done";
    for (last, begin, end) in [
        ("echo \"fatal: connection reset by peer\" >&2; exit 3", "", "\n"),
        ("printf '\\nfatal: connection reset by peer' >&2; exit 3", "\n", ""),
        ("printf '\\r\\033[Kfatal: connection reset by peer\\r\\r\\n' >&2; exit 3", "\r\u{1b}[K", "\r\r\n"),
    ] {
        let done = shell(&format!("{bar}; {last}"));
        done.exited(3);
        let all = String::from_utf8(bytes(&done.log(), Stream::Stderr)).unwrap();
        let words = format!("{begin}fatal: connection reset by peer{end}");
        assert!(all.ends_with(&words), "{:?}", &all[all.len() - 300..]);
        if !words.contains('\u{1b}') {
            assert!(all.contains("900M so far"), "the newest redraw");
        }
        let left_out: u64 = gaps(&check_whole(&done))
            .iter()
            .map(|(_, reason)| if let GapReason::Redraws { count } = reason { *count } else { 0 })
            .sum();
        let shown = all.matches("so far").count() as u64;
        assert_eq!(shown + left_out, 900);
        assert!(shown < 300 && all.len() < 30_000, "{shown} redraws, {} bytes", all.len());
    }
}

#[test]
fn the_last_words_survive_the_end_of_a_program_that_is_killed() {
    let done =
        shell("for i in $(seq 20000); do printf '\\r%d of 20000' $i; done; printf '\\rout of memory'; kill -9 $$");
    assert_eq!(done.record.outcome, orc_runner::Outcome::Signalled { signal: libc::SIGKILL });
    assert!(done.text().ends_with("\rout of memory"));
    let done = shell("head -c 300000 /dev/zero | tr '\\0' .; printf 'disk full'; exit 1");
    assert!(done.text().ends_with("...disk full"));
}

#[test]
fn a_bar_is_shown_while_it_is_drawn() {
    let place = Place::new();
    let gate = place.path().join("go");
    let line =
        "for i in $(seq 3000); do printf '\\r%d of 3000' $i; done; \"$0\" until-file go >/dev/null; echo ' done'";
    let mut plan = place.plan(&["-c", line]);
    plan.program = "/bin/bash".to_owned();
    plan.arguments.push(crate::test_child());
    let running = place.start(plan);
    running.until_logged("\r3000 of 3000");
    std::fs::write(gate, "").unwrap();
    let done = running.end();
    assert!(done.text().ends_with("\r3000 of 3000 done\n"));
    check_whole(&done);
}

#[test]
fn text_for_a_terminal_is_kept_as_it_is() {
    let done = shell("printf 'one\\r\\r\\ntwo\\b\\b\\bTWO\\n\\033[2K\\033[1Gthree\\r\\033[31m3\\033[0m\\n'");
    assert_eq!(done.text(), "one\r\r\ntwo\u{8}\u{8}\u{8}TWO\n\u{1b}[2K\u{1b}[1Gthree\r\u{1b}[31m3\u{1b}[0m\n");
}

#[test]
fn a_long_line_between_short_ones() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "echo one; head -c 1000 /dev/zero | tr '\\0' x; echo; echo three; printf four"]);
    plan.program = "/bin/sh".to_owned();
    plan.log.line_cap_bytes = 10;
    let done = place.start(plan).end();
    let records = check_whole(&done);
    assert_eq!(gaps(&records).iter().map(|(bytes, _)| bytes).sum::<u64>(), 990);
    assert_eq!(done.text(), "one\nxxxxxxxxxx\nthree\nfour");
    assert_eq!((done.record.log.bytes, done.record.log.lines), (1015, 4));
}

#[test]
fn the_runner_stays_small() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "\"$0\" longline 200000000; \"$0\" flood 200000000; echo ready; sleep 60"]);
    plan.program = "/bin/sh".to_owned();
    plan.arguments.push(crate::test_child());
    let mut running = place.start(plan);
    running.until_logged("ready");
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.runner.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 16 * 1024, "{kilobytes} kB");
    running.say(&ServerMessage::Kill);
    running.end();
}

#[test]
fn a_disk_that_is_nearly_full_gets_no_log_but_the_record() {
    let place = Place::new();
    let mut plan = place.plan(&["flood", "8000"]);
    plan.log.min_free_percent = 101.0;
    let done = place.start(plan).end();
    done.exited(0);
    assert_eq!(gaps(&check_whole(&done)), [(8000, GapReason::DiskGuard)]);
    assert_eq!((done.record.log.bytes, done.record.log.lines, done.record.log.dropped_bytes), (8000, 100, 8000));
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody() {
    // The runner itself limits how much it may write to one file. The command is a shell that does not raise the
    // limit.
    let place = Place::new();
    let mut plan = place
        .plan(&["-c", "i=0; while [ $i -lt 400 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done"]);
    plan.program = "/bin/sh".to_owned();
    let mut running = place.runner();
    running.message();
    let runner = rustix::process::Pid::from_child(&running.runner);
    let limit = rustix::process::Rlimit { current: Some(8192), maximum: Some(8192) };
    rustix::process::prlimit(Some(runner), rustix::process::Resource::Fsize, limit).unwrap();
    running.say(&ServerMessage::Start { plan: Box::new(plan) });
    let record = loop {
        if let RunnerMessage::Exited { record } = running.message() {
            break record;
        }
    };
    assert_eq!(record.outcome, orc_runner::Outcome::Exited { code: 0 });
    assert_eq!((record.log.bytes, record.log.lines), (400 * 41, 400));
    assert!(record.log.dropped_bytes > 8000, "{:?}", record.log);
    running.runner.wait().unwrap();
}

#[test]
fn progress_is_told_while_it_happens() {
    let place = Place::new();
    let plan = place.plan(&["sleep", "60"]);
    let mut running = place.start(plan);
    loop {
        if let RunnerMessage::Log { bytes, lines, .. } = running.message() {
            assert_eq!((bytes, lines), (6, 1));
            break;
        }
    }
    let mut reader = LogReader::open(&running.place.log()).unwrap();
    let records = reader.read(usize::MAX).unwrap();
    assert_eq!(records[0].content, Content::Bytes(b"ready\n".to_vec()));
    assert!(!reader.finished() && reader.exit().unwrap().is_none());
    running.say(&ServerMessage::Kill);
    let done = running.end();
    assert!(!reader.read(usize::MAX).unwrap().is_empty());
    assert!(reader.finished());
    assert_eq!(reader.exit().unwrap(), Some(&done.record));
}

#[test]
fn a_reader_follows_through_head_and_segments() {
    let place = Place::new();
    let mut plan = place.plan(&["flood", "4000000"]);
    plan.log.cap_bytes = 256 * 1024;
    let running = place.start(plan);
    let mut reader = LogReader::open(&running.place.log()).unwrap();
    let mut offset = 0;
    eventually("the end", || {
        for record in reader.read(10_000).unwrap() {
            assert_eq!(record.offset, offset);
            offset = record.end();
        }
        reader.finished()
    });
    let done = running.end();
    assert_eq!(offset, done.record.log.bytes);
    check_whole(&done);
}
