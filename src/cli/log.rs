//! Logs on stderr: as text, or as lines of JSON.

use clap::{Args, ValueEnum};
use dadar::diagnostic::{Diagnostic, Sources, printable, printable_json};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::Level;

/// How much is logged, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct LogArgs {
    /// Log more to stderr: reloads, rotated files, addresses; twice: everything
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// The format of logs and errors on stderr
    #[arg(long, value_enum, default_value_t = LogFormat::Human, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Human,
    /// A JSON object a line
    Json,
}

impl LogArgs {
    /// Starts logging. `quiet`: errors only, however much more was asked for.
    pub(crate) fn begin(&self, quiet: bool, colour: bool) {
        let level = match self.verbose {
            _ if quiet => Level::ERROR,
            0 => Level::WARN,
            1 => Level::INFO,
            _ => Level::DEBUG,
        };
        begin(level, self.log_format, colour);
    }
}

/// Everything on stderr is to be JSON.
static JSON: AtomicBool = AtomicBool::new(false);

/// Starts logging.
pub(crate) fn begin(level: Level, format: LogFormat, colour: bool) {
    let json = format == LogFormat::Json;
    JSON.store(json, Ordering::Relaxed);
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).log_internal_errors(false);
    let log = log.with_writer(move || EscapingStderr { json });
    // If logging was started before, that stays in effect.
    let _ = match format {
        LogFormat::Human => tracing::subscriber::set_global_default(log.with_ansi(colour).finish()),
        LogFormat::Json => tracing::subscriber::set_global_default(log.json().flatten_event(true).finish()),
    };
}

/// True if everything on stderr is to be JSON.
pub(crate) fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Logs diagnostics, one event each.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) {
    for one in diagnostics {
        let place = one.primary.as_ref().map(|label| sources.place(label.span));
        tracing::error!(code = one.code.as_str(), place, help = one.help, "{}", one.message);
    }
}

/// Writes each log entry as one line in which no text can move the cursor, hide text or begin another line.
struct EscapingStderr {
    json: bool,
}

impl Write for EscapingStderr {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        let text = text.trim_end_matches('\n');
        let line = if self.json { printable_json(text).into_owned() } else { escape_all_but_colours(text) };
        // If stderr is closed or full, nothing can be reported.
        let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Escapes everything but the colours of the log itself: messages cannot hold the escape character, since the subscriber
/// escapes it.
fn escape_all_but_colours(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let mut line = printable(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let is_colour = part
            .strip_prefix('[')
            .and_then(|rest| rest.split_once('m'))
            .is_some_and(|(codes, _)| codes.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        line.push_str(if is_colour { "\x1b" } else { "␛" });
        line.push_str(&printable(part));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::escape_all_but_colours;

    #[test]
    fn an_entry_is_one_line() {
        assert_eq!(
            escape_all_but_colours("\x1b[2mtime\x1b[0m a\nb\u{202e}c\x1b]0;title\x07"),
            "\x1b[2mtime\x1b[0m a␊b\\u{202e}c␛]0;title␇"
        );
    }
}
