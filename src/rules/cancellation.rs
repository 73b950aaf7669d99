//! Loading can be stopped before its end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks the caller whether loading should stop.
#[derive(Clone, Default)]
pub(crate) struct Cancellation(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Cancellation {
    /// Stops when `check` returns true.
    pub(super) fn when(check: impl Fn() -> bool + Send + Sync + 'static) -> Cancellation {
        Cancellation(Some(Arc::new(check)))
    }

    /// True if loading should stop.
    pub(crate) fn is_requested(&self) -> bool {
        self.0.as_ref().is_some_and(|check| check())
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Cancellation(..)" } else { "Cancellation(None)" })
    }
}

/// One run of loading, which may be stopped.
#[derive(Debug, Default)]
pub(super) struct Stoppable {
    cancellation: Cancellation,
    /// The request has been seen, so the caller is not asked again.
    stopped: AtomicBool,
}

impl Stoppable {
    pub(super) fn new(cancellation: Cancellation) -> Stoppable {
        Stoppable { cancellation, stopped: AtomicBool::new(false) }
    }

    /// True if loading should stop. Once true, it stays true.
    pub(super) fn is_requested(&self) -> bool {
        let stop = self.stopped.load(Ordering::Relaxed) || self.cancellation.is_requested();
        self.stopped.store(stop, Ordering::Relaxed);
        stop
    }
}
