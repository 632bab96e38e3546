//! The lines of one stream: which parts are kept at once, held back for a moment, or left out.
//!
//! A program that redraws a line again and again (`\r`) would fill the log with text that nobody has seen. A line
//! longer than 8 KiB keeps only its newest redraws, at most one every 200 ms. A shorter line keeps all redraws, so
//! that binary output stays exact. Of a line longer than the cap, the start and the end are kept, because a failing
//! program says why at the end. Deliberately absent: offsets and files, because the writer gives each part its offset
//! when the part is handed out. Start reading at [`Lines::take`].

use std::time::{Duration, Instant};

use crate::log::GapReason;

/// Shortest time between two writes of a line that is redrawn again and again, and longest time for which the end of
/// a line is held back while nothing follows.
const PERIOD: Duration = Duration::from_millis(200);
/// A line of at most this many bytes keeps all of its redraws.
const EXACT: u64 = 8 * 1024;

/// What happens to some bytes.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    /// The bytes are kept.
    Kept(&'a [u8]),
    /// The bytes are left out.
    Lost { bytes: u64, reason: GapReason },
}

/// The state of one stream's newest line. A stretch is the text between two line ends or redraws.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Bytes since the last line end.
    line: u64,
    /// Bytes since the last line end or the start of the newest redraw.
    stretch: u64,
    /// Whether the newest byte is a carriage return. The next byte decides whether the line ends or is redrawn.
    returned: bool,
    /// Whether the line was redrawn, or may be by backspaces and escape codes. Its text is then held back.
    redrawn: bool,
    held: Vec<u8>,
    /// Number of redraws of which `held` has bytes.
    held_redraws: u64,
    /// Number of bytes left out before `held`, and of redraws among them. Without redraws, these bytes are the middle
    /// of a long line.
    lost: u64,
    lost_redraws: u64,
    due: Option<Instant>,
    given: Option<Instant>,
}

