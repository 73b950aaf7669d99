//! The reload worker: waits for changes and until the files are quiet, starts an attempt to load them, and puts the result in
//! force.

use super::attempt::Attempt;
use super::live::Live;
use super::message::{AttemptOutcome, Message};
use super::watch::Watcher;
use super::{ChangeDetection, ReloadEvent, ReloadOptions, ReloadState};
use crate::rules::InputSnapshot;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The interval at which files are read if the system does not report changes.
const FALLBACK: Duration = Duration::from_secs(1);
/// The interval at which the worker tries to free replaced generations that sessions still use.
const SWEEP: Duration = Duration::from_millis(200);
/// Files that never become quiet are read after this many times the debounce.
const MAX_DEBOUNCES: u32 = 10;
/// The time after a change when the files are checked once more.
const RECHECK: Duration = Duration::from_secs(1);
/// An attempt whose files have changed is cancelled at once, unless this many before it were cancelled too: files that
/// change faster than they load must also come into force.
const MAX_SUPERSEDED: u32 = 3;
/// An attempt that takes longer is cancelled for newer files in any case.
const STUCK: Duration = Duration::from_secs(30);
/// The limit for cancelled attempts that are still running. Beyond that, newer files have to wait.
const MAX_ABANDONED: usize = 4;

type Observer = Box<dyn FnMut(ReloadEvent) + Send>;

pub(super) struct ReloadWorker {
    live: Live,
    state: Arc<Mutex<ReloadState>>,
    /// The files that the last attempt read.
    snapshot: InputSnapshot,
    options: ReloadOptions,
    observer: Observer,
    watcher: Option<Watcher>,
    inbox: Sender<Message>,
    /// A change was noticed and is in the inbox: a thousand writes are one message.
    pending: Arc<AtomicBool>,
    /// Messages that arrived while waiting for quiet.
    backlog: VecDeque<Message>,
    /// Files changed while they were read, so their contents are discarded.
    again: bool,
    /// The time of the extra check after a change: a watch can be lost while one folder replaces another.
    recheck: Option<Instant>,
    current: Option<Attempt>,
    abandoned: Vec<Attempt>,
    /// The number of attempts in a row that were cancelled.
    superseded: u32,
    attempts: u64,
    /// Replies to send after the current attempt.
    waiting: Vec<Sender<()>>,
    /// Replies to send after the attempt that follows the current one.
    waiting_for_next: Vec<Sender<()>>,
}

impl ReloadWorker {
    pub(super) fn new(
        live: Live,
        state: Arc<Mutex<ReloadState>>,
        snapshot: InputSnapshot,
        options: ReloadOptions,
        observer: Observer,
        inbox: Sender<Message>,
    ) -> ReloadWorker {
        ReloadWorker {
            live,
            state,
            snapshot,
            options,
            observer,
            watcher: None,
            inbox,
            pending: Arc::default(),
            backlog: VecDeque::new(),
            again: false,
            recheck: None,
            current: None,
            abandoned: Vec::new(),
            superseded: 0,
            attempts: 0,
            waiting: Vec::new(),
            waiting_for_next: Vec::new(),
        }
    }

