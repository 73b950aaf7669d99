//! An attempt to load, test and compile a rule set, on a thread of its own: the reload worker can notice newer files meanwhile,
//! however long the attempt takes.

use super::ReloadOptions;
use super::candidate::Candidate;
use super::message::{AttemptOutcome, Message};
use crate::route::Router;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

/// After this time a running attempt is reported, then after twice the time, and so on.
const SLOW: Duration = Duration::from_secs(10);

/// An attempt that was started.
pub(super) struct Attempt {
    pub(super) number: u64,
    pub(super) started: Instant,
    /// The rule set was read: its snapshot is known.
    pub(super) loaded: bool,
    /// The next report that it is slow.
    next_report: Duration,
    cancelled: Arc<AtomicBool>,
    /// The thread holds the other reference for as long as it runs.
    running: Arc<()>,
}

impl Attempt {
    /// Starts an attempt. Its progress arrives in `inbox`. `None` if no thread can be started.
    pub(super) fn start(
        number: u64,
        path: PathBuf,
        options: &ReloadOptions,
        inbox: &Sender<Message>,
    ) -> Option<Attempt> {
        let (cancelled, running) = (Arc::new(AtomicBool::new(false)), Arc::new(()));
        let attempt = Attempt {
            number,
            started: Instant::now(),
            loaded: false,
            next_report: SLOW,
            cancelled: cancelled.clone(),
            running: running.clone(),
        };
        let (mut options, inbox) = (options.clone(), inbox.clone());
        let (flag, inner) = (cancelled.clone(), options.load.cancellation.clone());
        options.load = options.load.cancel_when(move || flag.load(Ordering::Relaxed) || inner.is_requested());
        let work = move || {
            let _running = running;
            // A worker that has ended needs no result.
            let _ = run(number, path, &options, &cancelled, &inbox);
        };
        thread::Builder::new().name(String::from("dadar-load")).spawn(work).ok()?;
        Some(attempt)
    }

    /// Cancels the attempt. The thread ends at its next step, and its result is dropped.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// True until its thread has ended.
    pub(super) fn is_running(&self) -> bool {
        Arc::strong_count(&self.running) > 1
    }

    /// The time until it has to be reported as slow.
    pub(super) fn until_report(&self) -> Duration {
        self.next_report.saturating_sub(self.started.elapsed())
    }

    /// The time for which it has been running, if that has to be reported now.
    pub(super) fn report(&mut self) -> Option<Duration> {
        let running = self.started.elapsed();
        if running < self.next_report {
            return None;
        }
        while self.next_report <= running {
            self.next_report *= 2;
        }
        Some(running)
    }
}

fn run(
    number: u64,
    path: PathBuf,
    options: &ReloadOptions,
    cancelled: &AtomicBool,
    inbox: &Sender<Message>,
) -> Option<()> {
    let started = Instant::now();
    let go_on = || (!cancelled.load(Ordering::Relaxed)).then_some(());
    let mut candidate = Candidate::load(&path, options);
    go_on()?;
    inbox.send(Message::Loaded(number, candidate.snapshot.clone())).ok()?;
    let checked = candidate.check(options);
    go_on()?;
    let result = checked.map(|rules| Router::with_options(&rules, options.route));
    go_on()?;
    let outcome = AttemptOutcome { snapshot: candidate.snapshot, result, took: started.elapsed() };
    inbox.send(Message::Finished(number, Box::new(outcome))).ok()
}
