//! How the program ends: exit codes, and the errors that lead to them.

use super::{Done, Global, log, output};
use anyhow::Error;
use dadar::diagnostic::render::clean;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Fine,
    /// The rules have errors, or a test failed.
    Refused,
    /// Wrong usage, or a file that cannot be read or written.
    Usage,
    /// Finished, but some input was malformed.
    Malformed,
}

/// The exit codes, and what each means.
pub(super) const EXIT_CODES: [(u8, &str); 4] = [
    (0, "success"),
    (1, "the rules have errors, or a test failed"),
    (2, "wrong usage, or a file that cannot be read or written"),
    (3, "finished, but some input was malformed"),
];

/// An error that ends a command, with a hint on how to continue.
#[derive(Debug)]
pub(crate) struct CommandError {
    message: String,
    hint: Option<String>,
}

impl CommandError {
    /// An error without a hint.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds a hint on how to continue.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  help: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CommandError {}

impl Exit {
    /// The end of a command. An error is reported on stderr, unless stdout was closed by its reader.
    pub(crate) fn of(done: Done, global: &Global) -> Exit {
        match done {
            Ok(exit) => exit,
            Err(error) if is_closed_pipe(&error) => Exit::Fine,
            Err(error) if log::is_json() => {
                match error.downcast_ref::<CommandError>() {
                    Some(failure) => tracing::error!(help = failure.hint, "{}", failure.message),
                    None => tracing::error!("{error:#}"),
                }
                Exit::Usage
            }
            Err(error) => {
                let colour = output::colour(global.color, &io::stderr());
                let title = if colour { "\x1b[1;31merror\x1b[0m" } else { "error" };
                // If stderr is closed, nothing can be reported.
                let _ = writeln!(io::stderr(), "{title}: {}", clean(&format!("{error:#}")));
                Exit::Usage
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Refused => 1,
            Exit::Usage => 2,
            Exit::Malformed => 3,
        })
    }
}

fn is_closed_pipe(error: &Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.into_iter().any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
