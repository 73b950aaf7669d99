//! Waits for changes of files, for programs that load rule sets by themselves.

use super::ChangeDetection;
use super::watch::Watcher;
use crate::rules::InputSnapshot;
use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often files are read where the system does not report changes.
const FALLBACK: Duration = Duration::from_secs(1);
/// How long after a change the files are checked once more: a watch can be lost while one folder replaces another.
const RECHECK: Duration = Duration::from_secs(1);
/// Files that never become quiet count as changed after this many times the debounce.
const MAX_DEBOUNCES: u32 = 10;

/// Waits until files that were loaded have changed.
pub struct ChangeWaiter {
    watcher: Option<Watcher>,
    changed: Receiver<()>,
    debounce: Duration,
    /// How often files are read; `None` if the system reports changes.
    poll: Option<Duration>,
}

impl ChangeWaiter {
    /// Files count as changed once they have been unchanged again for `debounce`. With [`ChangeDetection::Manual`], nothing
    /// is noticed by itself, so files are read every second, as they are where the system reports no changes.
    pub fn new(detection: ChangeDetection, debounce: Duration) -> ChangeWaiter {
        let (sender, changed) = channel();
        let report = move || {
            // The receiver may have been dropped.
            let _ = sender.send(());
        };
        let watcher = match detection {
            ChangeDetection::Events => Watcher::new(report).ok(),
            ChangeDetection::Poll(_) | ChangeDetection::Manual => None,
        };
        let poll = match (detection, &watcher) {
            (ChangeDetection::Poll(interval), _) => Some(interval),
            (_, None) => Some(FALLBACK),
            (_, Some(_)) => None,
        };
        ChangeWaiter { watcher, changed, debounce, poll }
    }

    /// Returns as soon as loading any of these again would see other files, or other contents: at once if that is so already.
    pub fn wait(&mut self, snapshots: &[InputSnapshot]) {
        let mut recheck = None;
        loop {
            // Before looking at the files: changes from now on are reported.
            self.watch(snapshots);
            if snapshots.iter().any(|snapshot| !snapshot.is_current()) {
                return self.wait_until_quiet();
            }
            match (self.poll, recheck.take()) {
                (Some(time), _) | (None, Some(time)) => {
                    if self.changed.recv_timeout(time).is_ok() {
                        recheck = Some(RECHECK);
                    }
                }
                (None, None) => {
                    if self.changed.recv().is_err() {
                        // Nothing reports changes any more.
                        self.poll = Some(FALLBACK);
                    }
                    recheck = Some(RECHECK);
                }
            }
        }
    }

    fn watch(&mut self, snapshots: &[InputSnapshot]) {
        let failed = self.watcher.as_mut().is_some_and(|watcher| watcher.look_at(snapshots).is_err());
        if failed {
            self.watcher = None;
            self.poll = Some(FALLBACK);
        }
    }

    fn wait_until_quiet(&self) {
        let end = Instant::now() + self.debounce * MAX_DEBOUNCES;
        loop {
            let left = end.saturating_duration_since(Instant::now()).min(self.debounce);
            match self.changed.recv_timeout(left) {
                Ok(()) if !left.is_zero() => {}
                Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(left),
                Ok(()) | Err(RecvTimeoutError::Timeout) => return,
            }
        }
    }
}

impl fmt::Debug for ChangeWaiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeWaiter")
            .field("debounce", &self.debounce)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::ChangeWaiter;
    use crate::reload::ChangeDetection;
    use crate::rules::{LoadOptions, load};
    use std::fs;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_change_ends_the_wait_however_it_is_noticed() {
        let quiet = Duration::from_millis(5);
        for detection in [ChangeDetection::Events, ChangeDetection::Poll(quiet), ChangeDetection::Manual] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("rules.yaml");
            fs::write(&path, "topics: {a: [x]}").unwrap();
            let snapshot = || load(dir.path(), &LoadOptions::default()).snapshot;
            let before = snapshot();
            let mut waiter = ChangeWaiter::new(detection, quiet);
            let (sender, ended) = channel();
            let waiting = thread::spawn({
                let before = before.clone();
                move || {
                    waiter.wait(&[before]);
                    sender.send(()).unwrap();
                    waiter
                }
            });
            assert!(ended.recv_timeout(Duration::from_millis(50)).is_err(), "nothing has changed yet");
            fs::write(&path, "topics: {a: [y]}").unwrap();
            assert!(ended.recv_timeout(Duration::from_secs(40)).is_ok(), "{detection:?}");
            // Earlier changes are noticed at once.
            waiting.join().unwrap().wait(&[snapshot(), before]);
        }
    }
}
