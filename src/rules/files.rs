//! Where rule files come from: a folder, one file, or a map of strings. Finds, reads and confines; knows nothing of what
//! stands in the files.

use super::footprint::Notes;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// At most so many bytes in a file.
pub(crate) const MAX_FILE: u64 = 16 << 20;

/// At most so many folders deep.
const MAX_DEPTH: usize = 64;

/// One file of a [`FileTree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileRef {
    /// Relative to the rule set, with `/`; may begin with `..`.
    pub(crate) path: String,
    /// Where it lies; none for strings.
    pub(crate) location: Option<PathBuf>,
    /// What makes two paths the same file.
    pub(crate) identity: PathBuf,
}

/// A path as seen from the current folder, where it lies in it.
pub(crate) fn near(path: &Path) -> &Path {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let relative = current.ok().and_then(|current| path.strip_prefix(current).ok());
    match relative {
        Some(relative) if relative.as_os_str().is_empty() => Path::new("."),
        Some(relative) => relative,
        None => path,
    }
}

/// Why a file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileError {
    /// There is none.
    Missing,
    /// It lies outside of the root, which is named.
    Outside(String),
    /// It is larger than [`MAX_FILE`].
    TooLarge,
    /// Anything else, in a few words.
    Unreadable(String),
}

/// A source of files.
#[derive(Clone, Debug)]
pub(crate) enum FileTree {
    /// Files on disk.
    Disk(Disk),
    /// Strings, by their paths.
    Strings(BTreeMap<String, String>),
}

/// Files on disk.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// The folder of the rule set, as it was given.
    folder: PathBuf,
    /// The one file, where a file was given.
    only: Option<PathBuf>,
    /// No file may lie outside of it (canonical).
    root: PathBuf,
    /// What was looked at.
    notes: Arc<Notes>,
}

/// What was found below a folder.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Rule files (and lookups and schemas that look like them), by path.
    pub(crate) rules: Vec<FileRef>,
    /// Tests of rules, by path.
    pub(crate) tests: Vec<FileRef>,
    /// Folders that could not be read, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

impl FileTree {
    /// A folder or a file. Without `root`: the current folder where the rule set lies below it, else the rule set's own.
    pub(crate) fn disk(path: &Path, root: Option<&Path>) -> Result<FileTree, String> {
        let canonical = path.canonicalize().map_err(|error| reason(&error))?;
        let is_dir = canonical.is_dir();
        let folder = if is_dir { path.to_path_buf() } else { parent(path) };
        let own = if is_dir { canonical.clone() } else { parent(&canonical) };
        let root = match root {
            Some(root) => {
                root.canonicalize().map_err(|error| format!("root `{}`: {}", root.display(), reason(&error)))?
            }
            None => {
                let current = std::env::current_dir().and_then(|dir| dir.canonicalize());
                // A single file may be a symbolic link into a folder elsewhere: its visible folder counts.
                let visible = folder.canonicalize().unwrap_or_else(|_| own.clone());
                current.ok().filter(|dir| visible.starts_with(dir)).unwrap_or(visible)
            }
        };
        let only = (!is_dir).then(|| path.to_path_buf());
        Ok(FileTree::Disk(Disk { folder, only, root, notes: Arc::default() }))
    }

    /// What was looked at, on disk.
    pub(super) fn notes(&self) -> Option<&Notes> {
        match self {
            FileTree::Disk(disk) => Some(&disk.notes),
            FileTree::Strings(_) => None,
        }
    }

    /// A map of strings.
    pub(crate) fn strings<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> FileTree {
        let files =
            files.into_iter().map(|(path, text)| (normal(path).unwrap_or_else(|| path.to_owned()), text.to_owned()));
        FileTree::Strings(files.collect())
    }

