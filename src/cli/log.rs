//! What happens beside the decisions, told on stderr: for people, or as lines of JSON.

use clap::{Args, ValueEnum};
use std::io;
use tracing::Level;

/// How much is told, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct LogArgs {
    /// Tell more on stderr: reloads, rotated files, addresses; twice: everything
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// How it is told
    #[arg(long, value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// How things are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Human,
    /// A JSON object a line
    Json,
}

impl LogArgs {
    /// From here on, whatever is told is written.
    pub(crate) fn begin(&self, colour: bool) {
        let level = match self.verbose {
            0 => Level::WARN,
            1 => Level::INFO,
            _ => Level::DEBUG,
        };
        let log = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_target(false);
        // Somebody may have begun already; then theirs it is.
        let _ = match self.log_format {
            LogFormat::Human => tracing::subscriber::set_global_default(log.with_ansi(colour).finish()),
            LogFormat::Json => tracing::subscriber::set_global_default(log.json().flatten_event(true).finish()),
        };
    }
}
