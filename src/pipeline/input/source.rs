//! The inputs of the pipeline.

use std::fs::Metadata;
use std::io;
use std::sync::Arc;

/// The result of one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadEvent {
    /// This many bytes were read.
    Bytes(usize),
    /// A file ended and another one begins. An unfinished line counts as a line.
    Break,
    /// The input ended. An unfinished line counts as a line.
    End,
    /// A stop was requested. An unfinished line is not decided.
    Stopped,
}

/// A source of bytes.
pub trait InputSource: Send {
    /// Reads once; blocks while there is nothing to read.
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent>;

    /// The current position, if reading can resume there.
    fn checkpoint(&self) -> Option<Checkpoint> {
        None
    }
}

/// A position in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which file.
    pub file: FileIdentity,
    /// The first bytes of the file, as far as they are known: an inode number can be reused.
    pub head: Arc<[u8]>,
    /// The number of bytes whose lines are decided.
    pub offset: u64,
    /// The length of the last line, which starts at `offset`, if it was decided without a line break.
    pub tail: u64,
}

/// Identifies a file independently of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileIdentity {
    /// The device number.
    pub device: u64,
    /// The inode number.
    pub inode: u64,
}

impl FileIdentity {
    /// The identity of the file with this metadata.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> FileIdentity {
        use std::os::unix::fs::MetadataExt;
        FileIdentity { device: metadata.dev(), inode: metadata.ino() }
    }

    /// The identity of the file with this metadata. Without inode numbers, the time of creation replaces them.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> FileIdentity {
        let created = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        FileIdentity { device: 0, inode: created.map_or(0, |since| since.as_nanos() as u64) }
    }
}
