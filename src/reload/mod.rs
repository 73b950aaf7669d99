//! Rule sets that follow their files: loaded aside when something changes, and put in force whole.
//!
//! - A **generation** is a compiled rule set with a number. Each decision is made by one generation, and bears its version.
//! - [`Live`] is the place where the generation in force stands. Sessions look there between events, without locks.
//! - A [`Reloader`] keeps a [`Live`] up to date with files. What is wrong with them never reaches it: the last good
//!   generation stays, and [`State`] says what is wrong.
//!
//! ```no_run
//! use dadar::reload::{Reloader, ReloadOptions};
//!
//! let reloader = Reloader::start("rules", ReloadOptions::default(), |news| eprintln!("{news}"))?;
//! let mut session = reloader.live().session();
//! let decision = session.route(br#"{"event_type": "ORDER_CREATED"}"#, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here prints: whoever starts a [`Reloader`] is told the [`News`].

mod attempt;
mod keeper;
mod live;
mod watch;

use crate::route::{Options, Router};
use crate::rules::{Footprint, LoadOptions};
use attempt::Attempt;
use jiff::Timestamp;
use keeper::{Keeper, Message};
use std::fmt;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use attempt::{Refusal, check_tests};
pub use live::{Generation, Live, LiveSession};

/// How files are followed.
#[derive(Clone, Debug)]
pub struct ReloadOptions {
    /// How they are loaded.
    pub load: LoadOptions,
    /// How events are read.
    pub route: Options,
    /// Whether the rule set's own tests have to pass before it comes into force.
    pub tests: bool,
    /// For how long files have to be at rest. Where they do not come to rest, they are looked at after ten times as long.
    pub debounce: Duration,
    /// How changes are noticed.
    pub notice: Notice,
}

/// How changes are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The system tells. Where it cannot, files are read every second.
    Events,
    /// Files are read each time so much time has passed: for network file systems.
    Poll(Duration),
    /// Not at all: only when asked to.
    Asked,
}

impl Default for ReloadOptions {
    fn default() -> Self {
        Self {
            load: LoadOptions::default(),
            route: Options::default(),
            tests: false,
            debounce: Duration::from_millis(100),
            notice: Notice::Events,
        }
    }
}

/// What happened.
#[derive(Debug)]
pub enum News {
    /// Another rule set is in force.
    Replaced {
        /// What is in force now.
        generation: Arc<Generation>,
        /// How long it took to load, test and compile it.
        took: Duration,
    },
    /// The files changed back to what is in force, or somebody asked for nothing new.
    Same,
    /// The rule set on disk is wrong; the last good one stays in force.
    Refused(Refusal),
    /// The system does not tell of changes (why); files are read every second from now on.
    Polling(String),
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            News::Replaced { generation, .. } => {
                write!(f, "generation {} is in force: {}", generation.number, generation.router.version())
            }
            News::Same => f.write_str("the rules are those in force"),
            News::Refused(refusal) => write!(f, "the rules on disk are wrong, the last good ones stay: {refusal}"),
            News::Polling(why) => {
                write!(f, "changes are looked for every second, since the system tells of none: {why}")
            }
        }
    }
}

/// How things stand.
#[derive(Clone, Debug)]
pub struct State {
    /// The number of the generation in force.
    pub generation: u64,
    /// Its version: `name@version`.
    pub ruleset: Arc<str>,
    /// When files were last found to be right: the files on disk then were those in force.
    pub loaded_at: Timestamp,
    /// When they were last loaded, with whatever outcome.
    pub tried_at: Timestamp,
    /// What is wrong with the files on disk, if anything, in one line.
    pub last_error: Option<String>,
    /// How often a rule set came into force after the first.
    pub reloads: u64,
    /// How often one was refused.
    pub failures: u64,
}

/// Keeps a rule set up to date with its files, on a thread of its own. Ends when it is dropped.
#[derive(Debug)]
pub struct Reloader {
    live: Live,
    state: Arc<Mutex<State>>,
    inbox: Sender<Message>,
}

/// Asks for a reload, from wherever: a signal handler's thread, say.
#[derive(Clone, Debug)]
pub struct Trigger {
    inbox: Sender<Message>,
}

impl Reloader {
    /// Loads a rule set, puts it in force and follows its files. `observer` is called on the reloader's thread.
    pub fn start(
        path: impl AsRef<Path>,
        options: ReloadOptions,
        observer: impl FnMut(News) + Send + 'static,
    ) -> Result<Reloader, Box<Refusal>> {
        let mut attempt = Attempt::load(path.as_ref(), &options);
        let router = attempt.build(&options)?;
        Ok(Self::follow(router, attempt.footprint, options, observer))
    }

    /// Follows the files of a rule set that was loaded already; `footprint` says where it comes from.
    pub fn follow(
        router: Router,
        footprint: Footprint,
        options: ReloadOptions,
        observer: impl FnMut(News) + Send + 'static,
    ) -> Reloader {
        let now = Timestamp::now();
        let state = Arc::new(Mutex::new(State {
            generation: 1,
            ruleset: router.version().clone(),
            loaded_at: now,
            tried_at: now,
            last_error: None,
            reloads: 0,
            failures: 0,
        }));
        let live = Live::new(router);
        let (inbox, messages) = channel();
        let keeper = Keeper::new(live.clone(), state.clone(), footprint, options, Box::new(observer), inbox.clone());
        // Where there is no thread to be had, the first generation stays, and asking finds nobody.
        let _ = std::thread::Builder::new().name(String::from("dadar-reload")).spawn(move || keeper.run(&messages));
        Reloader { live, state, inbox }
    }

    /// Where the generation in force stands.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The generation in force.
    pub fn current(&self) -> Arc<Generation> {
        self.live.generation()
    }

    /// How things stand.
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads again now, whether something changed or not, and waits for the outcome: how things stand then.
    pub fn reload_now(&self) -> State {
        let (reply, answer) = channel();
        if self.inbox.send(Message::Now(Some(reply))).is_ok() {
            // An error means that the thread has ended; then things stay as they are.
            let _ = answer.recv();
        }
        self.state()
    }

    /// Something that asks for a reload without waiting for it.
    pub fn trigger(&self) -> Trigger {
        Trigger { inbox: self.inbox.clone() }
    }
}

impl Trigger {
    /// Asks for a reload, whether something changed or not.
    pub fn pull(&self) {
        // Where there is no reloader any more, there is nothing to reload.
        let _ = self.inbox.send(Message::Now(None));
    }
}

impl Drop for Reloader {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.inbox.send(Message::End);
    }
}

#[cfg(test)]
mod tests;
