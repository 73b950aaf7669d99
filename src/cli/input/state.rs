//! How far a file has been read, kept in a file of its own, so that another run goes on there.
//!
//! A place is written only after the decisions before it were, and durably: into another file, which then takes the name.
//! So after whatever end there is a whole state, and it is never ahead of the decisions.

use super::{Identity, Mark};
use crate::cli::Failure;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the place is written, at most.
const INTERVAL: Duration = Duration::from_millis(500);
const VERSION: u32 = 1;

/// A place, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    version: u32,
    /// For people: the file's name.
    file: String,
    device: u64,
    inode: u64,
    /// How much of the file's beginning is known, and its hash.
    head_bytes: usize,
    head_hash: String,
    /// So many bytes are done.
    pub(crate) offset: u64,
    /// So many bytes more were taken for the last line, which had no line break.
    tail: u64,
    /// So many lines are done.
    pub(crate) lines: u64,
}

impl Saved {
    fn new(path: &Path, mark: &Mark, lines: u64) -> Saved {
        let done = usize::try_from(mark.offset).unwrap_or(usize::MAX);
        let head = mark.head.get(..done).unwrap_or(&mark.head);
        Saved {
            version: VERSION,
            file: path.display().to_string(),
            device: mark.file.device,
            inode: mark.file.inode,
            head_bytes: head.len(),
            head_hash: hash(head),
            offset: mark.offset,
            tail: mark.tail,
            lines,
        }
    }

    /// What an earlier run wrote; none if there was none.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Saved>> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::new(format!("cannot read `{}`: {error}", path.display())).into()),
        };
        let saved = serde_json::from_slice(&text).ok().filter(|saved: &Saved| saved.version == VERSION);
        let wrong = || {
            let message = format!("`{}` is no state of `dadar route`", path.display());
            Failure::new(message).hint("name another file, or remove this one to begin at the beginning").into()
        };
        saved.map(Some).ok_or_else(wrong)
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity { device: self.device, inode: self.inode }
    }

    /// True if the beginning of a file is the one that was seen.
    pub(crate) fn is_head(&self, head: &[u8]) -> bool {
        head.get(..self.head_bytes).is_some_and(|head| hash(head) == self.head_hash)
    }

    /// Where to go on in the file. A last line without line break was decided already; if the file went on with anything
    /// but a line break, it was not the whole line, and comes again.
    pub(crate) fn start(&self, path: &Path) -> io::Result<u64> {
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

/// Takes note of how far decisions have been written, and writes it down now and then.
#[derive(Debug)]
pub(crate) struct Progress {
    input: PathBuf,
    path: PathBuf,
    at: Mutex<At>,
    wake: Condvar,
    /// Held by who writes the file.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct At {
    reached: Option<(Mark, u64)>,
    saved: Option<Saved>,
    over: bool,
}

impl Progress {
    pub(crate) fn new(input: &Path, path: &Path) -> Progress {
        let (input, path) = (input.to_path_buf(), path.to_path_buf());
        Progress { input, path, at: Mutex::default(), wake: Condvar::new(), writing: Mutex::default() }
    }

    /// Everything before this place has been decided and written.
    pub(crate) fn reached(&self, mark: Mark, lines: u64) {
        self.lock().reached = Some((mark, lines));
    }

    /// Writes places down until it is over: for a thread of its own. Trouble is told, and does not end the routing.
    pub(crate) fn keep(&self) {
        let mut at = self.lock();
        while !at.over {
            let waited = self.wake.wait_timeout_while(at, INTERVAL, |at| !at.over);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            if let Err(error) = self.save() {
                tracing::error!("cannot write `{}`: {error}", self.path.display());
            }
            at = self.lock();
        }
    }

    /// Writes the last place, and lets the thread end.
    pub(crate) fn finish(&self) -> io::Result<()> {
        self.lock().over = true;
        self.wake.notify_all();
        self.save()
    }

    fn save(&self) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.lock();
        let Some((mark, lines)) = at.reached.clone() else { return Ok(()) };
        let next = Saved::new(&self.input, &mark, lines);
        if at.saved.as_ref() == Some(&next) {
            return Ok(());
        }
        // Routing must not wait for the disk.
        drop(at);
        write_durably(&self.path, &serde_json::to_vec(&next)?)?;
        self.lock().saved = Some(next);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a state can be written at all, so that it is not found out after all has been decided.
pub(crate) fn can_write(path: &Path) -> anyhow::Result<()> {
    let (_, beside) = beside(path);
    File::create(&beside).and_then(|_| fs::remove_file(&beside)).map_err(|error| {
        Failure::new(format!("cannot write `{}`: {error}", path.display()))
            .hint("it is replaced as a whole: its folder has to be there, and be open to writing")
            .into()
    })
}

/// The folder of a state, and the file that takes its name when it is whole.
fn beside(path: &Path) -> (&Path, PathBuf) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (folder, folder.join(format!(".{name}.{}.tmp", std::process::id())))
}

/// Replaces a file as a whole: after a crash there is the old one or the new one.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, beside) = beside(path);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    // Folders cannot be opened everywhere.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
