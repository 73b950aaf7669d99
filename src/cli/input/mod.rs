//! Where lines come from: a stream that is read to its end, or a file that grows.

mod feed;
mod follow;
mod state;

use super::stop::{Stop, Woken};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

pub(crate) use feed::{Feed, Step};
pub(crate) use follow::Follow;
pub(crate) use state::{Progress, Saved, can_write};

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
