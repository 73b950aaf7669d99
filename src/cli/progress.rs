//! Progress of long work, shown on terminals.

use super::Global;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::env;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The size of file for which a progress bar is shown.
const LARGE: u64 = 64 << 20;

/// Shorter work is not shown.
const LONG: Duration = Duration::from_secs(1);

/// How often a line is drawn.
const TICK: Duration = Duration::from_millis(100);

/// True if progress can be drawn on stderr, and nothing else is written to the same screen.
fn is_watched(global: &Global) -> bool {
    let has_cursor = env::var_os("TERM").is_some_and(|term| term != "dumb");
    !global.quiet && has_cursor && io::stderr().is_terminal() && !super::log::is_json()
}

/// A progress bar for the bytes of a large file. (Decisions on the same screen show the progress themselves.)
pub(crate) fn of_bytes(size: Option<u64>, global: &Global) -> ProgressBar {
    let is_shown = is_watched(global) && !io::stdout().is_terminal();
    let Some(size) = size.filter(|size| *size >= LARGE && is_shown) else {
        return ProgressBar::hidden();
    };
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A line with the time that work has taken so far, from the first second on. It is gone once this is dropped.
pub(crate) struct Spinner {
    /// Dropped to end the thread.
    working: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Spinner {
    /// `work` is in the form of "loading rules".
    pub(crate) fn start(work: &'static str, global: &Global) -> Spinner {
        if !is_watched(global) {
            return Spinner { working: None, thread: None };
        }
        let (working, ended) = channel();
        let spin = move || {
            // Nothing is ever sent: the other end is dropped when the work ends.
            if ended.recv_timeout(LONG) == Err(RecvTimeoutError::Timeout) {
                let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_message(work);
                let bar = bar.with_elapsed(LONG).with_style(style());
                while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    bar.tick();
                }
                bar.finish_and_clear();
            }
        };
        // Without a thread, nothing is shown.
        let thread = thread::Builder::new().name(String::from("dadar-progress")).spawn(spin).ok();
        Spinner { working: Some(working), thread }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} ({elapsed})").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl Drop for Spinner {
    fn drop(&mut self) {
        drop(self.working.take());
        // Its line is to be gone before anything else is written.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
