//! A file that grows, followed by its name: through truncation, and through rotation, where another file takes the name.
//!
//! The file is looked at again and again, a few milliseconds after a line came and less often while nothing comes. That
//! works on every file system, and costs little beside what a line costs.

use super::{Identity, Mark, Piece, Saved, Source};
use crate::cli::stop::{Stop, Woken};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// The shortest and the longest time between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// So many bytes of a file's beginning tell it from others.
const HEAD: usize = 1024;
/// So long a file that lost its name is read on while the one that took it is empty: its writer has not moved yet.
const LINGER: Duration = Duration::from_secs(1);

/// A file, read on as it grows, or once as far as it goes.
pub(crate) struct Follow {
    path: PathBuf,
    stop: Stop,
    /// Whether its end is the end.
    once: bool,
    open: Option<Open>,
    pause: Duration,
    /// The last read came to the end of the file. Before the next, the file may have been written anew.
    at_rest: bool,
    /// Since when the name has been that of another file.
    moved: Option<Instant>,
    /// It was said that the file is not there.
    complained: bool,
}

/// A file that is being read.
struct Open {
    file: File,
    identity: Identity,
    head: Arc<[u8]>,
    offset: u64,
}

impl Follow {
    /// A file from its beginning, or from where an earlier run stopped. `once`: to its end, and no further.
    pub(crate) fn new(path: &Path, stop: Stop, once: bool, saved: Option<&Saved>) -> io::Result<Follow> {
        let path = path.to_path_buf();
        let mut follow =
            Follow { path, stop, once, open: None, pause: PAUSES.0, at_rest: false, moved: None, complained: false };
        follow.open = match saved {
            Some(saved) => follow.resume(saved)?,
            None => None,
        };
        if follow.open.is_none() {
            follow.open = follow.open_named()?;
        }
        Ok(follow)
    }

