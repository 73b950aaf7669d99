//! Files on disk, and the folders in which they may be.

use super::paths::{lexical, relative};
use super::{FileError, FileRef, FileRole, FoundFiles, kind_of};
use crate::read::{Overlay, parent, reason};
use crate::rules::cancellation::Stoppable;
use crate::rules::input_recorder::InputRecorder;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The limit for the depth of folders.
const MAX_DEPTH: usize = 64;

/// Files on disk.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    /// The folder of the rule set, as given by the caller.
    pub(super) folder: PathBuf,
    /// The only file, if the caller gave a file.
    pub(super) only: Option<PathBuf>,
    /// The folder of the rule set without symbolic links.
    own: PathBuf,
    /// A wider folder in which files may be as well, without symbolic links, and as messages show it.
    root: Option<(PathBuf, String)>,
    /// Texts that replace files.
    pub(super) overlay: Overlay,
    /// Records the files and folders that are looked at.
    pub(super) recorder: Arc<InputRecorder>,
}

/// When the walk over a folder ends early.
struct WalkLimits<'w> {
    files: usize,
    stop: &'w Stoppable,
}

impl Disk {
    /// A folder or a file.
    pub(super) fn new(path: &Path, root: Option<&Path>, overlay: Overlay) -> Result<Disk, String> {
        let canonical = overlay.canonicalize(path).map_err(|error| reason(&error))?;
        let is_dir = overlay.is_dir(&canonical);
        let folder = if is_dir { path.to_path_buf() } else { parent(path) };
        // A single file may be a symbolic link into another folder. The folder of the link is the folder of the rule set.
        let own = if is_dir { canonical } else { overlay.canonicalize(&folder).map_err(|error| reason(&error))? };
        let root = match root {
            None => None,
            Some(root) => {
                let shown = format!("the root `{}`", root.display());
                let real = root.canonicalize();
                Some((real.map_err(|error| format!("{shown}: {}", reason(&error)))?, shown))
            }
        };
        Ok(Disk { folder, only: (!is_dir).then(|| path.to_path_buf()), own, root, overlay, recorder: Arc::default() })
    }

    /// Allows files in the folder that `named` means in `from`.
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

    /// The widest folder in which files may be.
    pub(super) fn root(&self) -> &Path {
        self.root.as_ref().map_or(&self.own, |(root, _)| root)
    }

    fn allows(&self, identity: &Path) -> bool {
        identity.starts_with(&self.own) || self.root.as_ref().is_some_and(|(root, _)| identity.starts_with(root))
    }

    /// The error for a file outside of the allowed folders.
    fn outside(&self) -> FileError {
        let own = || format!("the rule set's folder `{}`", lexical_or_dot(&self.folder));
        FileError::Outside(self.root.as_ref().map_or_else(own, |(_, shown)| shown.clone()))
    }

    /// The name of a rule set by its location.
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
    pub(super) fn find(&self, limit: usize, stop: &Stoppable, found: &mut FoundFiles) {
        match &self.only {
            Some(file) => self.find_one(file, found),
            None => self.walk(&self.folder, "", &WalkLimits { files: limit, stop }, &mut HashSet::new(), found),
        }
    }

    /// The given file, and `NAME.test.yaml` in the same folder.
    fn find_one(&self, file: &Path, found: &mut FoundFiles) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.rules.extend(self.file_ref(file, name.clone()));
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(&name);
        for ending in [".test.yaml", ".test.yml"] {
            let test = format!("{stem}{ending}");
            let location = self.folder.join(&test);
            if test != name && self.overlay.is_file(&location) {
                self.add(&location, test, found);
            }
        }
    }

    /// Everything below a folder. Symbolic links are followed if their targets are allowed; each folder is walked once.
    fn walk(
        &self,
        folder: &Path,
        prefix: &str,
        limits: &WalkLimits<'_>,
        seen: &mut HashSet<PathBuf>,
        found: &mut FoundFiles,
    ) {
        let Ok(canonical) = self.overlay.canonicalize(folder) else { return };
        if !self.allows(&canonical) {
            return found.outside.push(folder.to_path_buf());
        }
        // Every level of the path adds a `/`.
        if prefix.matches('/').count() > MAX_DEPTH || !seen.insert(canonical.clone()) || limits.stop.is_requested() {
            return;
        }
        self.recorder.folder(folder);
        let mut names: Vec<OsString> = self.overlay.names_in(&canonical).map(OsStr::to_os_string).collect();
        match std::fs::read_dir(folder) {
            Ok(entries) => names.extend(entries.filter_map(Result::ok).map(|entry| entry.file_name())),
            Err(error) if names.is_empty() => {
                return found.unreadable.push((folder.display().to_string(), reason(&error)));
            }
            // A folder that exists because of the overlay alone.
            Err(_) => {}
        }
        names.sort();
        names.dedup();
        for name in names {
            let shown = name.to_string_lossy();
            if shown.starts_with('.') {
                continue;
            }
            if found.rules.len() + found.tests.len() + seen.len() > limits.files {
                found.too_many = true;
                return;
            }
            let location = folder.join(&name);
            let path = format!("{prefix}{shown}");
            if self.overlay.is_dir(&location) {
                self.walk(&location, &format!("{path}/"), limits, seen, found);
            } else if kind_of(&path).is_some() {
                self.add(&location, path, found);
            }
        }
    }

    /// Adds a file to those of its kind, if it is allowed.
    fn add(&self, location: &Path, path: String, found: &mut FoundFiles) {
        let Some(file) = self.file_ref(location, path) else {
            self.recorder.sought(location);
            return found.unreadable.push((location.display().to_string(), String::from("a broken symbolic link")));
        };
        if !self.allows(&file.identity) {
            return found.outside.push(location.to_path_buf());
        }
        match kind_of(&file.path) {
            Some(FileRole::Rules) => found.rules.push(file),
            Some(FileRole::Tests) => found.tests.push(file),
            None => {}
        }
    }

    fn file_ref(&self, location: &Path, path: String) -> Option<FileRef> {
        let identity = self.overlay.canonicalize(location).ok()?;
        Some(FileRef { path, location: Some(location.to_path_buf()), identity })
    }

    /// The file at a location, which is `path` relative to the rule set.
    pub(super) fn resolve(&self, location: &Path, path: String) -> Result<FileRef, FileError> {
        let identity = self.overlay.canonicalize(location).map_err(|error| self.unfound(location, &error))?;
        if !self.allows(&identity) {
            return Err(self.outside());
        }
        Ok(FileRef { path, location: Some(location.to_path_buf()), identity })
    }

    fn unfound(&self, location: &Path, error: &std::io::Error) -> FileError {
        self.recorder.sought(location);
        match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Unreadable(reason(error)),
        }
    }

    /// An absolute location, relative to the rule set: it does not depend on where the rule set is.
    pub(super) fn path_of(&self, location: &Path) -> String {
        match std::path::absolute(&self.folder) {
            Ok(folder) => lexical(&relative(&folder, location)),
            Err(_) => location.to_string_lossy().into_owned(),
        }
    }

    /// The message about a symbolic link that leads outside.
    pub(super) fn refused(&self, location: &Path) -> String {
        let place = match self.outside() {
            FileError::Outside(place) => place,
            _ => String::from("the rule set"),
        };
        format!("`{}` is a symbolic link that leads outside of {place}", lexical(&location.to_string_lossy()))
    }
}

fn lexical_or_dot(path: &Path) -> String {
    let path = lexical(&path.to_string_lossy());
    if path.is_empty() { String::from(".") } else { path }
}
