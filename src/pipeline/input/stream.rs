//! A stream or a file, read once from beginning to end.

use super::source::{InputSource, ReadEvent};
use crate::pipeline::stop::{StopSignal, Woken};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// A stream or a file, read once from beginning to end.
#[derive(Debug)]
pub struct Stream {
    file: File,
    stop: StopSignal,
}

impl Stream {
    /// Reads `file` until it ends or `stop` is requested.
    pub fn new(file: File, stop: StopSignal) -> Stream {
        Stream { file, stop }
    }
}

impl InputSource for Stream {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
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