    /// The file of that name, from its beginning. None if it is to be waited for.
    fn open_named(&mut self) -> io::Result<Option<Open>> {
        match Open::at(&self.path, 0) {
            Ok(open) => Ok(Some(open)),
            Err(error) if error.kind() == ErrorKind::NotFound && !self.once => {
                if !std::mem::replace(&mut self.complained, true) {
                    tracing::warn!("`{}` is not there yet; it is waited for", self.path.display());
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The file that an earlier run stopped in, whatever its name is now.
    fn resume(&self, saved: &Saved) -> io::Result<Option<Open>> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let others = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        for path in [self.path.clone()].into_iter().chain(others) {
            let same = fs::metadata(&path).is_ok_and(|kind| kind.is_file() && Identity::of(&kind) == saved.identity());
            if !same {
                continue;
            }
            let open = Open::at(&path, saved.start(&path)?)?;
            if saved.is_head(&open.head) && open.file.metadata()?.len() >= saved.offset {
                if path != self.path {
                    tracing::info!("goes on in `{}`, which was `{}`", path.display(), self.path.display());
                }
                return Ok(Some(open));
            }
        }
        tracing::warn!(
            "the file that the last run stopped in is gone or was overwritten; begins at the beginning of `{}`",
            self.path.display()
        );
        Ok(None)
    }

    /// What to do at the end of a file.
    fn at_end(&mut self) -> io::Result<Next> {
        let Some(open) = &self.open else {
            self.open = self.open_named()?;
            return Ok(if self.open.is_some() { Next::Go(Piece::Break) } else { Next::Wait });
        };
        if open.is_shorter()? {
            return self.restart();
        }
        let at_rest = if self.once { Next::Go(Piece::End) } else { Next::Wait };
        let named = match fs::metadata(&self.path) {
            Ok(named) => named,
            // Between two names: the new file will come.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(at_rest),
            Err(error) => return Err(error),
        };
        if Identity::of(&named) == open.identity {
            self.moved = None;
            return Ok(at_rest);
        }
        let since = *self.moved.get_or_insert_with(Instant::now);
        if named.len() == 0 && !self.once && since.elapsed() < LINGER && !self.was_followed() {
            return Ok(Next::Wait);
        }
        // Whoever writes to a newer file has written everything to the old one; so this end of it is the last.
        if open.has_more()? { Ok(Next::Read) } else { self.move_on() }
    }

    /// True if a file that came after the open one, and was rotated as well, has something in it.
    fn was_followed(&self) -> bool {
        let next = self.open.as_ref().and_then(|open| next_rotated(&self.path, open));
        next.is_some_and(|next| fs::metadata(next).is_ok_and(|kind| kind.len() > 0))
    }

    /// Begins a file again that was overwritten.
    fn restart(&mut self) -> io::Result<Next> {
        tracing::warn!("`{}` was truncated; goes on at its beginning", self.path.display());
        if let Some(open) = &mut self.open {
            open.offset = open.file.seek(SeekFrom::Start(0))?;
            open.head = Arc::default();
        }
        Ok(Next::Go(Piece::Break))
    }

    /// Leaves a file that lost its name for the one that came after it.
    fn move_on(&mut self) -> io::Result<Next> {
        let next = self.open.as_ref().and_then(|open| next_rotated(&self.path, open)).unwrap_or(self.path.clone());
        match Open::at(&next, 0) {
            Ok(open) => {
                tracing::info!("`{}` was rotated; goes on in `{}`", self.path.display(), next.display());
                self.open = Some(open);
                self.moved = None;
                Ok(Next::Go(Piece::Break))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Next::Wait),
            Err(error) => Err(error),
        }
    }

    /// Waits a little, longer from time to time.
    fn pause(&mut self) -> io::Result<Next> {
        if self.stop.wait(None, Some(self.pause))? == Woken::Stop {
            return Ok(Next::Go(Piece::Stopped));
        }
        self.pause = (self.pause * 2).min(PAUSES.1);
        Ok(Next::Read)
    }
}

/// What to do next.
enum Next {
    Read,
    Wait,
    Go(Piece),
}

impl Source for Follow {
    fn next(&mut self, buffer: &mut [u8]) -> io::Result<Piece> {
        loop {
            if self.stop.is_asked() {
                return Ok(Piece::Stopped);
            }
            if self.at_rest && self.open.as_ref().map_or(Ok(false), Open::was_overwritten)? {
                self.at_rest = false;
                self.restart()?;
                return Ok(Piece::Break);
            }
            let read = match &mut self.open {
                Some(open) => open.read(buffer)?,
                None => 0,
            };
            self.at_rest = read < buffer.len();
            if read > 0 {
                self.pause = PAUSES.0;
                return Ok(Piece::Bytes(read));
            }
            let next = match self.at_end()? {
                Next::Wait => self.pause()?,
                next => next,
            };
            if let Next::Go(piece) = next {
                return Ok(piece);
            }
        }
    }

    fn mark(&self) -> Option<Mark> {
        let open = self.open.as_ref()?;
        Some(Mark { file: open.identity, head: open.head.clone(), offset: open.offset, tail: 0 })
    }
}

impl Open {
    fn at(path: &Path, offset: u64) -> io::Result<Open> {
        let mut file = File::open(path)?;
        let identity = Identity::of(&file.metadata()?);
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(offset.min(HEAD as u64)).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Open { file, identity, head: head.into(), offset })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.file.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        let missing = HEAD.saturating_sub(self.head.len());
        if missing > 0 && self.head.len() as u64 == self.offset {
            let more = buffer.get(..read.min(missing)).unwrap_or_default();
            self.head = [&self.head, more].concat().into();
        }
        self.offset += read as u64;
        Ok(read)
    }

    fn has_more(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.len() > self.offset)
    }

    fn is_shorter(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.len() < self.offset)
    }

    /// True if it is shorter than what was read of it, or begins with something else.
    fn was_overwritten(&self) -> io::Result<bool> {
        if self.is_shorter()? {
            return Ok(true);
        }
        let mut head = vec![0; self.head.len()];
        let read = read_beginning(&self.file, &mut head)?;
        Ok(head.get(..read) != Some(&*self.head))
    }
}

/// Fills a buffer with the beginning of a file, as far as it goes; the place in the file stays.
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

/// The oldest file that took the name after `open` and lost it again: rotation may happen twice while nobody looks. Its
/// name is the name with digits behind it, such as `events.ndjson.1` or `events.ndjson-20260110`.
fn next_rotated(path: &Path, open: &Open) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let last = open.file.metadata().and_then(|kind| kind.modified()).ok()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let newer = |entry: fs::DirEntry| -> Option<(SystemTime, PathBuf)> {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let suffix = file_name.strip_prefix(&name)?;
        let kind: Metadata = fs::metadata(entry.path()).ok()?;
        let rotated = is_rotation(suffix) && kind.is_file() && Identity::of(&kind) != open.identity;
        let modified = kind.modified().ok().filter(|at| rotated && *at > last)?;
        Some((modified, entry.path()))
    };
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).filter_map(newer).min().map(|(_, path)| path)
}

/// `.1`, `-20260110`, `.2026-01-10T13:00:00Z`.
fn is_rotation(suffix: &str) -> bool {
    suffix.bytes().any(|b| b.is_ascii_digit()) && suffix.bytes().all(|b| b.is_ascii_digit() || b".-_:TZ".contains(&b))
}

#[cfg(test)]
mod tests;
