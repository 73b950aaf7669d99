//! Panics while an event is decided. Each is a bug, but it must not end the process: the event becomes `malformed`, and the
//! run continues.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

/// The error on the decision of an event that could not be decided because of a bug.
pub(super) const INTERNAL_ERROR: &str = "an internal error occurred; please report it";

thread_local! {
    /// True while this thread decides an event.
    static DECIDING: Cell<bool> = const { Cell::new(false) };
    /// The description of the last panic in an event, from the hook.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// True once a panic has been logged.
static LOGGED: AtomicBool = AtomicBool::new(false);

/// Installs a panic hook that leaves panics in events to `log_once`. All other panics are reported as before.
///
/// Without it, the standard library writes a report to stderr for each event that panics.
pub fn install_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if DECIDING.get() {
            LAST.with_borrow_mut(|last| *last = Some(describe(info)));
        } else {
            default(info);
        }
    }));
}

/// The message of a panic and its position in the sources, on one line.
fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("panic");
    match info.location() {
        Some(location) => format!("{message} ({}:{})", location.file(), location.line()),
        None => message.to_owned(),
    }
}

/// Decides one event. False if that panicked: then everything that `decide` writes to must be considered broken.
pub(super) fn catch(decide: impl FnOnce()) -> bool {
    DECIDING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(decide));
    DECIDING.set(false);
    if let Err(payload) = result {
        // The payload may itself panic when it is dropped.
        std::mem::forget(payload);
        return false;
    }
    true
}

/// Logs the first panic of the process: a bug that every event meets would otherwise fill the log.
pub(super) fn log_once(line: u64) {
    let cause = LAST.take().unwrap_or_default();
    if !LOGGED.swap(true, Ordering::Relaxed) {
        tracing::error!(
            line,
            "an internal error occurred while deciding line {line}: {cause}; please report it. The event is counted as \
             malformed, and further internal errors are not logged"
        );
    }
}
