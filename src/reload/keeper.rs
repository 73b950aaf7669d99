//! The reloader's thread: waits for changes, lets them settle, loads aside, and swaps.

use super::attempt::Attempt;
use super::live::Live;
use super::watch::Watcher;
use super::{News, Notice, ReloadOptions, State};
use crate::rules::Footprint;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often files are read where the system does not tell of changes.
const FALLBACK: Duration = Duration::from_secs(1);
/// How often it is tried to free generations that sessions still had.
const SWEEP: Duration = Duration::from_millis(200);
/// Files that never rest are looked at after so many times the debounce.
const PATIENCE: u32 = 10;
/// So long after a change it is looked once more.
const RECHECK: Duration = Duration::from_secs(1);

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Message {
    /// Something may have changed.
    Changed,
    /// Load again; tell when it is done.
    Now(Option<Sender<()>>),
    /// Nobody needs the thread any more.
    End,
}

type Observer = Box<dyn FnMut(News) + Send>;

/// What the thread has.
pub(super) struct Keeper {
    live: Live,
    state: Arc<Mutex<State>>,
    /// What the last attempt looked at.
    footprint: Footprint,
    options: ReloadOptions,
    observer: Observer,
    watcher: Option<Watcher>,
    inbox: Sender<Message>,
    /// A change was noticed and is in the inbox: a thousand writes are one message.
    pending: Arc<AtomicBool>,
    /// Files changed while they were read: what was read does not count.
    again: bool,
    /// When to look once more after a change, since a watch can be lost while folders make room for others.
    recheck: Option<Instant>,
    waiting: Vec<Sender<()>>,
}

impl Keeper {
    pub(super) fn new(
        live: Live,
        state: Arc<Mutex<State>>,
        footprint: Footprint,
        options: ReloadOptions,
        observer: Observer,
        inbox: Sender<Message>,
    ) -> Keeper {
        let (watcher, pending, waiting) = (None, Arc::default(), Vec::new());
        Keeper {
            live,
            state,
            footprint,
            options,
            observer,
            watcher,
            inbox,
            pending,
            again: false,
            recheck: None,
            waiting,
        }
    }

    /// Until it is told to end. Begins by looking whether something changed since the files were loaded.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        if self.options.notice == Notice::Events {
            self.begin_watching();
        }
        if self.options.notice != Notice::Asked {
            self.refresh(false);
        }
        let mut replaced = 0;
        loop {
            let wait = self.wait(replaced);
            match messages.recv_timeout(wait) {
                Ok(Message::Changed) => {
                    let Some(asked) = self.settle(messages) else { return };
                    self.refresh(asked);
                    self.look_again_later();
                }
                Ok(Message::Now(reply)) => {
                    self.waiting.extend(reply);
                    self.refresh(true);
                }
                Err(RecvTimeoutError::Timeout) if self.is_due() => self.refresh(false),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
            replaced = self.live.sweep();
        }
    }

    /// How long there is nothing to do.
    fn wait(&self, replaced: usize) -> Duration {
        let recheck = self.recheck.map(|at| at.saturating_duration_since(Instant::now()));
        let again = self.again.then_some(self.options.debounce);
        let poll = match self.options.notice {
            Notice::Poll(interval) => Some(interval),
            Notice::Events | Notice::Asked => None,
        };
        let sweep = (replaced > 0).then_some(SWEEP);
        [recheck, again, poll, sweep].into_iter().flatten().min().unwrap_or(Duration::from_secs(1 << 30))
    }

    /// True if files are to be looked at, though nobody said that they changed.
    fn is_due(&self) -> bool {
        let recheck = self.recheck.is_some_and(|at| at <= Instant::now());
        recheck || self.again || matches!(self.options.notice, Notice::Poll(_))
    }

    /// Waits until files are at rest. True if somebody asked for a reload meanwhile; none if it is time to end.
    fn settle(&self, messages: &Receiver<Message>) -> Option<bool> {
        let end = Instant::now() + self.options.debounce * PATIENCE;
        let mut asked = false;
        loop {
            self.pending.store(false, Ordering::Release);
            let left = end.saturating_duration_since(Instant::now()).min(self.options.debounce);
            match messages.recv_timeout(left) {
                Ok(Message::Changed) if !left.is_zero() => {}
                Ok(Message::Changed) | Err(RecvTimeoutError::Timeout) => return Some(asked),
                Ok(Message::Now(reply)) => {
                    asked = true;
                    // Answered with everybody else, after the reload that follows.
                    reply.into_iter().for_each(|reply| drop(self.inbox.send(Message::Now(Some(reply)))));
                    return Some(asked);
                }
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn look_again_later(&mut self) {
        if self.options.notice != Notice::Asked {
            self.recheck = Some(Instant::now() + RECHECK);
        }
    }

    fn begin_watching(&mut self) {
        let (inbox, pending) = (self.inbox.clone(), self.pending.clone());
        let changed = move || {
            if !pending.swap(true, Ordering::AcqRel) {
                // The thread may have ended.
                let _ = inbox.send(Message::Changed);
            }
        };
        match Watcher::new(changed) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => self.poll_instead(&error),
        }
    }

    fn poll_instead(&mut self, error: &notify::Error) {
        self.watcher = None;
        self.options.notice = Notice::Poll(FALLBACK);
        (self.observer)(News::Polling(error.to_string()));
    }

    /// Watches the places of the last attempt.
    fn look(&mut self) {
        let failed = self.watcher.as_mut().and_then(|watcher| watcher.look_at(&self.footprint).err());
        if let Some(error) = failed {
            self.poll_instead(&error);
        }
    }

    /// Loads again if something changed, or if asked to.
    fn refresh(&mut self, asked: bool) {
        self.pending.store(false, Ordering::Release);
        self.recheck = None;
        // Before looking at the files: what changes from now on is told.
        self.look();
        if asked || self.again || !self.footprint.is_current() {
            self.attempt();
        }
        for reply in self.waiting.drain(..) {
            // Who waited may be gone.
            let _ = reply.send(());
        }
    }

    fn attempt(&mut self) {
        let start = Instant::now();
        let path = self.footprint.path().to_path_buf();
        let mut attempt = Attempt::load(&path, &self.options);
        self.footprint = attempt.footprint.clone();
        self.look();
        // Files of different moments are no rule set that ever was: it is tried again shortly.
        self.again = !self.footprint.is_current();
        self.look_again_later();
        if self.again && self.waiting.is_empty() {
            return;
        }
        let built = attempt.build(&self.options);
        // Tests may have named more files.
        self.footprint = attempt.footprint;
        let news = match built {
            Ok(router) if *router.version() == *self.live.generation().router.version() => News::Same,
            Ok(router) => News::Replaced { generation: self.live.replace(router), took: start.elapsed() },
            Err(refusal) => News::Refused(refusal),
        };
        self.look();
        self.again = !self.footprint.is_current();
        self.look_again_later();
        self.note(&news);
        (self.observer)(news);
    }

    fn note(&self, news: &News) {
        let now = Timestamp::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tried_at = now;
        match news {
            News::Refused(refusal) => {
                state.failures += 1;
                state.last_error = Some(refusal.to_string());
            }
            News::Replaced { generation, .. } => {
                state.generation = generation.number;
                state.ruleset = generation.router.version().clone();
                state.reloads += 1;
                state.loaded_at = now;
                state.last_error = None;
            }
            News::Same | News::Polling(_) => {
                state.loaded_at = now;
                state.last_error = None;
            }
        }
    }
}
