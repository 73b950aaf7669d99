//! The sources of rule files: a folder, one file, or a map of strings. Finds and reads files, and confines them to the allowed
//! folders; does not interpret them.

mod disk;
mod error;
mod paths;

pub(crate) use error::FileError;

use super::cancellation::Stoppable;
use super::input_recorder::InputRecorder;
use super::options::{LoadLimits, LoadOptions};
use crate::read::{self, parent};
use crate::yaml;
use disk::Disk;
use paths::{folder_of, joined, lexical, normal};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// One file of a [`FileTree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileRef {
    /// Relative to the rule set, with `/`; may begin with `..`.
    pub(crate) path: String,
    /// Its path on disk; `None` for strings.
    pub(crate) location: Option<PathBuf>,
    /// Equal for two paths to the same file.
    pub(crate) identity: PathBuf,
}

/// A source of files, with limits for reading.
#[derive(Debug)]
pub(crate) struct FileTree {
    source: FileSource,
    limits: LoadLimits,
    /// The bytes that were read so far.
    spent: AtomicU64,
    stop: Stoppable,
}

#[derive(Debug)]
enum FileSource {
    Disk(Disk),
    /// Texts by their paths.
    Strings(BTreeMap<String, String>),
}

/// The files that were found below a folder.
#[derive(Debug, Default)]
pub(crate) struct FoundFiles {
    /// Rule files (and lookups and schemas that look like them), by path.
    pub(crate) rules: Vec<FileRef>,
    /// Tests of rules, by path.
    pub(crate) tests: Vec<FileRef>,
    /// Folders and files that could not be read, and why.
    pub(crate) unreadable: Vec<(String, String)>,
    /// Symbolic links that lead outside.
    pub(crate) outside: Vec<PathBuf>,
    /// True if the walk stopped at the limit for files.
    pub(crate) too_many: bool,
}

impl FoundFiles {
    /// The paths of the files on disk, including tests.
    pub(crate) fn locations(&self) -> BTreeSet<PathBuf> {
        let files = self.rules.iter().chain(&self.tests).filter_map(|file| file.location.clone());
        // An unreadable entry is an error of the rule set, so its appearance has to be noticed like that of a file.
        let unreadable = self.unreadable.iter().map(|(path, _)| PathBuf::from(path));
        files.chain(unreadable).chain(self.outside.iter().cloned()).collect()
    }
}

impl FileTree {
    /// A folder or a file. Without `root`, no file may be outside of the rule set's folder.
    pub(crate) fn disk(path: &Path, options: &LoadOptions) -> Result<FileTree, String> {
        let disk = Disk::new(path, options.root.as_deref(), options.overlay.clone())?;
        let stop = Stoppable::new(options.cancellation.clone());
        Ok(FileTree { source: FileSource::Disk(disk), limits: options.limits, spent: AtomicU64::new(0), stop })
    }

    /// A map of strings.
    pub(crate) fn strings<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> FileTree {
        let files =
            files.into_iter().map(|(path, text)| (normal(path).unwrap_or_else(|| path.to_owned()), text.to_owned()));
        let source = FileSource::Strings(files.collect());
        FileTree { source, limits: LoadLimits::default(), spent: AtomicU64::new(0), stop: Stoppable::default() }
    }

    /// True if loading should stop. Once true, it stays true.
    pub(super) fn is_cancelled(&self) -> bool {
        self.stop.is_requested()
    }

    /// Records the files and folders that are looked at; `None` for strings.
    pub(super) fn recorder(&self) -> Option<&InputRecorder> {
        match &self.source {
            FileSource::Disk(disk) => Some(&disk.recorder),
            FileSource::Strings(_) => None,
        }
    }

    /// The widest folder in which files may be; `None` for strings.
    pub(super) fn root(&self) -> Option<&Path> {
        match &self.source {
            FileSource::Disk(disk) => Some(disk.root()),
            FileSource::Strings(_) => None,
        }
    }

    /// Allows files in the folder that `named` means in `from`.
    pub(super) fn widen(&mut self, from: &FileRef, named: &str) -> Result<(), FileError> {
        match &mut self.source {
            FileSource::Disk(disk) => disk.widen(from, named),
            // All strings are inside.
            FileSource::Strings(_) => Ok(()),
        }
    }

    /// The limit for diagnostics.
    pub(super) fn diagnostics(&self) -> usize {
        self.limits.diagnostics
    }

    /// The limits for a YAML file.
    pub(crate) fn yaml_limits(&self) -> yaml::YamlLimits {
        yaml::YamlLimits {
            bytes: usize::try_from(self.limits.max_file_bytes()).unwrap_or(usize::MAX),
            ..Default::default()
        }
    }

    /// The default name of the rule set: the name of its folder, or of its file without the extension.
    pub(crate) fn name(&self) -> String {
        let own = match &self.source {
            FileSource::Disk(disk) => disk.name(),
            FileSource::Strings(_) => None,
        };
        own.filter(|name| !name.is_empty()).unwrap_or_else(|| String::from("rules"))
    }

