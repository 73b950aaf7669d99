//! `dadar test --watch`: runs again whenever a file changes that the last run has read.

use crate::cli::{Done, Exit, Global, output, signals};
use dadar::reload::{ChangeDetection, ChangeWaiter};
use dadar::unstable::rules::InputSnapshot;
use std::env;
use std::io::{self, IsTerminal};
use std::time::Duration;

/// How long files have to be unchanged before tests run again.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Clears the screen, but not the scrollback.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// Calls `run` repeatedly; it returns its exit code and the files that it has read. Ends at a signal, or when nobody reads the
/// results any more.
pub(super) fn repeat(global: &Global, mut run: impl FnMut() -> (Done, Vec<InputSnapshot>)) -> Done {
    // A signal ends the program at once, with success: there is nothing to finish, and a watch has no result.
    let (_stop, _starting) = signals::install()?;
    let mut waiter = ChangeWaiter::new(ChangeDetection::Events, DEBOUNCE);
    loop {
        let (done, snapshots) = run();
        if snapshots.is_empty() {
            // Wrong usage, which no file can mend.
            return done;
        }
        // Errors are shown; the next change may mend them.
        Exit::of(done, global);
        if output::is_closed() {
            return Ok(Exit::Fine);
        }
        if !global.quiet {
            output::complain("waiting for changes; Ctrl-C ends\n")?;
        }
        waiter.wait(&snapshots);
        if io::stdout().is_terminal() && env::var_os("TERM").is_some_and(|term| term != "dumb") {
            output::print(CLEAR)?;
        }
    }
}
