//! Watches the folders that contain the files of a rule set and the links to them.
//!
//! Folders are watched instead of files, since a watch stays with the old file when another one is renamed over it. Symbolic
//! links are followed link by link, and each folder that holds one is watched: a ConfigMap changes by renaming a link.

use crate::rules::InputSnapshot;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest number of symbolic links on the way to a file, as in Linux.
const MAX_HOPS: usize = 40;

/// Calls back when files may have changed.
pub(super) struct Watcher {
    inner: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    interest: Arc<Mutex<Interest>>,
}

/// The paths whose changes matter.
#[derive(Debug, Default)]
struct Interest {
    /// Files, folders and links on the way to them, wherever they are.
    exact: HashSet<PathBuf>,
    /// Folders in which any rule file matters.
    folders: HashSet<PathBuf>,
}

impl Watcher {
    /// A watcher that watches nothing yet.
    pub(super) fn new(changed: impl Fn() + Send + 'static) -> notify::Result<Watcher> {
        let interest = Arc::new(Mutex::new(Interest::default()));
        let seen = interest.clone();
        let inner = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let counts = match event {
                // Ignore reads, or loading would cause loading.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
                Ok(event) if event.need_rescan() => true,
                Ok(event) => seen.lock().unwrap_or_else(PoisonError::into_inner).covers(&event),
                Err(_) => true,
            };
            if counts {
                changed();
            }
        })?;
        Ok(Watcher { inner, watched: BTreeSet::new(), interest })
    }

    /// Watches the files and folders of rule sets. Every folder is watched again, without a gap: another one may have its name by
    /// now. (A late event about the previous one can end the new watch, so the files have to be checked again a while later.)
    pub(super) fn look_at(&mut self, snapshots: &[InputSnapshot]) -> notify::Result<()> {
        let interest = Interest::of(snapshots);
        let folders = interest.to_watch();
        *self.interest.lock().unwrap_or_else(PoisonError::into_inner) = interest;
        for old in self.watched.extract_if(.., |old| !folders.contains(old)) {
            // A folder that was deleted is no longer watched anyway.
            let _ = self.inner.unwatch(&old);
        }
        for folder in folders {
            match self.inner.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(folder)),
                // The folder above it is watched, so its return is noticed.
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        _ => false,
    }
}

impl Interest {
    fn of(snapshots: &[InputSnapshot]) -> Interest {
        let mut interest = Interest::default();
        for folder in snapshots.iter().flat_map(InputSnapshot::folders) {
            interest.folders.extend(interest.exact.way(folder));
        }
        for path in snapshots.iter().flat_map(|snapshot| snapshot.files().chain([snapshot.path()])) {
            interest.exact.way(path);
        }
        interest
    }

    /// The folders that hold these paths.
    fn to_watch(&self) -> BTreeSet<PathBuf> {
        let parents = self.exact.iter().filter_map(|path| path.parent()).map(Path::to_path_buf);
        parents.chain(self.folders.iter().cloned()).collect()
    }

    fn covers(&self, event: &Event) -> bool {
        event.paths.iter().any(|path| {
            let within = || path.parent().is_some_and(|parent| self.folders.contains(parent));
            self.exact.contains(path) || self.folders.contains(path) || (within() && may_hold_rules(path))
        })
    }
}

/// True for names of rule files, and for folders.
fn may_hold_rules(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml") || path.is_dir())
}

/// Resolves paths through symbolic links.
trait Way {
    /// Adds the path without links, and every link on the way to it. Returns where it leads, if that exists.
    fn way(&mut self, path: &Path) -> Option<PathBuf>;
}

impl Way for HashSet<PathBuf> {
    fn way(&mut self, path: &Path) -> Option<PathBuf> {
        let absolute = std::path::absolute(path).ok()?;
        let mut ahead: VecDeque<OsString> = parts(&absolute);
        let mut here = PathBuf::new();
        let mut hops = 0;
        while let Some(part) = ahead.pop_front() {
            if part == ".." {
                here.pop();
                continue;
            }
            let entry = here.join(&part);
            match entry.read_link() {
                Ok(target) if hops < MAX_HOPS => {
                    hops += 1;
                    self.insert(entry);
                    if target.is_absolute() {
                        here = PathBuf::new();
                    }
                    for part in parts(&target).into_iter().rev() {
                        ahead.push_front(part);
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    // If it is created, it is created here.
                    self.insert(entry);
                    return None;
                }
                _ => here = entry,
            }
        }
        self.insert(here.clone());
        Some(here)
    }
}

fn parts(path: &Path) -> VecDeque<OsString> {
    let counts = |part: &Component<'_>| *part != Component::CurDir;
    path.components().filter(counts).map(|part| part.as_os_str().to_owned()).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::Way;
    use std::collections::HashSet;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_link_on_the_way_counts() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        fs::create_dir(at.join("v1")).unwrap();
        fs::write(at.join("v1/rules.yaml"), "").unwrap();
        symlink("v1", at.join("..data")).unwrap();
        symlink("..data/rules.yaml", at.join("rules.yaml")).unwrap();
        let mut found = HashSet::new();
        assert_eq!(found.way(&at.join("rules.yaml")), Some(at.join("v1/rules.yaml")));
        let expected = ["rules.yaml", "..data", "v1/rules.yaml"].map(|name| at.join(name));
        assert_eq!(found, HashSet::from(expected));
        assert_eq!(found.way(&at.join("none/rules.yaml")), None);
        assert!(found.contains(&at.join("none")));
        symlink("loop", at.join("loop")).unwrap();
        found.way(&at.join("loop/x"));
    }
}
