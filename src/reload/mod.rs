//! Rule sets that follow their files: when files change, they are loaded aside and then put in force as a whole.
//!
//! - A **generation** is a compiled rule set with a number. Each decision is made by one generation and names its version.
//! - [`Live`] holds the generation in force. Sessions check it between events, without locks.
//! - A [`Reloader`] keeps a [`Live`] up to date with files. If the files have errors, the last good generation stays in force,
//!   and [`ReloadState`] holds the error.
//!
//! ```no_run
//! use dadar::reload::{Reloader, ReloadOptions};
//!
//! let reloader = Reloader::start("rules", ReloadOptions::default(), |event| eprintln!("{event}"))?;
//! let mut session = reloader.live().session();
//! let decision = session.route(br#"{"event_type": "ORDER_CREATED"}"#, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This module does not print: a [`Reloader`] passes each [`ReloadEvent`] to the observer it was started with.

mod attempt;
mod candidate;
mod changes;
mod live;
mod message;
mod watch;
mod worker;

use crate::route::{Options, Router};
use crate::rules::LoadOptions;
use candidate::Candidate;
use jiff::Timestamp;
use message::Message;
use std::fmt;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use worker::ReloadWorker;

pub use crate::rules::InputSnapshot;
pub use candidate::{ReloadError, check_tests};
pub use changes::ChangeWaiter;
pub use live::{Generation, Live, LiveSession};

/// How files are followed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReloadOptions {
    /// How they are loaded.
    pub load: LoadOptions,
    /// How events are read.
    pub route: Options,
    /// Whether the rule set's own tests have to pass before it comes into force. A rule set without tests passes.
    pub tests: bool,
    /// The time for which files must be unchanged before they are loaded. Files that keep changing are loaded after ten times
    /// that time.
    pub debounce: Duration,
    /// How changes are detected.
    pub detection: ChangeDetection,
}

/// How changes are detected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeDetection {
    /// The system reports them. If it cannot, files are read every second.
    Events,
    /// Files are read at this interval: for network file systems.
    Poll(Duration),
    /// Changes are not detected: files are loaded on request only.
    Manual,
}

impl ReloadOptions {
    /// Sets how rule sets are loaded.
    #[must_use]
    pub fn load(self, load: LoadOptions) -> ReloadOptions {
        ReloadOptions { load, ..self }
    }

    /// Sets how events are read.
    #[must_use]
    pub fn route(self, route: Options) -> ReloadOptions {
        ReloadOptions { route, ..self }
    }

    /// Sets whether the rule set's own tests have to pass before it comes into force.
    #[must_use]
    pub fn tests(self, tests: bool) -> ReloadOptions {
        ReloadOptions { tests, ..self }
    }

    /// Sets for how long files have to be unchanged before they are loaded.
    #[must_use]
    pub fn debounce(self, debounce: Duration) -> ReloadOptions {
        ReloadOptions { debounce, ..self }
    }

    /// Sets how changes are detected.
    #[must_use]
    pub fn detection(self, detection: ChangeDetection) -> ReloadOptions {
        ReloadOptions { detection, ..self }
    }
}

impl Default for ReloadOptions {
    fn default() -> Self {
        Self {
            load: LoadOptions::default(),
            route: Options::default(),
            tests: false,
            debounce: Duration::from_millis(100),
            detection: ChangeDetection::Events,
        }
    }
}

/// The events that a [`Reloader`] reports to its observer.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReloadEvent {
    /// Another rule set is in force.
    Replaced {
        /// The generation in force now.
        generation: Arc<Generation>,
        /// How long it took to load, test and compile it.
        took: Duration,
    },
    /// The files on disk are those in force: they changed back, or a reload was requested without a change.
    Unchanged,
    /// The rule set on disk has errors; the last good one stays in force.
    Failed(ReloadError),
    /// A reload has been running for a long time; it continues.
    Slow {
        /// For how long.
        running: Duration,
    },
    /// A reload was given up, because the files have changed again.
    Superseded {
        /// How long it had been running.
        running: Duration,
    },
    /// The system does not report changes, for this reason; files are read every second from now on.
    Polling(String),
}

