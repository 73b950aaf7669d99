//! Records which files and folders loading looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// The files and folders that loading looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordedInputs {
    /// The results of a walk: files, tests among them, and entries that cannot be read or lead outside.
    pub(super) found: BTreeSet<PathBuf>,
    pub(super) folders: BTreeSet<PathBuf>,
    /// Hashes of contents. `None` for a file that could not be read.
    pub(super) files: BTreeMap<PathBuf, Option<u128>>,
}

/// Records files and folders while they are looked for and read.
#[derive(Debug, Default)]
pub(super) struct InputRecorder(Mutex<RecordedInputs>);

impl InputRecorder {
    pub(super) fn folder(&self, path: &Path) {
        self.with(|seen| {
            seen.folders.insert(path.to_path_buf());
        });
    }

    /// Records the files that were found by walking.
    pub(super) fn found(&self, found: BTreeSet<PathBuf>) {
        self.with(|seen| seen.found = found);
    }

    /// Records a file that was looked for; its content is not known yet.
    pub(super) fn sought(&self, path: &Path) {
        self.with(|seen| {
            seen.files.entry(path.to_path_buf()).or_default();
        });
    }

    /// Records the content of a file. `None`: it could not be read.
    pub(super) fn read(&self, path: &Path, bytes: Option<&[u8]>) {
        self.with(|seen| {
            seen.files.insert(path.to_path_buf(), bytes.map(xxh3_128));
        });
    }

    /// Everything that was recorded so far.
    pub(super) fn seen(&self) -> RecordedInputs {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with(&self, note: impl FnOnce(&mut RecordedInputs)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
