//! How the program ends: exit codes, and the errors that lead to them.

use super::{Done, Global, output};
use anyhow::Error;
use dadar::diagnostic::render::clean;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine,
    /// The rules are wrong, or a test failed.
    Refused,
    /// Wrong usage, or a file that cannot be read.
    Usage,
    /// Finished, but some input was malformed.
    Malformed,
}

/// An error that ends a command, with a hint on how to go on.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// An error without a hint.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Says how to go on.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  help: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl Exit {
    /// The end of a command. An error is told on stderr, unless it is that nobody reads any more.
    pub(crate) fn of(done: Done, global: &Global) -> Exit {
        match done {
            Ok(exit) => exit,
            Err(error) if is_closed_pipe(&error) => Exit::Fine,
            Err(error) => {
                let colour = output::colour(global.color, &io::stderr());
                let title = if colour { "\x1b[1;31merror\x1b[0m" } else { "error" };
                // There is nobody left to tell if this fails.
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
