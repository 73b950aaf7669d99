//! Where lines come from: a stream that is read to its end, or a file that grows.

mod follow;
mod state;

use super::lines::Splitter;
use super::stop::{Stop, Woken};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

pub(crate) use follow::Follow;
pub(crate) use state::{Progress, Saved, can_write};

/// What is read at a time.
const CHUNK: usize = 1 << 18;

/// What reading once came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// So many bytes.
    Bytes(usize),
    /// A file ended, and another begins: what has come of a line is a line.
    Break,
    /// The input is over: what has come of a line is a line.
    End,
    /// It is time to end: what has come of a line is none yet.
    Stopped,
}

/// Something to read from.
pub(crate) trait Source: Send {
    /// Reads once, and waits if there is nothing yet.
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<Piece>;

    /// How far it has come, where one can come back to that.
    fn mark(&self) -> Option<Mark> {
        None
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) file: Identity,
    /// The beginning of the file, as much as is known of it: an inode number can be that of another file later.
    pub(crate) head: Arc<[u8]>,
    /// So many bytes are done.
    pub(crate) offset: u64,
    /// So many bytes more were taken for a line, though it had no line break yet.
    pub(crate) tail: u64,
}

/// What makes a file the same file under another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl Identity {
    #[cfg(unix)]
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Identity {
        use std::os::unix::fs::MetadataExt;
        Identity { device: metadata.dev(), inode: metadata.ino() }
    }

    /// Where files have no numbers, the beginning of a file has to tell.
    #[cfg(not(unix))]
    pub(crate) fn of(_: &std::fs::Metadata) -> Identity {
        Identity { device: 0, inode: 0 }
    }
}

/// A stream or a file, read once from front to back.
pub(crate) struct Stream {
    file: File,
    stop: Stop,
}

impl Stream {
    pub(crate) fn new(file: File, stop: Stop) -> Stream {
        Stream { file, stop }
    }
}

impl Source for Stream {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<Piece> {
        loop {
            if self.stop.wait(Some(&self.file), None)? == Woken::Stop {
                return Ok(Piece::Stopped);
            }
            match self.file.read(buffer) {
                Ok(0) => return Ok(Piece::End),
                Ok(n) => return Ok(Piece::Bytes(n)),
                Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A source, cut into lines.
pub(crate) struct Feed<S> {
    source: S,
    splitter: Splitter,
    buffer: Vec<u8>,
}

/// What one step of a [`Feed`] came to.
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
        let mut splitter = Splitter::new(limit);
        splitter.begin(source.mark().is_none_or(|mark| mark.offset == 0));
        Feed { source, splitter, buffer: vec![0; CHUNK] }
    }

    /// Reads once and hands on every line that is complete with that.
    pub(crate) fn step(&mut self, each: impl FnMut(&[u8])) -> io::Result<Step> {
        let piece = self.source.next(&mut self.buffer)?;
        let (mut bytes, mut tail) = (0, 0);
        match piece {
            Piece::Bytes(n) => {
                bytes = n as u64;
                self.splitter.push(self.buffer.get(..n).unwrap_or_default(), each);
            }
            Piece::Break => {
                self.splitter.finish(each);
                self.splitter.begin(true);
            }
            Piece::End => {
                tail = self.splitter.pending();
                self.splitter.finish(each);
            }
            Piece::Stopped => {}
        }
        let undecided = self.splitter.pending() + tail;
        let reached =
            self.source.mark().map(|mark| Mark { offset: mark.offset.saturating_sub(undecided), tail, ..mark });
        Ok(Step { bytes, over: matches!(piece, Piece::End | Piece::Stopped), reached })
    }
}
