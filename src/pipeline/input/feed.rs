//! A source, split into lines.

use super::source::{Checkpoint, InputSource, ReadEvent};
use crate::pipeline::lines::{LineBuffer, LineSplitter};
use std::io;

/// Fills line buffers from a source, in order.
#[derive(Debug)]
pub struct Feed<S> {
    source: S,
    splitter: LineSplitter,
}

/// The result of filling a buffer.
#[derive(Debug)]
pub struct Filled {
    /// The number of bytes read.
    pub bytes: u64,
    /// The input has ended.
    pub over: bool,
    /// The start of the next line.
    pub checkpoint: Option<Checkpoint>,
}

impl<S: InputSource> Feed<S> {
    /// Splits `source` into lines of at most `limit` bytes.
    pub fn new(source: S, limit: usize) -> Feed<S> {
        let at_start = source.checkpoint().is_none_or(|checkpoint| checkpoint.offset == 0);
        Feed { source, splitter: LineSplitter::new(limit, at_start) }
    }

    /// Reads until at least one line is complete, and no further: a line that arrives alone is passed on at once. The
    /// buffer stays empty at the end of the input and between two files. `on_read` gets the size of each read.
    pub fn fill(&mut self, buffer: &mut LineBuffer, on_read: impl Fn(u64)) -> io::Result<Filled> {
        self.splitter.begin(buffer);
        let mut bytes = 0;
        loop {
            let event = self.source.next(buffer.room())?;
            let mut tail = 0;
            match event {
                ReadEvent::Bytes(n) => {
                    bytes += n as u64;
                    on_read(n as u64);
                    self.splitter.split(buffer, n);
                }
                ReadEvent::Break => self.splitter.finish(buffer),
                ReadEvent::End => {
                    tail = self.splitter.pending();
                    self.splitter.finish(buffer);
                }
                ReadEvent::Stopped => {}
            }
            let over = matches!(event, ReadEvent::End | ReadEvent::Stopped);
            if buffer.count() == 0 && !over && event != ReadEvent::Break {
                continue;
            }
            let undecided = self.splitter.pending() + tail;
            let checkpoint = self.source.checkpoint().map(|checkpoint| Checkpoint {
                offset: checkpoint.offset.saturating_sub(undecided),
                tail,
                ..checkpoint
            });
            self.splitter.end(buffer);
            return Ok(Filled { bytes, over, checkpoint });
        }
    }
}
