//! How far a file has been decided, kept in a state file, so that another run resumes there.
//!
//! A position is written only after the decisions before it, and durably: to a temporary file that then replaces the state.
//! So there is always a whole state, and it is never ahead of the decisions.

use super::source::{Checkpoint, FileIdentity};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The shortest time between two writes.
const INTERVAL: Duration = Duration::from_millis(500);
/// The largest file that is read as a state.
const MAX_STATE: u64 = 64 << 10;
const VERSION: u32 = 1;

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The file cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(PathBuf, io::Error),
    /// It is a folder, a device or a pipe.
    #[error("`{0}` is not a regular file")]
    NotRegular(PathBuf),
    /// It does not hold a state.
    #[error("`{0}` is not a state of `dadar route`")]
    Invalid(PathBuf),
    /// It cannot be written.
    #[error("cannot write `{0}`: {1}")]
    Unwritable(PathBuf, io::Error),
}

impl StateError {
    /// How to continue.
    pub fn hint(&self) -> &'static str {
        match self {
            StateError::Unreadable(..) => "name a file that may be read and written",
            StateError::NotRegular(_) => "name a file of its own for the state; it is created if it does not exist",
            StateError::Invalid(_) => "name another file, or remove this one to start from the beginning",
            StateError::Unwritable(..) => {
                "the state is replaced as a whole: its folder has to exist, be writable and have space left"
            }
        }
    }
}

/// A position, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    version: u32,
    /// The file's name, for people.
    file: String,
    device: u64,
    inode: u64,
    /// The length of the file's known beginning, and its hash.
    head_bytes: usize,
    head_hash: String,
    /// The number of bytes whose lines are decided.
    pub offset: u64,
    /// The length of the last line if it was decided without a line break.
    tail: u64,
    /// The number of lines decided.
    pub lines: u64,
}

impl SavedState {
    fn new(path: &Path, checkpoint: &Checkpoint, lines: u64) -> SavedState {
        let done = usize::try_from(checkpoint.offset).unwrap_or(usize::MAX);
        let head = checkpoint.head.get(..done).unwrap_or(&checkpoint.head);
        SavedState {
            version: VERSION,
            file: path.display().to_string(),
            device: checkpoint.file.device,
            inode: checkpoint.file.inode,
            head_bytes: head.len(),
            head_hash: hash(head),
            offset: checkpoint.offset,
            tail: checkpoint.tail,
            lines,
        }
    }

    /// Reads the state that an earlier run wrote; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<SavedState>, StateError> {
        let unreadable = |error| StateError::Unreadable(path.to_path_buf(), error);
        // Before it is opened: opening a pipe blocks, and a device may have no end.
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Err(StateError::NotRegular(path.to_path_buf())),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            metadata => metadata.map_err(unreadable)?,
        };
        let mut text = Vec::new();
        File::open(path).and_then(|file| file.take(MAX_STATE + 1).read_to_end(&mut text)).map_err(unreadable)?;
        let within = text.len() as u64 <= MAX_STATE;
        let saved = serde_json::from_slice(&text).ok().filter(|saved: &SavedState| within && saved.is_valid());
        saved.map(Some).ok_or_else(|| StateError::Invalid(path.to_path_buf()))
    }

    fn is_valid(&self) -> bool {
        self.version == VERSION && self.offset.checked_add(self.tail).is_some_and(|end| end < u64::MAX - 2)
    }

    /// The file that was read.
    pub fn identity(&self) -> FileIdentity {
        FileIdentity { device: self.device, inode: self.inode }
    }

    /// True if a file that begins with `head` can be the one that was read.
    pub(super) fn is_head(&self, head: &[u8]) -> bool {
        head.get(..self.head_bytes).is_some_and(|head| hash(head) == self.head_hash)
    }

    /// The position at which to resume in the file. A last line without a line break was decided already; if the file continues with
    /// anything but a line break, that was not the whole line, and it is decided again.
    pub(super) fn start(&self, path: &Path) -> io::Result<u64> {
        if self.tail == 0 {
            return Ok(self.offset);
        }
        let end = self.offset + self.tail;
        let mut next = [0; 2];
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(end))?;
        Ok(match file.read(&mut next)? {
            0 => end,
            _ if next.starts_with(b"\n") => end + 1,
            _ if next == *b"\r\n" => end + 2,
            _ => self.offset,
        })
    }
}