impl Lines {
    /// Takes what a stream wrote, for lines of at most `cap` bytes, and hands out the parts that are decided.
    pub(crate) fn take(&mut self, bytes: &[u8], cap: u64, now: Instant, out: &mut dyn FnMut(Part<'_>)) {
        // Start of the text that passes at once. It is handed out in parts as long as possible.
        let mut passing = 0;
        let mut at = 0;
        while at < bytes.len() {
            if self.returned && !matches!(bytes[at], b'\r' | b'\n') {
                self.begin_redraw(cap);
            }
            let mark = memchr::memchr2(b'\r', b'\n', &bytes[at..]).map(|found| at + found);
            let ends = mark.is_some_and(|mark| bytes[mark] == b'\n');
            let end = mark.map_or(bytes.len(), |mark| if ends { mark } else { mark + 1 });
            let stretch = &bytes[at..end];
            self.redrawn |= !ends && memchr::memchr2(b'\x08', b'\x1b', stretch).is_some();
            let direct = whole(stretch, self.room(cap));
            self.grow(direct);
            if direct < stretch.len() {
                give(&bytes[passing..at + direct], out);
                self.hold(&stretch[direct..], cap, now, out);
                passing = end;
            }
            self.returned = mark.is_some() && !ends;
            at = end;
            if ends {
                self.flush(cap, now, out);
                *self = Self { held: std::mem::take(&mut self.held), given: self.given, ..Self::default() };
                at += 1;
            }
        }
        give(&bytes[passing..], out);
        self.flush_due(cap, now, out);
    }

    /// When held back text must be handed out.
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Returns whether there is a line without its end.
    pub(crate) const fn is_open(&self) -> bool {
        self.line > 0
    }

    /// Hands out what is held back, if it is time.
    pub(crate) fn flush_due(&mut self, cap: u64, now: Instant, out: &mut dyn FnMut(Part<'_>)) {
        if self.due.is_some_and(|due| due <= now) {
            self.flush(cap, now, out);
        }
    }

    /// Hands out everything that is held back.
    pub(crate) fn flush(&mut self, cap: u64, now: Instant, out: &mut dyn FnMut(Part<'_>)) {
        self.trim(cap);
        if self.lost > 0 {
            let redraws = self.lost_redraws;
            let reason = if redraws > 0 { GapReason::Redraws { count: redraws } } else { GapReason::LineCap };
            out(Part::Lost { bytes: self.lost, reason });
        }
        if self.lost > 0 || !self.held.is_empty() {
            self.given = Some(now);
        }
        give(&self.held, out);
        self.held.clear();
        (self.held_redraws, self.lost, self.lost_redraws, self.due) = (0, 0, 0, None);
    }

    /// How many of the next bytes pass without being held back.
    fn room(&self, cap: u64) -> usize {
        if self.redrawn || !self.held.is_empty() { 0 } else { left(head(cap), self.stretch) }
    }

    fn grow(&mut self, bytes: usize) {
        self.line += bytes as u64;
        self.stretch += bytes as u64;
    }

    /// Begins a redraw, which starts with the carriage return before it. If the line is long, the text that it draws
    /// over is left out.
    fn begin_redraw(&mut self, cap: u64) {
        if self.line > EXACT.min(head(cap))
            && let Some(begin) = memchr::memrchr(b'\r', &self.held)
        {
            if begin > 0 {
                self.lost += begin as u64;
                self.lost_redraws += self.held_redraws.max(1);
                self.held.drain(..begin);
            }
            self.held_redraws = 0;
        }
        self.redrawn = true;
        self.stretch = 0;
        self.held_redraws += 1;
        self.due = None;
    }

    /// Holds back bytes: those of a redraw, and the end of a long stretch.
    fn hold(&mut self, bytes: &[u8], cap: u64, now: Instant, out: &mut dyn FnMut(Part<'_>)) {
        let beginning = self.stretch <= head(cap);
        let (first, end) = bytes.split_at(whole(bytes, left(head(cap), self.stretch)));
        self.held.extend_from_slice(first);
        self.grow(first.len());
        if !end.is_empty() {
            if self.redrawn && beginning {
                self.flush(cap, now, out);
            }
            self.hold_end(end, cap);
        }
        if self.lost > 0 && self.lost_redraws == 0 {
            // The middle of a line is being left out, so its end has not come yet.
            self.due = Some(now + PERIOD);
        } else if self.redrawn {
            let next = self.given.map_or(now, |given| given + PERIOD);
            self.due.get_or_insert(next.max(now));
        } else {
            self.due.get_or_insert(now + PERIOD);
        }
    }

    /// Holds the newest end of a stretch that is longer than its kept start.
    fn hold_end(&mut self, bytes: &[u8], cap: u64) {
        let most = tail(cap);
        self.grow(bytes.len());
        let gone = bytes.len().saturating_sub(most);
        if gone > 0 {
            self.lost += (self.held.len() + gone) as u64;
            self.held.clear();
        }
        self.held.extend_from_slice(&bytes[gone..]);
        if self.held.len() > 2 * most {
            self.trim(cap);
        }
    }

    /// Drops what is too much of a long stretch's end, and the rest of a character that was cut.
    fn trim(&mut self, cap: u64) {
        if self.stretch <= head(cap) {
            return;
        }
        let mut gone = self.held.len().saturating_sub(tail(cap));
        if gone > 0 || self.lost > 0 && self.lost_redraws == 0 {
            let rest = self.held[gone..].iter().take(3).take_while(|byte| (0x80..0xC0).contains(*byte)).count();
            gone += rest;
        }
        self.lost += gone as u64;
        self.held.drain(..gone);
    }
}

/// Number of bytes kept from the start of a stretch.
const fn head(cap: u64) -> u64 {
    cap - cap / 2
}

/// Number of bytes kept from its end.
fn tail(cap: u64) -> usize {
    usize::try_from(cap / 2).unwrap_or(usize::MAX / 4)
}

fn left(most: u64, used: u64) -> usize {
    usize::try_from(most.saturating_sub(used)).unwrap_or(usize::MAX)
}

/// Where to cut bytes so that at most `most` come first and no character is cut.
fn whole(bytes: &[u8], most: usize) -> usize {
    if most >= bytes.len() {
        return bytes.len();
    }
    let begins = |at: &usize| !(0x80..0xC0).contains(&bytes[*at]);
    (most.saturating_sub(3)..=most).rev().find(begins).unwrap_or(most)
}

fn give(bytes: &[u8], out: &mut dyn FnMut(Part<'_>)) {
    if !bytes.is_empty() {
        out(Part::Kept(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One stream, its kept text with gaps, and a clock that the test moves.
    struct Seen {
        lines: Lines,
        cap: u64,
        now: Instant,
        text: String,
    }

    impl Seen {
        fn new(cap: u64) -> Self {
            Self { lines: Lines::default(), cap, now: crate::clock::now(), text: String::new() }
        }

        fn take(&mut self, bytes: &str) -> &mut Self {
            let text = &mut self.text;
            self.lines.take(bytes.as_bytes(), self.cap, self.now, &mut |part| note(text, part));
            self
        }

        fn pass(&mut self, milliseconds: u64) -> &mut Self {
            self.now += Duration::from_millis(milliseconds);
            let text = &mut self.text;
            self.lines.flush_due(self.cap, self.now, &mut |part| note(text, part));
            self
        }

        fn end(&mut self) -> &str {
            let text = &mut self.text;
            self.lines.flush(self.cap, self.now, &mut |part| note(text, part));
            &self.text
        }
    }

    fn note(text: &mut String, part: Part<'_>) {
        match part {
            Part::Kept(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
            Part::Lost { bytes, reason: GapReason::Redraws { count } } => {
                text.push_str(&format!("<{count} redraws, {bytes} bytes>"));
            }
            Part::Lost { bytes, .. } => text.push_str(&format!("<{bytes} bytes>")),
        }
    }

    #[test]
    fn short_lines_are_exact_whatever_they_hold() {
        let text = "one\r\ntwo\r\r\n10%\r20%\r\u{1b}[Kdone\nab\u{8}\u{8}c\n\r\n\r\rx";
        for size in 1..9 {
            let mut seen = Seen::new(1000);
            for piece in text.as_bytes().chunks(size) {
                seen.take(std::str::from_utf8(piece).expect("ASCII"));
            }
            assert_eq!(seen.end(), text, "in pieces of {size}");
        }
    }

    #[test]
    fn of_a_long_series_the_newest_redraw_is_kept_and_the_rest_counted() {
        let mut seen = Seen::new(40);
        seen.take("begin of a line");
        for percent in 10..90 {
            seen.take(&format!("\r{percent}%"));
        }
        seen.take("fatal: gone\n");
        assert_eq!(seen.end(), "begin of a line\r10%<78 redraws, 312 bytes>\r89%fatal: gone\n");
    }

    #[test]
    fn a_redraw_is_shown_every_200_ms() {
        let mut seen = Seen::new(20);
        seen.take("0123456789\ra");
        assert_eq!(seen.text, "0123456789\ra", "the first at once");
        seen.take("\rb").pass(199).take("\rc");
        assert_eq!(seen.text, "0123456789\ra");
        seen.pass(1);
        assert_eq!(seen.text, "0123456789\ra<1 redraws, 2 bytes>\rc");
        assert!(seen.lines.due().is_none());
    }

    #[test]
    fn a_spinner_of_backspaces_is_shown_every_200_ms_and_loses_nothing() {
        let mut seen = Seen::new(100);
        seen.take("at work |").take("\u{8}/").take("\u{8}-").pass(199).take("\u{8}\\");
        assert_eq!(seen.text, "at work |\u{8}/");
        seen.pass(1);
        assert_eq!(seen.text, "at work |\u{8}/\u{8}-\u{8}\\");
    }

    #[test]
    fn beginning_and_end_of_a_long_line_are_kept() {
        let mut seen = Seen::new(10);
        seen.take(&"x".repeat(5)).take(&"y".repeat(100)).take("error\nnext");
        assert_eq!(seen.end(), "xxxxx<100 bytes>error\nnext");
        let mut seen = Seen::new(10);
        seen.take("0123456789\n0123456789a\n");
        assert_eq!(seen.end(), "0123456789\n01234<1 bytes>6789a\n", "the cap itself is kept whole");
    }

    #[test]
    fn a_line_that_grows_slowly_is_shown_as_it_grows() {
        let mut seen = Seen::new(10);
        for _ in 0..20 {
            seen.take(".").pass(200);
        }
        assert_eq!(seen.text, ".".repeat(20));
    }

    #[test]
    fn the_last_redraw_of_a_long_line_keeps_both_its_ends() {
        let mut seen = Seen::new(20);
        for percent in 10..30 {
            seen.take(&format!("\r{percent}%"));
        }
        seen.take(&format!("\rfatal: {}end\n", "z".repeat(100)));
        let text = seen.end();
        assert!(text.contains("\rfatal: zzz<90 bytes>zzzzzzzend\n"), "{text}");
    }

    #[test]
    fn no_character_is_cut() {
        let mut seen = Seen::new(8);
        seen.take(&"€".repeat(10));
        let text = seen.end();
        assert_eq!(text, "€<24 bytes>€");
    }
}