    /// Runs until [`Message::End`]. Begins by checking whether files have changed since they were loaded.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        if self.options.detection == ChangeDetection::Events {
            self.begin_watching();
        }
        if self.options.detection != ChangeDetection::Manual {
            self.refresh(false);
        }
        let mut replaced = 0;
        while let Some(message) = self.receive(messages, replaced) {
            match message {
                Some(Message::Changed) => {
                    let Some(requested) = self.wait_until_quiet(messages) else { break };
                    self.refresh(requested);
                    self.recheck_later();
                }
                Some(Message::Now(reply)) => self.request(reply),
                Some(Message::Loaded(number, snapshot)) => self.loaded(number, snapshot),
                Some(Message::Finished(number, outcome)) => self.finished(number, *outcome),
                Some(Message::End) => break,
                None => self.on_time(),
            }
            replaced = self.live.sweep();
        }
        self.current.iter().for_each(Attempt::cancel);
    }

    /// The next message. `Some(None)` if a timer is due; `None` if all senders are gone.
    fn receive(&mut self, messages: &Receiver<Message>, replaced: usize) -> Option<Option<Message>> {
        if let Some(message) = self.backlog.pop_front() {
            return Some(Some(message));
        }
        match messages.recv_timeout(self.next_deadline(replaced)) {
            Ok(message) => Some(Some(message)),
            Err(RecvTimeoutError::Timeout) => Some(None),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// The time until the next timer is due.
    fn next_deadline(&self, replaced: usize) -> Duration {
        let recheck = self.recheck.map(|at| at.saturating_duration_since(Instant::now()));
        let again = (self.again && self.current.is_none()).then_some(self.options.debounce);
        let poll = match self.options.detection {
            ChangeDetection::Poll(interval) => Some(interval),
            ChangeDetection::Events | ChangeDetection::Manual => None,
        };
        let sweep = (replaced > 0).then_some(SWEEP);
        let report = self.current.as_ref().map(Attempt::until_report);
        [recheck, again, poll, sweep, report].into_iter().flatten().min().unwrap_or(Duration::from_secs(1 << 30))
    }

    /// Does the work of timers that are due.
    fn on_time(&mut self) {
        if let Some(running) = self.current.as_mut().and_then(Attempt::report) {
            (self.observer)(ReloadEvent::Slow { running });
        }
        let recheck = self.recheck.is_some_and(|at| at <= Instant::now());
        let again = self.again && self.current.is_none();
        if recheck || again || matches!(self.options.detection, ChangeDetection::Poll(_)) {
            self.refresh(false);
        }
    }

    /// Waits until the files are quiet. True if a reload was requested meanwhile; `None` at the end.
    fn wait_until_quiet(&mut self, messages: &Receiver<Message>) -> Option<bool> {
        let end = Instant::now() + self.options.debounce * MAX_DEBOUNCES;
        loop {
            self.pending.store(false, Ordering::Release);
            let left = end.saturating_duration_since(Instant::now()).min(self.options.debounce);
            match messages.recv_timeout(left) {
                Ok(Message::Changed) if !left.is_zero() => {}
                Ok(Message::Changed) | Err(RecvTimeoutError::Timeout) => return Some(false),
                Ok(request @ Message::Now(_)) => {
                    self.backlog.push_back(request);
                    return Some(true);
                }
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(progress) => self.backlog.push_back(progress),
            }
        }
    }

    fn recheck_later(&mut self) {
        if self.options.detection != ChangeDetection::Manual {
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
        self.options.detection = ChangeDetection::Poll(FALLBACK);
        (self.observer)(ReloadEvent::Polling(error.to_string()));
    }

    /// Watches the files and folders of the last attempt.
    fn watch(&mut self) {
        let failed =
            self.watcher.as_mut().and_then(|watcher| watcher.look_at(std::slice::from_ref(&self.snapshot)).err());
        if let Some(error) = failed {
            self.poll_instead(&error);
        }
    }

    /// Handles a request for a reload.
    fn request(&mut self, reply: Option<Sender<()>>) {
        // The attempt that is running may have read its files before the request.
        let waiting = if self.current.is_some() { &mut self.waiting_for_next } else { &mut self.waiting };
        waiting.extend(reply);
        self.refresh(true);
    }

    /// Starts an attempt if something has changed or a reload is `requested`.
    fn refresh(&mut self, requested: bool) {
        self.pending.store(false, Ordering::Release);
        self.recheck = None;
        // Before the files are read: changes from now on are reported.
        self.watch();
        let Some(current) = &self.current else {
            if requested || self.again || !self.snapshot.is_current() {
                self.attempt();
            } else {
                self.reply();
            }
            return;
        };
        // While files are being read, it is not yet known which of them belong to the rule set. Changes are checked once they
        // are loaded, unless that takes too long.
        let stale = match current.loaded {
            true => !self.snapshot.is_current(),
            false => current.started.elapsed() > RECHECK,
        };
        if stale {
            self.supersede();
        } else if requested {
            self.again |= !current.loaded;
            self.waiting.append(&mut self.waiting_for_next);
        }
    }

    /// Cancels the current attempt in favour of newer files, if the limits allow it.
    fn supersede(&mut self) {
        self.abandoned.retain(Attempt::is_running);
        let Some(current) = self.current.take() else { return };
        let patient = self.superseded >= MAX_SUPERSEDED && current.started.elapsed() < STUCK;
        if patient || self.abandoned.len() >= MAX_ABANDONED {
            self.current = Some(current);
            self.recheck_later();
            return;
        }
        current.cancel();
        (self.observer)(ReloadEvent::Superseded { running: current.started.elapsed() });
        self.abandoned.push(current);
        self.superseded += 1;
        self.state().superseded += 1;
        self.waiting.append(&mut self.waiting_for_next);
        self.attempt();
    }

    fn attempt(&mut self) {
        self.attempts += 1;
        self.again = false;
        let path = self.snapshot.path().to_path_buf();
        self.current = Attempt::start(self.attempts, path, &self.options, &self.inbox);
        match self.current {
            Some(_) => self.state().loading_since = Some(Timestamp::now()),
            // Too many threads: a later attempt can succeed.
            None => {
                self.again = true;
                self.reply();
            }
        }
    }

    /// The current attempt has read its files.
    fn loaded(&mut self, number: u64, snapshot: InputSnapshot) {
        let Some(current) = self.current.as_mut().filter(|current| current.number == number) else { return };
        current.loaded = true;
        self.snapshot = snapshot;
        self.watch();
        self.recheck_later();
        if self.snapshot.is_current() {
            return;
        }
        // Contents from different moments are not a rule set that ever existed: load again once the files are quiet.
        self.again = true;
        if self.waiting.is_empty() {
            self.current.take().iter().for_each(Attempt::cancel);
            self.state().loading_since = None;
        }
    }

    /// The current attempt has ended.
    fn finished(&mut self, number: u64, outcome: AttemptOutcome) {
        if self.current.take_if(|current| current.number == number).is_none() {
            return;
        }
        self.superseded = 0;
        // Tests may have named more files.
        self.snapshot = outcome.snapshot;
        let event = match outcome.result {
            Ok(router) if *router.version() == *self.live.generation().router.version() => ReloadEvent::Unchanged,
            Ok(router) => ReloadEvent::Replaced { generation: self.live.replace(router), took: outcome.took },
            Err(error) => ReloadEvent::Failed(error),
        };
        self.watch();
        self.again |= !self.snapshot.is_current();
        self.recheck_later();
        self.note(&event);
        (self.observer)(event);
        self.reply();
        if !self.waiting_for_next.is_empty() {
            self.waiting.append(&mut self.waiting_for_next);
            self.attempt();
        }
    }

    fn reply(&mut self) {
        for reply in self.waiting.drain(..) {
            // The receiver may have been dropped.
            let _ = reply.send(());
        }
    }

    fn note(&self, event: &ReloadEvent) {
        let now = Timestamp::now();
        let mut state = self.state();
        state.tried_at = now;
        state.loading_since = None;
        match event {
            ReloadEvent::Failed(error) => {
                state.failures += 1;
                state.last_error = Some(error.to_string());
            }
            ReloadEvent::Replaced { generation, .. } => {
                state.generation = generation.number;
                state.ruleset = generation.router.version().clone();
                state.reloads += 1;
                state.loaded_at = now;
                state.last_error = None;
            }
            _ => {
                state.loaded_at = now;
                state.last_error = None;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, ReloadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
