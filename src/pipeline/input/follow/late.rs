//! Rotated files that are still written to after reading has switched to their successor.

use super::open_file::{OpenFile, through_last_line};
use crate::pipeline::input::source::ReadEvent;
use std::io;
use std::time::{Duration, Instant};

/// How long after the last byte a rotated file is watched.
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// How many rotated files are watched at a time.
const MAX_WATCHED: usize = 16;
/// The shortest time between two polls.
const INTERVAL: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
pub(super) struct LateFiles {
    files: Vec<LateFile>,
    polled: Option<Instant>,
    /// The end of the first file's last line has not been read.
    in_line: bool,
}

#[derive(Debug)]
struct LateFile {
    open: OpenFile,
    until: Instant,
}

impl LateFiles {
    /// Watches a file that was left.
    pub(super) fn push(&mut self, open: OpenFile) {
        if self.files.len() < MAX_WATCHED {
            self.files.push(LateFile { open, until: Instant::now() + GRACE });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.in_line
    }

    /// Reads lines that came late. A line without its line break is waited for until the grace period is over.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<ReadEvent>> {
        let now = Instant::now();
        if !self.in_line && (self.is_empty() || self.polled.is_some_and(|polled| now < polled + INTERVAL)) {
            return Ok(None);
        }
        self.polled = Some(now);
        let mut at = 0;
        while let Some(file) = self.files.get_mut(at) {
            let over = now >= file.until;
            if let Some(read) = file.read(buffer, over)? {
                self.in_line = buffer.get(..read).and_then(<[u8]>::last) != Some(&b'\n');
                // The rest of its line has to come next.
                self.files.swap(0, at);
                self.polled = None;
                return Ok(Some(ReadEvent::Bytes(read)));
            }
            if over {
                self.files.remove(at);
            } else {
                at += 1;
            }
            if self.in_line {
                // The line of the first file is not continued: it ends here.
                self.in_line = false;
                return Ok(Some(ReadEvent::Break));
            }
        }
        Ok(None)
    }
}

impl LateFile {
    /// Complete lines, or part of a line that is longer than the buffer; anything at all if its time is over.
    fn read(&mut self, buffer: &mut [u8], over: bool) -> io::Result<Option<usize>> {
        if self.open.len()? <= self.open.offset() {
            return Ok(None);
        }
        let read = self.open.read(buffer)?;
        let whole = through_last_line(buffer.get(..read).unwrap_or_default());
        let taken = match whole {
            0 if over || read == buffer.len() => read,
            whole => whole,
        };
        self.open.unread(read - taken)?;
        if taken == 0 {
            return Ok(None);
        }
        self.until = self.until.max(Instant::now() + if over { Duration::ZERO } else { GRACE });
        Ok(Some(taken))
    }
}
