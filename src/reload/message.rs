//! The messages that the reload worker receives.

use super::candidate::ReloadError;
use crate::route::Router;
use crate::rules::InputSnapshot;
use std::sync::mpsc::Sender;
use std::time::Duration;

#[derive(Debug)]
pub(super) enum Message {
    /// Files may have changed.
    Changed,
    /// Reload now; reply when done.
    Now(Option<Sender<()>>),
    /// The attempt with this number has read its files.
    Loaded(u64, InputSnapshot),
    /// The attempt with this number has ended.
    Finished(u64, Box<AttemptOutcome>),
    /// End the thread.
    End,
}

/// The result of an attempt.
#[derive(Debug)]
pub(super) struct AttemptOutcome {
    pub(super) snapshot: InputSnapshot,
    pub(super) result: Result<Router, ReloadError>,
    pub(super) took: Duration,
}
