//! A stream or a file, read once from beginning to end. gzip is recognised by its first bytes and decompressed.

use super::gzip::{Gunzip, MAGIC};
use super::source::{InputSource, ReadEvent};
use crate::pipeline::stop::{StopSignal, Woken};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A stream or a file, read once from beginning to end.
#[derive(Debug)]
pub struct Stream {
    file: StoppableFile,
    content: Content,
}

/// The encoding of a stream.
#[derive(Debug)]
enum Content {
    /// Nothing has been read.
    Unknown,
    Plain,
    Gzip(Box<Gunzip>),
}

impl Stream {
    /// Reads `file` until it ends or `stop` is requested.
    pub fn new(file: File, stop: StopSignal) -> Stream {
        Stream { file: StoppableFile { file, stop }, content: Content::Unknown }
    }

    /// The first read: enough bytes to recognise gzip. Those of plain text are left in the buffer.
    fn begin(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
        let mut filled = 0;
        let mut end = ReadEvent::End;
        while filled < MAGIC.len() && MAGIC.starts_with(buffer.get(..filled).unwrap_or_default()) {
            let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) else { break };
            end = self.file.read(room)?;
            match end {
                ReadEvent::Bytes(n) => filled += n,
                _ => break,
            }
        }
        let first = buffer.get(..filled).unwrap_or_default();
        if first.starts_with(&MAGIC) {
            self.content = Content::Gzip(Box::new(Gunzip::new(first)));
            return self.next(buffer);
        }
        self.content = Content::Plain;
        Ok(if filled > 0 && end != ReadEvent::Stopped { ReadEvent::Bytes(filled) } else { end })
    }
}

impl InputSource for Stream {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
        match &mut self.content {
            Content::Unknown => self.begin(buffer),
            Content::Plain => self.file.read(buffer),
            Content::Gzip(gunzip) => decompressed(&mut self.file, gunzip, buffer),
        }
    }
}

fn decompressed(file: &mut StoppableFile, gunzip: &mut Gunzip, buffer: &mut [u8]) -> io::Result<ReadEvent> {
    loop {
        if file.stop.is_requested() {
            return Ok(ReadEvent::Stopped);
        }
        match gunzip.decompress(buffer)? {
            0 => match file.read(gunzip.room())? {
                ReadEvent::Bytes(n) => gunzip.filled(n),
                end => {
                    gunzip.filled(0);
                    if end == ReadEvent::End {
                        gunzip.end()?;
                    }
                    return Ok(end);
                }
            },
            n => return Ok(ReadEvent::Bytes(n)),
        }
    }
}

/// A file, and a stop that ends waiting for it.
#[derive(Debug)]
struct StoppableFile {
    file: File,
    stop: StopSignal,
}

impl StoppableFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
        loop {
            if self.stop.wait(Some(&self.file), None)? == Woken::Stop {
                return Ok(ReadEvent::Stopped);
            }
            match self.file.read(buffer) {
                Ok(0) => return Ok(ReadEvent::End),
                Ok(n) => return Ok(ReadEvent::Bytes(n)),
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Opens a file, pipe or device for a [`Stream`]. Opening does not block: opening a named pipe would otherwise wait for
/// its writer, and no signal would be noticed meanwhile.
pub fn open_stream(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.open(path)
}