fn hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(bytes))
}

/// Records how far decisions have been written, and writes it to the state file from time to time.
#[derive(Debug)]
pub struct Progress {
    input: PathBuf,
    path: PathBuf,
    at: Mutex<ReachedPosition>,
    wake: Condvar,
    /// Held while the file is written.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct ReachedPosition {
    reached: Option<(Checkpoint, u64)>,
    saved: Option<SavedState>,
    over: bool,
}

impl Progress {
    /// Records progress in `input` in the state file `path`. The file is written here for the first time, so that a full
    /// disk is found before anything is decided, and a kill in the first moments loses no line. `start` is the position
    /// where reading begins; without one, the input does not exist yet.
    pub fn begin(input: &Path, path: &Path, start: Option<(Checkpoint, u64)>) -> Result<Progress, StateError> {
        // A state may be a symbolic link: the file it leads to is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let progress = Progress {
            input: input.to_path_buf(),
            path,
            at: Mutex::new(ReachedPosition { reached: start, ..ReachedPosition::default() }),
            wake: Condvar::new(),
            writing: Mutex::default(),
        };
        let written = match progress.has_position() {
            true => progress.save(),
            false => progress.try_writing(),
        };
        match written {
            Ok(()) => Ok(progress),
            Err(error) => Err(StateError::Unwritable(progress.path, error)),
        }
    }

    /// Everything before this position has been decided and written. The first position is written to disk at once.
    pub fn reached(&self, checkpoint: Checkpoint, lines: u64) {
        let mut at = self.lock();
        at.reached = Some((checkpoint, lines));
        let first = at.saved.is_none();
        drop(at);
        if first {
            // The thread that writes positions reports the error.
            let _ = self.save();
        }
    }

    /// Writes positions until [`finish`](Self::finish) is called; for a thread of its own. Errors are logged, once until
    /// writing works again, and do not stop routing.
    pub fn keep(&self) {
        let mut failing = false;
        let mut at = self.lock();
        while !at.over {
            let waited = self.wake.wait_timeout_while(at, INTERVAL, |at| !at.over);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            let saved = self.save();
            match &saved {
                Err(error) if !failing => tracing::error!("cannot write `{}`: {error}", self.path.display()),
                Ok(()) if failing => tracing::warn!("`{}` can be written again", self.path.display()),
                _ => {}
            }
            failing = saved.is_err();
            at = self.lock();
        }
    }

    /// Writes the last position, and ends [`keep`](Self::keep).
    pub fn finish(&self) -> io::Result<()> {
        self.lock().over = true;
        self.wake.notify_all();
        self.save()
    }

    fn has_position(&self) -> bool {
        self.lock().reached.is_some()
    }

    fn save(&self) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.lock();
        let Some((checkpoint, lines)) = at.reached.clone() else { return Ok(()) };
        let next = SavedState::new(&self.input, &checkpoint, lines);
        if at.saved.as_ref() == Some(&next) {
            return Ok(());
        }
        // Routing must not wait for the disk.
        drop(at);
        write_durably(&self.path, &serde_json::to_vec(&next)?)?;
        self.lock().saved = Some(next);
        Ok(())
    }

    /// Writes a file of the size of a state next to it, and removes that file.
    fn try_writing(&self) -> io::Result<()> {
        let temporary = temporary(&self.path);
        let written = write_and_sync(&temporary, &[b' '; 1024]);
        let removed = fs::remove_file(&temporary);
        written.and(removed)
    }

    fn lock(&self) -> MutexGuard<'_, ReachedPosition> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file that replaces the state when it is complete. Its name is always the same, so that kills leave no more than one.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    super::rotation::folder_of(path).join(format!(".{name}.tmp"))
}

/// Replaces a file as a whole: after a crash, the old or the new one is there.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(path);
    if let Err(error) = write_and_sync(&temporary, bytes) {
        // Leave no half of a state; the first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    fs::rename(&temporary, path)?;
    // Not every system can open folders.
    #[cfg(unix)]
    File::open(super::rotation::folder_of(path))?.sync_all()?;
    Ok(())
}

fn write_and_sync(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()
}
