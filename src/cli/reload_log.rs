//! `route --watch`: reports on reloads, as text or JSON.

use super::log::{self, LogFormat};
use super::output;
use dadar::diagnostic::printable;
use dadar::diagnostic::render::{Format, render};
use dadar::reload::{ReloadError, ReloadEvent};
use dadar::unstable::pipeline::counts::SharedCounts;
use std::sync::Arc;
use std::time::Duration;

/// A reload that is given up sooner is not logged.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Logs reloads.
pub(crate) struct ReloadLog {
    pub(crate) counts: Arc<SharedCounts>,
    pub(crate) format: LogFormat,
    pub(crate) colour: bool,
}

impl ReloadLog {
    /// The observer of a reloader.
    pub(crate) fn log(&self, event: &ReloadEvent) {
        match event {
            ReloadEvent::Replaced { generation, took } => {
                self.counts.introduce(&generation.router);
                tracing::info!(
                    generation = generation.number,
                    ruleset = %generation.router.version(),
                    took_ms = took.as_millis() as u64,
                    "rules reloaded"
                );
            }
            ReloadEvent::Failed(error) => self.log_error(error),
            ReloadEvent::Slow { .. } | ReloadEvent::Polling(_) => tracing::warn!("{event}"),
            ReloadEvent::Superseded { running } if *running < WORTH_TELLING => tracing::debug!("{event}"),
            _ => tracing::info!("{event}"),
        }
    }

    fn log_error(&self, error: &ReloadError) {
        self.log_details(error);
        tracing::error!("the rules on disk are wrong, the last good ones stay in force: {error}");
    }

    /// Logs every problem, in the format of the log.
    pub(crate) fn log_details(&self, error: &ReloadError) {
        match self.format {
            LogFormat::Human => {
                // If stderr is closed, nothing can be reported.
                let _ = output::complain(&self.details(error));
            }
            LogFormat::Json => {
                log::diagnostics(&error.diagnostics, &error.sources);
                for failure in failures(error) {
                    tracing::error!("{}", failure.trim_end().replace('\n', ";"));
                }
            }
        }
    }

    fn details(&self, error: &ReloadError) -> String {
        let text = render(&error.diagnostics, &error.sources, Format::Human, self.colour);
        text + &failures(error).collect::<String>()
    }
}

/// The tests that failed, each with its reasons.
fn failures(error: &ReloadError) -> impl Iterator<Item = String> {
    let outcomes = error.tests.iter().flat_map(|report| report.outcomes());
    outcomes.filter(|outcome| !outcome.passed()).map(|outcome| {
        let mut text = format!("test `{}` failed ({})\n", printable(&outcome.name), printable(&outcome.place));
        for failure in &outcome.failures {
            let event = failure.event.iter().map(|event| format!("{event}: ")).collect::<String>();
            let line = format!("{event}{}: expected {}, found {}", failure.field, failure.expected, failure.found);
            text += &format!("  {}\n", printable(&line));
        }
        text
    })
}
