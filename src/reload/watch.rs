//! Where to look for changes: the folders in which something that the rule set is made of can be replaced.
//!
//! Folders are watched and not files, since a file that is replaced by renaming leaves its watch with the old one. Symbolic
//! links are followed hop by hop, and each folder that holds one is watched: a ConfigMap changes by the rename of a link.

use crate::rules::Footprint;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// At most so many symbolic links on the way to a file, as the system has it.
const MAX_HOPS: usize = 40;

/// Tells when something may have changed.
pub(super) struct Watcher {
    inner: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    interest: Arc<Mutex<Interest>>,
}

/// What an event has to be about to count.
#[derive(Debug, Default)]
struct Interest {
    /// Files, folders and links on the way to them, wherever they are.
    exact: HashSet<PathBuf>,
    /// Folders in which any rule file counts.
    folders: HashSet<PathBuf>,
}

impl Watcher {
    /// A watcher that looks nowhere yet.
    pub(super) fn new(changed: impl Fn() + Send + 'static) -> notify::Result<Watcher> {
        let interest = Arc::new(Mutex::new(Interest::default()));
        let seen = interest.clone();
        let inner = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let counts = match event {
                // Reading the files must not count, or loading would lead to loading.
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

    /// Looks where a rule set comes from. Every folder is watched once more, without a gap: another one may bear its name by
    /// now. (What the system says late of the one before can end the new watch, so it has to be looked again a while later.)
    pub(super) fn look_at(&mut self, footprint: &Footprint) -> notify::Result<()> {
        let interest = Interest::of(footprint);
        let folders = interest.to_watch();
        *self.interest.lock().unwrap_or_else(PoisonError::into_inner) = interest;
        for old in self.watched.extract_if(.., |old| !folders.contains(old)) {
            // What is gone is no longer watched anyway.
            let _ = self.inner.unwatch(&old);
        }
        for folder in folders {
            match self.inner.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(folder)),
                // The folder above it is watched, and tells when it comes back.
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
    fn of(footprint: &Footprint) -> Interest {
        let mut interest = Interest::default();
        for folder in footprint.folders() {
            interest.folders.extend(interest.exact.way(folder));
        }
        for path in footprint.files().chain([footprint.path()]) {
            interest.exact.way(path);
        }
        interest
    }

    /// The folders in which these things lie.
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

/// True for rule files by name, and for folders.
fn may_hold_rules(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml") || path.is_dir())
}

/// Follows paths through symbolic links.
trait Way {
    /// Notes the path without links, and every link on the way to it; returns where it ends, if it is there.
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
                    // When it comes, it comes here.
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