    /// Every rule file and every test, by path; each file once.
    pub(crate) fn find(&self) -> FoundFiles {
        let mut found = FoundFiles::default();
        match &self.source {
            FileSource::Disk(disk) => disk.find(self.limits.files, &self.stop, &mut found),
            FileSource::Strings(files) => find_strings(files, &mut found),
        }
        found.rules.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        found.tests.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        let mut seen = HashSet::new();
        found.rules.retain(|file| seen.insert(file.identity.clone()));
        found.tests.retain(|file| seen.insert(file.identity.clone()));
        if let Some(recorder) = self.recorder() {
            recorder.found(found.locations());
        }
        found
    }

    /// The file that `named` means in `from`.
    pub(crate) fn resolve(&self, from: &FileRef, named: &str) -> Result<FileRef, FileError> {
        let path = joined(folder_of(&from.path), named);
        match &self.source {
            FileSource::Strings(files) => {
                let outside = || FileError::Outside(String::from("the files that were given"));
                let path = normal(&path).filter(|_| !named.starts_with('/')).ok_or_else(outside)?;
                string_ref(files, path)
            }
            FileSource::Disk(disk) => {
                let base = from.location.as_deref().map(parent).unwrap_or_default();
                disk.resolve(&base.join(named), lexical(&path))
            }
        }
    }

    /// The file at an absolute location.
    pub(crate) fn at(&self, location: &Path) -> Result<FileRef, FileError> {
        match &self.source {
            FileSource::Disk(disk) => disk.resolve(location, disk.path_of(location)),
            FileSource::Strings(files) => {
                string_ref(files, location.to_string_lossy().trim_start_matches('/').to_owned())
            }
        }
    }

    /// The bytes of a file, without a byte-order mark.
    pub(crate) fn read(&self, file: &FileRef) -> Result<Vec<u8>, FileError> {
        let limit = self.limits.max_file_bytes();
        let bytes = match (&self.source, &file.location) {
            (FileSource::Strings(files), _) => {
                let text = files.get(&file.path).ok_or(FileError::Missing)?;
                if text.len() as u64 > limit {
                    return Err(FileError::TooLarge(limit));
                }
                text.clone().into_bytes()
            }
            (FileSource::Disk(disk), Some(location)) => {
                let read = disk.overlay.raw(location, limit);
                disk.recorder.read(location, read.as_deref().ok());
                read?
            }
            (FileSource::Disk(_), None) => return Err(FileError::Missing),
        };
        let length = bytes.len() as u64;
        let before = self.spent.fetch_add(length, Ordering::Relaxed);
        if before.saturating_add(length) > self.limits.total_bytes {
            return Err(FileError::Budget(self.limits.total_bytes));
        }
        Ok(read::without_bom(bytes))
    }

    /// The path of a file as messages show it.
    pub(crate) fn shown(&self, file: &FileRef) -> String {
        match &self.source {
            FileSource::Disk(disk) if !file.path.starts_with('/') => {
                lexical(&disk.folder.join(&file.path).to_string_lossy())
            }
            _ => file.path.clone(),
        }
    }

    /// An absolute location as messages show it.
    pub(crate) fn shown_at(&self, location: &Path) -> String {
        match &self.source {
            FileSource::Disk(disk) => lexical(&disk.folder.join(disk.path_of(location)).to_string_lossy()),
            FileSource::Strings(_) => location.to_string_lossy().trim_start_matches('/').to_owned(),
        }
    }

    /// The message for a symbolic link that leads outside.
    pub(crate) fn refused(&self, location: &Path) -> String {
        match &self.source {
            FileSource::Disk(disk) => disk.refused(location),
            FileSource::Strings(_) => String::new(),
        }
    }
}

fn find_strings(files: &BTreeMap<String, String>, found: &mut FoundFiles) {
    let visible = |path: &&String| !path.split('/').any(|part| part.starts_with('.') && part != "..");
    for path in files.keys().filter(visible) {
        let file = FileRef { path: path.clone(), location: None, identity: PathBuf::from(path) };
        match kind_of(path) {
            Some(FileRole::Rules) => found.rules.push(file),
            Some(FileRole::Tests) => found.tests.push(file),
            None => {}
        }
    }
}

fn string_ref(files: &BTreeMap<String, String>, path: String) -> Result<FileRef, FileError> {
    match files.contains_key(&path) {
        true => Ok(FileRef { identity: PathBuf::from(&path), path, location: None }),
        false => Err(FileError::Missing),
    }
}

/// The role of a file, by its name.
enum FileRole {
    Rules,
    Tests,
}

fn kind_of(path: &str) -> Option<FileRole> {
    let stem = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml"))?;
    Some(if stem.ends_with(".test") { FileRole::Tests } else { FileRole::Rules })
}
