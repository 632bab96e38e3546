//! A log that is closed and opened again between its pieces, because a server writes it for a job elsewhere.

use std::collections::VecDeque;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::{Guard, LogWriter, Output, STREAMS};
use crate::clock;
use crate::log::frame::Seed;
use crate::log::layout::attempt_of;
use crate::log::masked::Masked;
use crate::log::read::LogReader;
use crate::os;
use crate::protocol::plan::LogLimits;
use crate::protocol::record::LogTotals;

impl LogWriter {
    /// Opens the log of an attempt again, and locks it. What follows is added at its end. The log must be one file whose
    /// text ends with a line end, and must have no exit record: its writer keeps to its limit before it writes.
    pub fn reopen(log: &Path) -> io::Result<Self> {
        let mut file = os::open_locked(log)?;
        let totals = LogReader::open(log)?.totals()?;
        let at = file.seek(SeekFrom::End(0))?;
        let seed = Seed::new(attempt_of(log).unwrap_or_default());
        Ok(Self::at_end(log, seed, Output { file, at }, totals))
    }

    pub(super) fn at_end(log: &Path, seed: Seed, main: Output, totals: LogTotals) -> Self {
        Self {
            log: log.to_owned(),
            seed,
            limits: LogLimits::default(),
            main,
            ring: VecDeque::new(),
            masked: Masked::default(),
            lines: Default::default(),
            newlines: totals.lines,
            offset: totals.bytes,
            kept: totals.bytes - totals.dropped_bytes,
            gap: None,
            guard: Guard { next: clock::now(), bytes: 0, closed: false },
            scratch: Vec::with_capacity(1024),
        }
    }

    /// Writes everything that is held back, and leaves the log without an exit record, so that it can be opened again.
    pub fn leave(mut self) -> LogTotals {
        STREAMS.iter().for_each(|stream| self.end(*stream));
        self.flush();
        self.flush_gap(clock::now_micros());
        self.totals()
    }
}
