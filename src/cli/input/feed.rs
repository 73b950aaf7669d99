//! A source, cut into lines.

use super::{Mark, Piece, Source};
use crate::cli::lines::{Chunk, Cutter};
use std::io;

/// Fills chunks with what a source has, in order.
#[derive(Debug)]
pub(crate) struct Feed<S> {
    source: S,
    cutter: Cutter,
}

/// What filling a chunk came to.
#[derive(Debug)]
pub(crate) struct Step {
    /// So many bytes were read.
    pub(crate) bytes: u64,
    /// There is no more.
    pub(crate) over: bool,
    /// Where the next line begins.
    pub(crate) reached: Option<Mark>,
}

impl<S: Source> Feed<S> {
    /// Lines of at most `limit` bytes.
    pub(crate) fn new(source: S, limit: usize) -> Feed<S> {
        let at_start = source.mark().is_none_or(|mark| mark.offset == 0);
        Feed { source, cutter: Cutter::new(limit, at_start) }
    }

    /// Reads until there is a line, and no further: a line that came alone is handed on alone, and at once. There is none
    /// where it is over, and before another file. `seen` is told of each read how many bytes it was.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk, seen: impl Fn(u64)) -> io::Result<Step> {
        self.cutter.begin(chunk);
        let mut bytes = 0;
        loop {
            let piece = self.source.next(chunk.room())?;
            let mut tail = 0;
            match piece {
                Piece::Bytes(n) => {
                    bytes += n as u64;
                    seen(n as u64);
                    self.cutter.cut(chunk, n);
                }
                Piece::Break => self.cutter.finish(chunk),
                Piece::End => {
                    tail = self.cutter.pending();
                    self.cutter.finish(chunk);
                }
                Piece::Stopped => {}
            }
            let over = matches!(piece, Piece::End | Piece::Stopped);
            if chunk.count() == 0 && !over && piece != Piece::Break {
                continue;
            }
            let undecided = self.cutter.pending() + tail;
            let mark = self.source.mark();
            let reached = mark.map(|mark| Mark { offset: mark.offset.saturating_sub(undecided), tail, ..mark });
            self.cutter.end(chunk);
            return Ok(Step { bytes, over, reached });
        }
    }
}
