//! The files and folders that loading looked at, to detect whether loading again would give the same result.

use super::cancellation::Cancellation;
use super::files::FileTree;
use super::input_recorder::RecordedInputs;
use super::options::LoadOptions;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_128;

/// The files and folders that loading looked at: folders, files with their contents, and files that do not exist.
#[derive(Clone, Debug, Default)]
pub struct InputSnapshot {
    path: PathBuf,
    options: LoadOptions,
    seen: RecordedInputs,
}

impl InputSnapshot {
    /// The inputs of loading `path`, of which `root` is the widest folder. Without a tree, `path` was not found.
    pub(super) fn of(
        path: &Path,
        root: Option<&Path>,
        options: &LoadOptions,
        tree: Option<&FileTree>,
    ) -> InputSnapshot {
        let path = path.to_path_buf();
        let options = LoadOptions { cancellation: Cancellation::default(), ..options.within(root) };
        let seen = match tree.and_then(FileTree::recorder) {
            Some(recorder) => recorder.seen(),
            None => RecordedInputs { files: [(path.clone(), None)].into(), ..RecordedInputs::default() },
        };
        InputSnapshot { path, options, seen }
    }

    /// Adds another file: a test, or the events that it names.
    pub fn add(&mut self, file: &Path) {
        self.seen.files.insert(file.to_path_buf(), self.hash(file));
    }

    /// True if loading again would see the same files with the same contents.
    pub fn is_current(&self) -> bool {
        // A file that did not exist has no hash; it must still be unreadable.
        self.find() == self.seen.found && self.seen.files.iter().all(|(path, seen)| self.hash(path) == *seen)
    }

    fn find(&self) -> BTreeSet<PathBuf> {
        let tree = FileTree::disk(&self.path, &self.options);
        tree.map(|tree| tree.find().locations()).unwrap_or_default()
    }

    fn hash(&self, path: &Path) -> Option<u128> {
        self.options.overlay.raw(path, self.options.limits.max_file_bytes()).ok().map(|bytes| xxh3_128(&bytes))
    }

    /// The widest folder in which files may be.
    pub fn root(&self) -> Option<&Path> {
        self.options.root.as_deref()
    }

    /// The path that was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folders that were walked.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.seen.folders.iter().map(PathBuf::as_path)
    }

    /// The files that were read, and those that do not exist.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.seen.files.keys().map(PathBuf::as_path)
    }
}
