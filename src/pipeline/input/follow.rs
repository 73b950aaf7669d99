//! A growing file, followed by its name: through truncation, and through rotation, where another file takes the name.
//!
//! The file is polled a few milliseconds after a line has arrived, and less often while no line arrives. That works on
//! every file system, and costs little compared to a line.

use super::rotation;
use super::source::{Checkpoint, FileIdentity, InputSource, ReadEvent};
use super::state::SavedState;
use crate::pipeline::stop::{StopSignal, Woken};
use open_file::{OpenFile, through_last_line};
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

mod late;
mod open_file;

use late::LateFiles;

/// The shortest and the longest time between two polls.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// How long a rotated file is read while its successor is empty: its writer has not switched yet.
const LINGER: Duration = Duration::from_secs(1);
/// The number of identities of finished files that are remembered before those of deleted files are dropped.
const MANY_DONE: usize = 1024;

/// How a file is followed.
#[derive(Clone, Debug, Default)]
pub struct FollowOptions {
    /// Stop at the end of the file instead of waiting for more.
    pub once: bool,
    /// Counts the bytes that were written to rotated files after reading had switched to the next one.
    pub late_bytes: Arc<AtomicU64>,
}

/// A file, read as it grows, or once to its end.
#[derive(Debug)]
pub struct Follow {
    path: PathBuf,
    stop: StopSignal,
    options: FollowOptions,
    open: Option<OpenFile>,
    /// Rotated files that may still be written to.
    late: LateFiles,
    /// Files that have been read.
    done: HashSet<FileIdentity>,
    pause: Duration,
    /// The last read reached the end of the file. The file may be overwritten before the next.
    at_rest: bool,
    /// Since when the name has belonged to another file.
    moved: Option<Instant>,
    /// A warning that the file is missing or unreadable has been logged.
    warned: bool,
}

/// The next action.
enum Next {
    Read,
    Wait,
    Return(ReadEvent),
}

impl Follow {
    /// Reads the file from its beginning, or from the position at which an earlier run stopped.
    pub fn new(
        path: &Path,
        stop: StopSignal,
        options: FollowOptions,
        saved: Option<&SavedState>,
    ) -> io::Result<Follow> {
        let mut follow = Follow {
            path: path.to_path_buf(),
            stop,
            options,
            open: None,
            late: LateFiles::default(),
            done: HashSet::new(),
            pause: PAUSES.0,
            at_rest: false,
            moved: None,
            warned: false,
        };
        follow.open = match saved {
            Some(saved) => follow.resume(saved)?,
            None => None,
        };
        if follow.open.is_none() {
            follow.done = rotation::identities(path);
            follow.open = follow.open_named()?;
        }
        Ok(follow)
    }

    /// Opens the file of this name at its beginning; `None` if it does not exist yet.
    fn open_named(&mut self) -> io::Result<Option<OpenFile>> {
        let path = self.path.clone();
        self.open_or_wait(&path)
    }

    /// Opens a file; `None` if it does not exist yet, or cannot be read yet.
    fn open_or_wait(&mut self, path: &Path) -> io::Result<Option<OpenFile>> {
        let why = match OpenFile::at(path, 0) {
            Ok(open) => {
                self.warned = false;
                return Ok(Some(open));
            }
            Err(error) if self.options.once => return Err(error),
            Err(error) if error.kind() == ErrorKind::NotFound => "does not exist yet",
            Err(error) if error.kind() == ErrorKind::PermissionDenied => "may not be read yet",
            Err(error) => return Err(error),
        };
        if !std::mem::replace(&mut self.warned, true) {
            tracing::warn!("`{}` {why}; waiting for it", path.display());
        }
        Ok(None)
    }

    /// Opens the file in which an earlier run stopped, even if it was renamed.
    fn resume(&self, saved: &SavedState) -> io::Result<Option<OpenFile>> {
        let folder = rotation::folder_of(&self.path);
        let others = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        for path in [self.path.clone()].into_iter().chain(others) {
            let is_file = |metadata: &Metadata| metadata.is_file() && FileIdentity::of(metadata) == saved.identity();
            if !fs::metadata(&path).is_ok_and(|metadata| is_file(&metadata)) {
                continue;
            }
            let open = OpenFile::at(&path, saved.start(&path)?)?;
            if saved.is_head(open.head()) && open.len()? >= saved.offset {
                if path != self.path {
                    tracing::info!("resuming in `{}`, which was `{}`", path.display(), self.path.display());
                }
                return Ok(Some(open));
            }
        }
        tracing::warn!(
            "the file in which the last run stopped is gone or was overwritten; starting at the beginning of `{}`",
            self.path.display()
        );
        Ok(None)
    }