    /// The default name of the rule set: its folder's, or its file's without the ending.
    pub(crate) fn name(&self) -> String {
        let FileTree::Disk(disk) = self else { return String::from("rules") };
        let own = match &disk.only {
            Some(file) => file.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            None => {
                let absolute = std::path::absolute(&disk.folder).unwrap_or_else(|_| disk.folder.clone());
                let named = absolute.file_name().map(|name| name.to_string_lossy().into_owned());
                let ends_in_dots = disk.folder.components().next_back().is_some_and(|c| c == Component::ParentDir);
                let real =
                    || disk.folder.canonicalize().ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
                if ends_in_dots { real() } else { named.or_else(real) }
            }
        };
        own.filter(|name| !name.is_empty()).unwrap_or_else(|| String::from("rules"))
    }

    /// Every rule file and every test, by path; each file once.
    pub(crate) fn find(&self) -> Found {
        let mut found = Found::default();
        match self {
            FileTree::Strings(files) => {
                let visible = |path: &&String| !path.split('/').any(|part| part.starts_with('.') && part != "..");
                for path in files.keys().filter(visible) {
                    found.add(FileRef { path: path.clone(), location: None, identity: PathBuf::from(path) });
                }
            }
            FileTree::Disk(disk) => match &disk.only {
                Some(file) => disk.find_one(file, &mut found),
                None => {
                    let mut seen = HashSet::new();
                    disk.walk(&disk.folder, "", 0, &mut seen, &mut found);
                }
            },
        }
        found.rules.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        found.tests.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        let mut seen = HashSet::new();
        found.rules.retain(|file| seen.insert(file.identity.clone()));
        found.tests.retain(|file| seen.insert(file.identity.clone()));
        if let Some(notes) = self.notes() {
            notes.found(&found);
        }
        found
    }

    /// The file that `named` means in `from`.
    pub(crate) fn resolve(&self, from: &FileRef, named: &str) -> Result<FileRef, FileError> {
        let folder = from.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match self {
            FileTree::Strings(files) => {
                let outside = || FileError::Outside(String::from("the files that were given"));
                if named.starts_with('/') {
                    return Err(outside());
                }
                let path = normal(&joined(folder, named)).ok_or_else(outside)?;
                match files.contains_key(&path) {
                    true => Ok(FileRef { identity: PathBuf::from(&path), path, location: None }),
                    false => Err(FileError::Missing),
                }
            }
            FileTree::Disk(disk) => {
                let base = from.location.as_deref().map(parent).unwrap_or_default();
                disk.resolve(&base.join(named), lexical(&joined(folder, named)))
            }
        }
    }

    /// The file at an absolute location.
    pub(crate) fn at(&self, location: &Path) -> Result<FileRef, FileError> {
        match self {
            FileTree::Disk(disk) => disk.resolve(location, location.to_string_lossy().into_owned()),
            FileTree::Strings(files) => {
                let path = location.to_string_lossy().trim_start_matches('/').to_owned();
                let known = files.contains_key(&path);
                let file = FileRef { identity: PathBuf::from(&path), path, location: None };
                if known { Ok(file) } else { Err(FileError::Missing) }
            }
        }
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, file: &FileRef) -> Result<Vec<u8>, FileError> {
        match (self, &file.location) {
            (FileTree::Strings(files), _) => {
                let text = files.get(&file.path).ok_or(FileError::Missing)?;
                if text.len() as u64 > MAX_FILE { Err(FileError::TooLarge) } else { Ok(text.clone().into_bytes()) }
            }
            (FileTree::Disk(disk), Some(location)) => {
                let read = read_bounded(location);
                disk.notes.read(location, read.as_deref().ok());
                read
            }
            (FileTree::Disk(_), None) => Err(FileError::Missing),
        }
    }

    /// The path of a file as people are shown it.
    pub(crate) fn shown(&self, file: &FileRef) -> String {
        match self {
            FileTree::Strings(_) => file.path.clone(),
            FileTree::Disk(_) if file.path.starts_with('/') => file.path.clone(),
            FileTree::Disk(disk) => {
                let joined = disk.folder.join(&file.path).to_string_lossy().into_owned();
                lexical(&joined)
            }
        }
    }
}

impl Found {
    /// Puts a file where its name says.
    fn add(&mut self, file: FileRef) {
        match kind_of(&file.path) {
            Some(Named::Rules) => self.rules.push(file),
            Some(Named::Tests) => self.tests.push(file),
            None => {}
        }
    }
}

