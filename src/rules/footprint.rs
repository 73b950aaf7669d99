//! What loading looked at on disk, so that one can tell whether loading again would see the same.

use super::files::{FileTree, Found};
use super::load::LoadLimits;
use crate::read;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// Every place that a rule set was made of: folders, files with their contents, and files that were looked for in vain.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    path: PathBuf,
    root: Option<PathBuf>,
    limits: LoadLimits,
    seen: Seen,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// What walking found: files, tests among them, and what could not be read or leads outside.
    found: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    /// Hashes of contents; none where nothing could be read.
    files: BTreeMap<PathBuf, Option<u128>>,
}

/// Takes notes while files are looked for and read.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Seen>);

impl Notes {
    pub(super) fn folder(&self, path: &Path) {
        self.with(|seen| {
            seen.folders.insert(path.to_path_buf());
        });
    }

    /// These files were found by walking.
    pub(super) fn found(&self, found: &Found) {
        self.with(|seen| seen.found = locations(found));
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

    fn with(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Footprint {
    /// What loading `path` looked at. Without a tree: `path` could not be found at all.
    pub(super) fn of(path: &Path, root: Option<&Path>, limits: LoadLimits, tree: Option<&FileTree>) -> Footprint {
        let (path, root) = (path.to_path_buf(), root.map(Path::to_path_buf));
        let seen = match tree.and_then(FileTree::notes) {
            Some(notes) => notes.0.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => Seen { files: [(path.clone(), None)].into(), ..Seen::default() },
        };
        Footprint { path, root, limits, seen }
    }

    /// Adds a file that was read besides: a test, or the events that it names.
    pub fn add(&mut self, file: &Path) {
        self.seen.files.insert(file.to_path_buf(), self.hash(file));
    }

    /// True if loading again would see the same files with the same contents.
    pub fn is_current(&self) -> bool {
        // A file that was only sought has no hash, and is looked at by whether it can be read.
        self.find() == self.seen.found && self.seen.files.iter().all(|(path, seen)| self.hash(path) == *seen)
    }

    fn find(&self) -> BTreeSet<PathBuf> {
        let tree = FileTree::disk(&self.path, self.root.as_deref(), self.limits);
        tree.map(|tree| locations(&tree.find())).unwrap_or_default()
    }

    fn hash(&self, path: &Path) -> Option<u128> {
        read::raw(path, self.limits.file_bytes()).ok().map(|bytes| xxh3_128(&bytes))
    }

    /// The widest folder that files may lie in.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The path that was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folders that were walked.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.seen.folders.iter().map(PathBuf::as_path)
    }

    /// The files that were read, or looked for in vain.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.seen.files.keys().map(PathBuf::as_path)
    }
}

fn locations(found: &Found) -> BTreeSet<PathBuf> {
    let files = found.rules.iter().chain(&found.tests).filter_map(|file| file.location.clone());
    // What cannot be read is an error of the rule set, so its appearance has to be noticed like that of a file.
    let unreadable = found.unreadable.iter().map(|(path, _)| PathBuf::from(path));
    files.chain(unreadable).chain(found.outside.iter().cloned()).collect()
}