    /// The next action at the end of a file.
    fn at_end(&mut self) -> io::Result<Next> {
        let Some(open) = &self.open else {
            self.open = self.open_named()?;
            return Ok(if self.open.is_some() { Next::Return(ReadEvent::Break) } else { Next::Wait });
        };
        if open.len()? < open.offset() {
            return self.restart();
        }
        let at_rest = if self.options.once { Next::Return(ReadEvent::End) } else { Next::Wait };
        let named = match fs::metadata(&self.path) {
            Ok(named) => named,
            // Between two names: the new file will appear.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(at_rest),
            Err(error) => return Err(error),
        };
        if FileIdentity::of(&named) == open.identity() {
            self.moved = None;
            return Ok(at_rest);
        }
        let since = *self.moved.get_or_insert_with(Instant::now);
        if named.len() == 0 && !self.options.once && since.elapsed() < LINGER && !self.was_followed()? {
            return Ok(Next::Wait);
        }
        // A writer that writes to a newer file has usually finished with the old one.
        if open.len()? > open.offset() { Ok(Next::Read) } else { self.move_on() }
    }

    /// The file after the open one, if that was rotated as well.
    fn next_rotated(&self) -> io::Result<Option<PathBuf>> {
        let Some(open) = &self.open else { return Ok(None) };
        Ok(rotation::next(&self.path, (&open.metadata()?, open.identity()), &self.done))
    }

    /// True if the next rotated file is not empty.
    fn was_followed(&self) -> io::Result<bool> {
        Ok(self.next_rotated()?.is_some_and(|next| fs::metadata(next).is_ok_and(|metadata| metadata.len() > 0)))
    }

    /// Starts again at the beginning of a file that was overwritten.
    fn restart(&mut self) -> io::Result<Next> {
        tracing::warn!("`{}` was truncated; starting again at its beginning", self.path.display());
        if let Some(open) = &mut self.open {
            open.rewind()?;
        }
        Ok(Next::Return(ReadEvent::Break))
    }

    /// Leaves a rotated file for its successor.
    fn move_on(&mut self) -> io::Result<Next> {
        let next = self.next_rotated()?.unwrap_or_else(|| self.path.clone());
        let Some(open) = self.open_or_wait(&next)? else { return Ok(Next::Wait) };
        tracing::info!("`{}` was rotated; continuing in `{}`", self.path.display(), next.display());
        if let Some(left) = self.open.replace(open) {
            if self.done.len() >= MANY_DONE {
                self.done = &self.done & &rotation::identities(&self.path);
            }
            self.done.insert(left.identity());
            if !self.options.once {
                self.late.push(left);
            }
        }
        self.moved = None;
        Ok(Next::Return(ReadEvent::Break))
    }

    /// Waits a little, each time longer.
    fn pause(&mut self) -> io::Result<Next> {
        #[cfg(test)]
        tests::count_pause();
        if self.stop.wait(None, Some(self.pause))? == Woken::Stop {
            return Ok(Next::Return(ReadEvent::Stopped));
        }
        self.pause = (self.pause * 2).min(PAUSES.1);
        Ok(Next::Read)
    }

    /// Reads data that was written to rotated files after they were left, if the last line is complete.
    fn read_late(&mut self, buffer: &mut [u8]) -> io::Result<Option<ReadEvent>> {
        if !self.open.as_ref().is_none_or(OpenFile::is_at_line_start) {
            return Ok(None);
        }
        let event = self.late.read(buffer)?;
        if let Some(ReadEvent::Bytes(n)) = event {
            let before = self.options.late_bytes.fetch_add(n as u64, Ordering::Relaxed);
            if before == 0 {
                tracing::warn!(
                    "a rotated file of `{}` was written to after its successor: its lines are decided late, and lost if \
                     they come more than {} s after the rotation",
                    self.path.display(),
                    late::GRACE.as_secs()
                );
            }
        }
        Ok(event)
    }

    /// Reads from the open file.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(open) = &mut self.open else { return Ok(0) };
        let read = open.read(buffer)?;
        self.at_rest = read < buffer.len();
        // While another file may have to be read in between, reading stops at the end of a line.
        if self.late.is_empty() || read == 0 {
            return Ok(read);
        }
        let whole = through_last_line(buffer.get(..read).unwrap_or_default());
        match whole {
            0 => Ok(read),
            _ => open.unread(read - whole).map(|()| whole),
        }
    }
}

impl InputSource for Follow {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<ReadEvent> {
        loop {
            if self.stop.is_requested() {
                return Ok(ReadEvent::Stopped);
            }
            if let Some(event) = self.read_late(buffer)? {
                return Ok(event);
            }
            if self.at_rest && self.open.as_ref().map_or(Ok(false), OpenFile::was_overwritten)? {
                self.at_rest = false;
                self.restart()?;
                return Ok(ReadEvent::Break);
            }
            let read = self.read(buffer)?;
            if read > 0 {
                self.pause = PAUSES.0;
                return Ok(ReadEvent::Bytes(read));
            }
            let next = match self.at_end()? {
                Next::Wait => self.pause()?,
                next => next,
            };
            if let Next::Return(event) = next {
                return Ok(event);
            }
        }
    }

    fn checkpoint(&self) -> Option<Checkpoint> {
        self.open.as_ref().map(OpenFile::checkpoint)
    }
}

#[cfg(test)]
mod tests;