enum Named {
    Rules,
    Tests,
}

/// What a file's name says of it.
fn kind_of(path: &str) -> Option<Named> {
    let stem = path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml"))?;
    Some(if stem.ends_with(".test") { Named::Tests } else { Named::Rules })
}

impl Disk {
    /// The given file, and `NAME.test.yaml` beside it.
    fn find_one(&self, file: &Path, found: &mut Found) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.rules.extend(self.file_ref(file, name.clone()));
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(&name);
        for ending in [".test.yaml", ".test.yml"] {
            let test = format!("{stem}{ending}");
            let location = self.folder.join(&test);
            if test != name && location.is_file() {
                found.tests.extend(self.file_ref(&location, test));
            }
        }
    }

    /// Everything below a folder; symbolic links are followed, each folder once.
    fn walk(&self, folder: &Path, prefix: &str, depth: usize, seen: &mut HashSet<PathBuf>, found: &mut Found) {
        let Ok(canonical) = folder.canonicalize() else { return };
        if depth > MAX_DEPTH || !seen.insert(canonical) {
            return;
        }
        self.notes.folder(folder);
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return found.unreadable.push((folder.display().to_string(), reason(&error))),
        };
        let mut names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            let shown = name.to_string_lossy();
            if shown.starts_with('.') {
                continue;
            }
            let location = folder.join(&name);
            let path = format!("{prefix}{shown}");
            if location.is_dir() {
                self.walk(&location, &format!("{path}/"), depth + 1, seen, found);
            } else if kind_of(&path).is_some() {
                match self.file_ref(&location, path) {
                    Some(file) => found.add(file),
                    None => {
                        found.unreadable.push((location.display().to_string(), String::from("a broken symbolic link")))
                    }
                }
            }
        }
    }

    fn file_ref(&self, location: &Path, path: String) -> Option<FileRef> {
        let identity = location.canonicalize().ok()?;
        Some(FileRef { path, location: Some(location.to_path_buf()), identity })
    }

    fn resolve(&self, location: &Path, path: String) -> Result<FileRef, FileError> {
        let identity = location.canonicalize().map_err(|error| {
            self.notes.sought(location);
            match error.kind() {
                std::io::ErrorKind::NotFound => FileError::Missing,
                _ => FileError::Unreadable(reason(&error)),
            }
        })?;
        if !identity.starts_with(&self.root) {
            return Err(FileError::Outside(format!("`{}`", near(&self.root).display())));
        }
        Ok(FileRef { path, location: Some(location.to_path_buf()), identity })
    }
}

/// Reads a regular file, at most [`MAX_FILE`] bytes of it.
pub(super) fn read_bounded(location: &Path) -> Result<Vec<u8>, FileError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing,
        _ => FileError::Unreadable(reason(&error)),
    };
    // A pipe or a device would block or never end.
    if !std::fs::metadata(location).map_err(unreadable)?.is_file() {
        return Err(FileError::Unreadable(String::from("not a regular file")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(location).map_err(unreadable)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE { Err(FileError::TooLarge) } else { Ok(bytes) }
}

/// The folder a file lies in.
pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// What the system says, in words of ours where they are better.
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => String::from("no such file or folder"),
        std::io::ErrorKind::PermissionDenied => String::from("permission denied"),
        _ => error.to_string(),
    }
}

/// `named` as seen from `folder`.
fn joined(folder: &str, named: &str) -> String {
    if folder.is_empty() || named.starts_with('/') { named.to_owned() } else { format!("{folder}/{named}") }
}

/// A path without `.` and `..`; none where it leads above the top.
fn normal(path: &str) -> Option<String> {
    let path = lexical(path);
    (path != ".." && !path.starts_with("../") && !path.starts_with('/')).then_some(path)
}

/// A path without `.` and with `..` only at its beginning.
fn lexical(path: &str) -> String {
    let absolute = Path::new(path).is_absolute() && !path.starts_with("//");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}
