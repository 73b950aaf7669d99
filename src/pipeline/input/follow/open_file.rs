//! A file that is being read, with its identity and position.

use crate::pipeline::input::source::{Checkpoint, FileIdentity};
use crate::pipeline::input::stream::open_stream;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// The number of bytes at a file's beginning that distinguish it from others.
const HEAD: usize = 1024;

#[derive(Debug)]
pub(super) struct OpenFile {
    file: File,
    identity: FileIdentity,
    head: Arc<[u8]>,
    offset: u64,
    /// The last byte read was a line break, or nothing was read.
    at_line_start: bool,
}

impl OpenFile {
    /// Opens a regular file at an offset. The name may belong to a pipe or device by now, so opening does not block.
    pub(super) fn at(path: &Path, offset: u64) -> io::Result<OpenFile> {
        let mut file = open_stream(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, format!("`{}` is not a regular file", path.display())));
        }
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(offset.min(HEAD as u64)).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(offset))?;
        let identity = FileIdentity::of(&metadata);
        Ok(OpenFile { file, identity, head: head.into(), offset, at_line_start: true })
    }

    pub(super) fn identity(&self) -> FileIdentity {
        self.identity
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn is_at_line_start(&self) -> bool {
        self.at_line_start
    }

    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { file: self.identity, head: self.head.clone(), offset: self.offset, tail: 0 }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let fresh = buffer.get(..read).unwrap_or_default();
        let missing = HEAD.saturating_sub(self.head.len());
        if missing > 0 && self.head.len() as u64 == self.offset {
            let more = fresh.get(..read.min(missing)).unwrap_or_default();
            self.head = [&self.head, more].concat().into();
        }
        self.offset += read as u64;
        self.at_line_start = fresh.last().map_or(self.at_line_start, |last| *last == b'\n');
        Ok(read)
    }

    /// Takes back the last `n` bytes read, which followed a line break.
    pub(super) fn unread(&mut self, n: usize) -> io::Result<()> {
        if n > 0 {
            self.offset = self.offset.saturating_sub(n as u64);
            self.file.seek(SeekFrom::Start(self.offset))?;
            self.at_line_start = true;
        }
        Ok(())
    }

    /// Starts again at the beginning.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.offset = self.file.seek(SeekFrom::Start(0))?;
        self.head = Arc::default();
        self.at_line_start = true;
        Ok(())
    }

    /// True if the file is shorter than the part that was read, or begins with other bytes.
    pub(super) fn was_overwritten(&self) -> io::Result<bool> {
        if self.len()? < self.offset {
            return Ok(true);
        }
        // Bytes that were read and taken back are part of the known beginning as well.
        let mut head = vec![0; self.head.len()];
        let read = read_beginning(&self.file, &mut head)?;
        Ok(head.get(..read) != Some(&*self.head))
    }
}

/// The length of the complete lines at the beginning of `bytes`.
pub(super) fn through_last_line(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

/// Fills a buffer with the beginning of a file, as far as it goes; the file's cursor stays where it is.
#[cfg(unix)]
fn read_beginning(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    file.read_at(buffer, 0)
}

#[cfg(not(unix))]
fn read_beginning(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let place = file.stream_position()?;
    file.seek(SeekFrom::Start(0))?;
    let read = file.read(buffer)?;
    file.seek(SeekFrom::Start(place))?;
    Ok(read)
}