impl fmt::Display for ReloadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReloadEvent::Replaced { generation, .. } => {
                write!(f, "generation {} is in force: {}", generation.number, generation.router.version())
            }
            ReloadEvent::Unchanged => f.write_str("the rules on disk are those in force"),
            ReloadEvent::Failed(error) => {
                write!(f, "the rules on disk are wrong, the last good ones stay in force: {error}")
            }
            ReloadEvent::Slow { running } => {
                write!(f, "loading the changed rules has taken {} s so far", running.as_secs())
            }
            ReloadEvent::Superseded { running } => {
                let ms = running.as_millis();
                write!(f, "the files have changed again: gave up loading the last change after {ms} ms")
            }
            ReloadEvent::Polling(why) => {
                write!(f, "the system does not report changes, so files are read every second: {why}")
            }
        }
    }
}

/// The state of a [`Reloader`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReloadState {
    /// The number of the generation in force.
    pub generation: u64,
    /// Its version: `name@version`.
    pub ruleset: Arc<str>,
    /// When the files on disk were last found to be without errors.
    pub loaded_at: Timestamp,
    /// When they were last loaded, with or without errors.
    pub tried_at: Timestamp,
    /// Since when changed files are being loaded, if they are.
    pub loading_since: Option<Timestamp>,
    /// The error in the files on disk, if any, in one line.
    pub last_error: Option<String>,
    /// How many rule sets came into force after the first.
    pub reloads: u64,
    /// How many rule sets had errors.
    pub failures: u64,
    /// How many reloads were given up because the files changed again.
    pub superseded: u64,
}

/// Keeps a rule set up to date with its files, on a thread of its own. Dropping it ends the thread.
#[derive(Debug)]
pub struct Reloader {
    live: Live,
    state: Arc<Mutex<ReloadState>>,
    inbox: Sender<Message>,
}

/// Requests reloads, from any thread.
#[derive(Clone, Debug)]
pub struct Trigger {
    inbox: Sender<Message>,
}

impl Reloader {
    /// Loads a rule set, puts it in force and follows its files. `observer` is called on the reloader's thread.
    pub fn start(
        path: impl AsRef<Path>,
        options: ReloadOptions,
        observer: impl FnMut(ReloadEvent) + Send + 'static,
    ) -> Result<Reloader, Box<ReloadError>> {
        let mut candidate = Candidate::load(path.as_ref(), &options);
        let router = Router::with_options(&candidate.check(&options)?, options.route);
        Ok(Self::follow(router, candidate.snapshot, options, observer))
    }

    /// Follows the files of a rule set that has been loaded; `snapshot` records which those are.
    pub fn follow(
        router: Router,
        snapshot: InputSnapshot,
        options: ReloadOptions,
        observer: impl FnMut(ReloadEvent) + Send + 'static,
    ) -> Reloader {
        let now = Timestamp::now();
        let state = Arc::new(Mutex::new(ReloadState {
            generation: 1,
            ruleset: router.version().clone(),
            loaded_at: now,
            tried_at: now,
            loading_since: None,
            last_error: None,
            reloads: 0,
            failures: 0,
            superseded: 0,
        }));
        let live = Live::new(router);
        let (inbox, messages) = channel();
        let worker =
            ReloadWorker::new(live.clone(), state.clone(), snapshot, options, Box::new(observer), inbox.clone());
        // Without a thread, the first generation stays in force and requests are not answered.
        let _ = std::thread::Builder::new().name(String::from("dadar-reload")).spawn(move || worker.run(&messages));
        Reloader { live, state, inbox }
    }

    /// Holds the generation in force.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The generation in force.
    pub fn current(&self) -> Arc<Generation> {
        self.live.generation()
    }

    /// The current state.
    pub fn state(&self) -> ReloadState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads the files now, changed or not, and waits for the result. Returns the state after that.
    pub fn reload_now(&self) -> ReloadState {
        let (reply, answer) = channel();
        if self.inbox.send(Message::Now(Some(reply))).is_ok() {
            // An error means that the thread has ended; then the state stays as it is.
            let _ = answer.recv();
        }
        self.state()
    }

    /// A handle that requests reloads without waiting for them.
    pub fn trigger(&self) -> Trigger {
        Trigger { inbox: self.inbox.clone() }
    }
}

impl Trigger {
    /// Requests a reload, whether files have changed or not.
    pub fn request(&self) {
        // The reloader may have been dropped.
        let _ = self.inbox.send(Message::Now(None));
    }
}

impl Drop for Reloader {
    fn drop(&mut self) {
        // The thread may have ended.
        let _ = self.inbox.send(Message::End);
    }
}

#[cfg(test)]
mod tests;
