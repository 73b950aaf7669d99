//! Texts that replace files on disk, such as the unsaved text of an editor.

use super::{ReadError, raw};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts by the identity of their file. A file that does not exist on disk exists if it has a text here, and so do the
/// folders around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overlay {
    texts: Arc<BTreeMap<PathBuf, Arc<str>>>,
}

impl Overlay {
    /// Replaces the content of a file.
    pub(crate) fn insert(&mut self, path: &Path, text: impl Into<Arc<str>>) {
        Arc::make_mut(&mut self.texts).insert(identity(path), text.into());
    }

    /// The bytes of a file: its text here, or else its content on disk.
    pub(crate) fn raw(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.get(path) {
            Some(text) if text.len() as u64 > limit => Err(ReadError::TooLarge(limit)),
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => raw(path, limit),
        }
    }

    /// The path without symbolic links.
    pub(crate) fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.exists(path) => Ok(identity(path)),
            found => found,
        }
    }

    /// True for a folder, on disk or around a file that has a text.
    pub(crate) fn is_dir(&self, path: &Path) -> bool {
        path.is_dir() || (self.get(path).is_none() && self.exists(path))
    }

    /// True for a file, on disk or with a text.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        path.is_file() || self.get(path).is_some()
    }

    /// The names of the files and folders in `folder` (without symbolic links) that exist because of a text.
    pub(crate) fn names_in<'o>(&'o self, folder: &'o Path) -> impl Iterator<Item = &'o OsStr> {
        let below = self.texts.keys().filter_map(move |path| path.strip_prefix(folder).ok());
        below.filter_map(|path| path.components().next()).map(|first| first.as_os_str())
    }

    fn get(&self, path: &Path) -> Option<&Arc<str>> {
        if self.texts.is_empty() { None } else { self.texts.get(&identity(path)) }
    }

    /// True for a file with a text, and for a folder around one.
    fn exists(&self, path: &Path) -> bool {
        if self.texts.is_empty() {
            return false;
        }
        let identity = identity(path);
        self.texts.keys().any(|file| file.starts_with(&identity))
    }
}

/// The path without symbolic links, as far as it exists.
fn identity(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing = Vec::new();
    let mut at = absolute.as_path();
    loop {
        if let Ok(real) = at.canonicalize() {
            return missing.iter().rev().fold(real, |path, name| path.join(name));
        }
        match (at.parent(), at.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name);
                at = parent;
            }
            _ => return absolute,
        }
    }
}
