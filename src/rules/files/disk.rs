//! Files on disk, and the folders that they may lie in.

use super::paths::{lexical, relative};
use super::{FileError, FileRef, Found, Named, kind_of};
use crate::read::{parent, reason};
use crate::rules::footprint::Notes;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// At most so many folders deep.
const MAX_DEPTH: usize = 64;

/// Files on disk.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// The folder of the rule set, as it was given.
    pub(super) folder: PathBuf,
    /// The one file, where a file was given.
    pub(super) only: Option<PathBuf>,
    /// The folder of the rule set without symbolic links.
    own: PathBuf,
    /// A wider folder in which files may lie as well, without symbolic links, and as it is shown.
    root: Option<(PathBuf, String)>,
    /// What was looked at.
    pub(super) notes: Arc<Notes>,
}

impl Disk {
    /// A folder or a file.
    pub(super) fn new(path: &Path, root: Option<&Path>) -> Result<Disk, String> {
        let canonical = path.canonicalize().map_err(|error| reason(&error))?;
        let is_dir = canonical.is_dir();
        let folder = if is_dir { path.to_path_buf() } else { parent(path) };
        // A single file may be a symbolic link into another folder: the folder of the link counts.
        let own = if is_dir { canonical } else { folder.canonicalize().map_err(|error| reason(&error))? };
        let root = match root {
            None => None,
            Some(root) => {
                let shown = format!("the root `{}`", root.display());
                let real = root.canonicalize();
                Some((real.map_err(|error| format!("{shown}: {}", reason(&error)))?, shown))
            }
        };
        Ok(Disk { folder, only: (!is_dir).then(|| path.to_path_buf()), own, root, notes: Arc::default() })
    }

    /// Lets files lie in the folder that `named` means in `from`.
    pub(super) fn widen(&mut self, from: &FileRef, named: &str) -> Result<(), FileError> {
        let base = from.location.as_deref().map(parent).unwrap_or_default();
        let path = base.join(named);
        let real = path.canonicalize().map_err(|error| self.unfound(&path, &error))?;
        if !real.is_dir() {
            return Err(FileError::Unreadable(String::from("not a folder")));
        }
        let shown = format!("the root `{}`", lexical(&path.to_string_lossy()));
        self.root = Some((real, shown));
        Ok(())
    }

    /// The widest folder that files may lie in.
    pub(super) fn root(&self) -> &Path {
        self.root.as_ref().map_or(&self.own, |(root, _)| root)
    }

    fn allows(&self, identity: &Path) -> bool {
        identity.starts_with(&self.own) || self.root.as_ref().is_some_and(|(root, _)| identity.starts_with(root))
    }

    /// The folder that a file lies outside of.
    fn outside(&self) -> FileError {
        let own = || format!("the rule set's folder `{}`", lexical_or_dot(&self.folder));
        FileError::Outside(self.root.as_ref().map_or_else(own, |(_, shown)| shown.clone()))
    }

    /// The name that a rule set has by where it lies.
    pub(super) fn name(&self) -> Option<String> {
        if let Some(file) = &self.only {
            return file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        }
        let text = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let ends_in_dots = self.folder.components().next_back().is_some_and(|c| c == Component::ParentDir);
        let given = std::path::absolute(&self.folder).ok().and_then(|absolute| text(&absolute));
        given.filter(|_| !ends_in_dots).or_else(|| text(&self.own))
    }

    /// Finds the given file, or everything below the folder, of at most `limit` files.
    pub(super) fn find(&self, limit: usize, found: &mut Found) {
        match &self.only {
            Some(file) => self.find_one(file, found),
            None => self.walk(&self.folder, "", limit, &mut HashSet::new(), found),
        }
    }

    /// The given file, and `NAME.test.yaml` beside it.
    fn find_one(&self, file: &Path, found: &mut Found) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.rules.extend(file_ref(file, name.clone()));
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(&name);
        for ending in [".test.yaml", ".test.yml"] {
            let test = format!("{stem}{ending}");
            let location = self.folder.join(&test);
            if test != name && location.is_file() {
                self.add(&location, test, found);
            }
        }
    }

    /// Everything below a folder. Symbolic links are followed where they stay inside; each folder is walked once.
    fn walk(&self, folder: &Path, prefix: &str, limit: usize, seen: &mut HashSet<PathBuf>, found: &mut Found) {
        let Ok(canonical) = folder.canonicalize() else { return };
        if !self.allows(&canonical) {
            return found.outside.push(folder.to_path_buf());
        }
        // Every level of the path adds a `/`.
        if prefix.matches('/').count() > MAX_DEPTH || !seen.insert(canonical) {
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
            if found.rules.len() + found.tests.len() + seen.len() > limit {
                found.too_many = true;
                return;
            }
            let location = folder.join(&name);
            let path = format!("{prefix}{shown}");
            if location.is_dir() {
                self.walk(&location, &format!("{path}/"), limit, seen, found);
            } else if kind_of(&path).is_some() {
                self.add(&location, path, found);
            }
        }
    }

    /// Adds a file under its kind, if it lies inside.
    fn add(&self, location: &Path, path: String, found: &mut Found) {
        let Some(file) = file_ref(location, path) else {
            self.notes.sought(location);
            return found.unreadable.push((location.display().to_string(), String::from("a broken symbolic link")));
        };
        if !self.allows(&file.identity) {
            return found.outside.push(location.to_path_buf());
        }
        match kind_of(&file.path) {
            Some(Named::Rules) => found.rules.push(file),
            Some(Named::Tests) => found.tests.push(file),
            None => {}
        }
    }

    /// The file at a location, which is `path` as seen from the rule set.
    pub(super) fn resolve(&self, location: &Path, path: String) -> Result<FileRef, FileError> {
        let identity = location.canonicalize().map_err(|error| self.unfound(location, &error))?;
        if !self.allows(&identity) {
            return Err(self.outside());
        }
        Ok(FileRef { path, location: Some(location.to_path_buf()), identity })
    }

    fn unfound(&self, location: &Path, error: &std::io::Error) -> FileError {
        self.notes.sought(location);
        match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Unreadable(reason(error)),
        }
    }

    /// An absolute location as seen from the rule set: the same wherever the rule set lies.
    pub(super) fn path_of(&self, location: &Path) -> String {
        match std::path::absolute(&self.folder) {
            Ok(folder) => lexical(&relative(&folder, location)),
            Err(_) => location.to_string_lossy().into_owned(),
        }
    }

    /// What lies outside, as it is reported.
    pub(super) fn refused(&self, location: &Path) -> String {
        let place = match self.outside() {
            FileError::Outside(place) => place,
            _ => String::from("the rule set"),
        };
        format!("`{}` is a symbolic link that leads outside of {place}", lexical(&location.to_string_lossy()))
    }
}

fn file_ref(location: &Path, path: String) -> Option<FileRef> {
    let identity = location.canonicalize().ok()?;
    Some(FileRef { path, location: Some(location.to_path_buf()), identity })
}

fn lexical_or_dot(path: &Path) -> String {
    let path = lexical(&path.to_string_lossy());
    if path.is_empty() { String::from(".") } else { path }
}
