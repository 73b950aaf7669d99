//! Records which files and folders loading looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordedInputs {
    /// Files that were found by walking, tests among them.
    pub(super) found: BTreeSet<PathBuf>,
    pub(super) folders: BTreeSet<PathBuf>,
    /// Hashes of contents; none where nothing could be read.
    pub(super) files: BTreeMap<PathBuf, Option<u128>>,
}

/// Takes notes while files are looked for and read.
#[derive(Debug, Default)]
pub(super) struct InputRecorder(Mutex<RecordedInputs>);

impl InputRecorder {
    pub(super) fn folder(&self, path: &Path) {
        self.with(|seen| {
            seen.folders.insert(path.to_path_buf());
        });
    }

    /// These files were found by walking.
    pub(super) fn found(&self, found: BTreeSet<PathBuf>) {
        self.with(|seen| seen.found = found);
    }

    /// A file was looked for; what it holds is not known yet.
    pub(super) fn sought(&self, path: &Path) {
        self.with(|seen| {
            seen.files.entry(path.to_path_buf()).or_default();
        });
    }

    /// A file was read, or could not be.
    pub(super) fn read(&self, path: &Path, bytes: Option<&[u8]>) {
        self.with(|seen| {
            seen.files.insert(path.to_path_buf(), bytes.map(xxh3_128));
        });
    }

    /// Everything that was looked at so far.
    pub(super) fn seen(&self) -> RecordedInputs {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with(&self, note: impl FnOnce(&mut RecordedInputs)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
